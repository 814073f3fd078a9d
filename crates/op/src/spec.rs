//! What a declaration says besides its parameters: name and access.

use std::borrow::Cow;

use serde_json::Value;

use crate::{Rest, order::RESERVED};

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anyone, without a session.
    Public,
    /// Any signed-in user.
    SignedIn,
    /// Only administrators.
    Admin,
    /// Administrators, and those who hold a privilege for an action on some resource of this kind. Whether it is about
    /// the resource that the call names, the operation asks when it knows what that is like.
    Privilege(&'static str, &'static str),
    /// Signed-in users who hold every right that the needs name.
    Objects,
}

/// The classic right on an object; each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// No right; the object only has to exist.
    None,
    /// See it.
    View,
    /// Use it: start, stop, open its console.
    Operate,
    /// Change and delete it.
    Administrate,
}

impl Level {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::View => "view",
            Self::Operate => "operate",
            Self::Administrate => "administrate",
        }
    }
}

/// One right, needed on the object (or each object) that a parameter names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// Name of the parameter on the wire.
    pub param: &'static str,
    /// The classic right.
    pub level: Level,
    /// The finer right, such as `start`; for [`Level::None`] the reason why none is needed.
    pub action: &'static str,
    /// What the finer right depends on.
    pub refined: Refined,
}

/// What a finer right depends on besides the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refined {
    /// Nothing.
    Not,
    /// The other parameters: each that is given needs a right of its own, such as `update:name_label`.
    Each,
    /// Whether a parameter is true: its name, the right if so, and if not.
    By(&'static str, &'static str, &'static str),
}

impl Need {
    /// The caller must be able to see the object.
    pub const fn view(param: &'static str, action: &'static str) -> Self {
        Self::new(param, Level::View, action)
    }

    /// The caller must be able to use the object.
    pub const fn operate(param: &'static str, action: &'static str) -> Self {
        Self::new(param, Level::Operate, action)
    }

    /// The caller must be able to change the object.
    pub const fn administrate(param: &'static str, action: &'static str) -> Self {
        Self::new(param, Level::Administrate, action)
    }

    /// The object only has to exist; `why` says what makes that safe.
    pub const fn unchecked(param: &'static str, why: &'static str) -> Self {
        Self::new(param, Level::None, why)
    }

    const fn new(param: &'static str, level: Level, action: &'static str) -> Self {
        Self { param, level, action, refined: Refined::Not }
    }

    /// The same, where each other parameter that is given needs the finer right to it: `update:name_label`.
    #[must_use]
    pub const fn each(mut self) -> Self {
        self.refined = Refined::Each;
        self
    }

    /// The same, where the finer right is another one if `param` is true, and if not.
    #[must_use]
    pub const fn by(mut self, param: &'static str, yes: &'static str, no: &'static str) -> Self {
        self.refined = Refined::By(param, yes, no);
        self
    }

    /// Returns the finer rights that a call with these parameters needs.
    pub(crate) fn actions(&self, params: &Value) -> Vec<Cow<'static, str>> {
        match self.refined {
            Refined::Not => vec![self.action.into()],
            Refined::By(param, yes, no) => vec![if params[param] == true { yes.into() } else { no.into() }],
            Refined::Each => {
                let given = params.as_object().into_iter().flat_map(|params| params.keys());
                let each: Vec<_> = self.each_of(given).collect();
                if each.is_empty() { vec![self.action.into()] } else { each }
            }
        }
    }

    /// Returns the finer rights of which one lets somebody make some call, of an operation with these parameters.
    pub(crate) fn finer<'a>(&self, params: impl Iterator<Item = &'a String>) -> Vec<Cow<'static, str>> {
        match self.refined {
            Refined::Not => vec![self.action.into()],
            Refined::By(_, yes, no) => vec![yes.into(), no.into()],
            Refined::Each => std::iter::once(self.action.into()).chain(self.each_of(params)).collect(),
        }
    }

    /// Returns the finer right to each of the other parameters.
    fn each_of<'a>(&self, params: impl Iterator<Item = &'a String>) -> impl Iterator<Item = Cow<'static, str>> {
        let others = params.filter(|name| *name != self.param && !RESERVED.contains(&name.as_str()));
        others.map(|name| format!("{}:{name}", self.action).into())
    }
}

/// What the table knows of an operation besides the types of its parameters and result.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// Name in JSON-RPC, such as `vm.start`.
    pub rpc: &'static str,
    /// Who may call it.
    pub access: Access,
    /// The rights on objects; one for each parameter that is an id.
    pub needs: &'static [Need],
    /// Whether calls leave no record, because clients make them all the time.
    pub quiet: bool,
    /// Whether the result is a picture of the objects, which notifications then keep up to date: they
    /// wait until it has been sent, since an older state must not overwrite a newer one.
    pub snapshot: bool,
    /// Parameters that may hold secrets, whatever they are called: no record of a call keeps them.
    pub secrets: &'static [&'static str],
    /// The parameter that is the object it acts on, where a call may leave that out; otherwise that follows from the
    /// parameters.
    pub on: Option<&'static str>,
    /// Whether it only looks at the object that it names; what does something to it takes a selection, too.
    pub read: bool,
    /// Whether calls are kept among what users did although the operation only looks: it takes content out.
    pub kept: bool,
    /// Routes over REST that differ from what the rule makes of the name; see [`Ops::routes`](crate::Ops::routes).
    pub rest: &'static [Rest],
}

impl Spec {
    const fn new(rpc: &'static str, access: Access, needs: &'static [Need]) -> Self {
        Self {
            rpc,
            access,
            needs,
            quiet: false,
            snapshot: false,
            read: false,
            kept: false,
            secrets: &[],
            on: None,
            rest: &[],
        }
    }

    /// An operation for anyone, signed in or not.
    pub const fn public(rpc: &'static str) -> Self {
        Self::new(rpc, Access::Public, &[])
    }

    /// An operation for any signed-in user.
    pub const fn signed_in(rpc: &'static str) -> Self {
        Self::new(rpc, Access::SignedIn, &[])
    }

    /// An operation for administrators.
    pub const fn admin(rpc: &'static str) -> Self {
        Self::new(rpc, Access::Admin, &[])
    }

    /// An operation for administrators and those who hold a privilege for `action` on a kind of resource.
    pub const fn privilege(rpc: &'static str, resource: &'static str, action: &'static str) -> Self {
        Self::new(rpc, Access::Privilege(resource, action), &[])
    }

    /// An operation for users who hold `needs` on the objects they name.
    pub const fn objects(rpc: &'static str, needs: &'static [Need]) -> Self {
        Self::new(rpc, Access::Objects, needs)
    }

    /// The same, for an operation of administrators that takes ids.
    #[must_use]
    pub const fn with(mut self, needs: &'static [Need]) -> Self {
        self.needs = needs;
        self
    }

    /// The same, with parameters that no record keeps.
    #[must_use]
    pub const fn secret(mut self, params: &'static [&'static str]) -> Self {
        self.secrets = params;
        self
    }

    /// The same, leaving no record of calls.
    #[must_use]
    pub const fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// The same, whose result is a picture of the objects that notifications continue.
    #[must_use]
    pub const fn snapshot(mut self) -> Self {
        self.snapshot = true;
        self
    }

    /// The same, which acts on the object that the parameter `param` names, where it is not left out.
    #[must_use]
    pub const fn on(mut self, param: &'static str) -> Self {
        self.on = Some(param);
        self
    }

    /// The same, which only looks at the object that it names.
    #[must_use]
    pub const fn read(mut self) -> Self {
        self.read = true;
        self
    }

    /// The same, of which it is kept who called it although it only looks: it takes content out.
    #[must_use]
    pub const fn kept(mut self) -> Self {
        self.kept = true;
        self
    }

    /// Returns whether calls are kept among what users did: those that do something, or take content out.
    pub fn leaves_entry(&self) -> bool {
        let method = self.rpc.split_once('.').map_or(self.rpc, |(_, method)| method);
        !self.quiet && (self.kept || !(self.read || crate::route::looks(method)))
    }

    /// The same, reached over REST by these routes.
    #[must_use]
    pub const fn rest(mut self, routes: &'static [Rest]) -> Self {
        self.rest = routes;
        self
    }
}
