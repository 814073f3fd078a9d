//! VMs and disks as files of REST.

use bytes::Bytes;
use futures_util::StreamExt;
use reqwest::{Method, StatusCode, multipart};
use serde_json::{Value, json};
use xapi_sim::Object;

use super::lab::Rest;

const BLOCK: usize = 2 << 20;
const SIZE: usize = 4 * BLOCK;

/// Makes a halted VM with a disk of 8 MiB; returns both, and their ids.
async fn packed(rest: &Rest) -> (Object, Object, String, String) {
    let (vm, disk, ids) = rest.lab.sim.with(|world| {
        let sr = world.by_name("SR", "NFS storage").expect("it");
        let vm = world.create("VM", [("name_label", "packed".into()), ("power_state", "Halted".into())]);
        let disk = [
            ("name_label", "disk / \"1\"".into()),
            ("SR", sr.into()),
            ("managed", true.into()),
            ("type", "user".into()),
            ("virtual_size", i64::try_from(SIZE).expect("it fits").into()),
        ];
        let disk = world.create("VDI", disk);
        let vbd = [("VM", vm.into()), ("VDI", disk.into()), ("type", "Disk".into()), ("userdevice", "0".into())];
        world.create("VBD", vbd);
        world.disks.write(disk, BLOCK as u64, "what is on the disk ".repeat(1000).as_bytes());
        (vm, disk, [vm, disk].map(|object| world.uuid(object).to_owned()))
    });
    for (collection, id) in [("vms", &ids[0]), ("vdis", &ids[1])] {
        crate::test_app::eventually(async || {
            (rest.get(&format!("/{collection}/{id}")).await.status == StatusCode::OK).then_some(())
        })
        .await;
    }
    let [vm_id, disk_id] = ids;
    (vm, disk, vm_id, disk_id)
}

fn content(rest: &Rest, disk: Object) -> Vec<u8> {
    let mut content = vec![0; SIZE];
    rest.lab.sim.with(|world| world.disks.read(disk, 0, &mut content));
    content
}

fn disk_of(rest: &Rest, vm: &str) -> Object {
    rest.lab.sim.with(|world| {
        let vm = world.by_uuid("VM", vm).expect("the VM");
        world.object(world.objects(vm, "VBDs")[0], "VDI")
    })
}

fn sr(rest: &Rest, name: &str) -> String {
    rest.lab.sim.with(|world| world.uuid(world.by_name("SR", name).expect("it")).to_owned())
}

async fn file(rest: &Rest, path: &str) -> (reqwest::header::HeaderMap, Bytes) {
    let answer = rest.request(Method::GET, path).send().await.expect("it answers");
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    let headers = answer.headers().clone();
    (headers, answer.bytes().await.expect("all of it"))
}

#[tokio::test]
async fn a_vm_is_a_file_of_its_pool_and_comes_back_into_one() {
    let rest = Rest::new().await;
    let (_, disk, id, _) = packed(&rest).await;
    let pool = rest.lab.sim.with(|world| world.uuid(world.pool()).to_owned());
    for (path, into) in [
        (format!("/vms/{id}.xva"), format!("/pools/{pool}/vms?sr={}", sr(&rest, "NFS storage"))),
        (format!("/vms/{id}.xva?compress=zstd"), format!("/pools/{pool}/vms")),
        (format!("/vms/{id}.xva?compress=true"), format!("/pools/{pool}/vms")),
        (format!("/vms/{id}.ova"), format!("/pools/{pool}/vms?sr={}", sr(&rest, "Local storage"))),
    ] {
        let (headers, archive) = file(&rest, &path).await;
        let disposition = headers["content-disposition"].to_str().expect("text");
        assert!(disposition.starts_with("attachment; filename*=UTF-8''") && disposition.contains("packed."), "{path}");
        assert_eq!(headers["content-type"], "application/octet-stream");
        assert_eq!(headers["accept-ranges"], "none");
        let answer = rest.request(Method::POST, &into).body(archive).send().await.expect("it answers");
        assert_eq!(answer.status(), StatusCode::CREATED, "{into}");
        let location = answer.headers()["location"].to_str().expect("text").to_owned();
        let made: Value = answer.json().await.expect("JSON");
        let made = made["id"].as_str().expect("an id");
        assert_eq!(location, format!("/rest/v0/vms/{made}"));
        assert!(content(&rest, disk_of(&rest, made)) == content(&rest, disk), "{path}");
    }
}

#[tokio::test]
async fn a_disk_is_a_file_of_known_length_and_is_written_by_one() {
    let rest = Rest::new().await;
    let (_, disk, _, id) = packed(&rest).await;
    let whole = content(&rest, disk);
    for format in ["raw", "vhd", "qcow2", "vmdk"] {
        let (headers, image) = file(&rest, &format!("/vdis/{id}.{format}")).await;
        let length = headers.get("content-length").map(|length| length.to_str().expect("text").to_owned());
        assert_eq!(length, (format != "vmdk").then(|| image.len().to_string()), "{format}");
        let disposition = headers["content-disposition"].to_str().expect("text");
        assert_eq!(disposition, format!("attachment; filename*=UTF-8''disk%20_%20_1_.{format}"));
        rest.lab.sim.with(|world| world.disks.write(disk, 0, b"something else"));
        let put = rest.request(Method::PUT, &format!("/vdis/{id}.{format}")).body(image.clone());
        assert_eq!(put.send().await.expect("it answers").status(), StatusCode::NO_CONTENT, "{format}");
        assert!(content(&rest, disk) == whole, "{format}");
        if format == "raw" || format == "vhd" {
            let raw = if format == "raw" { "&raw" } else { "" };
            let post = format!("/srs/{}/vdis?name_label=new&name_description=d{raw}", sr(&rest, "NFS storage"));
            let answer = rest.request(Method::POST, &post).body(image).send().await.expect("it answers");
            assert_eq!(answer.status(), StatusCode::CREATED, "{format}");
            let made: Value = answer.json().await.expect("JSON");
            let made = rest.lab.sim.by_uuid("VDI", made["id"].as_str().expect("an id")).expect("the disk");
            assert!(content(&rest, made) == whole, "{format}");
        }
    }
    let put = rest.request(Method::PUT, &format!("/vdis/{id}.raw?dryRun=true")).body("nothing of this");
    let told = put.send().await.expect("it answers");
    assert_eq!(told.status(), StatusCode::OK);
    let told: Value = told.json().await.expect("JSON");
    assert_eq!((&told["objects"][0]["id"], &told["objects"][0]["outcome"]), (&json!(id), &json!("would")), "{told}");
    assert!(content(&rest, disk) == whole);
}

#[tokio::test]
async fn a_disk_is_read_by_nbd_where_the_path_says_so() {
    let rest = Rest::new().await;
    let (_, disk, _, id) = packed(&rest).await;
    let host = rest.lab.sim.with(|world| {
        let management = world.by_name("network", "Management").expect("the network");
        world.set(management, "purpose", xapi_sim::Datum::set(["nbd"]));
        world.master()
    });
    let reads = || rest.lab.sim.requests(host, "nbd");
    for (query, by_nbd) in [("", false), ("?preferNbd=false", false), ("?preferNbd=true&nbdConcurrency=3", true)] {
        let (_, image) = file(&rest, &format!("/vdis/{id}.raw{query}")).await;
        assert!(image[..SIZE] == content(&rest, disk), "{query}");
        assert_eq!(reads() > 0, by_nbd, "{query}");
    }
    let path = format!("/vdis/{id}.raw?preferNbd=true&nbdConcurrency=0");
    let answer = rest.request(Method::GET, &path).send().await.expect("it answers");
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_file_is_asked_for_whole_and_its_head_begins_nothing() {
    let rest = Rest::new().await;
    let (_, _, vm, disk) = packed(&rest).await;
    let tasks = || rest.lab.sim.calls().get("task.create").copied().unwrap_or(0);
    for path in [format!("/vms/{vm}.xva"), format!("/vdis/{disk}.raw")] {
        let head = rest.request(Method::HEAD, &path).send().await.expect("it answers");
        assert_eq!((head.status(), &head.headers()["accept-ranges"]), (StatusCode::OK, &"none".parse().unwrap()));
        let part = rest.request(Method::GET, &path).header("range", "bytes=1000-").send().await.expect("it answers");
        assert_eq!(part.status(), StatusCode::RANGE_NOT_SATISFIABLE);
        assert!(part.text().await.expect("text").contains("ask for all of it"));
        assert_eq!(tasks(), 0);
    }
    let path = rest.lab.client().await.call("vm.export", json!({ "vm": vm })).await["$getFrom"]
        .as_str()
        .expect("a path")
        .to_owned();
    let url = format!("http://{}{path}", rest.lab.address);
    let part = rest
        .http
        .get(&url)
        .header("range", "bytes=5-10")
        .header("cookie", format!("authenticationToken={}", rest.lab.token));
    assert_eq!(part.send().await.expect("it answers").status(), StatusCode::RANGE_NOT_SATISFIABLE);
    let all = rest
        .http
        .get(&url)
        .header("range", "bytes=0-")
        .header("cookie", format!("authenticationToken={}", rest.lab.token));
    assert_eq!(all.send().await.expect("it answers").status(), StatusCode::OK);
    assert_eq!(tasks(), 1);
}

#[tokio::test]
async fn what_is_not_there_not_allowed_or_of_no_form_is_refused() {
    let rest = Rest::new().await;
    let (_, _, vm, disk) = packed(&rest).await;
    let (_, token) = rest.user("bob@example.org").await;
    for (path, status) in [
        ("/vms/nope.xva".to_owned(), StatusCode::NOT_FOUND),
        ("/vdis/nope.vhd".to_owned(), StatusCode::NOT_FOUND),
        // A disk is no VM.
        (format!("/vms/{disk}.xva"), StatusCode::NOT_FOUND),
        (format!("/vms/{vm}.zip"), StatusCode::UNPROCESSABLE_ENTITY),
        (format!("/vms/{vm}.xva?compress=lzma"), StatusCode::UNPROCESSABLE_ENTITY),
        (format!("/vdis/{disk}.tar"), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        assert_eq!(rest.get(&path).await.status, status, "{path}");
        let stranger = rest.bare(Method::GET, &path).send().await.expect("it answers");
        assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    for (method, path) in [
        (Method::GET, format!("/vms/{vm}.xva")),
        (Method::GET, format!("/vdis/{disk}.vhd")),
        (Method::PUT, format!("/vdis/{disk}.vhd")),
        (Method::POST, format!("/srs/{}/vdis", sr(&rest, "NFS storage"))),
    ] {
        let answer = rest.request_of(&token, method, &path).body("x").send().await.expect("it answers");
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
    }
    let keyed = rest.request(Method::PUT, &format!("/vdis/{disk}.raw")).header("idempotency-key", "\"a\"").body("x");
    assert_eq!(keyed.send().await.expect("it answers").status(), StatusCode::UNPROCESSABLE_ENTITY);
    // Nothing has been made on the way.
    assert_eq!(rest.lab.sim.calls().get("task.create"), None);
}

#[tokio::test]
async fn an_upload_that_is_no_image_or_breaks_off_leaves_nothing() {
    let rest = Rest::new().await;
    let (_, _, vm, disk) = packed(&rest).await;
    let pool = rest.lab.sim.with(|world| world.uuid(world.pool()).to_owned());
    let counts = || rest.lab.sim.with(|world| ["VM", "VDI"].map(|class| world.all(class).count()));
    let before = counts();
    for path in
        [format!("/pools/{pool}/vms"), format!("/srs/{}/vdis", sr(&rest, "NFS storage")), format!("/vdis/{disk}.vhd")]
    {
        let method = if path.starts_with("/vdis") { Method::PUT } else { Method::POST };
        let answer = rest.request(method, &path).body(vec![b'x'; 300_000]).send().await.expect("it answers");
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert_eq!(counts(), before, "{path}");
    }
    let (_, archive) = file(&rest, &format!("/vms/{vm}.xva")).await;
    // The client says how much comes, and goes in the middle.
    let half = archive.slice(..archive.len() / 2);
    let body = futures_util::stream::iter([Ok(half)]).chain(futures_util::stream::iter([Err("gone")]));
    let request = rest.request(Method::POST, &format!("/pools/{pool}/vms"));
    let request = request.header("content-length", archive.len()).body(reqwest::Body::wrap_stream(body));
    assert!(request.send().await.is_err());
    crate::test_app::eventually(async || (counts() == before).then_some(())).await;
}

#[tokio::test]
async fn a_file_in_a_form_is_taken_as_one_that_comes_alone() {
    let rest = Rest::new().await;
    let (_, disk, _, _) = packed(&rest).await;
    let whole = content(&rest, disk);
    let params = json!({ "name": "in", "type": "raw", "sr": sr(&rest, "NFS storage") });
    let path =
        rest.lab.client().await.call("disk.import", params).await["$sendTo"].as_str().expect("a path").to_owned();
    let form =
        multipart::Form::new().text("grainLogicalAddressList", "0").part("file", multipart::Part::bytes(whole.clone()));
    let request = rest.http.post(format!("http://{}{path}", rest.lab.address)).multipart(form);
    let answer: Value = request.send().await.expect("it answers").json().await.expect("JSON");
    let made = rest.lab.sim.by_uuid("VDI", answer["result"].as_str().expect("an id")).expect("the disk");
    assert!(content(&rest, made) == whole);
}
