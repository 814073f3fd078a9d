use std::path::Path;
use std::process::Command;

use crate::peer::{Peer, TOKEN};
use crate::program::Home;

#[tokio::test]
async fn candidates_come_from_the_registered_server() {
    let peer = Peer::start().await;
    let home = Home::registered(&peer.url, TOKEN);
    for (words, expected) in [
        (&["1", "vm"][..], "vm.start\n"),
        (&["1", "list-"], "list-commands\nlist-objects\n"),
        (&["2", "vm.start", ""], "bypassMacAddressesCheck=\nforce=\nhost=\nid=\n--json\n@=\n"),
        (&["3", "vm.start", "id=x", "h"], "host=\n"),
        (&["3", "vm.start", "id=x", "i"], ""),
        (&["2", "completion", ""], "bash\nzsh\nfish\n"),
        (&["2", "help", "tag"], "tag.add\n"),
        (&["2", "unregister", "-"], "--revoke\n"),
    ] {
        let text = home.run(&[&["__complete"], words].concat()).await.ok();
        assert_eq!(text, expected, "{words:?}");
    }
}

#[tokio::test]
async fn candidates_without_a_server_are_our_own() {
    let text = Home::new().run(&["__complete", "1", ""]).await.ok();
    assert_eq!(
        text,
        "completion\ncreate-token\nhelp\nlist-commands\nlist-objects\nregister\nrest\nunregister\nwatch\n--url\n--allowUnauthorized\n"
    );
}

#[tokio::test]
async fn bash_completes_with_the_script() {
    let peer = Peer::start().await;
    let home = Home::registered(&peer.url, TOKEN);
    let folder = Path::new(env!("CARGO_BIN_EXE_xo-cli")).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let script = "source <(xo-cli completion bash) && COMP_WORDS=(xo-cli vm.start h) COMP_CWORD=2 && _xo_cli 2>/dev/null; \
                  printf '%s\\n' \"${COMPREPLY[@]}\"; complete -p xo-cli";
    let output = tokio::task::spawn_blocking(move || {
        let mut bash = Command::new("bash");
        bash.args(["--norc", "-c", script]).env("PATH", path).env("XDG_CONFIG_HOME", home.folder.path());
        bash.env("NO_PROXY", "*").output().unwrap()
    });
    let output = output.await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text, "host=\ncomplete -o default -o nospace -F _xo_cli xo-cli\n", "{:?}", output.stderr);
}

#[tokio::test]
async fn other_shells_have_their_script() {
    let home = Home::new();
    assert!(home.run(&["completion", "zsh"]).await.ok().starts_with("#compdef xo-cli\n"));
    assert!(home.run(&["completion", "fish"]).await.ok().contains("complete -c xo-cli"));
    let text = home.run(&["completion", "csh"]).await.failed(2);
    assert_eq!(text, "error: expected `completion bash`, `completion zsh` or `completion fish`\n");
}
