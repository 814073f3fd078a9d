//! A toy application: two VMs and a host, a few operations on them.

use std::collections::BTreeMap;

use bytes::Bytes;
use op::{Answer, Any, Context, Id, Kinds, Level, Need, Object, Op, Ops, Patch, Raw, Result, Secret, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Clone, Copy, Default)]
pub(crate) struct Cx {
    pub(crate) user: Option<&'static str>,
}

impl Context for Cx {
    fn signed_in(&self) -> bool {
        self.user.is_some()
    }
    fn admin(&self) -> bool {
        self.user == Some("admin")
    }
    fn resolve(&self, id: &str) -> Option<Object> {
        let (id, kind) = match id {
            "vm1" | "OpaqueRef:1" => ("vm1", "VM"),
            "snapshot1" => ("snapshot1", "VM-snapshot"),
            "host1" => ("host1", "host"),
            _ => return None,
        };
        Some(Object { id: id.to_owned(), kind })
    }
    fn holds(&self, resource: &str, action: &str) -> bool {
        self.admin() || (self.user == Some("holder") && (resource, action) == ("user", "create"))
    }
    fn privilege(&self, kind: &str, action: &str) -> Option<(&'static str, String)> {
        (kind == "VM").then(|| ("vm", action.to_owned()))
    }
    fn allowed(&self, level: Level, action: &str, _object: &Object) -> bool {
        match self.user {
            Some("operator") => level <= Level::Operate,
            Some("holder") => ["update:cpus", "start:clean"].contains(&action),
            _ => false,
        }
    }
}

pub(crate) struct Vm;
impl Kinds for Vm {
    const NAMES: &'static [&'static str] = &["VM"];
}

pub(crate) struct VmOrSnapshot;
impl Kinds for VmOrSnapshot {
    const NAMES: &'static [&'static str] = &["VM", "VM-snapshot"];
}

pub(crate) struct Host;
impl Kinds for Host {
    const NAMES: &'static [&'static str] = &["host"];
}

/// Start a halted VM.
#[derive(Deserialize, JsonSchema)]
struct Start {
    /// VM to start.
    id: Id<Vm>,
    /// Host to start it on; chosen by the pool when left out.
    host: Option<Id<Host>>,
    #[serde(default)]
    force: bool,
}

impl Op<Cx> for Start {
    type Output = ();
    const SPEC: Spec = Spec::objects(
        "vm.start",
        &[Need::operate("id", "start").by("force", "start:hard", "start:clean"), Need::view("host", "read")],
    );
    async fn run(self, _: Cx) -> Result<()> {
        assert_eq!((&*self.id, self.host.as_deref().unwrap_or("host1")), ("vm1", "host1"));
        assert!(!self.force);
        Ok(())
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Mode {
    /// Ask the guest.
    Clean,
    /// Pull the plug.
    Hard,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum Size {
    Bytes(u64),
    Text(String),
}

impl Size {
    fn into_text(self) -> String {
        match self {
            Self::Bytes(size) => size.to_string(),
            Self::Text(text) => text,
        }
    }
}

#[derive(Deserialize, JsonSchema)]
struct Creation {
    user: Option<String>,
}

/// Change a VM.
#[derive(Deserialize, JsonSchema)]
struct Set {
    id: Id<VmOrSnapshot>,
    name_label: Option<String>,
    #[schemars(length(min = 0))]
    name_description: Option<String>,
    #[serde(default)]
    notes: Patch<String>,
    memory: Option<Size>,
    mode: Option<Mode>,
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 8))]
    cpus: u32,
    #[schemars(regex(pattern = "^#?([0-9A-Fa-f]{6})$"))]
    color: Option<String>,
    creation: Option<Creation>,
    tags: Option<Vec<String>>,
    data: Option<BTreeMap<String, Option<String>>>,
}

fn one() -> u32 {
    1
}

/// A VM as it is after the change.
#[derive(Serialize, JsonSchema)]
struct Changed {
    id: String,
    notes: Option<String>,
    cpus: u32,
}

impl Op<Cx> for Set {
    type Output = Changed;
    const SPEC: Spec = Spec::objects("vm.set", &[Need::administrate("id", "update").each()]);
    async fn run(self, _: Cx) -> Result<Changed> {
        let _ = (self.name_label, self.name_description, self.color, self.tags, self.data);
        let _ = (self.memory.map(Size::into_text), self.mode.map(|(Mode::Clean | Mode::Hard)| ()));
        let _ = self.creation.and_then(|c| c.user);
        Ok(Changed { id: self.id.into_string(), notes: self.notes.into_change().flatten(), cpus: self.cpus })
    }
}

/// Add a tag to an object.
#[derive(Deserialize, JsonSchema)]
struct Tag {
    id: Id<Any>,
    tag: String,
}

impl Op<Cx> for Tag {
    type Output = bool;
    const SPEC: Spec = Spec::objects("tag.add", &[Need::administrate("id", "update:tags")]);
    async fn run(self, _: Cx) -> Result<bool> {
        Ok(self.id.as_str() == "vm1" && !self.tag.is_empty())
    }
}

/// Look at a VM.
#[derive(Deserialize, JsonSchema)]
struct Look {
    id: Id<Vm>,
}

impl Op<Cx> for Look {
    type Output = String;
    const SPEC: Spec = Spec::objects("vm.look", &[Need::view("id", "read")]).read();
    async fn run(self, _: Cx) -> Result<String> {
        Ok(self.id.into_string())
    }
}

/// Copy a VM to a host.
#[derive(Deserialize, JsonSchema)]
struct Copy {
    vm: Id<Vm>,
    host: Id<Host>,
}

impl Op<Cx> for Copy {
    type Output = ();
    const SPEC: Spec = Spec::objects("vm.copy", &[Need::operate("host", "use"), Need::operate("vm", "copy")]);
    async fn run(self, _: Cx) -> Result<()> {
        assert_eq!(&*self.vm, "vm1");
        Ok(())
    }
    fn would(&self, first: &str) -> Option<String> {
        (first == "VM.copy").then(|| format!("it would be copied to `{}`", self.host))
    }
}

/// Make storage on a host.
#[derive(Deserialize, JsonSchema)]
struct Make {
    host: Id<Host>,
}

impl Op<Cx> for Make {
    type Output = String;
    const SPEC: Spec = Spec::objects("sr.make", &[Need::administrate("host", "create-sr")]);
    async fn run(self, _: Cx) -> Result<String> {
        Ok(self.host.into_string())
    }
}

/// Give a device of a host to a VM.
#[derive(Deserialize, JsonSchema)]
struct Give {
    host: Id<Host>,
    to: Id<Vm>,
}

impl Op<Cx> for Give {
    type Output = (String, String);
    const SPEC: Spec = Spec::objects("usb.give", &[Need::operate("host", "use"), Need::operate("to", "use")]);
    async fn run(self, _: Cx) -> Result<(String, String)> {
        Ok((self.host.into_string(), self.to.into_string()))
    }
}

/// List all users.
#[derive(Deserialize, JsonSchema)]
struct GetAll;

impl Op<Cx> for GetAll {
    type Output = Vec<BTreeMap<String, Value>>;
    const SPEC: Spec = Spec::admin("user.getAll");
    async fn run(self, _: Cx) -> Result<Self::Output> {
        Ok(Vec::new())
    }
}

/// Create a user.
#[derive(Deserialize, JsonSchema)]
struct Create {
    email: String,
    password: Secret,
}

impl Op<Cx> for Create {
    type Output = String;
    const SPEC: Spec = Spec::privilege("user.create", "user", "create");
    async fn run(self, _: Cx) -> Result<String> {
        Ok(format!("{} {:?}", self.email, self.password))
    }
}

/// Sign in, by whatever the sign-in providers take.
#[derive(Deserialize, JsonSchema)]
struct SignIn {
    #[serde(flatten)]
    credentials: BTreeMap<String, Value>,
}

impl Op<Cx> for SignIn {
    type Output = usize;
    const SPEC: Spec = Spec::public("session.signIn");
    async fn run(self, _: Cx) -> Result<usize> {
        Ok(self.credentials.len())
    }
}

/// List all objects.
#[derive(Deserialize, JsonSchema)]
struct Objects {}

impl Op<Cx> for Objects {
    type Output = Raw<BTreeMap<String, Value>>;
    const SPEC: Spec = Spec::signed_in("xo.getAllObjects");
    async fn run(self, _: Cx) -> Result<Self::Output> {
        Ok(Answer::parts(["{\"a\":", "1}"].into_iter().map(|part| Bytes::from_static(part.as_bytes()))).into())
    }
}

pub(crate) fn ops() -> Ops<Cx> {
    let mut ops = Ops::new();
    ops.add::<Look>().add::<Copy>().add::<Make>().add::<Give>();
    ops.add::<Start>().add::<Set>().add::<Tag>().add::<GetAll>().add::<Create>().add::<SignIn>().add::<Objects>();
    ops
}

/// Calls as `user` and returns the answer's text, or the `error` member as an administrator gets it.
pub(crate) async fn call(user: Option<&'static str>, name: &str, params: Value) -> String {
    match ops().call(name, params, Cx { user }).await {
        Ok(answer) => String::from_utf8(answer.into_bytes().to_vec()).expect("JSON is UTF-8"),
        Err(error) => error.to_json(true).to_string(),
    }
}
