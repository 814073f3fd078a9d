//! Consoles: a screen over RFB, a text console, and when they end.

use std::time::Duration;

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use xapi_sim::fault::Spoilt;

use crate::{client::SOON, lab::Lab, vnc::Vnc};

/// Asks the host at `location`, with the session of the lab; returns the status line and the connection.
async fn connect(lab: &Lab, location: &str) -> (String, TcpStream) {
    let rest = location.strip_prefix("https://").expect("consoles are at https");
    let (host, path) = rest.split_once('/').expect("consoles have a path");
    let address = lab.sim.addresses(0).into_iter().find(|address| address.http.ip().to_string() == host);
    let mut stream = TcpStream::connect(address.expect("a host of the pool").http).await.expect("the host listens");
    let cookie = lab.session();
    let head = format!("CONNECT /{path} HTTP/1.0\r\nHost: {host}\r\nCookie: session_id={cookie}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("the host reads");
    let mut head = Vec::new();
    let reading = async {
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => break,
            }
        }
    };
    timeout(SOON, reading).await.expect("the host answers");
    let status = String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned();
    (status, stream)
}

/// Returns where the consoles of a VM are that speak `protocol`.
async fn locations(lab: &Lab, vm: &str, protocol: &str) -> Vec<String> {
    let mut found = Vec::new();
    for console in lab.set("VM", "consoles", vm).await {
        if lab.get("console", "protocol", &console).await == protocol {
            found.push(lab.get("console", "location", &console).await.as_str().expect("a text").to_owned());
        }
    }
    found
}

async fn screen(lab: &Lab, vm: &str) -> Vnc<TcpStream> {
    let location = locations(lab, vm, "rfb").await.pop().expect("a running VM has a screen");
    let (status, stream) = connect(lab, &location).await;
    assert_eq!(status, "HTTP/1.1 200 OK");
    soon(Vnc::begin(stream)).await.expect("the host speaks RFB")
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(SOON, future).await.expect("it comes in time")
}

#[tokio::test]
async fn a_screen_shows_the_vm_its_state_and_what_was_typed_pointed_at_and_pasted() {
    let lab = Lab::small().await;
    let vm = lab.vm("web-1");
    let mut vnc = screen(&lab, &vm).await;
    assert_eq!(vnc.name, "QEMU (web-1)");
    soon(vnc.see("web-1")).await.expect("its name is there");
    assert!(vnc.rows().any(|row| row == "Running on xcp-lab-1" || row == "Running on xcp-lab-2"));
    soon(vnc.type_text("hello")).await.expect("it is taken");
    soon(vnc.see("> hello_")).await.expect("it is shown");
    soon(vnc.key(0xff08)).await.expect("it is taken");
    soon(vnc.see("> hell_")).await.expect("it is taken back");
    soon(vnc.point(12, 34, 1)).await.expect("it is taken");
    soon(vnc.see("pointer 12,34 buttons 1")).await.expect("it is shown");
    soon(vnc.paste("from outside")).await.expect("it is taken");
    soon(vnc.see("pasted from outside")).await.expect("it is shown");
    let reference = lab.sim.named("VM", "web-1").expect("it is there");
    lab.sim.with(|world| world.set(reference, "name_label", "web-one"));
    soon(vnc.see("web-one")).await.expect("the new name is there");
}

#[tokio::test]
async fn a_clock_goes_on_by_itself_and_only_its_letters_are_sent() {
    let lab = Lab::small().await;
    let mut vnc = screen(&lab, &lab.vm("web-1")).await;
    soon(vnc.see("web-1")).await.expect("it is shown");
    let before = vnc.rows().nth(4).expect("a row with the time");
    soon(async {
        while vnc.rows().nth(4).expect("a row with the time") == before {
            vnc.ask(true).await.expect("the host is there");
            vnc.update().await.expect("something changes");
        }
    })
    .await;
    assert_eq!(vnc.rows().next().as_deref(), Some("web-1"), "what did not change stays");
}

#[tokio::test]
async fn pixels_come_as_the_client_wants_them() {
    let lab = Lab::small().await;
    let location = locations(&lab, &lab.vm("web-1"), "rfb").await.pop().expect("a screen");
    // Bits, depth, big endian, true colour, highest red, green, blue, shifts; then a point of the blue title.
    let cases: [([u8; 16], &[u8]); 4] = [
        ([32, 24, 1, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0], &[0, 20, 60, 160]),
        ([16, 16, 0, 1, 0, 31, 0, 63, 0, 31, 11, 5, 0, 0, 0, 0], &[0xd3, 0x11]),
        ([8, 8, 0, 1, 0, 7, 0, 7, 0, 3, 0, 3, 6, 0, 0, 0], &[0b0100_1000]),
        ([8, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[2]),
    ];
    for (format, point) in cases {
        let (_, mut stream) = connect(&lab, &location).await;
        soon(async {
            stream.write_all(b"RFB 003.003\n\x01\0\0\0\0").await.expect("it is read");
            stream.write_all(&format).await.expect("it is read");
            stream.write_all(&[3, 0, 0, 0, 0, 0, 0, 1, 0, 1]).await.expect("it is read");
            // Version, security, screen with a name of 12 letters.
            stream.read_exact(&mut [0; 12 + 4 + 24 + 12]).await.expect("a greeting");
            if format[3] == 0 {
                let mut colours = [0; 6 + 5 * 6];
                stream.read_exact(&mut colours).await.expect("a map of colours");
                assert_eq!(colours[..6], [1, 0, 0, 0, 0, 5]);
                assert_eq!(colours[6 + 12..6 + 18], [20, 20, 60, 60, 160, 160]);
            }
            let mut update = vec![0; 16 + point.len()];
            stream.read_exact(&mut update).await.expect("an update");
            assert_eq!(update[..16], [0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0]);
            assert_eq!(&update[16..], point, "{format:?}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_screen_grows_with_the_tools_of_the_guest() {
    let lab = Lab::small().await;
    let vm = lab.vm("legacy-crm");
    lab.run("VM.start", [json!(vm), json!(false), json!(false)]).await.expect("started");
    let mut vnc = screen(&lab, &vm).await;
    soon(vnc.see("legacy-crm")).await.expect("it is shown");
    assert_eq!((vnc.width, vnc.height), (640, 400));
    lab.step(&vm, "guest agent");
    soon(vnc.ask(true)).await.expect("the host is there");
    soon(vnc.update()).await.expect("the size is told");
    assert_eq!((vnc.width, vnc.height), (800, 600));
    soon(vnc.see("legacy-crm")).await.expect("it is drawn anew");
}

#[tokio::test]
async fn a_tunnel_ends_with_the_vm_and_another_leads_to_the_next_life() {
    let lab = Lab::small().await;
    let vm = lab.vm("web-1");
    let mut vnc = screen(&lab, &vm).await;
    soon(vnc.type_text("abc")).await.expect("it is taken");
    soon(vnc.see("> abc_")).await.expect("it is shown");
    let host = lab.get("VM", "resident_on", &vm).await;
    let second = ["xcp-lab-1", "xcp-lab-2"].map(|name| lab.named_object("host", name));
    let other = second.iter().find(|other| json!(other) != host).expect("there are two");
    lab.run("VM.pool_migrate", [json!(vm), json!(other), json!({})]).await.expect("migrated");
    soon(ended(&mut vnc)).await;
    let mut vnc = screen(&lab, &vm).await;
    soon(vnc.see("> abc_")).await.expect("the guest has gone on");
    lab.run("VM.hard_reboot", [json!(vm)]).await.expect("rebooted");
    soon(ended(&mut vnc)).await;
    let mut vnc = screen(&lab, &vm).await;
    soon(vnc.see("web-1")).await.expect("it is shown");
    lab.run("VM.hard_shutdown", [json!(vm)]).await.expect("stopped");
    soon(ended(&mut vnc)).await;
    assert!(lab.set("VM", "consoles", &vm).await.is_empty());
}

/// Reads until the host ends the tunnel.
async fn ended(vnc: &mut Vnc<TcpStream>) {
    while vnc.ask(true).await.is_ok() && vnc.update().await.is_ok() {}
}

#[tokio::test]
async fn a_control_domain_has_a_text_console() {
    let lab = Lab::small().await;
    let dom0 = lab.named_object("VM", "Control domain on host: xcp-lab-1");
    let location = locations(&lab, &dom0, "vt100").await.pop().expect("a text console");
    let (status, mut stream) = connect(&lab, &location).await;
    assert_eq!(status, "HTTP/1.1 200 OK");
    let mut seen = String::new();
    for (typed, wanted) in [
        ("", "login: "),
        ("root\r", "Password: "),
        ("x\r", ":~# "),
        ("whoami\r", "whoami\r\nroot\r\n"),
        ("echo €\r", "€\r\n"),
    ] {
        seen.clear();
        stream.write_all(typed.as_bytes()).await.expect("it is read");
        let reading = async {
            let mut piece = [0; 256];
            while !seen.contains(wanted) {
                let length = stream.read(&mut piece).await.expect("the console is open");
                assert!(length > 0, "it ended after {seen:?}");
                seen.push_str(&String::from_utf8_lossy(&piece[..length]));
            }
        };
        timeout(SOON, reading).await.unwrap_or_else(|_| panic!("no {wanted:?} in {seen:?}"));
    }
}

#[tokio::test]
async fn what_is_no_console_is_refused() {
    let lab = Lab::small().await;
    let vm = lab.vm("web-1");
    let at = locations(&lab, &vm, "rfb").await.pop().expect("a screen");
    let uuid = lab.get("VM", "uuid", &vm).await;
    let (host, _) = at.split_once("/console").expect("its path");
    let by_vm = format!("{host}/console?uuid={}", uuid.as_str().expect("a text"));
    assert_eq!(connect(&lab, &by_vm).await.0, "HTTP/1.1 200 OK", "a VM stands for its screen");
    let halted = lab.vm("legacy-crm");
    for (location, status) in [
        (format!("{host}/console?uuid=nobody"), "HTTP/1.1 404 Not Found"),
        (format!("{host}/console"), "HTTP/1.1 404 Not Found"),
        (format!("{host}/console?ref={halted}"), "HTTP/1.1 404 Not Found"),
        (format!("{host}/console?ref={}", lab.named_object("host", "xcp-lab-1")), "HTTP/1.1 404 Not Found"),
    ] {
        assert_eq!(connect(&lab, &location).await.0, status, "{location}");
    }
    let elsewhere = ["127.0.0.1", "127.0.0.2"].iter().find(|ip| !host.ends_with(*ip)).expect("there are two hosts");
    let (_, path) = at.split_once("/console").expect("its path");
    let refused = connect(&lab, &format!("https://{elsewhere}/console{path}")).await.0;
    assert_eq!(refused, "HTTP/1.1 500 Internal Error", "another host does not lead to it");
}

#[tokio::test]
async fn faults_refuse_and_cut() {
    let lab = Lab::small().await;
    let at = locations(&lab, &lab.vm("web-1"), "rfb").await.pop().expect("a screen");
    lab.sim.fail_next("/console", "SR_FULL", [""; 0]);
    assert_eq!(connect(&lab, &at).await.0, "HTTP/1.1 500 Internal Error");
    lab.sim.spoil_at("/console", Spoilt::Cut);
    let (_, stream) = connect(&lab, &at).await;
    let mut vnc = soon(Vnc::begin(stream)).await.expect("the greeting is whole");
    assert!(soon(vnc.see("web-1")).await.is_err(), "it is cut in the middle of the picture");
    let host = lab.sim.named("host", "xcp-lab-1").expect("it is there");
    lab.sim.delay("/console", Duration::from_secs(3600));
    let hanging = tokio::spawn({
        let address = lab.sim.addresses(0)[0].http;
        async move {
            let mut stream = TcpStream::connect(address).await.expect("the host listens");
            stream.write_all(b"CONNECT /console HTTP/1.0\r\n\r\n").await.expect("it is read");
            stream.read(&mut [0; 64]).await
        }
    });
    lab.sim.cut(host);
    let _ = soon(hanging).await;
}
