//! Storage repositories and how hosts are connected to them.

use serde_json::{Value, json};

use crate::lab::{Failure, Lab, failure};

async fn create(lab: &Lab, kind: &str, config: Value, shared: bool) -> Result<Value, Failure> {
    let host = lab.named_object("host", "xcp-lab-1");
    let content = if kind == "iso" { "iso" } else { "user" };
    let (host, kind, content, shared) = (json!(host), json!(kind), json!(content), json!(shared));
    let args = [host, config, json!(0), json!("new SR"), json!(""), kind, content, shared, json!({})];
    lab.run("SR.create", args).await
}

#[tokio::test]
async fn a_shared_sr_is_connected_to_every_host() {
    let lab = Lab::small().await;
    let sr = create(&lab, "nfs", json!({"server": "10.1.1.1", "serverpath": "/x"}), true).await.expect("made");
    let record = lab.ok("SR.get_record", [sr]).await;
    assert_eq!(record["PBDs"].as_array().map(Vec::len), Some(2));
    assert!(record["physical_size"].as_i64() > Some(0));
    for pbd in record["PBDs"].as_array().expect("a set") {
        let pbd = lab.ok("PBD.get_record", [pbd.clone()]).await;
        assert_eq!(pbd["currently_attached"], true);
        assert_eq!(pbd["device_config"], json!({"server": "10.1.1.1", "serverpath": "/x"}));
    }
}

#[tokio::test]
async fn a_driver_names_what_its_configuration_lacks() {
    let lab = Lab::small().await;
    let code = |kind: &'static str, config: Value| {
        let lab = &lab;
        async move { create(lab, kind, config, false).await.expect_err("incomplete").code }
    };
    assert_eq!(code("ext", json!({})).await, "SR_BACKEND_FAILURE_90");
    assert_eq!(code("lvm", json!({})).await, "SR_BACKEND_FAILURE_90");
    assert_eq!(code("nfs", json!({"serverpath": "/x"})).await, "SR_BACKEND_FAILURE_102");
    assert_eq!(code("nfs", json!({"server": "10.1.1.1"})).await, "SR_BACKEND_FAILURE_101");
    assert_eq!(code("iso", json!({})).await, "SR_BACKEND_FAILURE_94");
    assert_eq!(code("lvmoiscsi", json!({})).await, "SR_BACKEND_FAILURE_95");
    assert_eq!(code("lvmoiscsi", json!({"target": "10.1.1.1"})).await, "SR_BACKEND_FAILURE_96");
    assert_eq!(code("lvmohba", json!({})).await, "SR_BACKEND_FAILURE_107");
    assert_eq!(create(&lab, "floppy", json!({}), false).await, Err(failure("SR_UNKNOWN_DRIVER", ["floppy"])));
    let taken = json!({"device": "/dev/disk/by-id/ata-INTEL_SSDSC2KB48-part3"});
    assert_eq!(create(&lab, "lvm", taken, false).await, Err(failure::<&str>("SR_DEVICE_IN_USE", [])));
}

#[tokio::test]
async fn srs_of_the_usual_types_are_made_and_destroyed() {
    let lab = Lab::small().await;
    let local = [
        ("ext", json!({"device": "/dev/sdx"})),
        ("lvm", json!({"device": "/dev/sdw"})),
        ("xfs", json!({"device": "/dev/sdv"})),
        ("file", json!({"location": "/srv"})),
        ("zfs", json!({"location": "/tank"})),
        ("nfs", json!({"server": "10.1.1.1", "serverpath": "/a"})),
        ("cephfs", json!({"server": "10.1.1.1", "serverpath": "/b"})),
        ("smb", json!({"server": "\\\\10.1.1.1\\c"})),
        ("lvmoiscsi", json!({"target": "10.1.1.1", "targetIQN": "iqn.x", "SCSIid": "36001405"})),
        ("lvmohba", json!({"SCSIid": "36001406"})),
    ];
    for (kind, config) in local {
        let sr = create(&lab, kind, config, false).await.unwrap_or_else(|failure| panic!("{kind}: {failure:?}"));
        let record = lab.ok("SR.get_record", [sr.clone()]).await;
        assert_eq!((&record["type"], &record["shared"]), (&json!(kind), &json!(false)));
        assert!(record["physical_size"].as_i64() > Some(0), "{kind} has room");
        let pbd = record["PBDs"][0].clone();
        assert_eq!(lab.ok("PBD.get_currently_attached", [pbd.clone()]).await, true, "{kind}");
        lab.run("PBD.unplug", [pbd]).await.expect("unplugged");
        lab.run("SR.destroy", [sr.clone()]).await.expect("destroyed");
        let reference = sr.as_str().expect("a reference");
        assert_eq!(lab.call("SR.get_uuid", [sr.clone()]).await, Err(failure("HANDLE_INVALID", ["SR", reference])));
    }
    let library = create(&lab, "iso", json!({"location": "10.1.1.1:/iso"}), true).await.expect("made");
    assert_eq!(lab.ok("SR.get_content_type", [library]).await, "iso");
}

#[tokio::test]
async fn an_sr_with_disks_is_not_destroyed() {
    let lab = Lab::small().await;
    let sr = create(&lab, "ext", json!({"device": "/dev/sdx"}), false).await.expect("made");
    lab.disk(sr.as_str().expect("a reference"), 1 << 30).await.expect("made");
    let pbd = lab.ok("SR.get_PBDs", [sr.clone()]).await[0].clone();
    lab.run("PBD.unplug", [pbd]).await.expect("unplugged");
    assert_eq!(lab.run("SR.destroy", [sr]).await, Err(failure::<&str>("SR_NOT_EMPTY", [])));
}

#[tokio::test]
async fn probes_tell_what_there_is_to_choose_from() {
    let lab = Lab::small().await;
    let host = lab.named_object("host", "xcp-lab-1");
    let probe = |kind: &'static str, config: Value| lab.run("SR.probe", [json!(host), config, json!(kind), json!({})]);
    let exports = probe("nfs", json!({"server": "10.1.1.1"})).await.expect_err("exports come as an error");
    assert_eq!(exports.code, "SR_BACKEND_FAILURE_101");
    assert!(exports.params[2].contains("<nfs-exports>") && exports.params[2].contains("/volume1/xen"));
    let iqns = probe("lvmoiscsi", json!({"target": "10.1.1.1"})).await.expect_err("targets come as an error");
    assert_eq!(iqns.code, "SR_BACKEND_FAILURE_96");
    assert!(iqns.params[2].contains("<TargetIQN>"));
    let luns = probe("lvmoiscsi", json!({"target": "10.1.1.1", "targetIQN": "iqn.x"})).await.expect_err("LUNs");
    assert_eq!(luns.code, "SR_BACKEND_FAILURE_107");
    assert!(luns.params[2].contains("<SCSIid>"));
    let silent = probe("lvmoiscsi", json!({"target": "192.0.2.9"})).await.expect_err("nobody there");
    assert_eq!(silent.code, "SR_BACKEND_FAILURE_141");
}

#[tokio::test]
async fn an_sr_is_forgotten_and_found_again_with_its_disks() {
    let lab = Lab::small().await;
    let config = json!({"server": "10.1.1.1", "serverpath": "/again"});
    let sr = create(&lab, "nfs", config.clone(), true).await.expect("made");
    let sr = sr.as_str().expect("a reference").to_owned();
    let disk = lab.disk(&sr, 1 << 30).await.expect("made");
    lab.ok("VDI.set_name_label", [json!(disk), json!("kept")]).await;
    let uuid = lab.text("SR.get_uuid", [json!(sr)]).await;
    assert_eq!(lab.run("SR.forget", [json!(sr)]).await, Err(failure("SR_HAS_PBD", [&sr])));
    for pbd in lab.set("SR", "PBDs", &sr).await {
        lab.run("PBD.unplug", [json!(pbd)]).await.expect("unplugged");
    }
    assert_eq!(
        lab.set("SR", "allowed_operations", &sr).await,
        ["destroy", "forget", "pbd_create", "pbd_destroy", "plug", "unplug"]
    );
    lab.run("SR.forget", [json!(sr)]).await.expect("forgotten");
    assert!(lab.sim.named("VDI", "kept").is_none());
    let host = lab.named_object("host", "xcp-lab-1");
    let found = lab.run("SR.probe", [json!(host), config.clone(), json!("nfs"), json!({})]).await.expect("probed");
    let escaped = found.as_str().expect("XML");
    assert!(escaped.contains(&uuid), "{escaped}");
    let args = [json!(uuid), json!("back"), json!(""), json!("nfs"), json!("user"), json!(true), json!({})];
    let again = lab.run("SR.introduce", args).await.expect("introduced");
    let pbd = json!({"host": host, "SR": again, "device_config": config});
    let pbd = lab.run("PBD.create", [pbd]).await.expect("connected");
    lab.run("PBD.plug", [pbd]).await.expect("plugged");
    assert!(lab.sim.named("VDI", "kept").is_some());
}

#[tokio::test]
async fn an_sr_in_use_stays_plugged_and_an_empty_one_is_destroyed() {
    let lab = Lab::small().await;
    let used = lab.named_object("SR", "NFS storage");
    let pbd = lab.set("SR", "PBDs", &used).await.remove(0);
    assert_eq!(lab.run("PBD.unplug", [json!(pbd)]).await.expect_err("in use").code, "VDI_IN_USE");
    let sr = create(&lab, "ext", json!({"device": "/dev/sdz"}), false).await.expect("made");
    let sr = sr.as_str().expect("a reference").to_owned();
    let pbd = lab.set("SR", "PBDs", &sr).await.remove(0);
    lab.run("PBD.unplug", [json!(pbd)]).await.expect("unplugged");
    lab.run("SR.destroy", [json!(sr)]).await.expect("destroyed");
    assert_eq!(lab.call("SR.get_uuid", [json!(sr)]).await, Err(failure("HANDLE_INVALID", ["SR", &sr])));
}

#[tokio::test]
async fn a_scan_shows_while_it_goes_on() {
    let lab = Lab::small().await;
    let sr = lab.named_object("SR", "ISO library");
    let task = lab.begin("SR.scan", [json!(sr)]).await.expect("scan");
    assert_eq!(lab.get("SR", "current_operations", &sr).await, json!({task.as_str(): "scan"}));
    assert!(lab.set("SR", "allowed_operations", &sr).await.is_empty());
    let busy = lab.run("SR.scan", [json!(sr)]).await.expect_err("busy");
    assert_eq!((busy.code.as_str(), busy.params[2].as_str()), ("OTHER_OPERATION_IN_PROGRESS", "scan"));
    lab.finish("SR.scan", &task).await.expect("scanned");
}

#[tokio::test]
async fn a_second_connection_of_a_host_is_refused() {
    let lab = Lab::small().await;
    let (host, sr) = (lab.named_object("host", "xcp-lab-1"), lab.named_object("SR", "NFS storage"));
    let refused = lab.run("PBD.create", [json!({"host": host, "SR": sr, "device_config": {}})]).await;
    let refused = refused.expect_err("there is one");
    assert_eq!((refused.code.as_str(), &refused.params[..2]), ("PBD_EXISTS", &[sr, host][..]));
}
