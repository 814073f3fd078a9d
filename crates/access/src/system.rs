//! The server itself: its version, its operations.

use app::Cx;
use op::{Error, Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// Version of the original whose API this one keeps; clients decide by it what they may ask for.
const COMPATIBLE_WITH: &str = "5.207.2";
/// Version of the calling convention, which has never changed.
const API: &str = "0.1";

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<GetMethodsInfo>()
        .add::<GetServerTimezone>()
        .add::<GetServerVersion>()
        .add::<GetVersion>()
        .add::<ListMethods>()
        .add::<MethodSignature>();
}

/// List every operation with its parameters.
#[derive(Deserialize, JsonSchema)]
struct GetMethodsInfo {}

impl Op<Cx> for GetMethodsInfo {
    type Output = Value;
    const SPEC: Spec = Spec::public("system.getMethodsInfo").quiet();
    async fn run(self, cx: Cx) -> Result<Value> {
        Ok(cx.app.ops().methods_info())
    }
}

/// Tell the time zone of the server, as its IANA name.
#[derive(Deserialize, JsonSchema)]
struct GetServerTimezone {}

impl Op<Cx> for GetServerTimezone {
    type Output = String;
    const SPEC: Spec = Spec::signed_in("system.getServerTimezone");
    async fn run(self, _: Cx) -> Result<String> {
        Ok(jiff::tz::TimeZone::system().iana_name().unwrap_or("UTC").to_owned())
    }
}

/// Tell the version of the original whose API is kept.
#[derive(Deserialize, JsonSchema)]
struct GetServerVersion {}

impl Op<Cx> for GetServerVersion {
    type Output = &'static str;
    const SPEC: Spec = Spec::public("system.getServerVersion");
    async fn run(self, _: Cx) -> Result<&'static str> {
        Ok(COMPATIBLE_WITH)
    }
}

/// Tell the version of the calling convention.
#[derive(Deserialize, JsonSchema)]
struct GetVersion {}

impl Op<Cx> for GetVersion {
    type Output = &'static str;
    const SPEC: Spec = Spec::public("system.getVersion");
    async fn run(self, _: Cx) -> Result<&'static str> {
        Ok(API)
    }
}

/// List the names of all operations.
#[derive(Deserialize, JsonSchema)]
struct ListMethods {}

impl Op<Cx> for ListMethods {
    type Output = Vec<&'static str>;
    const SPEC: Spec = Spec::public("system.listMethods");
    async fn run(self, cx: Cx) -> Result<Vec<&'static str>> {
        Ok(cx.app.ops().names().collect())
    }
}

/// Describe one operation.
#[derive(Deserialize, JsonSchema)]
struct MethodSignature {
    /// Name of the operation.
    method: String,
}

impl Op<Cx> for MethodSignature {
    type Output = Vec<Value>;
    const SPEC: Spec = Spec::public("system.methodSignature");
    async fn run(self, cx: Cx) -> Result<Vec<Value>> {
        let info = cx.app.ops().method_info(&self.method);
        Ok(vec![info.ok_or_else(|| Error::NoSuchObject { id: self.method, kinds: vec!["method".to_owned()] })?])
    }
}
