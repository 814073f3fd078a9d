//! VMs that start anew, move and stop while somebody looks.

use app::{Config, Duration, model::Kind};
use serde_json::json;
use xapi_sim::fault::Spoilt;

use super::{Lab, soon};
use crate::test_app::eventually;

/// Returns how often a host was asked for a console.
fn tunnels(lab: &Lab) -> usize {
    let hosts = ["xcp-lab-1", "xcp-lab-2"].map(|name| lab.served.sim.named("host", name).expect("it is there"));
    hosts.into_iter().map(|host| lab.served.sim.requests(host, "/console")).sum()
}

#[tokio::test]
async fn a_screen_goes_on_at_another_host_with_all_that_was_typed() {
    let lab = Lab::new().await;
    let mut vnc = lab.console(&lab.vm).vnc().await;
    soon(vnc.type_text("abc")).await.expect("it takes keys");
    soon(vnc.see("> abc_")).await.expect("it shows them");
    let here = lab.served.app().store().get(&lab.vm).expect("it is there").text("$container").expect("a host");
    let hosts = ["xcp-lab-1", "xcp-lab-2"].map(|name| lab.id(Kind::Host, name));
    let there = hosts.iter().find(|host| **host != here).expect("there are two");
    let name = if there == &hosts[0] { "Running on xcp-lab-1" } else { "Running on xcp-lab-2" };
    lab.call("vm.migrate", json!({ "vm": lab.vm, "targetHost": there })).await;
    soon(vnc.see(name)).await.expect("it shows the other host");
    soon(vnc.type_text("def")).await.expect("it takes keys");
    soon(vnc.see("> abcdef_")).await.expect("it is the same VM");
}

#[tokio::test]
async fn a_screen_goes_on_after_a_reboot_in_another_size() {
    let lab = Lab::new().await;
    let mut vnc = lab.console(&lab.vm).vnc().await;
    soon(vnc.see("web-1")).await.expect("it shows its name");
    assert_eq!((vnc.width, vnc.height), (800, 600), "its tools are up");
    for typed in ["x", "y", "z"] {
        let before = tunnels(&lab);
        lab.call("vm.restart", json!({ "id": lab.vm, "force": true })).await;
        // What is typed before goes to the old life.
        eventually(async || (tunnels(&lab) > before).then_some(())).await;
        soon(vnc.type_text(typed)).await.expect("it takes keys");
        soon(vnc.see(&format!("{typed}_"))).await.expect("it shows them");
    }
    drop(vnc);
    let entries = lab.journal(2).await;
    assert!(entries[1]["call"]["params"]["moves"].as_u64() >= Some(3), "{:?}", entries[1]);
}

#[tokio::test]
async fn a_picture_that_is_cut_in_the_middle_is_drawn_anew() {
    let lab = Lab::new().await;
    let mut vnc = lab.console(&lab.vm).vnc().await;
    for _ in 0..5 {
        lab.served.sim.spoil_at("/console", Spoilt::Cut);
        soon(vnc.see("web-1")).await.expect("it shows its name");
    }
    soon(vnc.type_text("still here")).await.expect("it takes keys");
    soon(vnc.see("> still here_")).await.expect("it shows them");
}

#[tokio::test]
async fn a_text_console_that_is_cut_goes_on() {
    let lab = Lab::new().await;
    let dom0 = lab.id(Kind::VmController, "Control domain on host: xcp-lab-1");
    let mut text = lab.console(&format!("{dom0}?protocol=vt100")).text().await;
    text.wait_for("login: ").await;
    text.type_text("root\rx\r").await;
    text.wait_for(":~# ").await;
    let host = lab.served.sim.named("host", "xcp-lab-1").expect("it is there");
    lab.served.sim.cut(host);
    text.wait_for(":~# ").await;
    text.type_text("whoami\r").await;
    text.wait_for("\r\nroot\r\n").await;
}

#[tokio::test]
async fn a_vm_that_is_stopped_ends_its_console_and_says_so() {
    let lab = Lab::new().await;
    let (mut vnc, closed) = lab.console(&lab.vm).watched().await;
    soon(vnc.see("web-1")).await.expect("it shows its name");
    lab.call("vm.stop", json!({ "id": lab.vm, "force": true })).await;
    assert_eq!(soon(closed).await, Ok((1000, "the VM has been stopped".to_owned())));
}

#[tokio::test]
async fn a_host_that_does_not_come_back_ends_the_console() {
    let mut config = Config::default();
    config.consoles.follow = Duration::from_millis(300);
    let lab = Lab::with(config).await;
    let dom0 = lab.id(Kind::VmController, "Control domain on host: xcp-lab-2");
    let (mut vnc, closed) = lab.console(&dom0).watched().await;
    soon(vnc.see("xcp-lab-2")).await.expect("it shows its name");
    lab.served.sim.kill(lab.served.sim.named("host", "xcp-lab-2").expect("it is there"));
    let (code, why) = soon(closed).await.expect("it ends");
    assert_eq!((code, &*why), (1011, "the console did not come back in 0 s"));
}

#[tokio::test]
async fn a_host_that_comes_back_has_its_consoles_again() {
    let lab = Lab::new().await;
    let dom0 = lab.id(Kind::VmController, "Control domain on host: xcp-lab-2");
    let mut vnc = lab.console(&dom0).vnc().await;
    soon(vnc.see("xcp-lab-2")).await.expect("it shows its name");
    let host = lab.served.sim.named("host", "xcp-lab-2").expect("it is there");
    lab.served.sim.kill(host);
    let before = tunnels(&lab);
    lab.served.sim.revive(host);
    eventually(async || (tunnels(&lab) > before).then_some(())).await;
    soon(vnc.type_text("abc")).await.expect("it takes keys");
    soon(vnc.see("> abc_")).await.expect("it shows them");
}

#[tokio::test]
async fn a_host_that_closes_the_console_again_and_again_is_given_up() {
    let mut config = Config::default();
    config.consoles.follow = Duration::from_millis(500);
    let lab = Lab::with(config).await;
    let (mut vnc, closed) = lab.console(&lab.vm).watched().await;
    for _ in 0..1000 {
        lab.served.sim.spoil_at("/console", Spoilt::Cut);
    }
    let before = tunnels(&lab);
    soon(async { while vnc.ask(false).await.is_ok() && vnc.update().await.is_ok() {} }).await;
    let (code, why) = soon(closed).await.expect("it ends");
    assert_eq!((code, why.starts_with("its host does not keep the console open")), (1011, true), "{why}");
    assert!(tunnels(&lab) - before < 20, "it rests in between");
}
