//! Disks read by NBD, with the programs that others use for it.

use std::{path::Path, process::Output, time::Duration};

use serde_json::{Value, json};
use tokio::{process::Command, time::timeout};
use xapi_sim::Object;

use crate::lab::{Lab, failure};

/// Bytes of the disk.
const SIZE: usize = 6 << 20;

/// A pool that offers disks on the network by which its hosts are managed, and one of them with something in it.
async fn offering(purpose: &str) -> (Lab, Object, Vec<u8>) {
    let lab = Lab::small().await;
    let (management, storage) = (lab.named_object("network", "Management"), lab.named_object("network", "Storage"));
    lab.ok("network.remove_purpose", [json!(storage), json!("nbd")]).await;
    lab.ok("network.add_purpose", [json!(management), json!(purpose)]).await;
    let sr = lab.named_object("SR", "NFS storage");
    lab.disk(&sr, SIZE as u64).await.expect("it is made");
    let disk = lab.sim.named("VDI", "disk").expect("the disk");
    let mut content = vec![0; SIZE];
    content[5 << 20..].fill(7);
    lab.sim.with(|world| world.disks.write(disk, 5 << 20, &content[5 << 20..]));
    (lab, disk, content)
}

async fn told(lab: &Lab, disk: Object) -> Vec<Value> {
    let told = lab.ok("VDI.get_nbd_info", [json!(disk.to_string())]).await;
    told.as_array().expect("a set").clone()
}

fn text<'a>(server: &'a Value, key: &str) -> &'a str {
    server[key].as_str().expect("a text")
}

/// Returns the URI of an export; the certificate that was told is in `folder`, as the authority to believe.
fn uri(server: &Value, scheme: &str, folder: &Path) -> String {
    std::fs::write(folder.join("ca-cert.pem"), text(server, "cert")).expect("it is written");
    let name: String = url::form_urlencoded::byte_serialize(text(server, "exportname").as_bytes()).collect();
    let folder = folder.display();
    format!("{scheme}://{}:{}/{name}?tls-certificates={folder}", text(server, "address"), server["port"])
}

async fn run(program: &str, arguments: &[&str]) -> Output {
    let output = Command::new(program).args(arguments).kill_on_drop(true).output();
    let output = timeout(Duration::from_mins(1), output).await.expect("it ends");
    output.unwrap_or_else(|error| panic!("{program}: {error}; `cargo xtask setup` installs it"))
}

async fn done(program: &str, arguments: &[&str]) -> String {
    let output = run(program, arguments).await;
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn attached(lab: &Lab, disk: Object) -> usize {
    lab.sim.with(|world| world.objects(disk, "VBDs").len())
}

#[tokio::test]
async fn a_disk_is_told_where_hosts_see_it_and_nowhere_without_a_network_for_it() {
    let (lab, disk, _) = offering("nbd").await;
    let servers = told(&lab, disk).await;
    let hosts = [lab.sim.named("host", "xcp-lab-1").unwrap(), lab.sim.named("host", "xcp-lab-2").unwrap()];
    let addresses = lab.sim.with(|world| hosts.map(|host| world.text(host, "address").to_owned()));
    let mut found: Vec<&str> = servers.iter().map(|server| text(server, "address")).collect();
    found.sort_unstable();
    assert_eq!(found, addresses);
    let uuid = lab.get("VDI", "uuid", &disk.to_string()).await;
    for server in &servers {
        assert_eq!(text(server, "subject"), text(server, "address"));
        let named = format!("/{}?session_id={}", uuid.as_str().unwrap(), lab.session());
        assert_eq!(text(server, "exportname"), named);
        assert!(text(server, "cert").starts_with("-----BEGIN CERTIFICATE-----"));
    }
    // The other host sees the storage no longer.
    lab.sim.with(|world| {
        let pbds = world.objects(world.object(disk, "SR"), "PBDs");
        let of_it = pbds.into_iter().find(|pbd| world.object(*pbd, "host") == hosts[1]).expect("its PBD");
        world.set(of_it, "currently_attached", false);
    });
    let left = told(&lab, disk).await;
    assert_eq!(left.iter().map(|server| text(server, "address")).collect::<Vec<_>>(), [addresses[0].as_str()]);
    let management = lab.named_object("network", "Management");
    lab.ok("network.remove_purpose", [json!(management), json!("nbd")]).await;
    assert_eq!(told(&lab, disk).await, [Value::Null; 0]);
    lab.sim.with(|world| world.set(disk, "type", "cbt_metadata"));
    let refused = lab.call("VDI.get_nbd_info", [json!(disk.to_string())]).await;
    assert_eq!(refused, Err(failure("VDI_INCOMPATIBLE_TYPE", [&disk.to_string(), "cbt_metadata"])));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nbdinfo_and_nbdcopy_read_a_disk_within_tls_only() {
    let (lab, disk, content) = offering("nbd").await;
    let folder = tempfile::tempdir().expect("a folder");
    let servers = told(&lab, disk).await;
    let (secure, open) = (uri(&servers[0], "nbds", folder.path()), uri(&servers[0], "nbd", folder.path()));
    let info = done("nbdinfo", &[&secure]).await;
    assert!(info.contains("newstyle-fixed with TLS, using simple packets"), "{info}");
    assert!(info.contains(&format!("export-size: {SIZE}")) && info.contains("is_read_only: true"), "{info}");
    let copy = folder.path().join("copy.raw");
    done("nbdcopy", &[&secure, copy.to_str().unwrap()]).await;
    assert!(std::fs::read(&copy).expect("it was made") == content);
    assert!(!run("nbdinfo", &[&open]).await.status.success(), "it is read in the clear");
    // As no server of a host does yet.
    lab.sim.tell_allocation(true);
    let map = done("nbdinfo", &["--map", &secure]).await;
    let map: Vec<Vec<&str>> = map.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(map, [vec!["0", "4194304", "3", "hole,zero"], vec!["4194304", "2097152", "0", "data"]]);
    while attached(&lab, disk) > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_tls_a_disk_is_read_in_the_clear() {
    let (lab, disk, content) = offering("insecure_nbd").await;
    let folder = tempfile::tempdir().expect("a folder");
    let open = uri(&told(&lab, disk).await[0], "nbd", folder.path());
    let copy = folder.path().join("copy.raw");
    done("nbdcopy", &[&open, copy.to_str().unwrap()]).await;
    assert!(std::fs::read(&copy).expect("it was made") == content);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_logged_out_and_who_comes_too_early_reads_nothing() {
    let (lab, disk, _) = offering("nbd").await;
    let folder = tempfile::tempdir().expect("a folder");
    let secure = uri(&told(&lab, disk).await[0], "nbds", folder.path());
    let vm = lab.sim.named("VM", "sandbox").expect("the VM");
    let vbd = lab.sim.with(|world| {
        let vbd = [("VM", vm.into()), ("VDI", disk.into()), ("mode", "RW".into()), ("currently_attached", true.into())];
        world.create("VBD", vbd)
    });
    assert!(!run("nbdinfo", &[&secure]).await.status.success(), "a VM writes to it");
    lab.sim.with(|world| world.destroy(vbd));
    done("nbdinfo", &[&secure]).await;
    lab.ok("session.logout", []).await;
    assert!(!run("nbdinfo", &[&secure]).await.status.success(), "the session has ended");
}
