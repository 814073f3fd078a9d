//! Changing how a VM has a disk.

use std::{borrow::Cow, fmt};

use app::Cx;
use op::{Id, Need, Op, Result, Spec};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};
use xapi::params;

use crate::kind;

/// Change the place of a disk or drive among the devices of its VM.
#[derive(Deserialize, JsonSchema)]
pub(super) struct Set {
    /// Attachment to change.
    id: Id<kind::Vbd>,
    /// Place, from 0; left alone when left out.
    position: Option<Position>,
}

impl Op<Cx> for Set {
    type Output = ();
    const SPEC: Spec = Spec::objects("vbd.set", &[Need::administrate("id", "*")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vbd = cx.on(&self.id)?;
        match self.position {
            None => Ok(()),
            Some(Position(place)) => {
                vbd.pool.call("VBD.set_userdevice", params![vbd.reference(), place]).await.map(drop)
            }
        }
    }
}

/// Let a VM boot from a disk or drive, or not.
#[derive(Deserialize, JsonSchema)]
pub(super) struct SetBootable {
    /// Attachment to change.
    vbd: Id<kind::Vbd>,
    /// Whether the VM can boot from it.
    bootable: bool,
}

impl Op<Cx> for SetBootable {
    type Output = ();
    const SPEC: Spec = Spec::objects("vbd.setBootable", &[Need::administrate("vbd", "*")]);
    async fn run(self, cx: Cx) -> Result<()> {
        let vbd = cx.on(&self.vbd)?;
        vbd.pool.call("VBD.set_bootable", params![vbd.reference(), self.bootable]).await.map(drop)
    }
}

/// A place among the devices of a VM: `"1"` or `1`.
struct Position(String);

impl<'de> Deserialize<'de> for Position {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Position;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the number of a place among devices, from 0")
            }
            fn visit_u64<E: de::Error>(self, place: u64) -> Result<Position, E> {
                Ok(Position(place.to_string()))
            }
            fn visit_f64<E: de::Error>(self, place: f64) -> Result<Position, E> {
                let whole = place.fract() == 0.0 && (0.0..1000.0).contains(&place);
                let position = || Position(format!("{place:.0}"));
                whole.then(position).ok_or_else(|| E::invalid_value(de::Unexpected::Float(place), &self))
            }
            fn visit_str<E: de::Error>(self, place: &str) -> Result<Position, E> {
                Ok(Position(place.to_owned()))
            }
        }
        from.deserialize_any(Visitor)
    }
}

impl JsonSchema for Position {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Position".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number"], "minimum": 0, "maximum": 999 })
    }
}
