//! Files that our command line client sends to the server and takes from it, which has them from hosts and gives them to
//! hosts.

use std::fs;

use serde_json::{Value, json};

use crate::our_cli::Cli;
use crate::server::Server;
use crate::wait::until;

/// Bytes of a disk: some of each kind, and holes.
fn content() -> Vec<u8> {
    let mut content = vec![0; 8 << 20];
    for (at, byte) in content.iter_mut().enumerate().skip(3 << 20).take(100_000) {
        *byte = u8::try_from(at % 251).expect("below 251");
    }
    content
}

/// Returns the id of the first object that these conditions find.
async fn first(cli: &Cli, conditions: &[&str]) -> String {
    let arguments: Vec<&str> = ["list-objects", "--id"].into_iter().chain(conditions.iter().copied()).collect();
    let found = cli.json(&arguments).await;
    found[0]["id"].as_str().unwrap_or_else(|| panic!("nothing is {conditions:?}")).to_owned()
}

/// Waits until the client sees what has just been made.
async fn seen(cli: &Cli, id: &str) {
    until("it is seen", async || {
        let found = cli.json(&["list-objects", "--id", &format!("id={id}")]).await;
        (found == json!([{ "id": id }])).then_some(())
    })
    .await;
}

#[tokio::test]
async fn disks_and_machines_go_out_and_come_in_as_files() {
    let server = Server::demo().await;
    let (_client, _) = server.with_vms().await;
    let cli = Cli::registered(&server).await;
    let pool = cli.json(&["list-objects", "--default_SR", "type=pool"]).await;
    let sr = pool[0]["default_SR"].as_str().expect("a default storage").to_owned();
    fs::write(cli.path("in.raw"), content()).unwrap();
    let on = format!("sr={sr}");
    let made = async |arguments: &[&str]| {
        let text = cli.ok(arguments).await;
        let id: String =
            serde_json::from_str::<Value>(&text).ok().and_then(|id| id.as_str().map(ToOwned::to_owned)).unwrap_or(text);
        let id = id.trim().to_owned();
        seen(&cli, &id).await;
        id
    };
    let disk = made(&["disk.import", "name=in", "type=raw", &on, "@=in.raw"]).await;
    for format in ["raw", "vhd", "qcow2", "vmdk"] {
        let (id, form, file) = (format!("id={disk}"), format!("format={format}"), format!("@=out.{format}"));
        assert_eq!(cli.ok(&["disk.exportContent", &id, &form, &file]).await, "");
        let again = made(&["disk.import", "name=again", &format!("type={format}"), &on, &file]).await;
        cli.ok(&["disk.exportContent", &format!("id={again}"), "format=raw", "@=again.raw"]).await;
        assert!(fs::read(cli.path("again.raw")).unwrap() == content(), "{format}");
    }
    // The same over REST.
    cli.ok(&["rest", "get", "--output", "rest.raw", &format!("vdis/{disk}.raw")]).await;
    assert!(fs::read(cli.path("rest.raw")).unwrap() == content());

    let template = first(&cli, &["type=VM-template"]).await;
    let template = format!("template={template}");
    let vm =
        made(&["vm.create", "name_label=streamed", &template, "VDIs=json:[]", "VIFs=json:[]", "existingDisks=json:{}"])
            .await;
    let disks = cli.json(&["list-objects", "--id", "type=VBD", &format!("VM={vm}"), "is_cd_drive=false"]).await;
    for vbd in disks.as_array().expect("a list") {
        cli.ok(&["vbd.delete", &format!("id={}", vbd["id"].as_str().expect("an id"))]).await;
    }
    cli.ok(&["vm.attachDisk", &format!("vm={vm}"), &format!("vdi={disk}")]).await;
    let of = format!("vm={vm}");
    for (arguments, file) in [
        (vec!["vm.export", &of, "@=plain.xva"], "@=plain.xva"),
        (vec!["vm.export", &of, "compress=true", "@=small.xva"], "@=small.xva"),
        (vec!["vm.export", &of, "format=ova", "@=machine.ova"], "@=machine.ova"),
    ] {
        assert_eq!(cli.ok(&arguments).await, "", "{arguments:?}");
        let again = made(&["vm.import", &on, file]).await;
        let vbd = until("its disk is seen", async || {
            let vbds =
                cli.json(&["list-objects", "--VDI", "type=VBD", &format!("VM={again}"), "is_cd_drive=false"]).await;
            vbds[0]["VDI"].as_str().map(ToOwned::to_owned)
        })
        .await;
        cli.ok(&["disk.exportContent", &format!("id={vbd}"), "format=raw", "@=again.raw"]).await;
        assert!(fs::read(cli.path("again.raw")).unwrap()[..8 << 20] == content(), "{file}");
    }
    // What is no archive is told as such, and nothing is there instead of it.
    fs::write(cli.path("no.xva"), "no archive").unwrap();
    let told = cli.failed(1, &["vm.import", &on, "@=no.xva"]).await;
    assert!(told.contains("neither an XVA nor an OVA"), "{told}");
    cli.failed(1, &["vm.export", "vm=nope", "@=nope.xva"]).await;
    assert!(!cli.path("nope.xva").exists());
}
