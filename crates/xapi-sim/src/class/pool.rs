//! The pool: its master, VLANs on all hosts, high availability.

pub(crate) mod join;
mod seed;

use std::time::Duration;

use xapi_types::{Failure, code};

use crate::{
    Datum, Object, World,
    call::{Call, fail},
    class::{host, pif, plain, vlan},
    methods::Methods,
    transition::Outcome,
    world::Wish,
};

const NEW_MASTER: Duration = Duration::from_millis(700);
const HANDOVER: Duration = Duration::from_secs(10);
const TRANSITION: Duration = Duration::from_secs(1);

pub(crate) fn register(methods: &mut Methods) {
    methods.allowed("pool", &[], allowed);
    methods.on("pool", "create_VLAN_from_PIF", create_vlan_from_pif);
    methods.on("pool", "create_VLAN", create_vlan);
    methods.on("pool", "designate_new_master", designate_new_master);
    methods.on("pool", "management_reconfigure", management_reconfigure);
    methods.on("pool", "eject", eject);
    methods.on("pool", "join", |call| join::join(call, false));
    methods.on("pool", "join_force", |call| join::join(call, true));
    methods.on("pool", "enable_ha", enable_ha);
    methods.on("pool", "disable_ha", disable_ha);
    methods.on("pool", "set_ha_host_failures_to_tolerate", set_ha_host_failures_to_tolerate);
    methods.on("pool", "ha_compute_max_host_failures_to_tolerate", max_failures);
    methods.on("pool", "ha_compute_hypothetical_max_host_failures_to_tolerate", max_failures);
    methods.on("pool", "ha_failover_plan_exists", |call| {
        let exists = call.int("n") < i64::try_from(call.world.all("host").count()).unwrap_or(i64::MAX);
        Outcome::done(exists)
    });
    methods.on("pool", "ha_prevent_restarts_for", |_| Outcome::void());
    methods.on("pool", "get_license_state", get_license_state);
    methods.on("pool", "get_guest_secureboot_readiness", |call| {
        call.object("self")?;
        Outcome::done("ready")
    });
    methods.on("pool", "has_extension", |call| {
        call.object("self")?;
        Outcome::done(false)
    });
    for name in ["certificate_list", "crl_list"] {
        methods.on("pool", name, |_| Outcome::done(Datum::set::<&str>([])));
    }
    methods.on("pool", "emergency_transition_to_master", emergency_transition_to_master);
    methods.on("pool", "recover_slaves", recover_slaves);
    for name in [
        "sync_database",
        "certificate_sync",
        "rotate_secret",
        "enable_tls_verification",
        "detect_nonhomogeneous_external_auth",
        "disable_ssl_legacy",
    ] {
        methods.on("pool", name, |_| Outcome::void());
    }
    for name in ["retrieve_wlb_recommendations", "retrieve_wlb_configuration", "deconfigure_wlb"] {
        methods.on("pool", name, |_| fail::<_, &str>(code::WLB_NOT_INITIALIZED, []));
    }
    plain::register(
        methods,
        "pool",
        &[
            "set_https_only",
            "set_igmp_snooping_enabled",
            "set_repositories",
            "set_telemetry_next_collection",
            "set_uefi_certificates",
            "set_custom_uefi_certificates",
            "set_update_sync_enabled",
            "set_local_auth_max_threads",
            "set_ext_auth_max_threads",
            "set_ext_auth_cache_enabled",
            "set_ext_auth_cache_size",
            "set_ext_auth_cache_expiry",
            "add_to_guest_agent_config",
            "remove_from_guest_agent_config",
        ],
    );
    seed::register(methods);
}

/// What a pool permits, in the order of hosts.
const LISTED: &[&str] = &[
    "cluster_create",
    "designate_new_master",
    "tls_verification_enable",
    "configure_repositories",
    "sync_updates",
    "apply_updates",
    "cert_refresh",
    "exchange_certificates_on_join",
    "exchange_ca_certificates_on_join",
    "copy_primary_host_certs",
    "eject",
    "get_updates",
];

fn allowed(world: &World, pool: Object) -> Vec<&'static str> {
    let ha = if world.flag(pool, "ha_enabled") { "ha_disable" } else { "ha_enable" };
    std::iter::once(ha).chain(LISTED.iter().copied()).collect()
}

fn create_vlan_from_pif(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (pif, network, tag) = (call.object("pif")?, call.object("network")?, call.int("VLAN"));
    let device = call.world.text(pif, "device").to_owned();
    let peers: Vec<Object> = call.world.objects(call.world.object(pif, "network"), "PIFs");
    if !peers.contains(&pif) || call.world.int(pif, "VLAN") >= 0 {
        return fail(code::PIF_IS_VLAN, [pif]);
    }
    on_all(call.world, &peers, &device, network, tag)
}

fn create_vlan(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (device, network, tag) = (call.text("device"), call.object("network")?, call.int("VLAN"));
    let world = &*call.world;
    let peers: Vec<Object> = world.all("host").filter_map(|host| pif::untagged(world, host, &device)).collect();
    if peers.is_empty() {
        return fail(code::INVALID_DEVICE, [device]);
    }
    on_all(call.world, &peers, &device, network, tag)
}

/// Makes the VLAN on every host, or on none.
fn on_all(world: &mut World, peers: &[Object], device: &str, network: Object, tag: i64) -> Result<Outcome, Failure> {
    let taken = |pif: &Object| world.objects(*pif, "VLAN_slave_of").iter().any(|vlan| world.int(*vlan, "tag") == tag);
    if peers.iter().any(taken) {
        return fail(code::PIF_VLAN_EXISTS, [device]);
    }
    let mut made = Vec::new();
    for pif in peers {
        match vlan::add(world, *pif, network, tag) {
            Ok(vlan) => made.push(vlan),
            Err(failure) => {
                for vlan in made {
                    vlan::remove(world, vlan)?;
                }
                return Err(failure);
            }
        }
    }
    let pifs: Vec<Object> = made.into_iter().map(|vlan| world.object(vlan, "untagged_PIF")).collect();
    Outcome::done(pifs)
}

fn designate_new_master(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("host")?;
    host::expect_live(call.world, host)?;
    if call.world.master() == host {
        return Outcome::void();
    }
    Ok(call.after(NEW_MASTER, move |call| {
        // The answer goes out; only then do the agents restart and cut connections.
        call.world.later(host, "new master", HANDOVER, move |world| take_over(world, host));
        Outcome::void()
    }))
}

/// Makes a host the master; the agents of all start anew.
fn take_over(world: &mut World, host: Object) {
    for member in world.list("host") {
        if host::is_live(world, member) {
            host::power::start_agent(world, member, None);
        }
    }
    world.wish(Wish::Master(host));
}

/// Makes the host that is asked the master, whatever became of the old one; the others are told
/// by `recover_slaves`.
fn emergency_transition_to_master(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (session, old) = (call.session(), call.world.master());
    let host = call.world.object(session, "this_host");
    if host == old {
        return Outcome::void();
    }
    call.world.later(host, "new master", TRANSITION, move |world| {
        let others: Vec<Object> = world.list("host").into_iter().filter(|other| *other != host).collect();
        let pool = world.pool();
        world.hide(pool, "lost", Datum::set(others));
        take_over(world, host);
    });
    Outcome::void()
}

/// Tells the others who the master is, and answers which of them heard it.
fn recover_slaves(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let pool = call.world.pool();
    let lost: Vec<Object> = call.world.hidden(pool, "lost").objects().collect();
    let (heard, lost): (Vec<_>, Vec<_>) = lost.into_iter().partition(|other| host::is_live(call.world, *other));
    call.world.hide(pool, "lost", Datum::set(lost));
    Outcome::done(heard)
}

fn management_reconfigure(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let network = call.object("network")?;
    let world = &*call.world;
    let mut pifs = Vec::new();
    for host in world.list("host") {
        let found = world.objects(network, "PIFs").into_iter().find(|pif| world.object(*pif, "host") == host);
        match found {
            Some(pif) => pifs.push(pif),
            None => return fail(code::PIF_NOT_PRESENT, [host, network]),
        }
    }
    for pif in pifs {
        host::make_management(call.world, pif)?;
    }
    Outcome::void()
}

fn eject(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("host")?;
    if call.world.master() == host {
        return fail(code::HOST_CANNOT_DESTROY_SELF, [host]);
    }
    if !host::guests(call.world, host).is_empty() {
        return fail(code::HOST_HAS_RESIDENT_VMS, [host]);
    }
    host::remove(call.world, host);
    // It reboots into a pool of its own, which is not simulated.
    call.world.wish(Wish::Down(host));
    Outcome::void()
}

fn enable_ha(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let srs = call.object_list("heartbeat_srs")?;
    let pool = call.world.pool();
    if call.world.flag(pool, "ha_enabled") {
        return fail::<_, &str>(code::HA_IS_ENABLED, []);
    }
    let Some(sr) = srs.first().copied() else { return fail::<_, &str>(code::CANNOT_CREATE_STATE_FILE, []) };
    let usable = |sr: Object| {
        call.world.flag(sr, "shared") && crate::class::sr::space::kind_of(call.world, sr).can("VDI_GENERATE_CONFIG")
    };
    if let Some(sr) = srs.iter().copied().find(|sr| !usable(*sr)) {
        return fail(code::SR_OPERATION_NOT_SUPPORTED, [sr]);
    }
    let statefile = crate::class::vdi::create_in(call.world, sr, "Statefile for HA", 4 << 20, "ha_statefile")?;
    let tolerate = i64::try_from(call.world.all("host").count()).unwrap_or(1) - 1;
    let configuration = call.arg("configuration").clone();
    let statefile = statefile.to_string();
    call.world.update(
        pool,
        [
            ("ha_enabled", Datum::from(true)),
            ("ha_configuration", configuration),
            ("ha_statefiles", Datum::set([statefile])),
            ("ha_host_failures_to_tolerate", tolerate.into()),
            ("ha_plan_exists_for", tolerate.into()),
        ],
    );
    Outcome::void()
}

fn disable_ha(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let pool = call.world.pool();
    if !call.world.flag(pool, "ha_enabled") {
        return fail::<_, &str>(code::HA_NOT_ENABLED, []);
    }
    let files: Vec<Object> =
        call.world.get(pool, "ha_statefiles").texts().filter_map(|file| file.parse().ok()).collect();
    for vdi in files {
        crate::class::vdi::remove(call.world, vdi);
    }
    call.world.update(
        pool,
        [
            ("ha_enabled", Datum::from(false)),
            ("ha_configuration", Datum::map::<&str, &str>([])),
            ("ha_statefiles", Datum::set::<&str>([])),
            ("ha_plan_exists_for", 0_i64.into()),
        ],
    );
    Outcome::void()
}

fn set_ha_host_failures_to_tolerate(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let (pool, value) = (call.object("self")?, call.int("value"));
    let hosts = i64::try_from(call.world.all("host").count()).unwrap_or(i64::MAX);
    if value < 0 || value >= hosts {
        return fail(code::INVALID_VALUE, ["ha_host_failures_to_tolerate".to_owned(), value.to_string()]);
    }
    call.world.set(pool, "ha_host_failures_to_tolerate", value);
    Outcome::void()
}

fn max_failures(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    Outcome::done(i64::try_from(call.world.all("host").count()).unwrap_or(1) - 1)
}

fn get_license_state(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    call.object("self")?;
    let edition = call.world.text(call.world.master(), "edition").to_owned();
    Outcome::done(Datum::map([("edition", edition.as_str()), ("expiry", "never")]))
}
