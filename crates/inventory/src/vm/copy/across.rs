//! A copy in another pool: what one pool sends of the VM goes on to the other as it comes, no faster than that takes it.

use std::{collections::HashSet, io};

use app::{
    Compression, Connection, Content, Cx, NewVm, On, VmContent,
    model::{Kind, Object},
};
use futures_util::TryFutureExt;
use op::{Error, Result};
use xapi::params;
use xapi_types::class;

use crate::{
    incoming::Blame,
    transit::{Temporary, What},
    vm::{frozen::Frozen, import},
};

/// What pools call the two halves of it.
const LABELS: [&str; 2] = ["[XO] VM export", "[XO] VM import"];

/// Copies a VM to the storage `sr` of another pool, and returns the id of the copy.
///
/// # Errors
///
/// What either pool says; then nothing is left at either.
pub(super) async fn copy(
    cx: &Cx,
    vm: &On,
    record: &class::Vm,
    sr: &On,
    name: &str,
    compression: Compression,
) -> Result<String> {
    import::expect_disks(&sr.object)?;
    let copy = async {
        let frozen = Frozen::of(cx, vm, record, "Copy").await?;
        let copied = pass(cx, vm, &frozen.reference, sr, name, compression).await;
        frozen.let_go().await;
        let (copy, networks) = copied?;
        let finished = finish(cx, record, &copy, sr, name, &networks).await;
        match finished {
            Ok(id) => copy.keep().await.map(|_| id),
            Err(error) => {
                copy.remove().await;
                Err(error)
            }
        }
    };
    cx.app.through(copy).await
}

/// Lets the VM pass; returns the copy, and the networks that its pool had before.
async fn pass(
    cx: &Cx,
    vm: &On,
    source: &str,
    sr: &On,
    name: &str,
    compression: Compression,
) -> Result<(Temporary, HashSet<String>)> {
    let networks: Vec<String> = sr.pool.call_as("network.get_all", params![]).await?;
    let (from, source, description) = (vm.pool.clone(), source.to_owned(), name.to_owned());
    // The sender begins once the receiver is ready.
    let ask = async move {
        let what = VmContent { vm: &source, compression, label: (LABELS[0], &description) };
        Ok(from.export_vm(what).await?.stream())
    };
    let content = cx.app.passing(Content::stream(ask.map_err(io::Error::other::<Error>).try_flatten_stream()));
    let (blame, to) = (Blame::default(), sr.reference());
    let what = NewVm { sr: &to, label: LABELS[1], length: None };
    let made = sr.pool.import_vm(what, blame.of_stream(content.into_stream()), |_| {}).await;
    let made = made.map_err(|error| blame.take().unwrap_or(error))?;
    let copy = import::one_of(sr, &made).await?;
    Ok((Temporary::new(&cx.app, &sr.pool, What::Vm, &copy), networks.into_iter().collect()))
}

/// Makes a copy what was asked for.
async fn finish(
    cx: &Cx,
    record: &class::Vm,
    copy: &Temporary,
    sr: &On,
    name: &str,
    networks: &HashSet<String>,
) -> Result<String> {
    copy.mark().await?;
    let (pool, vm) = (&sr.pool, copy.reference());
    pool.call("VM.set_name_label", params![vm, name]).await?;
    let stays_template = record.is_a_template && !record.is_a_snapshot;
    if !stays_template {
        pool.call("VM.set_is_a_template", params![vm, false]).await?;
    }
    connect(pool, vm, networks, management(cx, sr).as_deref()).await?;
    pool.id_of_new(if stays_template { Kind::VmTemplate } else { Kind::Vm }, vm).await
}

/// Connects interfaces whose network the pool did not have, and has made of nothing, with the one that manages its hosts.
pub(in crate::vm) async fn connect(
    pool: &Connection,
    vm: &str,
    known: &HashSet<String>,
    management: Option<&str>,
) -> Result<()> {
    let Some(management) = management else { return Ok(()) };
    let vifs: Vec<String> = pool.call_as("VM.get_VIFs", params![vm]).await?;
    let mut made = HashSet::new();
    for vif in vifs {
        let network: String = pool.call_as("VIF.get_network", params![&vif]).await?;
        if known.contains(&network) {
            continue;
        }
        pool.call("VIF.move", params![&vif, management]).await?;
        made.insert(network);
    }
    for network in made {
        let name: String = pool.call_as("network.get_name_label", params![&network]).await?;
        pool.inform(&format!(
            "the pool has no network `{name}`; what was connected to it is on that of the management"
        ));
        pool.call("network.destroy", params![&network]).await?;
    }
    Ok(())
}

/// Returns the network that manages the hosts of a pool.
pub(in crate::vm) fn management(cx: &Cx, on: &On) -> Option<String> {
    let objects = cx.app.store().snapshot();
    let manages = |object: &Object| object.get::<class::Pif>().is_some_and(|pif| pif.management);
    let pif =
        objects.of_pool(on.object.pool().as_str()).find(|object| object.kind() == Kind::Pif && manages(object))?;
    Some(pif.get::<class::Pif>()?.network.to_string())
}
