//! `register`, `create-token`, `unregister`: getting, keeping and forgetting a token.

use std::io::IsTerminal;

use serde_json::{Value, json};

use crate::config::Config;
use crate::connection::{Connection, User};
use crate::invocation::Options;
use crate::server::{Credentials, Secret, Server};
use crate::{Failure, terminal};

/// What `register` and `create-token` are told.
#[derive(Debug)]
struct Request {
    server: Server,
    /// As typed: a duration like `2 days`, or a number of milliseconds.
    expires_in: Option<String>,
}

const USAGE: &str = "expected [--allowUnauthorized] [--expiresIn <duration>] [--otp <otp>] <XO-Server URL> <username> \
                     [<password>], or --token <token> <XO-Server URL>";

impl Request {
    fn parse(options: &Options, words: Vec<String>) -> Result<Self, Failure> {
        let mut allow_unauthorized = options.allow_unauthorized;
        let (mut expires_in, mut otp, mut token) = (None, None, None);
        let mut plain = Vec::new();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let (option, inline) = match word.split_once('=') {
                Some((option, value)) if option.starts_with("--") => (option.to_owned(), Some(value.to_owned())),
                _ => (word, None),
            };
            let slot = match option.as_str() {
                "--allowUnauthorized" | "--au" => {
                    allow_unauthorized = inline.as_deref() != Some("false");
                    continue;
                }
                "--expiresIn" => &mut expires_in,
                "--otp" => &mut otp,
                "--token" => &mut token,
                "--" => {
                    plain.extend(words);
                    break;
                }
                other if other.starts_with("--") => {
                    return Err(Failure::Usage(format!("unknown option `{other}`; {USAGE}")));
                }
                _ => {
                    plain.push(option);
                    continue;
                }
            };
            let value = inline.or_else(|| words.next());
            *slot = Some(value.ok_or_else(|| Failure::Usage(format!("`{option}` needs a value")))?);
        }
        let mut plain = plain.into_iter();
        let url = plain.next().or_else(|| options.url.clone()).ok_or_else(|| Failure::Usage(USAGE.into()))?;
        let credentials = match (token, plain.next()) {
            (Some(_), Some(user)) => {
                return Err(Failure::Usage(format!("`--token` and the user name `{user}` exclude each other")));
            }
            (Some(token), None) => Credentials::Token(Secret(token)),
            (None, Some(user)) => {
                let password = Secret(plain.next().map_or_else(|| ask_password(&user), Ok)?);
                Credentials::Password { user, password, otp: otp.map(Secret) }
            }
            (None, None) => Credentials::Nobody,
        };
        if let Some(word) = plain.next() {
            return Err(Failure::Usage(format!("unexpected argument `{word}`; {USAGE}")));
        }
        let server = Server::new(&url, credentials, allow_unauthorized)?;
        if server.credentials == Credentials::Nobody {
            return Err(Failure::Usage(format!("a user name or `--token` is missing; {USAGE}")));
        }
        Ok(Self { server, expires_in })
    }

    /// Signs in and returns a new token, together with whom it is for.
    async fn new_token(&mut self, connection: &mut Connection, client_id: &str) -> Result<String, Failure> {
        let mut params = json!({ "client": { "id": client_id }, "description": description() });
        if let Some(duration) = &self.expires_in {
            params["expiresIn"] = match duration.parse::<u64>() {
                Ok(milliseconds) => milliseconds.into(),
                Err(_) => duration.as_str().into(),
            };
        }
        connection.call("token.create", &params).await?.decode()
    }
}

/// Registers the server for the commands that follow.
pub(crate) async fn register(options: &Options, words: Vec<String>) -> Result<(), Failure> {
    let mut request = Request::parse(options, words)?;
    let mut config = Config::load()?;
    let (mut connection, user) = Connection::sign_in(&mut request.server).await?;
    let token = match &request.server.credentials {
        // A token at hand is good enough, unless another life time is wanted.
        Credentials::Token(Secret(token)) if request.expires_in.is_none() => token.clone(),
        _ => {
            let client_id = config.client_id();
            request.new_token(&mut connection, &client_id).await?
        }
    };
    connection.close().await;
    config.register(request.server.url.as_str(), &token, request.server.allow_unauthorized);
    config.save()?;
    terminal::remark(&format!("Successfully logged with {}", name(&request.server, user)));
    Ok(())
}

/// Prints a new token.
pub(crate) async fn create_token(options: &Options, words: Vec<String>) -> Result<(), Failure> {
    let mut request = Request::parse(options, words)?;
    let (mut connection, user) = Connection::sign_in(&mut request.server).await?;
    // A name of its own, or the server would renew the token that we are registered with.
    let client_id = format!("{:011x}", rand::random::<u64>() >> 20);
    let token = request.new_token(&mut connection, &client_id).await?;
    connection.close().await;
    terminal::remark(&format!("Successfully logged with {}", name(&request.server, user)));
    terminal::print_line(&token)
}

/// Forgets the registered server; with `--revoke` the token is also made worthless.
pub(crate) async fn unregister(words: &[String]) -> Result<(), Failure> {
    let revoke = match words {
        [] => false,
        [word] if word == "--revoke" => true,
        _ => return Err(Failure::Usage("expected nothing but `--revoke` after `unregister`".into())),
    };
    let mut config = Config::load()?;
    if revoke {
        let mut server = Server::of(&Options::default())?;
        let Credentials::Token(Secret(token)) = server.credentials.clone() else {
            return Err(Failure::Usage("no token is registered".into()));
        };
        let (mut connection, _) = Connection::sign_in(&mut server).await?;
        let _: Value = connection.call("token.deleteOwn", &json!({ "tokens": [token] })).await?.decode()?;
        connection.close().await;
    }
    config.unregister();
    config.save()
}

fn name(server: &Server, user: User) -> String {
    match (&server.credentials, user.email) {
        (_, Some(email)) => email,
        (Credentials::Password { user, .. }, None) => user.clone(),
        _ => "the token".into(),
    }
}

/// Asks for a password: hidden at a terminal, otherwise the first line of standard input.
fn ask_password(user: &str) -> Result<String, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::Usage(format!("cannot read the password: {error}"));
    if std::io::stdin().is_terminal() {
        return dialoguer::Password::new()
            .with_prompt(format!("Password of {user}"))
            .interact()
            .map_err(|error| failed(&error));
    }
    let mut line = String::new();
    let length = std::io::stdin().read_line(&mut line).map_err(|error| failed(&error))?;
    if length == 0 {
        return Err(failed(&"standard input is neither a terminal nor does it hold one"));
    }
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

/// Says which client a token is for, to people who look at the list of tokens.
fn description() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let (host, version) = (host.trim(), env!("CARGO_PKG_VERSION"));
    format!("xo-cli@{version} - {host} - {} {}", std::env::consts::OS, std::env::consts::ARCH)
}
