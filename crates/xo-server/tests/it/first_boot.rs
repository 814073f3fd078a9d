//! Drives of cloud-init go after the first start of their guest, whatever became of the server meanwhile.

use std::net::SocketAddr;

use serde_json::json;

use crate::{lab::Lab, process::Daemon, test_app::eventually, view::Client};

const DRIVE: &str = "XO CloudConfigDrive";

/// Signs in to a server that has told the password of its administrator.
async fn sign_in(address: &str, password: &str) -> Client {
    let address: SocketAddr = address.trim_start_matches("http://").parse().expect("an address");
    let mut client = Client::connect(address, "none").await;
    client.call("session.signIn", json!({ "email": "admin@admin.net", "password": password })).await;
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drive_goes_whose_guest_has_started_while_the_server_was_dead() {
    // Another client of the same pool, which looks after no drives.
    let lab = Lab::new().await;
    let drives =
        || lab.sim.with(|world| world.all("VDI").filter(|disk| world.text(*disk, "name_label") == DRIVE).count());
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("config.toml");
    std::fs::write(&config, "[xapiOptions]\nvdiDelayBeforeRemovingCloudConfigDrive = 0\n").expect("it is written");
    let args = ["--listen", "127.0.0.1:0", "--config", config.to_str().expect("a text")];

    let mut first = Daemon::start(folder.path(), &args);
    let password = first.line().split('`').nth(3).expect("a password").to_owned();
    let mut client = sign_in(&first.address(), &password).await;
    let host = format!("http://{}", lab.sim.http_addr());
    let server = json!({ "host": host, "username": "root", "password": "password", "autoConnect": false });
    let server = client.call("server.add", server).await;
    client.call("server.enable", json!({ "id": server })).await;
    let template = lab.sim.named("VM", "debian-12-cloud").expect("a template");
    let template = lab.sim.with(|world| world.uuid(template).to_owned());
    let params = json!({
        "template": template,
        "name_label": "new",
        "cloudConfig": "#cloud-config\n",
        "destroyCloudConfigVdiAfterBoot": true,
    });
    let vm = client.call("vm.create", params).await;
    let vm = vm.as_str().expect("an id");
    first.signal("-KILL");
    first.end();

    eventually(async || lab.test.app.store().get(vm)).await;
    lab.admin.call("vm.start", json!({ "id": vm })).await;
    let lives = async || {
        let vm = lab.test.app.store().get(vm)?.decode::<serde_json::Value>().ok()?;
        (vm["pvDriversDetected"] == true).then_some(())
    };
    eventually(lives).await;
    assert_eq!(drives(), 1, "nobody has looked after it");

    let mut second = Daemon::start(folder.path(), &args);
    second.address();
    eventually(async || (drives() == 0).then_some(())).await;
}
