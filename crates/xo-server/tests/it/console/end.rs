//! Consoles that the server ends.

use app::{Config, Duration};
use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use super::{Lab, client::Attempt, soon};

#[tokio::test]
async fn a_right_that_is_taken_away_ends_the_console() {
    let lab = Lab::new().await;
    let (user, token) = lab.user("operator", Some(("operator", &lab.vm))).await;
    let (mut vnc, closed) = Attempt::new(lab.served.address, &lab.vm).cookie(&token).watched().await;
    soon(vnc.see("web-1")).await.expect("it shows its name");
    lab.call("acl.remove", json!({ "subject": user, "object": lab.vm, "action": "operator" })).await;
    assert_eq!(soon(closed).await, Ok((1008, "the right to use the VM is gone".to_owned())));
}

#[tokio::test]
async fn a_token_that_is_revoked_ends_the_console() {
    let lab = Lab::new().await;
    let (_, token) = lab.user("operator", Some(("operator", &lab.vm))).await;
    let (mut vnc, closed) = Attempt::new(lab.served.address, &lab.vm).cookie(&token).watched().await;
    soon(vnc.see("web-1")).await.expect("it shows its name");
    lab.call("token.delete", json!({ "tokens": [token] })).await;
    assert_eq!(soon(closed).await, Ok((1008, "the token has been revoked".to_owned())));
}

#[tokio::test]
async fn a_server_that_stops_says_so() {
    let lab = Lab::new().await;
    let (mut vnc, closed) = lab.console(&lab.vm).watched().await;
    soon(vnc.see("web-1")).await.expect("it shows its name");
    soon(lab.served.app().shutdown()).await;
    assert_eq!(soon(closed).await, Ok((1001, "the server is stopping".to_owned())));
}

#[tokio::test]
async fn a_client_that_closes_its_side_is_answered() {
    let lab = Lab::new().await;
    let mut socket = lab.console(&lab.vm).open().await.expect("it is opened").socket;
    let farewell = CloseFrame { code: CloseCode::Normal, reason: "enough".into() };
    soon(socket.send(Message::Close(Some(farewell)))).await.expect("it is taken");
    let answer = loop {
        let message = soon(socket.next()).await.expect("there is an answer").expect("it is not just the end");
        if let Message::Close(frame) = message {
            break frame.map(|frame| frame.code);
        }
    };
    assert_eq!(answer, Some(CloseCode::Normal));
}

#[tokio::test]
async fn a_console_that_nobody_uses_ends_and_asking_for_updates_is_no_use() {
    let mut config = Config::default();
    config.consoles.idle = Duration::from_millis(400);
    let lab = Lab::with(config).await;
    let (mut vnc, closed) = lab.console(&lab.vm).watched().await;
    soon(async { while vnc.ask(false).await.is_ok() && vnc.update().await.is_ok() {} }).await;
    assert_eq!(soon(closed).await, Ok((1000, "nobody has used the console for too long".to_owned())));
}

#[tokio::test]
async fn a_client_that_takes_nothing_slows_its_host_and_is_left_at_last() {
    let mut config = Config::default();
    config.consoles.stall = Duration::from_millis(500);
    let lab = Lab::with(config).await;
    let stream = lab.console(&lab.vm).stream().await;
    let (mut reader, mut writer) = tokio::io::split(stream.bytes);
    // A client that shakes hands and asks for pictures, and reads none.
    let hello = b"RFB 003.008\n\x01\x01";
    writer.write_all(hello).await.expect("it is taken");
    let raw = [2, 0, 0, 1, 0, 0, 0, 0];
    writer.write_all(&raw).await.expect("it is taken");
    let asking = async {
        while writer.write_all(&[3, 0, 0, 0, 0, 0, 3, 32, 2, 88]).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = asking => {}
        entries = lab.journal(2) => {
            let params = &entries[1]["call"]["params"];
            assert_eq!(params["reason"], "the client takes nothing");
            // What the sockets hold, and not the pictures that it asked for.
            assert!(params["bytesReceived"].as_u64() < Some(64 << 20), "{params}");
        }
    }
    let _ = tokio::io::AsyncReadExt::read(&mut reader, &mut [0; 1]).await;
}

#[tokio::test]
async fn a_message_that_is_too_large_is_refused() {
    use futures_util::{SinkExt, StreamExt};
    use tokio_tungstenite::tungstenite::Message;

    let lab = Lab::new().await;
    let mut socket = lab.console(&lab.vm).open().await.expect("it is opened").socket;
    let _ = socket.send(Message::Binary(vec![0; 2 << 20].into())).await;
    let code = soon(async {
        while let Some(Ok(message)) = socket.next().await {
            if let Message::Close(frame) = message {
                return frame.map(|frame| u16::from(frame.code));
            }
        }
        None
    })
    .await;
    assert_eq!(code, Some(1009));
}
