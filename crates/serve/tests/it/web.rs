//! Pages, files and the gate before them.

use reqwest::StatusCode;

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
    assert_eq!(server.get("/favicon.ico").send().await.expect("an answer").status(), StatusCode::NOT_FOUND);
    let robots = server.get("/robots.txt").send().await.expect("an answer").text().await.expect("text");
    assert_eq!(robots, "User-agent: *\nDisallow: /\n");
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
    for path in ["/", "/signin", "/robots.txt", "/favicon.ico"] {
        let response = server.get(path).send().await.expect("an answer");
        let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(
            (header("x-content-type-options"), header("referrer-policy")),
            ("nosniff".to_owned(), "no-referrer".to_owned())
        );
    }
}
