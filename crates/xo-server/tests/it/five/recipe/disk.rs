use serde_json::json;
use xapi_sim::World;

use super::{Recipe, after, device, id, loose, made, named, on, vif};

/// Returns the id of the storage that only the first host has.
fn own_storage(world: &World) -> String {
    let disk = named(world, "VDI", "legacy-crm C");
    world.uuid(world.object(disk, "SR")).to_owned()
}

pub(super) const RECIPES: &[Recipe] = &[
    on("disk.create", |w| {
        let (vm, sr) = (id(w, "VM", "web-1"), id(w, "SR", "NFS storage"));
        json!({ "name": "more", "size": "1 GiB", "sr": sr, "vm": vm, "bootable": false, "mode": "RW" })
    }),
    on("disk.create", |w| json!({ "name": "more", "size": 1 << 30, "sr": id(w, "SR", "NFS storage") })),
    on("vdi.delete", |w| json!({ "id": loose(w) })),
    on("vdi.migrate", |w| json!({ "id": id(w, "VDI", "web-1 system"), "sr_id": own_storage(w) })),
    on("vdi.migrate", |w| json!({ "id": loose(w), "sr_id": own_storage(w) })),
    on(
        "vdi.set",
        |w| json!({ "id": loose(w), "name_label": "n", "name_description": "d", "size": "400 GiB", "cbt": true }),
    ),
    on("vif.connect", |w| {
        let vif = device(w, "web-1", "VIFs", |_, _| true);
        w.set(vif, "currently_attached", false);
        json!({ "id": w.uuid(vif) })
    }),
    on("vif.delete", |w| json!({ "id": vif(w, "web-1") })),
    on("vif.disconnect", |w| json!({ "id": vif(w, "web-1") })),
    on(
        "vif.set",
        |w| json!({ "id": vif(w, "web-1"), "lockingMode": "locked", "allowedIpv4Addresses": ["192.0.2.9"], "rateLimit": 1000, "txChecksumming": false }),
    ),
    on("vif.set", |w| json!({ "id": vif(w, "web-1"), "network": id(w, "network", "DMZ"), "mac": "02:00:00:00:00:77" })),
    after("vusb.create", |lab| {
        Box::pin(async move {
            let (device, vm) = (lab.stick().await, lab.sim.with(|world| id(world, "VM", "legacy-crm")));
            json!({ "vm": vm, "usbGroup": device.1 })
        })
    }),
    after("vusb.destroy", |lab| Box::pin(async move { json!({ "id": lab.given_stick().await }) })),
    after("vusb.unplug", |lab| {
        Box::pin(async move {
            let id = lab.given_stick().await;
            lab.sim.with(|world| {
                let vusb = world.by_uuid("VUSB", &id).expect("it was made");
                world.set(vusb, "currently_attached", true);
                world.set(world.object(vusb, "VM"), "power_state", "Running");
            });
            json!({ "id": id })
        })
    }),
    on("pusb.scan", |w| json!({ "host": id(w, "host", "xcp-lab-1") })),
    on("pusb.set", |w| {
        let host = named(w, "host", "xcp-lab-1");
        json!({ "id": made(w, "PUSB", [("host", host.into()), ("path", "1-1".into())]), "enabled": true })
    }),
];

impl crate::lab::Lab {
    /// Offers a USB device of the first host to VMs; returns its id and that of its group.
    pub(in crate::five) async fn stick(&self) -> (String, String) {
        let device = self.sim.with(|world| {
            let host = named(world, "host", "xcp-lab-1");
            made(world, "PUSB", [("host", host.into()), ("path", "1-1".into())])
        });
        self.known().await;
        self.did("pusb.set", json!({ "id": device, "enabled": true })).await;
        let group = self.sim.with(|world| {
            let group = world.object(world.by_uuid("PUSB", &device).expect("it was made"), "USB_group");
            world.uuid(group).to_owned()
        });
        (device, group)
    }

    /// Gives a USB device to a VM and returns the id of what the VM has of it.
    async fn given_stick(&self) -> String {
        let (_, group) = self.stick().await;
        let vm = self.sim.with(|world| id(world, "VM", "legacy-crm"));
        let vusb = self.did("vusb.create", json!({ "vm": vm, "usbGroup": group })).await;
        vusb.as_str().expect("an id").to_owned()
    }
}
