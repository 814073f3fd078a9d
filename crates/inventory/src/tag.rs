//! Tags of objects, and their colours.

use std::collections::BTreeMap;

use app::{Cx, On, failure};
use op::{Any, Error, Id, Need, Op, Ops, Patch, Rest, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use xapi::params;

use crate::class;

/// Setting that holds the colours.
const COLOURS: &str = "tags";

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<Add>().add::<GetAllConfigured>().add::<Remove>().add::<Set>();
}

/// Add a tag to an object.
#[derive(Deserialize, JsonSchema)]
struct Add {
    /// Text of the tag; case matters.
    tag: String,
    /// Object to tag.
    id: Id<Any>,
}

impl Op<Cx> for Add {
    type Output = ();
    const SPEC: Spec = Spec::objects("tag.add", &[Need::administrate("id", "update:tags")]).rest(&[
        Rest::put("/hosts/{id}/tags/{tag}"),
        Rest::put("/networks/{id}/tags/{tag}"),
        Rest::put("/pools/{id}/tags/{tag}"),
        Rest::put("/srs/{id}/tags/{tag}"),
        Rest::put("/vdi-snapshots/{id}/tags/{tag}"),
        Rest::put("/vdis/{id}/tags/{tag}"),
        Rest::put("/vm-controllers/{id}/tags/{tag}"),
        Rest::put("/vm-snapshots/{id}/tags/{tag}"),
        Rest::put("/vm-templates/{id}/tags/{tag}"),
        Rest::put("/vms/{id}/tags/{tag}"),
    ]);
    async fn run(self, cx: Cx) -> Result<()> {
        let object = cx.on(&self.id)?;
        let method = format!("{}.add_tags", class(&object)?);
        object.pool.call(&method, params![object.reference(), self.tag]).await.map(drop)
    }
}

/// Remove a tag from an object; succeeds where the object has no such tag.
#[derive(Deserialize, JsonSchema)]
struct Remove {
    /// Text of the tag.
    #[schemars(length(min = 0))]
    tag: String,
    /// Object to take it from.
    id: Id<Any>,
}

impl Op<Cx> for Remove {
    type Output = ();
    const SPEC: Spec = Spec::objects("tag.remove", &[Need::administrate("id", "update:tags")]).rest(&[
        Rest::delete("/hosts/{id}/tags/{tag}"),
        Rest::delete("/networks/{id}/tags/{tag}"),
        Rest::delete("/pools/{id}/tags/{tag}"),
        Rest::delete("/srs/{id}/tags/{tag}"),
        Rest::delete("/vdi-snapshots/{id}/tags/{tag}"),
        Rest::delete("/vdis/{id}/tags/{tag}"),
        Rest::delete("/vm-controllers/{id}/tags/{tag}"),
        Rest::delete("/vm-snapshots/{id}/tags/{tag}"),
        Rest::delete("/vm-templates/{id}/tags/{tag}"),
        Rest::delete("/vms/{id}/tags/{tag}"),
    ]);
    async fn run(self, cx: Cx) -> Result<()> {
        let object = cx.on(&self.id)?;
        let method = format!("{}.remove_tags", class(&object)?);
        object.pool.call(&method, params![object.reference(), self.tag]).await.map(drop)
    }
}

/// Returns the XAPI class of an object that carries tags.
fn class(on: &On) -> Result<&'static str> {
    let kind = on.object.kind();
    let carries = |class: &&str| !matches!(*class, "PIF" | "VIF" | "VBD" | "PBD");
    let class = class::of(kind).filter(carries);
    class.ok_or_else(|| Error::invalid(format!("objects of type `{kind}` have no tags")))
}

/// A tag with a colour.
#[derive(Serialize, JsonSchema)]
struct Configured {
    /// Its colour, as `#ff0000`.
    color: String,
    /// Its text.
    id: String,
}

/// List the tags that have a colour.
#[derive(Deserialize, JsonSchema)]
struct GetAllConfigured {}

impl Op<Cx> for GetAllConfigured {
    type Output = Vec<Configured>;
    const SPEC: Spec = Spec::signed_in("tag.getAllConfigured");
    async fn run(self, cx: Cx) -> Result<Vec<Configured>> {
        let colours = colours(&cx).await?;
        Ok(colours.into_iter().map(|(id, color)| Configured { color, id }).collect())
    }
}

/// Give a tag a colour, or take it away.
#[derive(Deserialize, JsonSchema)]
struct Set {
    /// Text of the tag.
    id: String,
    /// Colour, as `#ff0000`; `null` takes it away.
    #[serde(default)]
    #[schemars(regex(pattern = "^#?([0-9A-Fa-f]{6})$"))]
    color: Patch<String>,
}

impl Op<Cx> for Set {
    type Output = ();
    const SPEC: Spec = Spec::admin("tag.set");
    async fn run(self, cx: Cx) -> Result<()> {
        let mut colours = colours(&cx).await?;
        match self.color {
            Patch::Keep => return Ok(()),
            Patch::Clear => colours.remove(&self.id),
            Patch::Set(color) => colours.insert(self.id, color),
        };
        cx.app.db().settings().set(COLOURS, &colours).await.map_err(failure)
    }
}

async fn colours(cx: &Cx) -> Result<BTreeMap<String, String>> {
    Ok(cx.app.db().settings().get(COLOURS).await.map_err(failure)?.unwrap_or_default())
}
