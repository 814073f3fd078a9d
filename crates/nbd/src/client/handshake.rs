//! From the first byte to the first request.

use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;

use super::{BlockSize, Options};
use crate::{
    Error, Result, Tls,
    io::{self, Stream},
    tls::refusal,
    wire::{
        BASE_ALLOCATION, LARGEST_REQUEST, MAGIC, OLD_MAGIC, OPTION_MAGIC, OPTION_REPLY_MAGIC, handshake, info, option,
        put_text, reply, text, u16_at, u32_at, u64_at,
    },
};

/// Longest answer to an option that is read, in bytes: two texts of the protocol.
const LONGEST_ANSWER: u32 = 16 << 10;
/// Most answers to an option: a list of exports has one for each.
const MOST_ANSWERS: usize = 10_000;
/// Size of the blocks of servers that do not tell, in bytes.
const USUAL_BLOCK: u32 = 512;

/// What a server says of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Size, in bytes.
    pub size: u64,
    /// What can be done with it, as bits of the protocol.
    pub flags: u16,
    /// Sizes of requests.
    pub block: BlockSize,
    /// Description; may be empty.
    pub description: String,
    /// Contexts that can be asked for, and their numbers.
    pub contexts: Vec<(String, u32)>,
    /// Whether replies come in parts.
    pub structured: bool,
    /// Whether it is within TLS.
    pub tls: bool,
}

/// An export of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Name.
    pub name: String,
    /// Description; may be empty.
    pub description: String,
}

/// Agrees with the server on the export `name`.
pub(super) async fn go(stream: Stream, server: &str, name: &str, options: &Options) -> Result<(Export, Stream)> {
    let mut talk = Talk::open(stream, server, options.tls.as_ref()).await?;
    let mut export = Export {
        size: 0,
        flags: 0,
        block: BlockSize { minimum: USUAL_BLOCK, preferred: 4096, maximum: LARGEST_REQUEST },
        description: String::new(),
        contexts: Vec::new(),
        structured: false,
        tls: options.tls.is_some(),
    };
    export.structured = match talk.ask(option::STRUCTURED_REPLY, &[]).await? {
        Ok(_) => true,
        Err(refusal) if refusal.kind == reply::TLS_REQUIRED => return Err(Error::TlsRequired),
        Err(_) => false,
    };
    if export.structured {
        export.contexts = talk.contexts(name, &options.contexts).await?;
    }
    let mut request = Vec::new();
    put_text(&mut request, name);
    request.extend_from_slice(&1_u16.to_be_bytes());
    request.extend_from_slice(&info::BLOCK_SIZE.to_be_bytes());
    match talk.ask(option::GO, &request).await? {
        Ok(answers) => export.learn(&answers)?,
        Err(refusal) if refusal.kind == reply::UNSUPPORTED => talk.export_name(name, &mut export).await?,
        Err(refusal) => return Err(refusal.of_export(name)),
    }
    export.check(options.request)?;
    Ok((export, talk.stream))
}

/// Asks for all exports, and says goodbye.
pub(super) async fn list(stream: Stream, server: &str, options: &Options) -> Result<Vec<Listed>> {
    let mut talk = Talk::open(stream, server, options.tls.as_ref()).await?;
    let answers = talk.ask(option::LIST, &[]).await?.map_err(|refusal| refusal.of("to list its exports"))?;
    let listed = answers.iter().filter(|answer| answer.kind == reply::SERVER).map(|answer| {
        let mut rest = &answer.content[..];
        let name = text(&mut rest).ok_or_else(|| Error::protocol("an export of its list has no name"))?.to_owned();
        Ok(Listed { name, description: String::from_utf8_lossy(rest).into_owned() })
    });
    let listed = listed.collect::<Result<_>>()?;
    // The server may already be gone.
    let _ = talk.send(option::ABORT, &[]).await;
    Ok(listed)
}

/// An answer to an option.
struct Reply {
    kind: u32,
    content: Vec<u8>,
}

/// An answer that is an error.
struct Refusal {
    kind: u32,
    message: String,
}

impl Refusal {
    fn of(self, what: &str) -> Error {
        match self.kind {
            reply::TLS_REQUIRED => Error::TlsRequired,
            _ => Error::Refused { what: what.to_owned(), message: self.message },
        }
    }

    fn of_export(self, name: &str) -> Error {
        match self.kind {
            reply::UNKNOWN => Error::NoExport { export: name.to_owned(), message: self.message },
            _ => self.of(&format!("the export `{name}`")),
        }
    }
}

/// The part of a connection in which options are agreed upon.
struct Talk {
    stream: Stream,
    no_zeroes: bool,
}

const DOING: &str = "agreeing on options";

impl Talk {
    /// Reads the greeting, answers it, and changes to TLS if that is wanted.
    async fn open(mut stream: Stream, server: &str, tls: Option<&Tls>) -> Result<Self> {
        let greeting = io::read(&mut stream, 16).await.map_err(|error| Error::io("waiting for its greeting", error))?;
        if u64_at(&greeting, 0) != MAGIC {
            return Err(Error::protocol("it does not greet as an NBD server"));
        }
        match u64_at(&greeting, 8) {
            OPTION_MAGIC => {}
            OLD_MAGIC => return Err(Error::Old),
            _ => return Err(Error::protocol("its greeting is of no known kind")),
        }
        let failed = |error| Error::io(DOING, error);
        let offered = stream.read_u16().await.map_err(failed)?;
        if offered & handshake::FIXED_NEWSTYLE == 0 {
            return Err(Error::Old);
        }
        let no_zeroes = offered & handshake::NO_ZEROES != 0;
        let taken = offered & (handshake::FIXED_NEWSTYLE | handshake::NO_ZEROES);
        stream.write_u32(taken.into()).await.map_err(failed)?;
        let talk = Self { stream, no_zeroes };
        match tls {
            Some(tls) => talk.start_tls(server, tls).await,
            None => Ok(talk),
        }
    }

    async fn start_tls(mut self, server: &str, tls: &Tls) -> Result<Self> {
        self.ask(option::STARTTLS, &[]).await?.map_err(|refusal| Error::NoTls(refusal.message))?;
        let name = match &tls.name {
            Some(name) => name.clone(),
            None => ServerName::try_from(server.to_owned())
                .map_err(|_| Error::Misuse(format!("`{server}` is no name for a certificate")))?,
        };
        let connector = TlsConnector::from(std::sync::Arc::clone(&tls.config));
        let stream = connector.connect(name, self.stream).await.map_err(refusal)?;
        Ok(Self { stream: Box::new(stream), no_zeroes: self.no_zeroes })
    }

    async fn send(&mut self, option: u32, content: &[u8]) -> Result<()> {
        let mut request = Vec::with_capacity(16 + content.len());
        request.extend_from_slice(&OPTION_MAGIC.to_be_bytes());
        request.extend_from_slice(&option.to_be_bytes());
        request.extend_from_slice(&u32::try_from(content.len()).expect("options are short").to_be_bytes());
        request.extend_from_slice(content);
        let sent = async {
            self.stream.write_all(&request).await?;
            self.stream.flush().await
        };
        sent.await.map_err(|error| Error::io(DOING, error))
    }

    /// Sends an option and reads all answers to it, up to the last.
    async fn ask(&mut self, option: u32, content: &[u8]) -> Result<Result<Vec<Reply>, Refusal>> {
        self.send(option, content).await?;
        let mut answers = Vec::new();
        loop {
            let failed = |error| Error::io(DOING, error);
            let header = io::read(&mut self.stream, 20).await.map_err(failed)?;
            if u64_at(&header, 0) != OPTION_REPLY_MAGIC || u32_at(&header, 8) != option {
                return Err(Error::protocol(format!("it does not answer the option {option}")));
            }
            let (kind, length) = (u32_at(&header, 12), u32_at(&header, 16));
            if length > LONGEST_ANSWER {
                return Err(Error::protocol(format!("its answer to the option {option} has {length} bytes")));
            }
            let content = io::read(&mut self.stream, length as usize).await.map_err(failed)?.to_vec();
            match kind {
                reply::ACK => return Ok(Ok(answers)),
                kind if kind & reply::ERROR != 0 => {
                    let message =
                        String::from_utf8_lossy(&content).chars().filter(|c| !c.is_control()).take(400).collect();
                    return Ok(Err(Refusal { kind, message }));
                }
                kind if answers.len() < MOST_ANSWERS => answers.push(Reply { kind, content }),
                _ => return Err(Error::protocol(format!("it has more than {MOST_ANSWERS} answers"))),
            }
        }
    }

    /// Asks for contexts; a server that knows of none is no fault.
    async fn contexts(&mut self, name: &str, more: &[String]) -> Result<Vec<(String, u32)>> {
        let mut request = Vec::new();
        put_text(&mut request, name);
        let queries: Vec<&str> = std::iter::once(BASE_ALLOCATION).chain(more.iter().map(String::as_str)).collect();
        request.extend_from_slice(&u32::try_from(queries.len()).expect("they are few").to_be_bytes());
        for query in queries {
            put_text(&mut request, query);
        }
        // That there is no such export is told by the next option, too, and better.
        let Ok(answers) = self.ask(option::SET_META_CONTEXT, &request).await? else { return Ok(Vec::new()) };
        let context = |answer: &Reply| match answer.content.split_at_checked(4) {
            Some((id, name)) => Ok((String::from_utf8_lossy(name).into_owned(), u32_at(id, 0))),
            None => Err(Error::protocol("a context has no number")),
        };
        answers.iter().filter(|answer| answer.kind == reply::META_CONTEXT).map(context).collect()
    }

    /// Asks for the export in the old way, in which a server can only hang up.
    async fn export_name(&mut self, name: &str, export: &mut Export) -> Result<()> {
        self.send(option::EXPORT_NAME, name.as_bytes()).await?;
        let answer = io::read(&mut self.stream, 10).await.map_err(|error| match Error::io(DOING, error) {
            Error::Closed(_) => Error::NoExport { export: name.to_owned(), message: "it hung up".to_owned() },
            other => other,
        })?;
        (export.size, export.flags) = (u64_at(&answer, 0), u16_at(&answer, 8));
        if !self.no_zeroes {
            io::pass(&mut self.stream, 124).await.map_err(|error| Error::io(DOING, error))?;
        }
        Ok(())
    }
}

impl Export {
    /// Takes what the answers to `GO` say.
    fn learn(&mut self, answers: &[Reply]) -> Result<()> {
        let mut told = false;
        for answer in answers.iter().filter(|answer| answer.kind == reply::INFO) {
            let content = &answer.content;
            match (content.get(..2).map(|kind| u16_at(kind, 0)), content.len()) {
                (Some(info::EXPORT), 12) => {
                    (self.size, self.flags, told) = (u64_at(content, 2), u16_at(content, 10), true);
                }
                (Some(info::BLOCK_SIZE), 14) => {
                    let [minimum, preferred, maximum] = [2, 6, 10].map(|at| u32_at(content, at));
                    self.block = BlockSize { minimum, preferred, maximum };
                }
                (Some(info::DESCRIPTION), _) => {
                    self.description = String::from_utf8_lossy(&content[2..]).into_owned();
                }
                (Some(info::EXPORT | info::BLOCK_SIZE) | None, length) => {
                    return Err(Error::protocol(format!("what it says of the export has {length} bytes")));
                }
                _ => {}
            }
        }
        if told { Ok(()) } else { Err(Error::protocol("it does not say how large the export is")) }
    }

    /// Checks the sizes of requests and makes them fit what the caller wants.
    fn check(&mut self, most: u32) -> Result<()> {
        let BlockSize { minimum, maximum, .. } = self.block;
        let sound = minimum.is_power_of_two() && minimum <= 64 << 10 && maximum >= minimum;
        if !sound {
            return Err(Error::protocol(format!("its requests have {minimum} to {maximum} bytes")));
        }
        if i64::try_from(self.size).is_err() {
            return Err(Error::protocol(format!("its export has {} bytes", self.size)));
        }
        let maximum = maximum.min(LARGEST_REQUEST).min(most.max(minimum));
        // Parts are cut at multiples of it.
        self.block.maximum = maximum - maximum % minimum;
        Ok(())
    }
}
