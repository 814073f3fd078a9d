//! Supplemental packs: drivers and other additions for hosts, as the ISO images that vendors hand out.
//!
//! | step | |
//! |---|---|
//! | the client is told where to send the image | `image`: it is one, and its length is known |
//! | a disk is made for it, where the hosts see it | `image_disk::storage` |
//! | the image goes into the disk, while it arrives | `image_disk` |
//! | each host installs from it, one after the other | `install` |
//! | the disk goes, whatever came of it | `image_disk` |
//!
//! What is in a pack runs on the host as root, so this is for administrators.

mod image;
mod install;

use app::{Cx, On, SendTo, model::Kind};
use op::{Error, Id, Need, Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::kind;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<OnHost>().add::<OnPool>();
}

/// Install a supplemental pack on a host: the answer says where to send its ISO image.
#[derive(Deserialize, JsonSchema)]
struct OnHost {
    /// Host.
    host: Id<kind::Host>,
}

impl Op<Cx> for OnHost {
    type Output = SendTo;
    const SPEC: Spec = Spec::admin("host.installSupplementalPack").with(&[Need::administrate("host", "*")]);
    async fn run(self, cx: Cx) -> Result<SendTo> {
        let host = cx.on(&self.host)?;
        expect_up(&host)?;
        let hosts = vec![self.host.to_string()];
        Ok(cx.accept(|received, cx| install::install(cx, hosts, received)).await)
    }
    fn would(&self, _: &str) -> Option<String> {
        Some("the supplemental pack would be installed on it, once it is sent".to_owned())
    }
}

/// Install a supplemental pack on all hosts of a pool: the answer says where to send its ISO image, once for all.
#[derive(Deserialize, JsonSchema)]
struct OnPool {
    /// Pool.
    pool: Id<kind::Pool>,
}

impl Op<Cx> for OnPool {
    type Output = SendTo;
    const SPEC: Spec = Spec::admin("pool.installSupplementalPack").with(&[Need::administrate("pool", "*")]);
    async fn run(self, cx: Cx) -> Result<SendTo> {
        let pool = cx.object(&self.pool)?;
        let objects = cx.app.store().snapshot();
        let hosts = objects.of_pool(pool.pool().as_str()).filter(|object| object.kind() == Kind::Host);
        let mut hosts: Vec<String> = hosts.map(|host| host.id().to_owned()).collect();
        // In the order of their ids, so that nobody is surprised.
        hosts.sort_unstable();
        for host in &hosts {
            expect_up(&cx.on(host)?)?;
        }
        Ok(cx.accept(|received, cx| install::install(cx, hosts, received)).await)
    }
    fn would(&self, _: &str) -> Option<String> {
        Some("the supplemental pack would be installed on each of its hosts, once it is sent".to_owned())
    }
}

/// Refuses a host that is down: it installs nothing.
fn expect_up(host: &On) -> Result<()> {
    if host.object.text("power_state").as_deref() == Some("Running") {
        return Ok(());
    }
    Err(Error::HostOffline { object: host.object.id().to_owned() })
}
