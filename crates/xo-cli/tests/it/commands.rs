use crate::peer::{Peer, TOKEN};
use crate::program::Home;

#[tokio::test]
async fn commands_are_listed_as_they_are_called() {
    let peer = Peer::start().await;
    let home = Home::registered(&peer.url, TOKEN);
    let all = "group.create\nplugin.loadedWhileRunning\ntag.add tag=<string> id=<string>\n    add a new tag to an object\n\
               user.create\nvm.start [bypassMacAddressesCheck=<boolean>] [force=<boolean>] [host=<string>] id=<string>\n";
    assert_eq!(home.run(&["list-commands"]).await.ok(), all);
    assert_eq!(home.run(&["list-commands", "{user,group}.*"]).await.ok(), "group.create\nuser.create\n");
    assert_eq!(home.run(&["list-commands", "*.create", "!user.*"]).await.ok(), "group.create\n");
    assert_eq!(home.run(&["list-commands", "nothing.*"]).await.ok(), "");
    assert!(peer.calls("session.signIn").await.is_empty(), "nobody needs to be signed in");
}

#[tokio::test]
async fn commands_are_listed_as_json() {
    let peer = Peer::start().await;
    let home = Home::registered(&peer.url, TOKEN);
    let json = home.run(&["list-commands", "--json", "tag.*"]).await.json();
    assert_eq!(json.as_object().unwrap().len(), 1);
    assert_eq!(json["tag.add"]["params"]["tag"]["type"], "string");
    let text = home.run(&["list-commands", "--jsn"]).await.failed(2);
    assert!(text.starts_with("error: unknown option `--jsn`"), "{text}");
}
