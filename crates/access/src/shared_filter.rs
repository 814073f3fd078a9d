//! Filters of lists that somebody keeps for all users.
//!
//! Those that users keep for themselves are among their preferences (`user.set`).

use app::{Cx, db::SharedFilter, failure, model::Kind};
use filter::Filter;
use op::{Context, Error, Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::existence::must_exist;

/// Kind that errors name where no filter has the id.
const KIND: &str = "sharedFilter";

/// Filters that one user who is no administrator may share: all are shown to everybody.
const MOST: usize = 100;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<Create>().add::<Delete>().add::<GetAll>().add::<Set>();
}

/// A filter that is kept for all users.
#[derive(Serialize, JsonSchema)]
struct SharedFilterInfo {
    /// Its id.
    id: String,
    /// Type of the objects that it chooses from, such as `VM`.
    r#type: String,
    /// Name; no other of the type has it.
    name: String,
    /// A text of the filter language.
    filter: String,
    /// Id of the user who made it, who may be gone.
    user: String,
    /// Whether the caller may change it: their own, administrators all.
    editable: bool,
}

/// List the filters that are kept for all users.
#[derive(Deserialize, JsonSchema)]
struct GetAll {}

impl Op<Cx> for GetAll {
    type Output = Vec<SharedFilterInfo>;
    const SPEC: Spec = Spec::signed_in("sharedFilter.getAll").quiet();
    async fn run(self, cx: Cx) -> Result<Vec<SharedFilterInfo>> {
        let filters = cx.app.db().shared_filters().all().await.map_err(failure)?;
        let (user, is_admin) = (cx.user()?, cx.admin());
        let info = |filter: SharedFilter| {
            let editable = is_admin || user.id == filter.user;
            let SharedFilter { id, kind, name, filter, user } = filter;
            SharedFilterInfo { id, r#type: kind, name, filter, user, editable }
        };
        Ok(filters.into_iter().map(info).collect())
    }
}

/// Keep a filter for all users and return its id.
#[derive(Deserialize, JsonSchema)]
struct Create {
    /// Type of the objects that it chooses from, such as `VM`.
    r#type: String,
    /// Name; no other filter of the type has it.
    #[schemars(length(min = 1, max = 200))]
    name: String,
    /// A text of the filter language.
    #[schemars(length(max = 10_000))]
    filter: String,
}

impl Op<Cx> for Create {
    type Output = String;
    const SPEC: Spec = Spec::signed_in("sharedFilter.create");
    async fn run(self, cx: Cx) -> Result<String> {
        if Kind::parse(&self.r#type).is_none() {
            return Err(Error::refused(format!("there is no type `{}` of objects", self.r#type)));
        }
        must_parse(&self.filter)?;
        let (filters, user) = (cx.app.db().shared_filters(), cx.user()?);
        if !cx.admin() {
            let own = filters.all().await.map_err(failure)?.iter().filter(|filter| filter.user == user.id).count();
            if own >= MOST {
                return Err(Error::refused(format!("you share {MOST} filters already, which is the most")));
            }
        }
        filters.create(&self.r#type, &self.name, &self.filter, &user.id).await.map_err(failure)
    }
}

/// Change a filter that is kept for all users: one's own, or any as an administrator.
#[derive(Deserialize, JsonSchema)]
struct Set {
    /// Filter to change.
    id: String,
    /// Name; no other filter of the type has it.
    #[schemars(length(min = 1, max = 200))]
    name: Option<String>,
    /// A text of the filter language.
    #[schemars(length(max = 10_000))]
    filter: Option<String>,
}

impl Op<Cx> for Set {
    type Output = ();
    const SPEC: Spec = Spec::signed_in("sharedFilter.set");
    async fn run(self, cx: Cx) -> Result<()> {
        self.filter.as_deref().map_or(Ok(()), must_parse)?;
        must_be_changeable(&cx, &self.id).await?;
        let filters = cx.app.db().shared_filters();
        let found = filters.update(&self.id, self.name.as_deref(), self.filter.as_deref()).await.map_err(failure)?;
        must_exist(found, KIND, self.id)
    }
}

/// Delete a filter that is kept for all users: one's own, or any as an administrator.
#[derive(Deserialize, JsonSchema)]
struct Delete {
    /// Filter to delete.
    id: String,
}

impl Op<Cx> for Delete {
    type Output = ();
    const SPEC: Spec = Spec::signed_in("sharedFilter.delete");
    async fn run(self, cx: Cx) -> Result<()> {
        must_be_changeable(&cx, &self.id).await?;
        let found = cx.app.db().shared_filters().delete(&self.id).await.map_err(failure)?;
        must_exist(found, KIND, self.id)
    }
}

async fn must_be_changeable(cx: &Cx, id: &str) -> Result<()> {
    let filters = cx.app.db().shared_filters().all().await.map_err(failure)?;
    let filter = filters.iter().find(|filter| filter.id == id).ok_or_else(|| Error::no_such(KIND, id))?;
    if cx.admin() || cx.user()?.id == filter.user { Ok(()) } else { Err(Error::unauthorized("admin", None)) }
}

fn must_parse(filter: &str) -> Result<()> {
    Filter::parse(filter).map(drop).map_err(|error| Error::refused(format!("`filter` cannot be read: {error}")))
}
