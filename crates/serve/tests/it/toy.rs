//! A few operations to call.

use std::{collections::HashMap, io};

use app::{Content, Credentials, Cx, Download, Offered, Received, SendTo};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use op::{Answer, Any, Error, Id, Need, Op, Ops, Raw, Result, Secret, Spec};
use parking_lot::Mutex;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;

pub(crate) fn ops() -> Ops<Cx> {
    let mut ops = Ops::new();
    ops.add::<SignIn>()
        .add::<Echo>()
        .add::<Nothing>()
        .add::<Wait>()
        .add::<Doze>()
        .add::<Large>()
        .add::<Offer>()
        .add::<Relay>()
        .add::<Silent>()
        .add::<Take>()
        .add::<Owned>()
        .add::<Secretive>()
        .add::<Touch>();
    ops
}

/// Sign in by a token or a password.
#[derive(Deserialize, JsonSchema)]
struct SignIn {
    token: Option<Secret>,
    email: Option<String>,
    password: Option<Secret>,
}

impl Op<Cx> for SignIn {
    type Output = String;
    const SPEC: Spec = Spec::public("session.signIn");
    async fn run(self, cx: Cx) -> Result<String> {
        let credentials = match self.token {
            Some(token) => Credentials::Token(token),
            None => Credentials::Password {
                name: self.email.unwrap_or_default(),
                password: self.password.unwrap_or_else(|| Secret::new("")),
                otp: None,
            },
        };
        Ok(cx.app.sign_in(&cx.session, credentials).await?.email.clone())
    }
}

/// Return the text.
#[derive(Deserialize, JsonSchema)]
struct Echo {
    text: String,
}

impl Op<Cx> for Echo {
    type Output = String;
    const SPEC: Spec = Spec::public("toy.echo");
    async fn run(self, _: Cx) -> Result<String> {
        Ok(self.text)
    }
}

/// Do nothing.
#[derive(Deserialize, JsonSchema)]
struct Nothing;

impl Op<Cx> for Nothing {
    type Output = ();
    const SPEC: Spec = Spec::public("toy.nothing");
    async fn run(self, _: Cx) -> Result<()> {
        Ok(())
    }
}

static OPENED: Mutex<Option<HashMap<String, watch::Sender<bool>>>> = Mutex::new(None);

fn gate(name: &str) -> watch::Sender<bool> {
    OPENED.lock().get_or_insert_default().entry(name.to_owned()).or_default().clone()
}

/// Lets the calls that wait for `name` go on.
pub(crate) fn open(name: &str) {
    gate(name).send_replace(true);
}

/// Wait until the test opens the gate of this name.
#[derive(Deserialize, JsonSchema)]
struct Wait {
    name: String,
}

impl Op<Cx> for Wait {
    type Output = String;
    const SPEC: Spec = Spec::public("toy.wait");
    async fn run(self, _: Cx) -> Result<String> {
        let gate = gate(&self.name);
        gate.subscribe().wait_for(|open| *open).await.expect("the gate is never dropped");
        Ok(self.name)
    }
}

/// Do nothing for an hour.
#[derive(Deserialize, JsonSchema)]
struct Doze {}

impl Op<Cx> for Doze {
    type Output = ();
    const SPEC: Spec = Spec::signed_in("toy.doze");
    async fn run(self, cx: Cx) -> Result<()> {
        cx.wait(std::time::Duration::from_secs(3600)).await
    }
}

/// Return a list of numbers, in parts.
#[derive(Deserialize, JsonSchema)]
struct Large {
    count: usize,
    size: usize,
}

impl Op<Cx> for Large {
    type Output = Raw<Vec<String>>;
    const SPEC: Spec = Spec::public("toy.large");
    async fn run(self, _: Cx) -> Result<Self::Output> {
        let item = Bytes::from(format!("\"{}\",", "x".repeat(self.size)));
        let items = std::iter::repeat_n(item, self.count);
        let all = std::iter::once(Bytes::from_static(b"[")).chain(items).chain([Bytes::from_static(b"0]")]);
        Ok(Answer::parts(all).into())
    }
}

/// Offer a file under a one-time URL.
#[derive(Deserialize, JsonSchema)]
struct Offer {
    name: Option<String>,
}

impl Op<Cx> for Offer {
    type Output = Offered;
    const SPEC: Spec = Spec::public("toy.offer");
    async fn run(self, cx: Cx) -> Result<Offered> {
        let body = ["one\n", "two\n"].into_iter().map(|line| Bytes::from_static(line.as_bytes()));
        let body = Content::parts(body);
        let download = Download { content_type: "application/json; charset=utf-8", file_name: self.name, body };
        Ok(cx.offer(download))
    }
}

/// Offer what comes from elsewhere: so many pieces, and then it fails, or goes on for ever.
#[derive(Deserialize, JsonSchema)]
struct Relay {
    pieces: usize,
    fails: bool,
    /// Gate that is opened when nobody wants more.
    gate: String,
}

/// Opens a gate when it is dropped.
struct Left(String);

impl Drop for Left {
    fn drop(&mut self) {
        open(&self.0);
    }
}

impl Op<Cx> for Relay {
    type Output = Offered;
    const SPEC: Spec = Spec::public("toy.relay");
    async fn run(self, cx: Cx) -> Result<Offered> {
        let left = Left(self.gate);
        let piece = Bytes::from(vec![b'x'; 64 * 1024]);
        let pieces = stream::iter(0..).map(move |at| {
            let _left = &left;
            if self.fails && at == self.pieces { Err(io::Error::other("the well is dry")) } else { Ok(piece.clone()) }
        });
        let download = Download { content_type: "image/png", file_name: None, body: Content::stream(pieces) };
        Ok(cx.offer(download))
    }
}

/// Offer what never comes.
#[derive(Deserialize, JsonSchema)]
struct Silent {
    /// Gate that is opened when nobody waits for it any more.
    gate: String,
}

impl Op<Cx> for Silent {
    type Output = Offered;
    const SPEC: Spec = Spec::public("toy.silent");
    async fn run(self, cx: Cx) -> Result<Offered> {
        let left = Left(self.gate);
        let pieces = stream::pending().inspect(move |_| {
            let _left = &left;
        });
        Ok(cx.offer(Download { content_type: "image/png", file_name: None, body: Content::stream(pieces) }))
    }
}

/// Take a file and tell of it.
#[derive(Deserialize, JsonSchema)]
struct Take {
    /// Gate that is waited for before it is read.
    after: Option<String>,
    /// Gate that is opened when it has ended, well or not.
    gate: String,
    /// Whether to refuse it without having read it.
    refuses: bool,
}

impl Op<Cx> for Take {
    type Output = SendTo;
    const SPEC: Spec = Spec::signed_in("toy.take");
    async fn run(self, cx: Cx) -> Result<SendTo> {
        Ok(cx.accept(move |received, cx| self.take(received, cx)).await)
    }
}

impl Take {
    async fn take(self, received: Received, cx: Cx) -> Result<Value> {
        let _left = Left(self.gate);
        if self.refuses {
            return Err(Error::invalid("this is not wanted"));
        }
        if let Some(after) = self.after {
            gate(&after).subscribe().wait_for(|open| *open).await.expect("the gate is never dropped");
        }
        let Received { length, content_type, body } = received;
        let mut pieces = body.into_stream();
        let (mut count, mut sum) = (0, 0);
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| Error::failed(error.to_string()))?;
            count += piece.len();
            sum += piece.iter().map(|byte| u64::from(*byte)).sum::<u64>();
        }
        let user = cx.user()?.email.clone();
        Ok(json!({ "told": length, "type": content_type, "count": count, "sum": sum, "user": user }))
    }
}

/// Offer a file to administrators.
#[derive(Deserialize, JsonSchema)]
struct Owned {}

impl Op<Cx> for Owned {
    type Output = Offered;
    const SPEC: Spec = Spec::admin("toy.owned");
    async fn run(self, cx: Cx) -> Result<Offered> {
        let body = Content::parts(std::iter::once(Bytes::from_static(b"mine")));
        Ok(cx.offer(Download { content_type: "image/png", file_name: None, body }))
    }
}

/// Touch an object.
#[derive(Deserialize, JsonSchema)]
struct Touch {
    id: Id<Any>,
}

impl Op<Cx> for Touch {
    type Output = String;
    const SPEC: Spec = Spec::objects("toy.touch", &[Need::operate("id", "touch")]);
    async fn run(self, _: Cx) -> Result<String> {
        Ok(self.id.into_string())
    }
}

/// Return what only administrators may know.
#[derive(Deserialize, JsonSchema)]
struct Secretive;

impl Op<Cx> for Secretive {
    type Output = String;
    const SPEC: Spec = Spec::admin("toy.secret");
    async fn run(self, _: Cx) -> Result<String> {
        Ok("the answer".to_owned())
    }
}
