//! Errors of hosts as errors of ours: the one place where XAPI's codes are read.

use op::Error;
use serde_json::{Map, Value, json};
use tracing::warn;
use xapi_types::{Failure, code};

/// Turns an error of a pool into what the caller sees.
///
/// `method` is what was called; `id_of` finds our id of a reference.
pub(crate) fn translate(error: &xapi::Error, method: &str, id_of: impl Fn(&str) -> Option<String>) -> Error {
    let Some(failure) = error.failure() else {
        warn!(method, "call of `{method}` failed: {error}");
        return unreachable_or(error);
    };
    let object = |at: usize| {
        let reference = failure.param(at);
        id_of(reference).unwrap_or_else(|| reference.to_owned())
    };
    let text = |at: usize| failure.param(at).to_owned();
    match failure.code.as_str() {
        code::HOST_OFFLINE => Error::HostOffline { object: object(0) },
        code::NO_HOSTS_AVAILABLE => Error::NoHostsAvailable,
        code::NOT_SUPPORTED_DURING_UPGRADE => Error::NotSupportedDuringUpgrade,
        code::OPERATION_BLOCKED => Error::OperationBlocked { object: object(0), code: text(1) },
        code::PATCH_PRECHECK_FAILED_ISO_MOUNTED => {
            Error::PatchPrecheckFailed { object: object(0), kind: "ISO_MOUNTED".to_owned() }
        }
        code::PIF_VLAN_EXISTS => Error::ObjectAlreadyExists { object: Some(object(0)), kind: Some("PIF") },
        code::SESSION_AUTHENTICATION_FAILED => Error::AuthenticationFailed,
        code::VDI_IN_USE => Error::VdiInUse { object: object(0), operation: text(1) },
        code::VM_BAD_POWER_STATE => Error::VmBadPowerState {
            object: object(0),
            expected: text(1).to_lowercase(),
            actual: text(2).to_lowercase(),
        },
        code::VM_IS_TEMPLATE => Error::VmIsTemplate { object: object(0) },
        // Hosts do not say which feature; what was asked for says it.
        code::VM_LACKS_FEATURE => {
            let asked = method.rsplit('.').next().unwrap_or(method);
            let feature = Some(text(1)).filter(|feature| !feature.is_empty()).unwrap_or_else(|| asked.to_owned());
            Error::VmLacksFeature { object: object(0), feature }
        }
        // XenServer 6 and older.
        "VM_LACKS_FEATURE_SHUTDOWN" => Error::VmLacksFeature { object: object(0), feature: "shutdown".to_owned() },
        code::VM_MISSING_PV_DRIVERS => Error::VmMissingPvDrivers { object: object(0) },
        _ => unknown(failure, method),
    }
}

/// A code that no caller waits for: administrators see it whole.
fn unknown(failure: &Failure, method: &str) -> Error {
    let mut data = Map::new();
    data.insert("code".to_owned(), failure.code.as_str().into());
    data.insert("params".to_owned(), json!(failure.params));
    data.insert("call".to_owned(), json!({ "method": method }));
    Error::Failed { message: failure.to_string(), name: "XapiError", data }
}

/// The pool could not be asked, or its answer did not arrive.
fn unreachable_or(error: &xapi::Error) -> Error {
    match error {
        xapi::Error::Connect { .. } | xapi::Error::NoMember { .. } | xapi::Error::Closed => {
            Error::ServerUnreachable { object: None, reason: Some(error.to_string()) }
        }
        other => Error::failed(other.to_string()),
    }
}

/// Describes why a server cannot be used, as `server.getAll` shows it.
pub(crate) fn describe(error: &xapi::Error) -> Value {
    let code = match error.failure() {
        Some(failure) => Some(failure.code.clone()),
        None => own_code(error).map(ToOwned::to_owned),
    };
    let mut description = Map::new();
    description.insert("message".to_owned(), error.to_string().into());
    if let Some(code) = code {
        description.insert("code".to_owned(), code.into());
    }
    if let Some(failure) = error.failure() {
        description.insert("params".to_owned(), json!(failure.params));
    }
    if let Some(certificate) = error.certificate() {
        description.insert("certificate".to_owned(), shown(certificate));
    }
    description.into()
}

/// Describes a certificate that is not accepted, for a person to compare with what the host says of itself.
fn shown(certificate: &xapi::CertificateError) -> Value {
    let (from, until) = certificate.validity.unzip();
    json!({
        "address": certificate.address.to_string(),
        "fingerprint": certificate.fingerprint.to_string(),
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        // Milliseconds since the epoch.
        "validFrom": from.map(|seconds| seconds * 1000),
        "validUntil": until.map(|seconds| seconds * 1000),
    })
}

/// The code that clients of the original look for.
fn own_code(error: &xapi::Error) -> Option<&'static str> {
    Some(match error {
        xapi::Error::Connect { reason, .. } if reason.contains("refused") => "ECONNREFUSED",
        xapi::Error::Connect { .. } => "EHOSTUNREACH",
        xapi::Error::Timeout { .. } => "ETIMEDOUT",
        xapi::Error::Broken { .. } => "ECONNRESET",
        xapi::Error::Certificate(certificate) => match certificate.problem {
            xapi::Problem::SelfSigned => "DEPTH_ZERO_SELF_SIGNED_CERT",
            xapi::Problem::UnknownIssuer { .. } => "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            xapi::Problem::Expired => "CERT_HAS_EXPIRED",
            xapi::Problem::OtherName { .. } => "ERR_TLS_CERT_ALTNAME_INVALID",
            _ => return None,
        },
        xapi::Error::Coordinator { cause, .. } => return own_code(cause),
        xapi::Error::NoMember { first, .. } => return own_code(first),
        _ => return None,
    })
}
