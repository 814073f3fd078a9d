//! The archive that a host makes of itself.

use xapi_sim::fault::Spoilt;

use crate::{
    client::{Reply, exchange},
    lab::Lab,
};

async fn get(lab: &Lab, query: &str) -> Reply {
    let target = format!("/system-status?session_id={}{query}", lab.session());
    exchange(lab.sim.http_addr(), format!("GET {target} HTTP/1.1\r\nHost: sim\r\n\r\n").as_bytes()).await
}

#[tokio::test]
async fn a_host_answers_an_archive_of_its_own_without_a_length() {
    let lab = Lab::small().await;
    let uuid = lab.sim.with(|world| world.uuid(world.master()).to_owned());
    let tar = get(&lab, "&output=tar").await;
    assert_eq!((&*tar.status, tar.header("content-type")), ("HTTP/1.0 200 OK", Some("appliation/x-tar")));
    assert_eq!(tar.header("content-length"), None);
    assert_eq!((&tar.body[257..262], tar.body.len() % 512), (&b"ustar"[..], 0));
    assert!(tar.text().contains(&uuid));
    let part = get(&lab, "&output=tar&entries=host-name").await;
    assert!(part.text().contains("etc/hostname") && !part.text().contains(&uuid));
    let packed = get(&lab, "&output=tar.bz2").await;
    assert!(packed.body.starts_with(b"BZh"));
    let master = lab.sim.with(|world| world.master());
    assert_eq!(lab.sim.requests(master, "/system-status"), 3);
}

#[tokio::test]
async fn it_is_refused_without_a_session_or_in_another_form_and_fails_on_demand() {
    let lab = Lab::small().await;
    let stranger = exchange(lab.sim.http_addr(), b"GET /system-status HTTP/1.1\r\nHost: sim\r\n\r\n").await;
    assert_eq!(stranger.status, "HTTP/1.1 401 Unauthorised");
    assert_eq!(get(&lab, "&output=rar").await.status, "HTTP/1.1 500 Internal Error");
    lab.sim.fail_next("/system-status", "SYSTEM_STATUS_RETRIEVAL_FAILED", ["no tool"]);
    let failed = get(&lab, "").await;
    assert_eq!(failed.status, "HTTP/1.1 500 Internal Error");
    assert!(failed.text().contains("SYSTEM_STATUS_RETRIEVAL_FAILED"));
    let whole = get(&lab, "").await.body;
    lab.sim.spoil_at("/system-status", Spoilt::Cut);
    let cut = get(&lab, "").await.body;
    assert_eq!(cut, whole[..whole.len() / 2]);
}
