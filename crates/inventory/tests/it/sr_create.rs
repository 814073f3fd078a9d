use serde_json::{Value, json};

use crate::Lab;

/// Makes a repository and returns its type, content, whether all hosts have it, and how they reach it.
async fn create(lab: &Lab, method: &str, more: Value) -> (String, String, bool, String) {
    let id = lab.admin.call(method, params(lab, more)).await;
    let sr = lab.by_id("SR", id.as_str().expect("an id"));
    lab.sim.with(|world| {
        assert_eq!((world.text(sr, "name_label"), world.text(sr, "name_description")), ("new", "text"));
        assert_eq!(world.entry(sr, "other_config", "auto-scan"), "true");
        let pbds = world.objects(sr, "PBDs");
        assert!(pbds.iter().all(|pbd| world.flag(*pbd, "currently_attached")));
        assert_eq!(pbds.len(), if world.flag(sr, "shared") { 2 } else { 1 });
        let config = world.get(pbds[0], "device_config").entries();
        let config: Vec<_> = config.iter().map(|(key, value)| format!("{key}={}", value.as_text())).collect();
        let (kind, content) = (world.text(sr, "type").to_owned(), world.text(sr, "content_type").to_owned());
        (kind, content, world.flag(sr, "shared"), config.join(" "))
    })
}

fn params(lab: &Lab, more: Value) -> Value {
    let mut params = more;
    params["host"] = lab.id(lab.named("host", "xcp-lab-1")).into();
    params["nameLabel"] = "new".into();
    params["nameDescription"] = "text".into();
    params
}

#[tokio::test]
async fn drivers_get_what_they_want() {
    let lab = Lab::new().await;
    let cases = [
        (
            "sr.createNfs",
            json!({ "server": "nas", "serverPath": "/a", "nfsVersion": "4", "nfsOptions": "soft", "preferredImageFormat": "qcow2, vhd" }),
            (
                "nfs",
                "user",
                true,
                "server=nas serverpath=/a nfsversion=4 options=soft preferred-image-formats=qcow2, vhd",
            ),
        ),
        (
            "sr.createSmb",
            json!({ "server": "\\\\nas\\a", "user": "u", "password": "sesame" }),
            ("smb", "user", true, "server=\\\\nas\\a username=u password=sesame"),
        ),
        (
            "sr.createIso",
            json!({ "path": "/iso", "type": "local" }),
            ("iso", "iso", false, "legacy_mode=true location=/iso"),
        ),
        (
            "sr.createIso",
            json!({ "path": "nas:/iso", "type": "nfs", "nfsVersion": "4", "nfsOptions": "soft" }),
            ("iso", "iso", true, "nfsversion=4 options=soft location=nas:/iso"),
        ),
        (
            "sr.createIso",
            json!({ "path": "\\\\nas\\iso", "type": "smb", "user": "u", "password": "sesame" }),
            ("iso", "iso", true, "type=cifs username=u cifspassword=sesame location=//nas/iso"),
        ),
        ("sr.createExt", json!({ "device": "/dev/sdy" }), ("ext", "user", false, "device=/dev/sdy")),
        ("sr.createLvm", json!({ "device": "/dev/sdz" }), ("lvm", "user", false, "device=/dev/sdz")),
        ("sr.createZfs", json!({ "location": "/tank" }), ("zfs", "user", false, "location=/tank")),
        ("sr.createHba", json!({ "scsiId": "s1" }), ("lvmohba", "user", true, "SCSIid=s1")),
        (
            "sr.createIscsi",
            json!({ "target": "10.0.0.1", "targetIqn": "iqn.x:y", "scsiId": "s2", "port": 3261, "chapUser": "u", "chapPassword": "sesame" }),
            (
                "lvmoiscsi",
                "user",
                true,
                "target=10.0.0.1 targetIQN=iqn.x:y SCSIid=s2 chapuser=u chappassword=sesame port=3261",
            ),
        ),
    ];
    for (method, more, (kind, content, shared, config)) in cases {
        let expected = (kind.to_owned(), content.to_owned(), shared, config.to_owned());
        assert_eq!(create(&lab, method, more).await, expected, "{method}");
    }
}

#[tokio::test]
async fn passwords_are_in_no_object_and_no_record_of_a_failure() {
    let lab = Lab::new().await;
    let smb = params(&lab, json!({ "server": "\\\\nas\\a", "user": "u", "password": "sesame" }));
    let id = lab.admin.call("sr.createSmb", smb.clone()).await;
    let sr = lab.becomes(id.as_str().unwrap(), |sr| sr["$PBDs"].as_array().is_some_and(|pbds| pbds.len() == 2)).await;
    for pbd in sr["$PBDs"].as_array().unwrap() {
        let pbd = lab.becomes(pbd.as_str().unwrap(), |_| true).await;
        assert!(!pbd.to_string().contains("sesame"), "{pbd}");
    }
    for params in [smb.clone(), {
        let mut again = smb;
        again["srUuid"] = "11111111-2222-4333-8444-555555555555".into();
        again
    }] {
        for method in ["SR.create", "PBD.plug"] {
            lab.sim.fail_next(method, "SR_BACKEND_FAILURE_111", ["", "mount.cifs -o user=u,pass=sesame failed", ""]);
        }
        let error = lab.admin.refused("sr.createSmb", params).await;
        assert_eq!(error["data"]["code"], "SR_BACKEND_FAILURE_111");
        assert!(!error.to_string().contains("sesame"), "{error}");
        lab.sim.clear_faults();
    }
    assert!(!format!("{:?}", lab.test.app.tasks().all()).contains("sesame"));
}

#[tokio::test]
async fn storage_that_does_not_answer_leaves_nothing_behind() {
    let lab = Lab::new().await;
    let before = (lab.count("SR"), lab.count("PBD"));
    let more = json!({ "server": "192.0.2.1", "serverPath": "/a" });
    let error = lab.admin.refused("sr.createNfs", params(&lab, more.clone())).await;
    assert_eq!(error["data"]["code"], "SR_BACKEND_FAILURE_73");
    // The same when it is attached: what was made for that goes.
    let mut again = params(&lab, more);
    again["srUuid"] = "11111111-2222-4333-8444-555555555555".into();
    let error = lab.admin.refused("sr.createNfs", again).await;
    assert_eq!(error["data"]["code"], "SR_BACKEND_FAILURE_73");
    assert_eq!((lab.count("SR"), lab.count("PBD")), before);
}

#[tokio::test]
async fn attaching_what_is_there_leaves_it_alone() {
    let lab = Lab::new().await;
    let id = lab.nfs().await;
    let mut again = params(&lab, json!({ "server": "10.20.100.6", "serverPath": "/xen" }));
    again["srUuid"] = id.as_str().into();
    let error = lab.admin.refused("sr.createNfs", again).await;
    assert_eq!(error["data"]["code"], "SR_UUID_EXISTS");
    assert_eq!(lab.attached(&id), [true, true]);
}

#[tokio::test]
async fn a_device_that_is_in_use_is_told() {
    let lab = Lab::new().await;
    create(&lab, "sr.createExt", json!({ "device": "/dev/sdy" })).await;
    let error = lab.admin.refused("sr.createLvm", params(&lab, json!({ "device": "/dev/sdy" }))).await;
    assert_eq!(error["data"]["code"], "SR_DEVICE_IN_USE");
}

#[tokio::test]
async fn bad_parameters_are_named_by_their_path() {
    let lab = Lab::new().await;
    let before = lab.count("SR");
    for (method, more, path, keyword) in [
        ("sr.createNfs", json!({ "server": "nas" }), "", "required"),
        (
            "sr.createNfs",
            json!({ "server": "nas", "serverPath": "/", "preferredImageFormat": "qcow2,vhd" }),
            "/preferredImageFormat",
            "enum",
        ),
        ("sr.createIso", json!({ "path": "/iso", "type": "ftp" }), "/type", "enum"),
        ("sr.createIscsi", json!({ "target": "a", "targetIqn": "i", "scsiId": "s", "port": "x" }), "/port", "type"),
        ("sr.createHba", json!({ "scsiId": "s", "chapUser": "u" }), "", "additionalProperties"),
        ("sr.createExt", json!({ "device": "" }), "/device", "minLength"),
    ] {
        let error = lab.admin.refused(method, params(&lab, more)).await;
        let first = &error["data"]["errors"][0];
        assert_eq!((&first["instancePath"], &first["keyword"]), (&json!(path), &json!(keyword)), "{method} {error}");
    }
    let nobody = lab.test.user("nobody@example.org").await;
    let error = nobody.refused("sr.createExt", params(&lab, json!({ "device": "/dev/sdy" }))).await;
    assert_eq!(error["code"], 2);
    assert_eq!(lab.count("SR"), before);
}
