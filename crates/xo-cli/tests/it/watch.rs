use tokio::io::{AsyncBufReadExt, BufReader};

use crate::peer::{Peer, TOKEN};
use crate::program::{Home, LIMIT};

#[tokio::test]
async fn changes_are_printed_as_they_come() {
    let peer = Peer::start().await;
    let home = Home::registered(&peer.url, TOKEN);
    for (words, expected) in
        [(&["watch", "--ndjson"][..], r#"{"type":"exit","items":{"9z":0}}"#), (&["watch"], "exit  9z  ")]
    {
        let mut child = home.command(words).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = tokio::time::timeout(LIMIT, lines.next_line()).await.expect("a line in time").unwrap().unwrap();
        assert_eq!(line, expected);
    }
}
