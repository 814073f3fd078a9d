//! How hosts reach storage: the keys that a driver wants, with passwords that nobody else sees.

use std::borrow::Cow;

use op::{Error, Secret};
use serde_json::Value as Json;
use xapi::Value;

/// What stands for a password.
const MASK: &str = "***";

/// The `device_config` of a driver.
#[derive(Clone, Debug, Default)]
pub(in crate::sr) struct DeviceConfig(Vec<(Cow<'static, str>, Entry)>);

#[derive(Clone, Debug)]
enum Entry {
    Plain(String),
    Secret(Secret),
}

impl DeviceConfig {
    pub(in crate::sr) fn new() -> Self {
        Self::default()
    }

    /// The same with an entry.
    #[must_use]
    pub(in crate::sr) fn with(self, key: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.with_some(key, Some(value))
    }

    /// The same with an entry if there is a value.
    #[must_use]
    pub(in crate::sr) fn with_some(
        mut self,
        key: impl Into<Cow<'static, str>>,
        value: Option<impl Into<String>>,
    ) -> Self {
        self.0.extend(value.map(|value| (key.into(), Entry::Plain(value.into()))));
        self
    }

    /// The same with a password if there is one.
    #[must_use]
    pub(in crate::sr) fn with_secret(mut self, key: impl Into<Cow<'static, str>>, secret: Option<Secret>) -> Self {
        self.0.extend(secret.map(|secret| (key.into(), Entry::Secret(secret))));
        self
    }

    /// Returns the parameter for a host, passwords in clear.
    pub(in crate::sr) fn value(&self) -> Value {
        Value::structure(self.0.iter().map(|(key, entry)| {
            let text = match entry {
                Entry::Plain(text) => text,
                Entry::Secret(secret) => secret.expose(),
            };
            (key.as_ref(), text.into())
        }))
    }

    /// Takes the passwords out of an error: drivers quote the commands that they ran.
    pub(in crate::sr) fn conceal(&self, error: Error) -> Error {
        let secrets: Vec<&str> = self.0.iter().filter_map(|(_, entry)| entry.secret()).collect();
        match error {
            Error::Failed { message, name, mut data } if !secrets.is_empty() => {
                if let Some(Json::Array(params)) = data.get_mut("params") {
                    for param in params {
                        if let Json::String(text) = param {
                            *text = masked(text, &secrets);
                        }
                    }
                }
                Error::Failed { message: masked(&message, &secrets), name, data }
            }
            error => error,
        }
    }
}

impl Entry {
    fn secret(&self) -> Option<&str> {
        match self {
            Self::Plain(_) => None,
            Self::Secret(secret) => Some(secret.expose()).filter(|secret| !secret.is_empty()),
        }
    }
}

/// Replaces each of `secrets` that stands by itself; as a part of words a short one would spoil the whole text.
fn masked(text: &str, secrets: &[&str]) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        let mut from = 0;
        while let Some(found) = text[from..].find(secret) {
            let (at, end) = (from + found, from + found + secret.len());
            let in_word = text[..at].ends_with(char::is_alphanumeric) || text[end..].starts_with(char::is_alphanumeric);
            if in_word && secret.len() < 6 {
                from = end;
            } else {
                text.replace_range(at..end, MASK);
                from = at + MASK.len();
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use op::{Error, Secret};
    use serde_json::json;

    use super::{DeviceConfig, masked};

    #[test]
    fn a_password_goes_to_the_host_and_nowhere_else() {
        let config = DeviceConfig::new().with("server", "nas").with_secret("password", Some(Secret::new("hunter2")));
        assert_eq!(config.value().get("password").and_then(xapi::Value::as_str), Some("hunter2"));
        assert!(!format!("{config:?}").contains("hunter2"));
        let mut data = serde_json::Map::new();
        data.insert("code".to_owned(), "SR_BACKEND_FAILURE_111".into());
        data.insert("params".to_owned(), json!(["", "mount -o pass=hunter2,user=x"]));
        let error = Error::Failed { message: "failed: hunter2".to_owned(), name: "XapiError", data };
        let told = config.conceal(error).to_json(true).to_string();
        assert!(told.contains("pass=***,user=x") && !told.contains("hunter2"), "{told}");
    }

    #[test]
    fn a_short_password_is_masked_where_it_stands_by_itself() {
        assert_eq!(masked("params: pass=p,user=up", &["p"]), "params: pass=***,user=up");
    }
}
