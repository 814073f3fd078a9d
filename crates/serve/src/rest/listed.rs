//! What there is over REST, for those who describe it or compare it with something.

use app::Cx;
use op::{Ops, Reply, Route, Verb};

use super::{
    docs::File,
    given::Names,
    table::{Target, collections},
};

/// What every list takes.
const OF_EVERY_LIST: [&str; 7] = ["fields", "filter", "limit", "cursor", "total", "ndjson", "markdown"];

/// One method of one path.
pub struct Listed {
    /// The method.
    pub verb: Verb,
    /// The path below `/rest/v0`; what is in braces are parameters.
    pub path: String,
    pub(super) target: Target,
}

impl Listed {
    /// Returns the route to an operation; nothing for the objects of pools, which are read from the store.
    pub fn route(&self) -> Option<&Route> {
        match &self.target {
            Target::Op(route) => Some(route),
            _ => None,
        }
    }

    /// Returns whether a client may write `name` in the query.
    pub fn takes_in_query(&self, ops: &Ops<Cx>, name: &str) -> bool {
        let is_list = match &self.target {
            Target::Op(route) => route.reply == Reply::List,
            Target::Objects(_) | Target::Tasks => true,
            _ => false,
        };
        let own = |route: &Route| {
            let of_action = route.action && name == "sync";
            let of_sections = route.reply == Reply::Sections && name == "ndjson";
            of_action || of_sections || Names::new(ops, route).of(name).is_some()
        };
        let is_watch = matches!(self.target, Target::Tasks) && name == "watch";
        is_watch || (is_list && OF_EVERY_LIST.contains(&name)) || self.route().is_some_and(own)
    }

    /// Returns whether a client may write `name` in the body.
    pub fn takes_in_body(&self, ops: &Ops<Cx>, name: &str) -> bool {
        let of_events = matches!(self.target, Target::Subscribe) && matches!(name, "collection" | "fields");
        of_events || self.route().is_some_and(|route| Names::new(ops, route).of(name).is_some())
    }
}

/// Returns all that there is over REST.
pub fn routes(ops: &Ops<Cx>) -> Vec<Listed> {
    let of_ops = ops.routes().into_iter();
    let mut all: Vec<_> = of_ops
        .map(|route| Listed { verb: route.verb, path: route.path.to_string(), target: Target::Op(route) })
        .collect();
    for (collection, kind) in collections() {
        let list = (format!("/{collection}"), Target::Objects(kind));
        let one = (format!("/{collection}/{{id}}"), Target::Object(kind));
        for (path, target) in [list, one] {
            // An operation may have something better to say.
            if !all.iter().any(|other| other.verb == Verb::Get && other.path == path) {
                all.push(Listed { verb: Verb::Get, path, target });
            }
        }
    }
    let of_server = [
        (Verb::Get, "/tasks", Target::Tasks),
        (Verb::Get, "/events", Target::Events),
        (Verb::Post, "/events/{id}/subscriptions", Target::Subscribe),
        (Verb::Delete, "/events/{id}/subscriptions/{subscriptionId}", Target::Unsubscribe),
    ];
    all.extend(of_server.map(|(verb, path, target)| Listed { verb, path: path.to_owned(), target }));
    let files = File::ALL.into_iter();
    all.extend(files.map(|(path, file)| Listed { verb: Verb::Get, path: path.to_owned(), target: Target::Docs(file) }));
    all
}
