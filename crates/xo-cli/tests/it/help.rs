use crate::program::Home;

fn normalised(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn help_is_the_text_of_the_contract() {
    let golden = include_str!("../../src/help.txt");
    for words in [&["help"][..], &["--help"], &["-h"], &[]] {
        let run = Home::new().run(words).await;
        assert_eq!(run.stderr, "");
        assert_eq!(normalised(&run.ok()), normalised(golden), "{words:?}");
    }
}

#[tokio::test]
async fn the_contract_is_that_of_the_documents_we_were_given() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/mission/seeds");
    let Ok(files) = std::fs::read_dir(folder) else {
        eprintln!("skipped: no documents at {folder}");
        return;
    };
    let texts = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let text = texts.into_iter().find(|text| text.contains("$ xo-cli help")).expect("a document with the help text");
    let (_, text) = text.split_once("$ xo-cli help").unwrap();
    let (text, _) = text.split_once("# Register").unwrap();
    assert_eq!(normalised(&Home::new().run(&["help"]).await.ok()), normalised(text));
}

#[tokio::test]
async fn one_command_can_be_asked_about() {
    let home = Home::new();
    let text = home.run(&["help", "unregister"]).await.ok();
    assert_eq!(normalised(&text), "xo-cli unregister Remove stored credentials.");
    let text = home.run(&["help", "rest"]).await.ok();
    assert!(text.starts_with("  xo-cli rest del <resource>") && text.contains("xo-cli rest put vms/<vm id>"), "{text}");
    let text = home.run(&["help", "options"]).await.ok();
    assert!(text.contains("--url <url>") && text.contains("Exit codes"), "{text}");
    let peer = crate::peer::Peer::start().await;
    let text = home.run(&["--url", &peer.url, "help", "tag.add"]).await.ok();
    assert_eq!(text, "tag.add tag=<string> id=<string>\n    add a new tag to an object\n");
    let text = home.run(&["--url", &peer.url, "help", "vm.start"]).await.ok();
    assert!(text.contains("In place of id: do it to all of these") && text.contains("dryRun=true"), "{text}");
    let text = home.run(&["help", "me"]).await.failed(2);
    assert!(text.starts_with("error: no help on `me`"), "{text}");
}

#[tokio::test]
async fn the_version_is_told() {
    let text = Home::new().run(&["--version"]).await.ok();
    assert_eq!(text, format!("xo-cli {}\n", env!("CARGO_PKG_VERSION")));
}
