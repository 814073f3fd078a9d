//! Storage of their own for tests.

use serde_json::{Value, json};
use xapi_sim::Object;

use crate::Lab;

impl Lab {
    /// Returns the object of the simulator with that id.
    pub(crate) fn by_id(&self, class: &str, id: &str) -> Object {
        self.sim.by_uuid(class, id).expect("it is in the pool")
    }

    /// Returns how many objects of a class there are at the pool.
    pub(crate) fn count(&self, class: &str) -> usize {
        self.sim.with(|world| world.list(class).len())
    }

    /// Makes an empty NFS repository and returns its id.
    pub(crate) async fn nfs(&self) -> String {
        let host = self.id(self.named("host", "xcp-lab-1"));
        let params = json!({
            "host": host, "nameLabel": "second NAS", "nameDescription": "", "server": "10.20.100.6", "serverPath": "/xen",
        });
        let id = self.admin.call("sr.createNfs", params).await.as_str().expect("an id").to_owned();
        self.becomes(&id, |sr| sr["$PBDs"].as_array().is_some_and(|pbds| pbds.len() == 2)).await;
        id
    }

    /// Makes a disk and returns its id.
    pub(crate) async fn disk(&self, params: Value) -> String {
        let id = self.admin.call("disk.create", params).await.as_str().expect("an id").to_owned();
        self.becomes(&id, |vdi| vdi["type"] == "VDI").await;
        id
    }

    /// Makes a disk of a VM and returns its id and that of its attachment.
    pub(crate) async fn disk_of(&self, vm: Object) -> (String, String) {
        let sr = self.id(self.named("SR", "NFS storage"));
        let disk = self.disk(json!({ "name": "extra", "size": "1 GiB", "sr": sr, "vm": self.id(vm) })).await;
        let vdi = self.becomes(&disk, |vdi| vdi["$VBDs"].as_array().is_some_and(|vbds| vbds.len() == 1)).await;
        let vbd = vdi["$VBDs"][0].as_str().expect("an id").to_owned();
        self.becomes(&vbd, |_| true).await;
        (disk, vbd)
    }

    /// Tells, for each attachment of a repository, whether its host is connected.
    pub(crate) fn attached(&self, sr: &str) -> Vec<bool> {
        let sr = self.by_id("SR", sr);
        self.sim.with(|world| {
            let pbds = world.objects(sr, "PBDs");
            pbds.into_iter().map(|pbd| world.flag(pbd, "currently_attached")).collect()
        })
    }
}

#[tokio::test]
async fn every_operation_on_storage_is_refused_to_a_user_without_rights() {
    let lab = Lab::new().await;
    let user = lab.test.user("low").await;
    let vm = lab.vm("Halted");
    let (disk, vbd) = lab.disk_of(vm).await;
    let vm = lab.id(vm);
    let sr = lab.id(lab.named("SR", "NFS storage"));
    let host = lab.id(lab.named("host", "xcp-lab-1"));
    let pbd = lab.becomes(&sr, |_| true).await["$PBDs"][0].clone();
    let names: Vec<_> = lab.test.app.ops().names().collect();
    let mut seen = 0;
    for name in names {
        let id = match name.split('.').next() {
            Some("sr") => json!(sr),
            Some("vdi") => json!(disk),
            Some("vbd") => json!(vbd),
            Some("pbd") => pbd.clone(),
            Some("disk") if name.ends_with("Content") => json!(disk),
            Some("disk") if name == "disk.importOnSr" => json!(sr),
            Some("disk" | "sm") => Value::Null,
            _ => continue,
        };
        // What an operation does not know is left out, with a question mark behind the name.
        let mut params = json!({
            "host?": host, "sr?": sr, "sr_id?": sr, "bootable?": true, "name?": "x", "size?": 1, "nameLabel?": "x",
            "nameDescription?": "x", "device?": "x", "location?": "x", "server?": "x", "serverPath?": "x", "path?": "x",
            "type?": "local", "target?": "x", "targetIqn?": "x", "scsiId?": "x", "hostId?": host, "SR_type?": "nfs",
            "name_label?": "x", "device_config?": {}, "srId?": sr, "virtual_size?": 1, "VDI?": disk, "VM?": vm,
        });
        match name {
            "vdi.create" => params["type?"] = "user".into(),
            "disk.import" => params["type?"] = "raw".into(),
            "vbd.create" => params["type?"] = "Disk".into(),
            _ => {}
        }
        if name == "vbd.setBootable" {
            params["vbd"] = id;
        } else {
            params["id?"] = id;
        }
        let error = user.refused(name, params).await;
        assert_eq!(error["code"], 2, "{name} {error}");
        seen += 1;
    }
    assert_eq!(seen, 49);
}
