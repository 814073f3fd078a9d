//! What drivers find out about storage that is not an SR yet.
//!
//! There is no storage outside of the pool: exports, targets and LUNs are made up from the address, the
//! same each time. Addresses of 192.0.2.0/24, which is set aside for documentation, do not answer.

use std::{fmt::Write as _, time::Duration};

use xapi_types::{Failure, code};

use crate::{
    Datum, World,
    call::{Call, fail},
    class::host,
    methods::Methods,
    transition::Outcome,
};

use super::{
    attic,
    kind::{self, Kind, backend},
};

const PROBE: Duration = Duration::from_secs(1);

pub(crate) fn register(methods: &mut Methods) {
    methods.on("SR", "probe", probe);
    methods.on("SR", "probe_ext", probe_ext);
}

/// Returns the text of `key`, empty if it is not there.
fn value<'c>(config: &'c Datum, key: &str) -> &'c str {
    config.get(key).map_or("", Datum::as_text)
}

/// Checks that what the driver is to use answers.
///
/// # Errors
///
/// The driver's error for storage that does not.
pub(crate) fn reach(driver: &Kind, config: &Datum) -> Result<(), Failure> {
    let server = match driver.name {
        "lvmoiscsi" => value(config, "target"),
        "iso" | "file" | "zfs" => value(config, "location"),
        _ => value(config, "server"),
    };
    if !server.trim_start_matches(['/', '\\']).starts_with("192.0.2.") {
        return Ok(());
    }
    Err(match driver.name {
        "nfs" => backend(73, "NFS mount error [opterr=mount failed with return code 32]", ""),
        "lvmoiscsi" => backend(141, "Unable to connect to iSCSI service on target", ""),
        "smb" => backend(111, "SMB mount error [opterr=mount failed with return code 32]", ""),
        "iso" => backend(222, "Could not mount the directory specified in Device Configuration", ""),
        _ => backend(47, "The SR is not available", ""),
    })
}

fn probe(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("host")?;
    host::expect_live(call.world, host)?;
    let (kind, config) = (call.text("type"), call.arg("device_config").clone());
    let Some(driver) = kind::named(&kind) else { return fail(code::SR_UNKNOWN_DRIVER, [kind]) };
    Ok(call.after(PROBE, move |call| {
        discover(driver, &config)?;
        driver.check(&config)?;
        reach(driver, &config)?;
        Outcome::done(known(call.world, driver, &config))
    }))
}

/// Raises the error that carries what there is to choose from, where something is left to choose.
fn discover(driver: &Kind, config: &Datum) -> Result<(), Failure> {
    match driver.name {
        "nfs" if !value(config, "server").is_empty() && value(config, "serverpath").is_empty() => {
            if reach(driver, config).is_err() {
                return Err(backend(108, "Unable to detect an NFS service on this target", ""));
            }
            Err(backend(101, "The request is missing the serverpath parameter", &exports(value(config, "server"))))
        }
        "lvmoiscsi" if !value(config, "target").is_empty() && value(config, "targetIQN").is_empty() => {
            reach(driver, config)?;
            Err(backend(
                96,
                "The request is missing or has an incorrect target IQN parameter",
                &iqns(value(config, "target")),
            ))
        }
        "lvmoiscsi" if !value(config, "targetIQN").is_empty() && value(config, "SCSIid").is_empty() => {
            reach(driver, config)?;
            Err(backend(107, "The SCSIid parameter is missing or incorrect", &luns(value(config, "targetIQN"))))
        }
        "lvmohba" | "lvmofcoe" if value(config, "SCSIid").is_empty() => {
            Err(backend(107, "The SCSIid parameter is missing or incorrect", &devices()))
        }
        _ => Ok(()),
    }
}

/// Head of the documents that drivers answer.
const HEAD: &str = "<?xml version=\"1.0\" ?>\n";

fn exports(server: &str) -> String {
    let export = |path: &str| {
        format!(
            "\t<Export>\n\t\t<Target>\n\t\t\t{server}\n\t\t</Target>\n\t\t<Path>\n\t\t\t{path}\n\t\t</Path>\n\t\t<Accesslist>\n\t\t\t*\n\t\t</Accesslist>\n\t</Export>\n"
        )
    };
    let all: String = ["/volume1/xen", "/volume1/iso", "/volume2/backup"].map(export).concat();
    format!("{HEAD}<nfs-exports>\n{all}</nfs-exports>\n")
}

fn iqns(target: &str) -> String {
    let iqn = |at: usize, name: &str| {
        format!(
            "\t<TGT>\n\t\t<Index>\n\t\t\t{at}\n\t\t</Index>\n\t\t<IPAddress>\n\t\t\t{target}\n\t\t</IPAddress>\n\t\t<TargetIQN>\n\t\t\tiqn.2001-05.example:array.{name}\n\t\t</TargetIQN>\n\t</TGT>\n"
        )
    };
    format!("{HEAD}<iscsi-target-iqns>\n{}{}</iscsi-target-iqns>\n", iqn(0, "north"), iqn(1, "spare"))
}

/// Returns a number that follows from a text.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn luns(iqn: &str) -> String {
    let mut all = String::new();
    for lun in 0..2 {
        let serial = digest(iqn) >> lun;
        let _ = write!(
            all,
            "\t<LUN>\n\t\t<vendor>\n\t\t\tEXAMPLE\n\t\t</vendor>\n\t\t<serial>\n\t\t\t{serial:016x}\n\t\t</serial>\n\t\t<LUNid>\n\t\t\t{lun}\n\t\t</LUNid>\n\t\t<size>\n\t\t\t{}\n\t\t</size>\n\t\t<SCSIid>\n\t\t\t3600{serial:016x}{lun:013}\n\t\t</SCSIid>\n\t</LUN>\n",
            1_u64 << 40
        );
    }
    format!("{HEAD}<iscsi-target>\n{all}</iscsi-target>\n")
}

fn devices() -> String {
    let device = |at: u32| {
        format!(
            "\t<BlockDevice>\n\t\t<path>\n\t\t\t/dev/disk/by-id/scsi-3600a0b80002a384e{at:016x}\n\t\t</path>\n\t\t<SCSIid>\n\t\t\t3600a0b80002a384e{at:016x}\n\t\t</SCSIid>\n\t\t<vendor>\n\t\t\tEXAMPLE\n\t\t</vendor>\n\t\t<serial>\n\t\t\t{at:08x}\n\t\t</serial>\n\t\t<size>\n\t\t\t{}\n\t\t</size>\n\t\t<adapter>\n\t\t\thost1\n\t\t</adapter>\n\t\t<channel>\n\t\t\t0\n\t\t</channel>\n\t\t<id>\n\t\t\t{at}\n\t\t</id>\n\t\t<lun>\n\t\t\t{at}\n\t\t</lun>\n\t\t<hba>\n\t\t\tqla2xxx\n\t\t</hba>\n\t</BlockDevice>\n",
            2_u64 << 40
        )
    };
    format!("{HEAD}<Devlist>\n{}{}</Devlist>\n", device(1), device(2))
}

/// Lists the SRs that are on the storage already: those that were forgotten, and those in use.
fn existing(world: &World, driver: &Kind, config: &Datum) -> Vec<(String, i64)> {
    let mut found = attic::forgotten(world, driver.name, config);
    for sr in world.list("SR").into_iter().filter(|sr| world.text(*sr, "type") == driver.name) {
        let agrees = world.objects(sr, "PBDs").into_iter().any(|pbd| {
            let has = |need: &kind::Need| world.entry(pbd, "device_config", need.key) == value(config, need.key);
            !driver.needs.is_empty() && driver.needs.iter().all(has)
        });
        if agrees {
            found.push((world.uuid(sr).to_owned(), world.int(sr, "physical_size")));
        }
    }
    found
}

fn known(world: &World, driver: &Kind, config: &Datum) -> String {
    let one = |(uuid, _): (String, i64)| format!("\t<SR>\n\t\t<UUID>\n\t\t\t{uuid}\n\t\t</UUID>\n\t</SR>\n");
    let all: String = existing(world, driver, config).into_iter().map(one).collect();
    if all.is_empty() { format!("{HEAD}<SRlist/>\n") } else { format!("{HEAD}<SRlist>\n{all}</SRlist>\n") }
}

fn probe_ext(call: &mut Call<'_>) -> Result<Outcome, Failure> {
    let host = call.object("host")?;
    host::expect_live(call.world, host)?;
    let (kind, config) = (call.text("type"), call.arg("device_config").clone());
    let Some(driver) = kind::named(&kind) else { return fail(code::SR_UNKNOWN_DRIVER, [kind]) };
    Ok(call.after(PROBE, move |call| {
        driver.check(&config)?;
        reach(driver, &config)?;
        let record = |(uuid, size): (String, i64)| {
            let stat = [
                ("uuid", Datum::from(uuid)),
                ("name_label", "".into()),
                ("name_description", "".into()),
                ("free_space", size.into()),
                ("total_space", size.into()),
                ("clustered", false.into()),
                ("health", "healthy".into()),
            ];
            Datum::map([
                ("configuration", config.clone()),
                ("complete", true.into()),
                ("sr", Datum::map(stat)),
                ("extra_info", Datum::map::<&str, &str>([])),
            ])
        };
        let found = existing(call.world, driver, &config);
        Outcome::done(Datum::set(found.into_iter().map(record)))
    }))
}
