//! What a record may keep of what somebody sent: no secret, nothing long.

use op::Ops;
use serde_json::{Map, Value};

use crate::{App, Cx};

/// What stands for a secret in a record.
pub(crate) const MASK: &str = "* obfuscated *";
/// Longest text of a parameter in a record, in bytes.
pub(super) const LONGEST: usize = 1024;
/// Largest parameters in a record, in bytes of JSON: a thousand records take a few megabytes, whoever made them.
pub(super) const LARGEST: usize = 16 * 1024;

/// Returns what a record keeps of the parameters of a call: no secret, and no value of a parameter that the operation
/// does not take, since a misspelt `password` is one.
pub(crate) fn kept(ops: &Ops<Cx>, method: &str, params: &Value) -> Value {
    let Some(given) = params.as_object() else { return masked(params) };
    let secrets = ops.spec(method).map_or(&[][..], |spec| spec.secrets);
    let value = |(name, value): (&String, &Value)| {
        let is_told = ops.takes(method, name) && !secrets.contains(&name.trim_end_matches('?'));
        (name.clone(), if is_told { value.clone() } else { MASK.into() })
    };
    masked(&given.iter().map(value).collect::<Map<_, _>>().into())
}

impl App {
    /// Returns what a record may keep of the parameters of a call of `method`: no secret, nothing long.
    pub fn masked(&self, method: &str, params: &Value) -> Value {
        kept(self.ops(), method, params)
    }
}

/// Returns `value` with every secret masked and what is long cut.
pub(crate) fn masked(value: &Value) -> Value {
    let mut room = LARGEST;
    copy(value, &mut room)
}

/// Copies what there is `room` for, counted in bytes of JSON.
fn copy(value: &Value, room: &mut usize) -> Value {
    *room = room.saturating_sub(8);
    match value {
        Value::Object(map) => {
            let mut copied = Map::new();
            for (key, value) in map {
                if *room == 0 {
                    copied.insert("…".to_owned(), format!("{} more", map.len() - copied.len()).into());
                    break;
                }
                let value = if is_secret(key) { MASK.into() } else { copy(value, room) };
                copied.insert(cut(key, room), value);
            }
            copied.into()
        }
        Value::Array(list) => {
            let mut copied = Vec::new();
            for value in list {
                if *room == 0 {
                    copied.push(format!("… {} more", list.len() - copied.len()).into());
                    break;
                }
                copied.push(copy(value, room));
            }
            copied.into()
        }
        Value::String(text) => cut(text, room).into(),
        other => other.clone(),
    }
}

/// Copies a text, or its beginning.
fn cut(text: &str, room: &mut usize) -> String {
    *room = room.saturating_sub(text.len().min(LONGEST));
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    format!("{}… ({} bytes)", &text[..text.floor_char_boundary(LONGEST)], text.len())
}

/// Returns whether a member of this name holds a secret.
pub(crate) fn is_secret(key: &str) -> bool {
    const WORDS: [&str; 11] = [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "token",
        "privatekey",
        "apikey",
        "accesskey",
        "credential",
        "httpproxy",
        "authorization",
    ];
    let key = key.to_ascii_lowercase();
    let plain = key.replace(['_', '-', '.', ' '], "");
    let parts = || key.split(|c: char| !c.is_ascii_alphanumeric());
    WORDS.iter().any(|word| plain.contains(word))
        || parts().any(|part| part == "otp")
        || parts().next_back().is_some_and(|last| ["pass", "pwd"].contains(&last))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let params = json!({
            "email": "bob",
            "password": "hunter2",
            "nested": [{ "token": "abc", "otp": "123456", "deep": { "newPassword": ["x"] } }],
            "tokens": ["abc"],
        });
        let expected = json!({
            "email": "bob",
            "password": MASK,
            "nested": [{ "token": MASK, "otp": MASK, "deep": { "newPassword": MASK } }],
            "tokens": MASK,
        });
        assert_eq!(masked(&params), expected);
    }

    #[test]
    fn large_parameters_are_cut() {
        let list = |length: usize| Value::from(vec![Value::from(1); length]);
        let small = json!({ "list": list(100), "text": "x" });
        assert_eq!(masked(&small), small);
        let many: Map<_, _> = (0..100_000).map(|n| (format!("key{n}"), 1.into())).collect();
        for large in [
            list(1_000_000),
            many.into(),
            json!({ "x".repeat(100_000): "y".repeat(100_000) }),
            json!({ "nested": vec![list(100_000); 10] }),
        ] {
            let length = masked(&large).to_string().len();
            assert!(length < 2 * LARGEST, "{length} bytes");
        }
        assert_eq!(masked(&list(1_000_000))[2047], "… 997953 more");
    }

    #[test]
    fn names_of_secrets_are_known_however_they_are_written() {
        for name in [
            "chappassword",
            "Passwd",
            "api-key",
            "API_KEY",
            "xo:secret",
            "otp",
            "my-otp",
            "authenticationToken",
            "admin_pass",
            "db-pwd",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["cpu_hotplug", "name_label", "keys", "pass_through", "bypass"] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
