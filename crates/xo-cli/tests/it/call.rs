use serde_json::json;

use crate::peer::{Peer, TOKEN};
use crate::program::Home;

#[tokio::test]
async fn parameters_are_texts_booleans_or_json() {
    let peer = Peer::start().await;
    let home = Home::registered(&peer.url, TOKEN);
    let words =
        ["test.echo", "--json", "s=x y", "n=1", "t=true", "f=false", "j=json:[1, 2, 3]", "e=", "q=a=b", "z=json:null"];
    let json = home.run(&words).await.json();
    let expected =
        json!({ "s": "x y", "n": "1", "t": true, "f": false, "j": [1, 2, 3], "e": "", "q": "a=b", "z": null });
    assert_eq!(json, expected);
    let text = home.run(&["test.echo", "n=json:[1"]).await.failed(2);
    assert!(text.starts_with("error: value of `n` is not JSON: "), "{text}");
    let text = home.run(&["test.echo", "foo"]).await.failed(2);
    assert_eq!(text, "error: expected <name>=<value>, found `foo`\n");
}

#[tokio::test]
async fn an_id_stands_alone_on_standard_output() {
    let peer = Peer::start().await;
    let home = Home::registered(&peer.url, TOKEN);
    let words = ["server.add", "host=my.server.net", "username=root", "password=secret-password"];
    let run = home.run(&words).await;
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("3e1ff7ab-8733-47c5-9a59-7f67dc08a20c\n", ""));
    let words = ["server.add", "--json", "host=my.server.net", "username=root", "password=secret-password"];
    assert_eq!(home.run(&words).await.ok(), "\"3e1ff7ab-8733-47c5-9a59-7f67dc08a20c\"\n");
}

#[tokio::test]
async fn results_are_json_for_people_and_programs() {
    let peer = Peer::start().await;
    let home = Home::registered(&peer.url, TOKEN);
    assert_eq!(home.run(&["test.null"]).await.ok(), "null\n");
    assert_eq!(home.run(&["plugin.loadedWhileRunning"]).await.ok(), "true\n");
    assert_eq!(home.run(&["test.echo", "a=json:[1.0,{}]"]).await.ok(), "{\n  \"a\": [\n    1.0,\n    {}\n  ]\n}\n");
}

#[tokio::test]
async fn invalid_parameters_are_told_by_their_path() {
    let peer = Peer::start().await;
    let home = Home::registered(&peer.url, TOKEN);
    let text = home.run(&["server.add", "host=h", "passwrod=p"]).await.failed(1);
    assert_eq!(
        text,
        "error: invalid parameters\n  @.password: must have required property 'password'\n  \
         @.passwrod: must NOT have additional properties\n"
    );
}

#[tokio::test]
async fn refusals_are_told_on_standard_error() {
    let peer = Peer::start().await;
    let home = Home::registered(&peer.url, TOKEN);
    let text = home.run(&["vm.sart", "id=x"]).await.failed(1);
    assert_eq!(text, "error: method not found: vm.sart; `xo-cli list-commands` prints what the server offers\n");
    let text = home.run(&["start", "id=x"]).await.failed(2);
    assert!(text.starts_with("error: unknown command `start`"), "{text}");
    let text = home.run(&["vm.start", "--jsn", "id=x"]).await.failed(2);
    assert!(text.starts_with("error: unknown option `--jsn`"), "{text}");
}

#[tokio::test]
async fn another_server_can_be_used_for_one_command() {
    let peer = Peer::start().await;
    let home = Home::new();
    for url in [peer.url_with_token(), peer.url.replace("://", "://admin%40admin.net:admin@")] {
        assert_eq!(home.run(&["--url", &url, "test.echo", "a=b"]).await.json(), json!({ "a": "b" }));
    }
    let text = home.run(&["--url", &peer.url, "test.echo"]).await.failed(2);
    assert_eq!(text, "error: the URL holds no token; write `https://token@host`\n");
    assert!(!home.config().exists());
}
