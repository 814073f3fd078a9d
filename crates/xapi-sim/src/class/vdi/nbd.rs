//! Where disks are offered by NBD.

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::host,
    methods::Methods,
    transition::Outcome,
};

/// Under this name the port is noted of a host.
pub(crate) const PORT: &str = "NBD port";
/// Under this name the certificate that its ports show is noted of a host, in PEM.
pub(crate) const CERTIFICATE: &str = "NBD certificate";

pub(crate) fn register(methods: &mut Methods) {
    methods.on("VDI", "get_nbd_info", get_nbd_info);
}

/// How disks are offered on a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offer {
    /// Within TLS.
    Secure,
    /// In the clear.
    Open,
}

/// Returns how disks are offered on a network, if they are.
fn offer(world: &World, network: Object) -> Option<Offer> {
    world.get(network, "purpose").texts().find_map(|purpose| match purpose {
        "nbd" => Some(Offer::Secure),
        "insecure_nbd" => Some(Offer::Open),
        _ => None,
    })
}

/// Returns the addresses at which a host offers disks, and how.
fn offers(world: &World, host: Object) -> Vec<(String, Offer)> {
    let mut offers = Vec::new();
    for pif in world.objects(host, "PIFs").into_iter().filter(|pif| world.flag(*pif, "currently_attached")) {
        let Some(offer) = offer(world, world.object(pif, "network")) else { continue };
        let address = match world.text(pif, "primary_address_type") {
            // With the length of its prefix.
            "IPv6" => world.get(pif, "IPv6").texts().next().and_then(|ip| ip.split('/').next()).unwrap_or_default(),
            // A host is managed where it listens here, whatever the story says of its interface.
            _ if world.flag(pif, "management") => world.text(host, "address"),
            _ => world.text(pif, "IP"),
        };
        if !address.is_empty() {
            offers.push((address.to_owned(), offer));
        }
    }
    offers
}

/// Returns how a host offers disks at one of its addresses, if it does.
pub(crate) fn offered_at(world: &World, host: Object, address: &str) -> Option<Offer> {
    offers(world, host).into_iter().find(|(at, _)| at == address).map(|(_, offer)| offer)
}

/// Returns the disk that the name of an export stands for, if whoever has it may read the disk now.
pub(crate) fn disk(world: &World, host: Object, export: &str) -> Option<Object> {
    let (uuid, session) = export.strip_prefix('/')?.split_once("?session_id=")?;
    world.session(session).ok()?;
    let vdi = world.by_uuid("VDI", uuid)?;
    let fits = host::sees(world, host, world.object(vdi, "SR")) && world.text(vdi, "type") != "cbt_metadata";
    (fits && !super::operation::is_written_to(world, vdi)).then_some(vdi)
}

fn get_nbd_info(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let vdi = call.object("self")?;
    let world = &*call.world;
    if world.text(vdi, "type") == "cbt_metadata" {
        return fail(code::VDI_INCOMPATIBLE_TYPE, [vdi.to_string(), "cbt_metadata".to_owned()]);
    }
    let export = format!("/{}?session_id={}", world.uuid(vdi), call.session());
    let mut places = Vec::new();
    for host in world.list("host").into_iter().filter(|host| host::is_live(world, *host)) {
        if !host::sees(world, host, world.object(vdi, "SR")) {
            continue;
        }
        for (address, _) in offers(world, host) {
            places.push(Datum::map([
                ("exportname", Datum::from(export.as_str())),
                ("address", address.into()),
                ("port", world.hidden(host, PORT).clone()),
                ("cert", world.hidden(host, CERTIFICATE).clone()),
                ("subject", world.text(host, "address").into()),
            ]));
        }
    }
    Outcome::done(Datum::set(places))
}
