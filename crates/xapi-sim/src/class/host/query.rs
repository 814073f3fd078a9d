//! Questions to hosts.

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::vm::memory,
    methods::Methods,
    transition::Outcome,
};

/// What hosts show here, whatever their ports do: a certificate with an RSA key of 2048 bits, as installers make them.
const CERTIFICATE: &str = include_str!("certificate.pem");

pub(super) fn register(methods: &mut Methods) {
    methods.on("host", "compute_free_memory", |call| {
        let host = call.object("host")?;
        Outcome::done(memory::free(call.world, host))
    });
    methods.on("host", "compute_memory_overhead", |call| {
        let host = call.object("host")?;
        Outcome::done(call.world.get(host, "memory_overhead").clone())
    });
    methods.on("host", "get_management_interface", |call| {
        let host = call.object("host")?;
        Outcome::done(super::management(call.world, host))
    });
    for name in ["get_servertime", "get_server_localtime"] {
        methods.on("host", name, |call| {
            let host = call.object("host")?;
            super::expect_live(call.world, host)?;
            Outcome::done(call.world.now())
        });
    }
    methods.on("host", "get_server_certificate", |call| {
        let host = call.object("host")?;
        super::expect_live(call.world, host)?;
        Outcome::done(CERTIFICATE)
    });
    methods.on("host", "get_sched_gran", |call| {
        let host = call.object("self")?;
        super::expect_live(call.world, host)?;
        let told = call.world.hidden(host, super::GRANULARITY).as_text();
        Outcome::done(if told.is_empty() { "cpu" } else { told })
    });
    methods.on("host", "get_data_sources", |call| {
        call.object("host")?;
        Outcome::done(Datum::set::<Datum>([]))
    });
    methods.on("host", "query_data_source", |call| {
        call.object("host")?;
        Outcome::done(0.0)
    });
    for name in ["dmesg", "dmesg_clear"] {
        methods.on("host", name, dmesg);
    }
    methods.on("host", "get_log", |call| {
        call.object("host")?;
        Outcome::done("")
    });
    methods.on("host", "has_extension", |call| {
        call.object("host")?;
        Outcome::done(false)
    });
    methods.on("host", "list_methods", |_| fail(code::NOT_IMPLEMENTED, ["list_method"]));
    methods.on("host", "call_extension", call_extension);
    methods.on("host", "get_system_status_capabilities", |call| {
        call.object("host")?;
        Outcome::done("<?xml version=\"1.0\" ?>\n<system-status-capabilities/>\n")
    });
    methods.on("host", "retrieve_wlb_evacuate_recommendations", |call| {
        call.object("self")?;
        fail::<_, &str>(code::WLB_NOT_INITIALIZED, [])
    });
    methods.on("host", "migrate_receive", migrate_receive);
}

fn dmesg(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("host")?;
    let xen = call.world.entry(host, "software_version", "xen");
    Outcome::done(format!("(XEN) Xen version {xen}\n(XEN) Latest ChangeSet:\n"))
}

fn call_extension(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    call.object("host")?;
    let name = call.text("call");
    let length = name.len();
    let text = format!("Yojson__Common.Json_error(\"Line 1, bytes 0-{length}:\\nInvalid token '{name}'\")");
    fail(code::INTERNAL_ERROR, [text])
}

/// Answers what the sender of a migration needs to reach this host.
fn migrate_receive(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (host, network) = (call.object("host")?, call.object("network")?);
    super::expect_live(call.world, host)?;
    let world = &*call.world;
    let pif = world.objects(network, "PIFs").into_iter().find(|pif| world.object(*pif, "host") == host);
    let Some(pif) = pif else { return fail(code::HOST_CANNOT_ATTACH_NETWORK, [host, network]) };
    if world.text(pif, "ip_configuration_mode") == "None" || world.text(pif, "IP").is_empty() {
        return fail(code::PIF_HAS_NO_NETWORK_CONFIGURATION, [pif]);
    }
    // The sender's own: whoever asked may be long gone when it comes.
    let user = world.text(call.session(), "auth_user_name").to_owned();
    let session = call.world.login(host, &user, "");
    let world = &*call.world;
    let (own, master) = (reach(world, host), reach(world, world.master()));
    Outcome::done(Datum::map([
        ("SM", format!("http://{own}/services/SM?session_id={session}")),
        ("host", host.to_string()),
        ("xenops", format!("http://{own}/services/xenops?session_id={session}")),
        ("session_id", session.to_string()),
        ("master", format!("http://{master}")),
    ]))
}

/// Returns where a host can be reached: its address, and its port where that is not the usual one.
///
/// Simulated hosts listen on one address whatever networks they have.
fn reach(world: &World, host: Object) -> String {
    let address = world.text(host, "address");
    match world.hidden(host, "port").as_int() {
        0 | 80 => address.to_owned(),
        port => format!("{address}:{port}"),
    }
}
