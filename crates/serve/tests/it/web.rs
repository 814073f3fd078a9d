//! Pages, files and the gate before them.

use reqwest::StatusCode;
use serde_json::Value;

use crate::server::{ADMIN, Server};

#[tokio::test]
async fn whoever_is_not_signed_in_is_sent_to_the_sign_in_page() {
    let server = Server::start().await;
    for path in ["/", "/nothing", "/index.html", "/api/", "/api/doesnotexist", "/v5/api/doesnotexist"] {
        let response = server.get(path).send().await.expect("an answer");
        assert_eq!(
            (response.status(), response.headers()["location"].as_bytes()),
            (StatusCode::FOUND, &b"/signin"[..]),
            "{path}"
        );
    }
    assert_eq!(server.get("/signin").send().await.expect("an answer").status(), StatusCode::OK);
    let robots = server.get("/robots.txt").send().await.expect("an answer").text().await.expect("text");
    assert_eq!(robots, "User-agent: *\nDisallow: /\n");
}

#[tokio::test]
async fn all_that_the_sign_in_page_and_its_manifest_refer_to_is_there_for_anybody() {
    let server = Server::start().await;
    let text = async |path: &str| server.get(path).send().await.expect("an answer").text().await.expect("text");
    let page = text("/signin").await;
    let mut named: Vec<_> = ["href=\"", "src=\""]
        .iter()
        .flat_map(|attribute| page.split(attribute).skip(1))
        .map(|rest| rest.split('"').next().expect("a value").to_owned())
        .collect();
    let manifest: Value = serde_json::from_str(&text("/manifest.webmanifest").await).expect("it is JSON");
    let icons = manifest["icons"].as_array().expect("a list").iter();
    named.extend(icons.map(|icon| icon["src"].as_str().expect("a path").to_owned()));
    assert!(named.len() >= 3, "{named:?}");
    // What browsers ask for whatever a page names; an older build of the pages names no manifest.
    named.extend(["/favicon.ico", "/manifest.webmanifest"].map(str::to_owned));
    for path in named {
        let response = server.get(&absolute(&path)).send().await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let kind = response.headers()["content-type"].to_str().expect("text");
        let is_right = match path.rsplit('.').next().expect("a name") {
            "svg" | "ico" => kind == "image/svg+xml",
            "webmanifest" => kind == "application/manifest+json",
            "css" => kind.starts_with("text/css"),
            "js" => kind.starts_with("text/javascript"),
            other => panic!("{other} is new here"),
        };
        assert!(is_right, "{path} is {kind}");
    }
}

/// Returns the path that a page at the root means.
fn absolute(path: &str) -> String {
    format!("/{}", path.trim_start_matches("./").trim_start_matches('/'))
}

#[tokio::test]
async fn behind_the_gate_what_is_not_there_is_not_found() {
    let server = Server::start().await;
    let cookie = format!("token={}", server.token(ADMIN).await.expose());
    let status = async |path| server.get(path).header("cookie", &cookie).send().await.expect("an answer").status();
    assert_eq!((status("/").await, status("/nothing").await), (StatusCode::OK, StatusCode::NOT_FOUND));
    let post = server.http.post(server.url("/")).header("cookie", &cookie).send().await.expect("an answer");
    assert_eq!(post.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let server = Server::start().await;
    for path in ["/", "/signin", "/robots.txt", "/favicon.ico", "/favicon.png"] {
        let response = server.get(path).send().await.expect("an answer");
        let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(
            (header("x-content-type-options"), header("referrer-policy")),
            ("nosniff".to_owned(), "no-referrer".to_owned())
        );
    }
}
