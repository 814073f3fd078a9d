//! Folders of the configuration.

use std::{fs, path::Path};

use app::Paths;
use reqwest::StatusCode;

use crate::server::{ADMIN, Server};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("it has one")).expect("the folder can be written");
        fs::write(path, content).expect("the folder can be written");
    }
    folder
}

fn paths(folders: &[&Path]) -> Paths {
    Paths(folders.iter().map(|folder| (*folder).to_owned()).collect())
}

#[tokio::test]
async fn a_mounted_folder_is_for_those_who_are_signed_in() {
    let first = folder(&[("index.html", "<p>v5"), ("both.txt", "first")]);
    let second = folder(&[("both.txt", "second"), ("sub/index.html", "<p>sub"), ("a b.txt", "spaces")]);
    let mounts = paths(&[first.path(), second.path()]);
    let server = Server::configured(|config| drop(config.http.mounts.insert("/v5".to_owned(), mounts))).await;
    let cookie = format!("token={}", server.token(ADMIN).await.expose());
    let get = async |path| {
        let response = server.get(path).header("cookie", &cookie).send().await.expect("an answer");
        (response.status().as_u16(), response.text().await.expect("text"))
    };
    assert_eq!(get("/v5/").await, (200, "<p>v5".to_owned()));
    assert_eq!(get("/v5/both.txt").await, (200, "first".to_owned()));
    assert_eq!(get("/v5/sub/").await, (200, "<p>sub".to_owned()));
    assert_eq!(get("/v5/a%20b.txt").await, (200, "spaces".to_owned()));
    assert_eq!(get("/v5").await.0, 301);
    assert_eq!(get("/v5/sub").await.0, 301);
    assert_eq!(get("/v5/missing").await.0, 404);
    assert_eq!(server.get("/v5/both.txt").send().await.expect("an answer").status(), StatusCode::FOUND);
}

#[tokio::test]
async fn a_public_folder_is_for_anybody() {
    let public = folder(&[("hello.txt", "hello")]);
    let mounts = paths(&[public.path()]);
    let server = Server::configured(|config| drop(config.http.public_mounts.insert("/open".to_owned(), mounts))).await;
    let response = server.get("/open/hello.txt").send().await.expect("an answer");
    let tag = response.headers()["etag"].clone();
    assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(response.text().await.expect("text"), "hello");
    let again = server.get("/open/hello.txt").header("if-none-match", tag).send().await.expect("an answer");
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn no_link_leads_out_of_the_folder() {
    let outside = folder(&[("secret", "secret")]);
    let public = folder(&[("hello.txt", "hello"), (".hidden", "hidden")]);
    std::os::unix::fs::symlink(outside.path().join("secret"), public.path().join("link")).expect("links can be made");
    let mounts = paths(&[public.path()]);
    let server = Server::configured(|config| drop(config.http.public_mounts.insert("/open".to_owned(), mounts))).await;
    for path in ["/open/link", "/open/.hidden", "/open/%2e%2e/secret", "/open/..%2fsecret"] {
        assert_ne!(server.get(path).send().await.expect("an answer").status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn a_text_is_compressed_for_who_takes_that() {
    let public = folder(&[("long.txt", &"hello ".repeat(10_000)), ("photo.png", &"hello ".repeat(10_000))]);
    let mounts = paths(&[public.path()]);
    let server = Server::configured(|config| drop(config.http.public_mounts.insert("/open".to_owned(), mounts))).await;
    for (path, accepts, length) in [
        ("/open/long.txt", "gzip, br", 0..1000),
        ("/open/long.txt", "identity", 60_000..60_001),
        ("/open/photo.png", "gzip, br", 60_000..60_001),
    ] {
        let response = server.get(path).header("accept-encoding", accepts).send().await.expect("an answer");
        let bytes = response.bytes().await.expect("a body").len();
        assert!(length.contains(&bytes), "{path} as {accepts}: {bytes} bytes");
    }
}
