//! What the face offers, as an OpenAPI document.
//!
//! Everything in it comes from the operation table and the routes: there is no second list that could be wrong.

mod example;
mod header;
mod operation;
mod own;
mod schema;

use app::{Cx, model};
use op::Ops;
use serde_json::{Map, Value, json};

use self::operation::Describe;
use super::table::{Table, collections};

/// Returns the document.
pub fn openapi(ops: &Ops<Cx>) -> Value {
    let table = Table::new(ops);
    let (results, definitions) = ops.results();
    let describe = Describe { ops, results: &results, definitions: &definitions };
    let mut paths: Map<String, Value> = Map::new();
    for (path, verb, target) in table.routes() {
        let described = describe.target(path, verb, target);
        let methods = paths.entry(path).or_insert_with(|| json!({}));
        methods[verb.name().to_ascii_lowercase()] = described;
    }
    let mut schemas = schema::common();
    let results = definitions.iter().map(|(name, definition)| (name.clone(), schema::result(definition)));
    let objects = collections().map(|(_, kind)| (kind.name().to_owned(), model::schema(kind)));
    for (name, schema) in results.chain(objects) {
        // The golden is made of the whole table: two schemas of one name cannot be merged.
        assert!(!schemas.contains_key(&name), "two schemas have the name {name}");
        schemas.insert(name, schema);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Xen Orchestra",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": { "name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later" },
        },
        "servers": [{ "url": "/rest/v0" }],
        "security": [{ "token": [] }, { "bearer": [] }, { "basic": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": schema::refusals(),
            "securitySchemes": {
                "token": { "type": "apiKey", "in": "cookie", "name": "authenticationToken" },
                "bearer": { "type": "http", "scheme": "bearer" },
                "basic": { "type": "http", "scheme": "basic" },
            },
        },
    })
}

const DESCRIPTION: &str = "\
Manage XCP-ng and XenServer pools.\n\n\
**Lists** answer where the objects are; `fields=name_label,power_state` or `fields=*` answers them, `filter` and `limit` \
choose, `ndjson=true` writes one a line. With `limit`, the header `Link` has the next page, by a `cursor`; \
`total=true` counts in `X-Total-Count`.\n\n\
**Actions** answer `202` and a task at once; with `sync=true` they answer when they are done. An action on one object has \
a sibling without the object's id, which acts on all that `filter` finds; with `dryRun` it only tells what would come \
of it.\n\n\
**One object** is answered with an `ETag`. A change with that in `If-Match` is refused (`412`) where the object has \
changed meanwhile; `If-None-Match` answers `304` where it has not.\n\n\
**A `POST` may be asked again** under its `Idempotency-Key`: it is done once, and the first answer comes again. A key is \
1 to 255 characters, good for its user for a day (the last 1000; not over a restart of the server); with another request \
it is refused (`422`).\n\n\
**Errors** are `{error, data}`; with `Accept: application/problem+json` they are problems as RFC 9457 has them.\n\n\
**Limits** of requests, if the server has any, are told with each answer in `RateLimit-Policy` and `RateLimit`; beyond \
them is `429` with `Retry-After`.\n\n\
**Names** in bodies may be written as they are here or as the objects have them: `nameLabel` is `name_label`.";
