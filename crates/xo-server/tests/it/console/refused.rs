//! Who gets no console, and what they are told.

use app::{Config, model::Kind};
use reqwest::Method;
use serde_json::json;

use super::{Lab, client::Attempt};

#[tokio::test]
async fn who_may_not_use_the_vm_is_refused() {
    let lab = Lab::new().await;
    let (_, stranger) = lab.user("stranger", None).await;
    let (_, viewer) = lab.user("viewer", Some(("viewer", &lab.vm))).await;
    let (_, operator) = lab.user("operator", Some(("operator", &lab.vm))).await;
    let to = |id: &str| Attempt::new(lab.served.address, id);
    let refused = async |attempt: Attempt| attempt.open().await.err().map(|(status, _)| status);
    assert_eq!(refused(to(&lab.vm)).await, Some(401));
    assert_eq!(refused(to(&lab.vm).cookie("wrong")).await, Some(401));
    assert_eq!(refused(to(&lab.vm).header("authorization", "Bearer wrong")).await, Some(401));
    assert_eq!(refused(to(&lab.vm).cookie(&stranger)).await, Some(403));
    assert_eq!(refused(to(&lab.vm).cookie(&viewer)).await, Some(403));
    assert_eq!(refused(to(&lab.vm).cookie(&operator)).await, None);
    let other_site = to(&lab.vm).cookie(&operator).header("origin", "https://evil.example");
    assert_eq!(refused(other_site).await, Some(403));
    let host = lab.id(Kind::Host, "xcp-lab-1");
    assert_eq!(refused(to(&host).cookie(&operator)).await, Some(403), "a VM is not its host");
}

#[tokio::test]
async fn what_has_no_console_is_refused_with_the_reason() {
    let lab = Lab::new().await;
    let sr = lab.id(Kind::Sr, "NFS storage");
    for (id, status, reason) in [
        ("nobody", 404, "no such VM,VM-controller,host nobody"),
        (&sr, 404, "no such VM,VM-controller,host"),
        (&lab.halted, 409, "VM state is halted but should be running"),
        (&format!("{}?protocol=vt100", lab.vm), 404, "no such vt100 console of the VM"),
        (&format!("{}?protocol=rdp", lab.vm), 400, "`protocol` is `rfb`"),
        ("%ff", 400, "no percent-encoded UTF-8"),
    ] {
        let (got, text) = lab.console(id).open().await.err().expect("it is refused");
        assert_eq!(got, status, "{id}: {text}");
        assert!(text.starts_with(reason) || text.contains(reason), "{id}: {text}");
    }
    lab.served.sim.fail_next("/console", "INTERNAL_ERROR", [""; 0]);
    let (status, text) = lab.console(&lab.vm).open().await.err().expect("it is refused");
    assert!(status >= 500, "{status} {text}");
}

#[tokio::test]
async fn a_plain_request_says_whether_a_web_socket_would_be_accepted() {
    let lab = Lab::new().await;
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let ask = async |method: Method, id: &str, token: &str| {
        let url = format!("http://{}/api/consoles/{id}", lab.served.address);
        let answer = http.request(method, url).header("cookie", format!("token={token}")).send().await;
        let answer = answer.expect("the server answers");
        (answer.status().as_u16(), answer.text().await.expect("a text"))
    };
    let token = &lab.served.token;
    assert_eq!(ask(Method::GET, &lab.vm, token).await.0, 426);
    assert_eq!(ask(Method::HEAD, &lab.vm, token).await, (426, String::new()));
    assert_eq!(ask(Method::POST, &lab.vm, token).await.0, 405);
    assert_eq!(ask(Method::GET, &lab.vm, "wrong").await.0, 401);
    assert_eq!(ask(Method::GET, "nobody", token).await.0, 404);
    let (status, why) = ask(Method::GET, &lab.halted, token).await;
    assert_eq!((status, why.trim()), (409, "VM state is halted but should be running"));
    assert!(lab.served.sim.calls().keys().all(|method| method != "console.create"), "nothing is opened");
}

#[tokio::test]
async fn consoles_are_counted_by_user_and_altogether() {
    let mut config = Config::default();
    (config.consoles.total, config.consoles.per_user) = (3, 2);
    let lab = Lab::with(config).await;
    let (_, other) = lab.user("operator", Some(("operator", &lab.vm))).await;
    let first = lab.console(&lab.vm).open().await.expect("the first is opened");
    let _second = lab.console(&lab.vm).open().await.expect("the second is opened");
    let (status, why) = lab.console(&lab.vm).open().await.err().expect("the third is not");
    assert_eq!((status, &*why), (429, "you have 2 consoles open, as many as one may have"));
    let of_other = || Attempt::new(lab.served.address, &lab.vm).cookie(&other);
    let _third = of_other().open().await.expect("somebody else opens one");
    let (status, why) = of_other().open().await.err().expect("not another");
    assert_eq!((status, &*why), (503, "3 consoles are open, as many as there may be"));
    drop(first);
    // The one that was left, and three that were opened.
    lab.journal(4).await;
    crate::test_app::eventually(async || of_other().open().await.ok()).await;
}

#[tokio::test]
async fn a_server_that_is_only_read_has_no_consoles() {
    let lab = Lab::new().await;
    let server = &lab.call("server.getAll", json!({})).await[0]["id"];
    lab.call("server.set", json!({ "id": server, "readOnly": true })).await;
    let (status, why) = lab.console(&lab.vm).open().await.err().expect("it is refused");
    assert!(why.contains("read only"), "{status} {why}");
}
