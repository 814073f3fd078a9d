//! The errors that a caller sees, with their code, data and HTTP status.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

/// The result of an operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Names of operations are told up to this length, in bytes; ours are shorter than fifty.
const LONGEST_NAME: usize = 128;

/// One thing that is wrong with the parameters, in the words of a JSON Schema checker.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamError {
    /// JSON pointer to the bad value, empty for the parameters as a whole.
    pub path: String,
    /// JSON pointer into the schema, such as `#/properties/id/type`.
    pub schema_path: String,
    /// The rule that was broken, such as `type` or `required`.
    pub keyword: &'static str,
    /// What the rule asked for.
    pub params: Value,
    /// A sentence for people.
    pub message: String,
}

impl ParamError {
    fn to_json(&self) -> Value {
        json!({
            "instancePath": self.path,
            "schemaPath": self.schema_path,
            "keyword": self.keyword,
            "params": self.params,
            "message": self.message,
        })
    }
}

/// A privilege that a caller does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Kind of resource, such as `vm`.
    pub resource: String,
    /// The action, such as `start`.
    pub action: String,
    /// Id of the resource, where it is about one that exists.
    pub object: Option<String>,
}

impl Missing {
    /// As REST tells it.
    pub fn to_json(&self) -> Value {
        let mut missing = Map::new();
        missing.extend(self.object.as_ref().map(|id| ("objectId".to_owned(), id.as_str().into())));
        missing.insert("action".to_owned(), self.action.as_str().into());
        missing.insert("resource".to_owned(), self.resource.as_str().into());
        missing.into()
    }
}

/// An error that a caller can act on; the only error that leaves the server.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The operation is known and not made yet.
    #[error("not implemented")]
    NotImplemented,
    /// No object of one of the `kinds` (any kind where empty) has this id.
    #[error("no such {} {id}", if kinds.is_empty() { "object".to_owned() } else { kinds.join(",") })]
    NoSuchObject {
        /// The id as the caller wrote it.
        id: String,
        /// The kinds that would have been right.
        kinds: Vec<String>,
    },
    /// The caller may not do this.
    #[error("not enough permissions")]
    Unauthorized {
        /// The right that is missing, when it is not just a sign-in.
        permission: Option<&'static str>,
        /// The object that it is missing on.
        object: Option<String>,
        /// The privilege that would have been enough, too.
        missing: Option<Missing>,
    },
    /// Wrong name, password or token.
    #[error("invalid credentials")]
    InvalidCredentials,
    /// The operation is never allowed in this situation.
    #[error("forbidden operation: {operation}")]
    ForbiddenOperation {
        /// What was asked.
        operation: String,
        /// Why not.
        reason: String,
    },
    /// No host can take the VM.
    #[error("no hosts available")]
    NoHostsAvailable,
    /// A peer (not this server) refused the credentials that this server holds for it.
    #[error("authentication failed")]
    AuthenticationFailed,
    /// A host does not answer.
    #[error("server unreachable{}", reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default())]
    ServerUnreachable {
        /// The host.
        object: Option<String>,
        /// Why, where that is known; told to administrators.
        reason: Option<String>,
    },
    /// The parameters do not fit the operation.
    #[error("{message}")]
    InvalidParameters {
        /// `invalid parameters`, or what a rule of the operation says.
        message: Cow<'static, str>,
        /// One entry for each value that breaks the schema; empty when the operation itself refused.
        errors: Vec<ParamError>,
    },
    /// The VM has no PV drivers.
    #[error("missing PV drivers")]
    VmMissingPvDrivers {
        /// The VM.
        object: String,
    },
    /// The VM is a template.
    #[error("VM is a template")]
    VmIsTemplate {
        /// The template.
        object: String,
    },
    /// The VM is in the wrong power state.
    #[error("VM state is {actual} but should be {expected}")]
    VmBadPowerState {
        /// The VM.
        object: String,
        /// The state that the operation needs, lower case.
        expected: String,
        /// The state that the VM is in, lower case.
        actual: String,
    },
    /// The guest does not offer what the operation needs.
    #[error("VM lacks feature {feature}")]
    VmLacksFeature {
        /// The VM.
        object: String,
        /// What is missing.
        feature: String,
    },
    /// The pool is being upgraded.
    #[error("not supported during upgrade")]
    NotSupportedDuringUpgrade,
    /// What was to be created is there.
    #[error("{} already exists", kind.unwrap_or("object"))]
    ObjectAlreadyExists {
        /// The object that stands in the way.
        object: Option<String>,
        /// Its kind.
        kind: Option<&'static str>,
    },
    /// The disk is in use.
    #[error("VDI in use")]
    VdiInUse {
        /// The disk.
        object: String,
        /// The operation that it is in use by or that was refused.
        operation: String,
    },
    /// The host is off.
    #[error("host offline")]
    HostOffline {
        /// The host.
        object: String,
    },
    /// The operation is blocked on this object by its owner.
    #[error("operation blocked")]
    OperationBlocked {
        /// The object.
        object: String,
        /// Why.
        code: String,
    },
    /// A patch cannot be installed.
    #[error("patch precheck failed: {kind}")]
    PatchPrecheckFailed {
        /// The patch.
        object: String,
        /// What the check found.
        kind: String,
    },
    /// The operation failed on this object.
    #[error("operation failed")]
    OperationFailed {
        /// The object.
        object: String,
        /// Why.
        code: String,
    },
    /// The audit chain misses a record.
    #[error("missing record")]
    MissingAuditRecord {
        /// Id of the record.
        id: String,
        /// How many records before it are good.
        valid: u64,
    },
    /// A record of the audit chain was changed.
    #[error("altered record")]
    AlteredAuditRecord {
        /// Id of the record.
        id: String,
        /// The record as it is found.
        record: Box<Value>,
        /// How many records before it are good.
        valid: u64,
    },
    /// A resource set has not enough left.
    #[error("not enough resources in resource set")]
    NotEnoughResources {
        /// One `{resourceSet, resourceType, available, requested}` for each limit.
        limits: Vec<Value>,
    },
    /// Something is in a state in which this cannot be done.
    #[error("incorrect state")]
    IncorrectState {
        /// The state found.
        actual: Box<Value>,
        /// The state or states needed.
        expected: Box<Value>,
        /// Whose state.
        object: String,
        /// Which of its properties.
        property: String,
    },
    /// The feature is not part of what this server may offer.
    #[error("feature Unauthorized")]
    FeatureUnauthorized {
        /// Code of the feature.
        feature: String,
    },
    /// A smart job selects nothing.
    #[error("no VMs match this pattern")]
    NoMatchingVm {
        /// `{jobId, runJobId, scheduleId}`.
        job: Value,
    },
    /// A part of the server is not up.
    #[error("service unavailable")]
    ServiceUnavailable {
        /// Its name.
        service: String,
    },
    /// No operation has this name.
    #[error("method not found: {0}")]
    NoSuchMethod(String),
    /// The operation refuses for a reason that any caller may read.
    #[error("{0}")]
    Refused(Cow<'static, str>),
    /// Something failed behind the operation; only administrators learn what.
    #[error("{message}")]
    Failed {
        /// What happened.
        message: String,
        /// Class of the error, such as `XapiError`.
        name: &'static str,
        /// More for the administrator, such as the `code`, `params` and `call` of a XAPI error.
        data: Map<String, Value>,
    },
}

impl Error {
    /// No object of kind `kind` has this id.
    pub fn no_such(kind: &str, id: impl Into<String>) -> Self {
        Self::NoSuchObject { id: id.into(), kinds: vec![kind.to_owned()] }
    }

    /// No operation has this name, which is told cut to [`LONGEST_NAME`] bytes: a caller whom nobody knows must not
    /// make long answers of us.
    pub fn no_such_method(name: &str) -> Self {
        let cut = name.floor_char_boundary(LONGEST_NAME);
        Self::NoSuchMethod(if cut < name.len() { format!("{}…", &name[..cut]) } else { name.to_owned() })
    }

    /// The operation itself refuses the parameters, for the reason `message`.
    pub fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::InvalidParameters { message: message.into(), errors: Vec::new() }
    }

    /// The parameters break the schema.
    pub fn invalid_params(errors: Vec<ParamError>) -> Self {
        Self::InvalidParameters { message: "invalid parameters".into(), errors }
    }

    /// The operation refuses for a reason that any caller may read.
    pub fn refused(message: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused(message.into())
    }

    /// Something failed behind the operation; only administrators learn what.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::Failed { message: message.into(), name: "Error", data: Map::new() }
    }

    /// Nobody is signed in.
    pub fn not_signed_in() -> Self {
        Self::Unauthorized { permission: None, object: None, missing: None }
    }

    /// The caller has not the right `permission`, on `object` where it is about one.
    pub fn unauthorized(permission: &'static str, object: Option<String>) -> Self {
        Self::Unauthorized { permission: Some(permission), object, missing: None }
    }

    /// The same, where a privilege would have been enough, too.
    #[must_use]
    pub fn missing(self, resource: impl Into<String>, action: impl Into<String>, of: Option<String>) -> Self {
        match self {
            Self::Unauthorized { permission, object, .. } => {
                let missing = Some(Missing { resource: resource.into(), action: action.into(), object: of });
                Self::Unauthorized { permission, object, missing }
            }
            other => other,
        }
    }

    /// `property` of `object` is `actual` and would have to be `expected`.
    pub fn incorrect_state(
        object: impl Into<String>,
        property: impl Into<String>,
        actual: impl Into<Value>,
        expected: impl Into<Value>,
    ) -> Self {
        Self::IncorrectState {
            actual: Box::new(actual.into()),
            expected: Box::new(expected.into()),
            object: object.into(),
            property: property.into(),
        }
    }

    /// The host `object` does not answer.
    pub fn unreachable(object: impl Into<String>) -> Self {
        Self::ServerUnreachable { object: Some(object.into()), reason: None }
    }

    /// The same error, of the host `object` where it is that a host does not answer.
    #[must_use]
    pub fn of_host(self, object: &str) -> Self {
        match self {
            Self::ServerUnreachable { reason, .. } => {
                Self::ServerUnreachable { object: Some(object.to_owned()), reason }
            }
            other => other,
        }
    }

    /// The numeric code on the wire.
    pub fn code(&self) -> i32 {
        self.row().0
    }

    /// The HTTP status of an answer that carries this error.
    pub fn status(&self) -> u16 {
        self.row().1
    }

    /// Code, HTTP status and data, for each error; the one table.
    fn row(&self) -> (i32, u16, Option<Value>) {
        let object_id = |object: &String| Some(json!({ "objectId": object }));
        match self {
            Self::NotImplemented => (0, 501, None),
            Self::NoSuchObject { id, kinds } => {
                let kinds = match &**kinds {
                    [] => Value::Null,
                    [kind] => kind.as_str().into(),
                    kinds => kinds.into(),
                };
                (1, 404, Some(json!({ "id": id, "type": kinds })))
            }
            Self::Unauthorized { permission, object, .. } => {
                let mut data = Map::new();
                if let Some(permission) = permission {
                    data.insert("permission".to_owned(), (*permission).into());
                }
                data.insert("object".to_owned(), object.as_ref().map_or_else(|| json!({}), |id| json!({ "id": id })));
                (2, 403, Some(data.into()))
            }
            Self::InvalidCredentials => (3, 401, None),
            Self::ForbiddenOperation { operation, reason } => {
                (5, 403, Some(json!({ "operation": operation, "reason": reason })))
            }
            Self::NoHostsAvailable => (7, 409, None),
            Self::AuthenticationFailed => (8, 502, None),
            Self::ServerUnreachable { object, .. } => {
                (9, 502, Some(object.as_ref().map_or_else(|| json!({}), |id| json!({ "objectId": id }))))
            }
            Self::InvalidParameters { errors, .. } => {
                let data = match &**errors {
                    [] => json!({}),
                    errors => json!({ "errors": errors.iter().map(ParamError::to_json).collect::<Vec<_>>() }),
                };
                (10, 422, Some(data))
            }
            Self::VmMissingPvDrivers { object } => (11, 409, object_id(object)),
            Self::VmIsTemplate { object } => (12, 409, object_id(object)),
            Self::VmBadPowerState { object, expected, actual } => {
                (13, 409, Some(json!({ "objectId": object, "expected": expected, "actual": actual })))
            }
            Self::VmLacksFeature { object, feature } => {
                (14, 409, Some(json!({ "objectId": object, "feature": feature })))
            }
            Self::NotSupportedDuringUpgrade => (15, 409, None),
            Self::ObjectAlreadyExists { object, kind } => {
                let mut data = Map::new();
                if let Some(object) = object {
                    data.insert("objectId".to_owned(), object.as_str().into());
                }
                if let Some(kind) = kind {
                    data.insert("objectType".to_owned(), (*kind).into());
                }
                (16, 409, Some(data.into()))
            }
            Self::VdiInUse { object, operation } => {
                (17, 409, Some(json!({ "objectId": object, "operation": operation })))
            }
            Self::HostOffline { object } => (18, 409, object_id(object)),
            Self::OperationBlocked { object, code } => (19, 409, Some(json!({ "objectId": object, "code": code }))),
            Self::PatchPrecheckFailed { object, kind } => {
                (20, 409, Some(json!({ "objectId": object, "errorType": kind })))
            }
            Self::OperationFailed { object, code } => (21, 409, Some(json!({ "objectId": object, "code": code }))),
            Self::MissingAuditRecord { id, valid } => (22, 500, Some(json!({ "id": id, "nValid": valid }))),
            Self::AlteredAuditRecord { id, record, valid } => {
                (23, 500, Some(json!({ "id": id, "record": record, "nValid": valid })))
            }
            Self::NotEnoughResources { limits } => (24, 409, Some(limits.clone().into())),
            Self::IncorrectState { actual, expected, object, property } => (
                25,
                409,
                Some(json!({ "actual": actual, "expected": expected, "object": object, "property": property })),
            ),
            Self::FeatureUnauthorized { feature } => (26, 403, Some(json!({ "featureCode": feature }))),
            Self::NoMatchingVm { job } => (27, 409, Some(job.clone())),
            Self::ServiceUnavailable { service } => (28, 503, Some(json!({ "serviceName": service }))),
            Self::NoSuchMethod(method) => (-32601, 404, Some(method.as_str().into())),
            Self::Refused(_) => (-32000, 409, None),
            Self::Failed { message, name, data } => {
                let mut data = data.clone();
                data.insert("message".to_owned(), message.as_str().into());
                data.insert("name".to_owned(), (*name).into());
                // A host has refused: whoever asked can do something about that.
                let status = if *name == "XapiError" { 409 } else { 500 };
                (-32000, status, Some(data.into()))
            }
        }
    }

    /// The `error` member of a JSON-RPC answer, with its members in the order that the field uses.
    ///
    /// What failed behind an operation is told to administrators only.
    pub fn to_json(&self, to_admin: bool) -> Value {
        if let (Self::Failed { .. }, false) = (self, to_admin) {
            return json!({ "code": -32000, "message": "unknown error from the peer" });
        }
        let (code, _, data) = self.row();
        let mut error = Map::new();
        let message = match self {
            Self::ServerUnreachable { .. } if !to_admin => Value::from("server unreachable"),
            _ => Value::from(self.to_string()),
        };
        if code < 0 {
            error.insert("code".to_owned(), code.into());
            error.extend(data.map(|data| ("data".to_owned(), data)));
            error.insert("message".to_owned(), message);
        } else {
            error.insert("message".to_owned(), message);
            error.insert("code".to_owned(), code.into());
            error.extend(data.map(|data| ("data".to_owned(), data)));
        }
        error.into()
    }
}
