//! Whether answers are what the document says.

use serde_json::Value;

use super::lab::Rest;

/// Says what of `value` is not as `schema` says.
fn check(schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
    if let Some(choices) = schema["anyOf"].as_array() {
        let fits = |choice: &Value| {
            let mut wrong = Vec::new();
            check(choice, value, at, &mut wrong);
            wrong.is_empty()
        };
        if !choices.iter().any(fits) {
            wrong.push(format!("{at}: {value} fits nothing"));
        }
    }
    if schema.get("const").is_some_and(|only| only != value) {
        wrong.push(format!("{at}: {value} is not {}", schema["const"]));
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() || number.is_u64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is = |name: &Value| name == kind || (name == "number" && kind == "integer");
    let fits = match &schema["type"] {
        Value::Null => true,
        Value::Array(types) => types.iter().any(is),
        one => is(one),
    };
    if !fits {
        return wrong.push(format!("{at}: {value} is not {}", schema["type"]));
    }
    for (name, value) in value.as_object().into_iter().flatten() {
        let at = format!("{at}.{name}");
        match (schema["properties"].get(name), &schema["additionalProperties"]) {
            (Some(schema), _) | (None, schema @ Value::Object(_)) => check(schema, value, &at, wrong),
            (None, Value::Bool(false)) => wrong.push(format!("{at}: nobody told of it")),
            _ => {}
        }
    }
    if value.is_object() {
        let missing = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        wrong.extend(missing.filter(|name| value.get(name).is_none()).map(|name| format!("{at}.{name}: missing")));
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        check(&schema["items"], item, &format!("{at}[{index}]"), wrong);
    }
}

#[tokio::test]
async fn objects_are_what_the_document_says() {
    let rest = Rest::new().await;
    let document = serve::openapi(&xo_server::ops());
    let mut seen = 0;
    for collection in ["hosts", "messages", "networks", "pbds", "pifs", "pools", "sms", "srs", "vbds", "vdis", "vifs"]
        .into_iter()
        .chain(["vm-controllers", "vm-snapshots", "vm-templates", "vms", "pcis", "pgpus", "vdi-snapshots"])
    {
        let listed = rest.json(&format!("/{collection}?fields=*")).await;
        for object in listed.as_array().expect("a list") {
            let mut object = object.clone();
            object.as_object_mut().expect("an object").shift_remove("href");
            let kind = object["type"].as_str().expect("a type").to_owned();
            let mut wrong = Vec::new();
            check(&document["components"]["schemas"][&kind], &object, &kind, &mut wrong);
            assert_eq!(wrong, Vec::<String>::new());
            seen += 1;
        }
    }
    assert!(seen > 50, "{seen}");
}
