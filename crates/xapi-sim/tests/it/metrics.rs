//! Metrics that move while nobody does anything.

use tokio::time::timeout;
use xapi_sim::Sim;
use xapi_types::Value;

use crate::client::{Client, SOON};

#[tokio::test]
async fn metrics_of_hosts_and_vms_move_by_themselves() {
    let sim = Sim::builder().world("small").start().await.expect("the world starts");
    let client = Client::login(sim.http_addr()).await;
    let all = client.events(&["vm_metrics", "host_metrics"], "", 5.0).await;
    let (mut token, mut moved) = (all.token().to_owned(), (false, false));
    let both = async {
        while moved != (true, true) {
            // Hosts report at each full minute: let it be one.
            sim.with(|world| world.clock.advance(60 - world.now().unix().rem_euclid(60)));
            let events = client.events(&["vm_metrics", "host_metrics"], &token, 1.0).await;
            events.token().clone_into(&mut token);
            for told in events.brief() {
                moved.0 |= told == "vm_metrics mod";
                moved.1 |= told == "host_metrics mod";
            }
        }
    };
    timeout(SOON * 6, both).await.expect("both move");
    let metrics = sim.with(|world| world.object(world.by_name("VM", "web-1").expect("a VM"), "metrics")).to_string();
    let used = client.ok("VM_metrics.get_VCPUs_utilisation", &[metrics.into()]).await;
    assert_eq!(used.as_struct().map(<[_]>::len), Some(2), "a share for each processor");
    assert!(used.as_struct().unwrap_or_default().iter().all(|(_, share)| matches!(share, Value::Float(0.0..=1.0))));
}
