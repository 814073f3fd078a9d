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
        (&["2", "rest", "p"], "patch\npost\nput\n"),
        (&["3", "rest", "get", ""], "tasks\nvms\n--json\n--output\n"),
        (&["4", "rest", "patch", "vms/1a", ""], "memory=\nnameLabel=\nautoPoweron=\n--json\n"),
        (&["5", "rest", "post", "vms/1a/actions/start", "sync=true", ""], "force=\n--json\n"),
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

/// Runs a script in a shell that has our program; `None` where the shell is not installed.
async fn in_shell(home: Home, shell: &[&str], script: &str) -> Option<String> {
    let folder = Path::new(env!("CARGO_BIN_EXE_xo-cli")).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new(shell[0]);
    command.args(&shell[1..]).arg(script).env("PATH", path).env("HOME", home.folder.path());
    command.env("XDG_CONFIG_HOME", home.folder.path()).env("NO_PROXY", "*").current_dir(home.folder.path());
    let output = match tokio::task::spawn_blocking(move || command.output()).await.unwrap() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("skipped: no `{}` here", shell[0]);
            return None;
        }
        output => output.unwrap(),
    };
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.stderr.is_empty(), "{text}: {}", String::from_utf8_lossy(&output.stderr));
    Some(text)
}

#[tokio::test]
async fn fish_completes_with_the_script() {
    let peer = Peer::start().await;
    let home = Home::registered(&peer.url, TOKEN);
    std::fs::write(home.folder.path().join("disk.xva"), "").unwrap();
    let script = "xo-cli completion fish | source; complete -C 'xo-cli vm.start h'; complete -C 'xo-cli list-o'; \
                  complete -C 'xo-cli vm.start @=disk'";
    if let Some(text) = in_shell(home, &["fish", "--no-config", "-c"], script).await {
        assert_eq!(text, "host=\nlist-objects\n@=disk.xva\n");
    }
}

#[tokio::test]
async fn zsh_completes_with_the_script() {
    // The system that completes is there at a terminal only; what it would be told is printed instead.
    const STAND_IN: &str = "compadd() { print -l -- ${@[@]:${@[(i)--]}} }";
    for load in [
        "source <(xo-cli completion zsh)",
        // The other usual way: a file in a folder of `$fpath`, read when it is needed.
        "xo-cli completion zsh > _xo-cli; fpath=($PWD $fpath); autoload -U _xo-cli",
    ] {
        let peer = Peer::start().await;
        let home = Home::registered(&peer.url, TOKEN);
        let script = format!(
            "autoload -U compinit; compinit -u -D; {load}; {STAND_IN}; words=(xo-cli vm.start h); CURRENT=3; \
             ${{_comps[xo-cli]:-_xo-cli}}"
        );
        if let Some(text) = in_shell(home, &["zsh", "-f", "-c"], &script).await {
            let candidates: Vec<_> = text.lines().filter(|line| !matches!(*line, "" | "--")).collect();
            assert_eq!(candidates, ["host="], "{load}");
        }
    }
}

#[tokio::test]
async fn other_shells_have_their_script() {
    let home = Home::new();
    assert!(home.run(&["completion", "zsh"]).await.ok().starts_with("#compdef xo-cli\n"));
    assert!(home.run(&["completion", "fish"]).await.ok().contains("complete -c xo-cli"));
    let text = home.run(&["completion", "csh"]).await.failed(2);
    assert_eq!(text, "error: expected `completion bash`, `completion zsh` or `completion fish`\n");
}
