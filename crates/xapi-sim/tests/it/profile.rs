//! Products: which methods, fields and operations each has.

use serde_json::json;
use xapi_sim::{
    Sim,
    profile::{self, Profile},
};

use crate::{
    client::{Client, exchange, post},
    lab::{Lab, failure},
};

async fn lab(profile: &'static Profile) -> Lab {
    Lab::of(Sim::builder().world("small").profile(profile)).await
}

/// The three products, oldest first.
fn products() -> [&'static Profile; 3] {
    ["xenserver-7.1", "xcpng-8.3", "xenserver-8"].map(|name| Profile::named(name).expect("a product"))
}

#[tokio::test]
async fn each_product_says_what_it_is() {
    let said = [("7.1.2", "XenServer", 6), ("8.3.0", "XCP-ng", 21), ("8.4.0", "XenServer", 21)];
    for (product, (version, brand, minor)) in products().into_iter().zip(said) {
        let lab = lab(product).await;
        let host = lab.named_object("host", "xcp-lab-1");
        let software = lab.get("host", "software_version", &host).await;
        assert_eq!((&software["product_version"], &software["product_brand"]), (&json!(version), &json!(brand)));
        assert_eq!(lab.get("host", "API_version_minor", &host).await, json!(minor));
    }
}

#[tokio::test]
async fn each_product_has_the_methods_of_its_time() {
    // Method, and whether each product has it; in the order of `products`.
    let methods = [
        ("VM.start", [true, true, true]),
        ("VDI.enable_cbt", [false, true, true]),
        ("Certificate.get_all_records", [false, true, true]),
        ("Cluster.get_all_records", [false, true, true]),
        ("PUSB.get_all_records", [false, true, true]),
        ("VTPM.get_all_records", [false, true, true]),
        ("pool.sync_updates", [false, true, true]),
        ("VM.sysprep", [false, false, true]),
    ];
    for (at, product) in products().into_iter().enumerate() {
        let lab = lab(product).await;
        let list = post("/", b"<methodCall><methodName>system.listMethods</methodName><params/></methodCall>");
        let listed = exchange(lab.sim.http_addr(), &list).await.text();
        for (method, has) in methods {
            let unknown = lab.call(method, []).await == Err(failure("MESSAGE_METHOD_UNKNOWN", [method]));
            assert_eq!(!unknown, has[at], "{method} of {}", product.name);
            let listed = listed.contains(&format!("<value>{method}</value>"));
            assert_eq!(listed, has[at], "{method} in the list of {}", product.name);
        }
    }
}

#[tokio::test]
async fn each_product_has_the_fields_of_its_time_in_answers_and_events() {
    let fields = [
        ("VM", "web-1", "name_label", [true, true, true]),
        ("VM", "web-1", "domain_type", [false, true, true]),
        ("VM", "web-1", "NVRAM", [false, true, true]),
        ("VDI", "web-1 system", "cbt_enabled", [false, true, true]),
        ("host", "xcp-lab-1", "tls_verification_enabled", [false, true, true]),
        ("host", "xcp-lab-1", "numa_affinity_policy", [false, true, true]),
    ];
    for (at, product) in products().into_iter().enumerate() {
        let lab = lab(product).await;
        for (class, name, field, has) in fields {
            let object = lab.named_object(class, name);
            let record = lab.ok(&format!("{class}.get_record"), [json!(object)]).await;
            assert_eq!(record.get(field).is_some(), has[at], "{class}.{field} of {}", product.name);
            let getter = format!("{class}.get_{field}");
            let unknown = lab.call(&getter, [json!(object)]).await == Err(failure("MESSAGE_METHOD_UNKNOWN", [&getter]));
            assert_eq!(!unknown, has[at], "{getter} of {}", product.name);
        }
        let told = Client::login(lab.sim.http_addr()).await.events(&["vm"], "", 5.0).await;
        let has_domain_type =
            told.list().iter().any(|event| event.get("snapshot").is_some_and(|vm| vm.get("domain_type").is_some()));
        assert_eq!(has_domain_type, at > 0, "in events of {}", product.name);
    }
}

#[tokio::test]
async fn each_product_offers_the_operations_of_its_time() {
    let offered = [
        ("VM", "sandbox", "start", [true, true, true]),
        ("VM", "sandbox", "changing_NVRAM", [false, true, true]),
        ("VM", "sandbox", "create_vtpm", [false, true, true]),
        ("VM", "web-1", "sysprep", [false, false, true]),
        ("VDI", "legacy-crm C", "enable_cbt", [false, true, true]),
        ("SR", "NFS storage", "vdi_enable_cbt", [false, true, true]),
        ("pool", "lab", "sync_updates", [false, true, true]),
    ];
    for (at, product) in products().into_iter().enumerate() {
        let lab = lab(product).await;
        for (class, name, operation, has) in offered {
            let allowed = lab.set(class, "allowed_operations", &lab.named_object(class, name)).await;
            assert_eq!(allowed.iter().any(|one| one == operation), has[at], "{operation} of {}", product.name);
        }
    }
}

#[tokio::test]
async fn an_old_product_starts_and_stops_a_vm_all_the_same() {
    let lab = lab(&profile::XENSERVER_7_1).await;
    let vm = lab.vm("sandbox");
    lab.run("VM.start", [json!(vm), json!(false), json!(false)]).await.expect("started");
    lab.run("VM.hard_shutdown", [json!(vm)]).await.expect("stopped");
}
