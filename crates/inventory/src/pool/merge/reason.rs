//! Why a host cannot join, and what has become of the others, in words.

use op::Error;
use xapi_types::{class, code};

/// Says in words what hosts say in codes; the code and its parameters stay beside it, for programs.
///
/// `joined` are the hosts that are in the pool already.
pub(in crate::pool) fn explain(error: Error, host: &class::Host, joined: &[String]) -> Error {
    let host = &host.name_label;
    let done = match joined {
        [] => String::new(),
        [one] => format!("; host {one} has joined"),
        several => format!("; these hosts have joined: {}", several.join(", ")),
    };
    match error {
        Error::Failed { message, name, data } => {
            let code = data.get("code").and_then(|code| code.as_str());
            let message = match code {
                Some(code) => sentence(code).map_or(message, |why| format!("host `{host}` cannot join: {why}")),
                None => format!("it is not known whether host `{host}` has joined, look for it in the pool: {message}"),
            };
            Error::Failed { message: message + &done, name, data }
        }
        Error::AuthenticationFailed if !joined.is_empty() => Error::refused(format!(
            "host `{host}` cannot join: the pool does not take the password of its server{done}"
        )),
        other => other,
    }
}

fn sentence(code: &str) -> Option<&'static str> {
    Some(match code {
        code::JOINING_HOST_CONNECTION_FAILED | code::JOINING_HOST_SERVICE_FAILED => {
            "the connection to the master of the pool failed; it stays in its own pool"
        }
        code::HOSTS_NOT_HOMOGENEOUS => "its processor is of another kind; `force` passes over that",
        code::HA_IS_ENABLED => "high availability is on; switch it off for as long as hosts join",
        code::JOINING_HOST_CANNOT_HAVE_RUNNING_VMS => "VMs run on it; shut them down first",
        code::JOINING_HOST_CANNOT_HAVE_RUNNING_OR_SUSPENDED_VMS => "it has suspended VMs; shut them down first",
        code::JOINING_HOST_CANNOT_HAVE_VMS_WITH_CURRENT_OPERATIONS => "something is being done with its VMs",
        code::JOINING_HOST_CANNOT_CONTAIN_SHARED_SRS => "it has shared storage; forget that first",
        code::JOINING_HOST_CANNOT_BE_MASTER_OF_OTHER_HOSTS => "its pool has other hosts; detach them first",
        code::POOL_JOINING_HOST_HAS_BONDS => "it has bonds; delete them first",
        code::POOL_JOINING_HOST_HAS_NON_MANAGEMENT_VLANS => "it has VLANs; delete them first",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use op::Error;
    use serde_json::{Map, json};
    use xapi_types::class;

    use super::explain;

    fn told(error: Error, joined: &[&str]) -> String {
        let host = class::Host { name_label: "b".into(), ..class::Host::default() };
        let joined: Vec<String> = joined.iter().map(|name| format!("`{name}`")).collect();
        explain(error, &host, &joined).to_string()
    }

    fn refused(code: &str) -> Error {
        let mut data = Map::new();
        data.insert("code".to_owned(), json!(code));
        Error::Failed { message: format!("{code}()"), name: "XapiError", data }
    }

    #[test]
    fn hosts_that_have_joined_are_told_with_the_one_that_has_not() {
        let bonds = "host `b` cannot join: it has bonds; delete them first";
        assert_eq!(told(refused("POOL_JOINING_HOST_HAS_BONDS"), &[]), bonds);
        let one = told(refused("POOL_JOINING_HOST_HAS_BONDS"), &["a"]);
        assert_eq!(one, format!("{bonds}; host `a` has joined"));
        let two = told(refused("NEW_CODE"), &["a", "c"]);
        assert_eq!(two, "NEW_CODE(); these hosts have joined: `a`, `c`");
        let password = "host `b` cannot join: the pool does not take the password of its server; host `a` has joined";
        assert_eq!(told(Error::AuthenticationFailed, &["a"]), password);
    }

    #[test]
    fn without_an_answer_nothing_is_claimed() {
        let lost = told(Error::failed("the connection broke"), &[]);
        assert_eq!(lost, "it is not known whether host `b` has joined, look for it in the pool: the connection broke");
    }
}
