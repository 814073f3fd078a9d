//! The table as clients list it.

use serde_json::{Map, Value, json};

use crate::{
    Access, Context, Ops,
    schema::{KINDS, mentions},
    table::Entry,
};

impl<C: Context> Ops<C> {
    /// Returns the answer of `system.getMethodsInfo`: by name, what each operation does and takes.
    pub fn methods_info(&self) -> Value {
        self.0
            .iter()
            .map(|(name, entry)| ((*name).to_owned(), Value::Object(entry.info())))
            .collect::<Map<_, _>>()
            .into()
    }

    /// Returns what the operation `name` does and takes, as `system.methodSignature` tells it.
    pub fn method_info(&self, name: &str) -> Option<Value> {
        let (name, entry) = self.0.get_key_value(name)?;
        let mut info = Map::new();
        info.insert("name".to_owned(), (*name).into());
        info.extend(entry.info());
        Some(info.into())
    }
}

impl<C> Entry<C> {
    /// Describes the operation; a signed-in user is what it takes where nothing else is said.
    fn info(&self) -> Map<String, Value> {
        let mut info = Map::new();
        if let Some(description) = self.params.get("description") {
            info.insert("description".to_owned(), description.clone());
        }
        info.insert("params".to_owned(), properties(&self.params));
        match self.spec.access {
            // Clients of JSON-RPC know nothing of privileges.
            Access::Admin | Access::Privilege(..) => info.insert("permission".to_owned(), "admin".into()),
            Access::Public => info.insert("permission".to_owned(), Value::Null),
            Access::SignedIn | Access::Objects => None,
        };
        if let Some(principal) = &self.principal {
            info.insert("selection".to_owned(), principal.as_str().into());
        }
        info
    }
}

/// The properties of an object, each saying itself whether it is optional.
fn properties(schema: &Value) -> Value {
    let named = schema["properties"].as_object().into_iter().flatten();
    let mut properties: Map<_, _> = named
        .map(|(name, property)| {
            let mut property = plain(property);
            if !mentions(&schema["required"], name) && property.get("default").is_none() {
                property["optional"] = true.into();
            }
            (name.clone(), property)
        })
        .collect();
    if schema["additionalProperties"].is_object() && !properties.is_empty() {
        properties.insert("*".to_owned(), plain(&schema["additionalProperties"]));
    }
    properties.into()
}

/// A schema without what only this server reads.
fn plain(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(object) = schema.as_object_mut() {
        object.shift_remove(KINDS);
        if object.contains_key("properties") {
            let inner = properties(&json!(object));
            object.shift_remove("required");
            object.insert("properties".to_owned(), inner);
        }
        if let Some(items) = object.get_mut("items") {
            *items = plain(items);
        }
    }
    schema
}
