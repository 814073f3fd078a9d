//! From the greeting to the choice of an export.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;

use super::{Export, Exports, Options};
use crate::{
    Error, Result,
    io::{self, Stream},
    wire::{
        BASE_ALLOCATION, LARGEST_REQUEST, LONGEST_TEXT, MAGIC, OPTION_MAGIC, OPTION_REPLY_MAGIC, flag, handshake, info,
        option, put_text, reply, text, u16_at, u32_at, u64_at,
    },
};

/// Longest option that is read, in bytes; the name of an export and a dozen of contexts.
const LONGEST_OPTION: u32 = 64 << 10;
/// Most options of a client: even those that ask for each export need fewer.
const MOST_OPTIONS: usize = 1000;
/// What a disk is read and written in, in bytes.
pub(super) const BLOCK: u32 = 512;
/// Number of the only context.
pub(super) const CONTEXT: u32 = 1;

const DOING: &str = "agreeing on options with a client";

/// What has been agreed upon.
pub(super) struct Agreed {
    pub(super) stream: Stream,
    pub(super) export: Export,
    /// Whether replies come in parts.
    pub(super) structured: bool,
    /// Whether the client may ask which blocks are allocated.
    pub(super) allocation: bool,
}

/// Agrees with a client; nothing if it leaves.
pub(super) async fn agree(stream: Stream, exports: &dyn Exports, options: &Options) -> Result<Option<Agreed>> {
    let mut talk = Talk { stream, options, tls: false, structured: false, context_of: None };
    let mut greeting = Vec::with_capacity(18);
    greeting.extend_from_slice(&MAGIC.to_be_bytes());
    greeting.extend_from_slice(&OPTION_MAGIC.to_be_bytes());
    greeting.extend_from_slice(&(handshake::FIXED_NEWSTYLE | handshake::NO_ZEROES).to_be_bytes());
    talk.send(&greeting).await?;
    let taken = talk.stream.read_u32().await.map_err(failed)?;
    if taken & !u32::from(handshake::FIXED_NEWSTYLE | handshake::NO_ZEROES) != 0 {
        return Err(Error::protocol(format!("a client wants {taken:#x}, which was not offered")));
    }
    let no_zeroes = taken & u32::from(handshake::NO_ZEROES) != 0;
    for _ in 0..MOST_OPTIONS {
        let header = io::read(&mut talk.stream, 16).await.map_err(failed)?;
        let (kind, length) = (u32_at(&header, 8), u32_at(&header, 12));
        if u64_at(&header, 0) != OPTION_MAGIC {
            return Err(Error::protocol("a client sends no option"));
        }
        if length > LONGEST_OPTION {
            return Err(Error::protocol(format!("an option of a client has {length} bytes")));
        }
        let content = io::read(&mut talk.stream, length as usize).await.map_err(failed)?;
        let locked = options.tls_required && !talk.tls;
        match kind {
            option::ABORT => {
                talk.answer(kind, reply::ACK, &[]).await?;
                return Ok(None);
            }
            option::EXPORT_NAME => {
                // The only way to refuse this one is to hang up.
                let name = std::str::from_utf8(&content).ok().filter(|_| !locked);
                let Some(name) = name else { return Ok(None) };
                let Some(export) = exports.open(name).await else { return Ok(None) };
                let mut answer = export.size().to_be_bytes().to_vec();
                answer.extend_from_slice(&export.flags(talk.structured).to_be_bytes());
                answer.resize(if no_zeroes { 10 } else { 134 }, 0);
                talk.send(&answer).await?;
                return Ok(Some(talk.agreed(export, name)));
            }
            option::STARTTLS => talk = talk.start_tls(&content).await?,
            _ if locked => talk.answer(kind, reply::TLS_REQUIRED, b"this server talks only within TLS").await?,
            option::STRUCTURED_REPLY
            | option::LIST_META_CONTEXT
            | option::SET_META_CONTEXT
            | option::INFO
            | option::GO
                if options.plain =>
            {
                talk.answer(kind, reply::UNSUPPORTED, &[]).await?;
            }
            option::LIST | option::STRUCTURED_REPLY if !content.is_empty() => {
                talk.answer(kind, reply::INVALID, &[]).await?;
            }
            option::LIST => talk.list(exports).await?,
            option::STRUCTURED_REPLY => {
                talk.structured = true;
                talk.answer(kind, reply::ACK, &[]).await?;
            }
            option::LIST_META_CONTEXT | option::SET_META_CONTEXT => talk.contexts(kind, &content, exports).await?,
            option::INFO | option::GO => {
                if let Some(agreed) = talk.info(kind, &content, exports).await? {
                    return Ok(Some(talk.agreed(agreed.0, &agreed.1)));
                }
            }
            _ => talk.answer(kind, reply::UNSUPPORTED, &[]).await?,
        }
    }
    Err(Error::protocol(format!("a client has more than {MOST_OPTIONS} options")))
}

fn failed(error: std::io::Error) -> Error {
    Error::io(DOING, error)
}

impl Export {
    pub(super) fn size(&self) -> u64 {
        self.disk.size()
    }

    /// Returns what can be done with it.
    fn flags(&self, structured: bool) -> u16 {
        // Writers of all connections take turns at one sink, so that all see what any has written.
        let access = match self.writer {
            Some(_) => flag::FLUSH | flag::FUA | flag::WRITE_ZEROES,
            None => flag::READ_ONLY,
        };
        let fragment = if structured { flag::DONT_FRAGMENT } else { 0 };
        flag::HAS_FLAGS | flag::MULTI_CONN | access | fragment
    }
}

/// The part of a connection in which options are agreed upon.
struct Talk<'a> {
    stream: Stream,
    options: &'a Options,
    tls: bool,
    structured: bool,
    /// Export for which the context was chosen.
    context_of: Option<String>,
}

impl Talk<'_> {
    fn agreed(self, export: Export, name: &str) -> Agreed {
        let allocation = self.structured && self.context_of.as_deref() == Some(name);
        Agreed { stream: self.stream, export, structured: self.structured, allocation }
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<()> {
        let sent = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        sent.await.map_err(failed)
    }

    async fn answer(&mut self, option: u32, kind: u32, content: &[u8]) -> Result<()> {
        let mut answer = Vec::with_capacity(20 + content.len());
        answer.extend_from_slice(&OPTION_REPLY_MAGIC.to_be_bytes());
        answer.extend_from_slice(&option.to_be_bytes());
        answer.extend_from_slice(&kind.to_be_bytes());
        answer.extend_from_slice(&u32::try_from(content.len()).expect("answers are short").to_be_bytes());
        answer.extend_from_slice(content);
        self.send(&answer).await
    }

    async fn start_tls(mut self, content: &[u8]) -> Result<Self> {
        let config = match &self.options.tls {
            Some(config) if !self.tls && content.is_empty() => Arc::clone(config),
            Some(_) => {
                self.answer(option::STARTTLS, reply::INVALID, b"TLS has begun").await?;
                return Ok(self);
            }
            None => {
                self.answer(option::STARTTLS, reply::POLICY, b"this server has no TLS").await?;
                return Ok(self);
            }
        };
        self.answer(option::STARTTLS, reply::ACK, &[]).await?;
        let stream = TlsAcceptor::from(config).accept(self.stream).await.map_err(failed)?;
        // What was agreed on where anybody could change it counts for nothing.
        Ok(Self { stream: Box::new(stream), options: self.options, tls: true, structured: false, context_of: None })
    }

    async fn list(&mut self, exports: &dyn Exports) -> Result<()> {
        for (name, description) in exports.list().await {
            if name.len() > LONGEST_TEXT as usize {
                continue;
            }
            let mut content = Vec::new();
            put_text(&mut content, &name);
            content.extend_from_slice(description.as_bytes());
            self.answer(option::LIST, reply::SERVER, &content).await?;
        }
        self.answer(option::LIST, reply::ACK, &[]).await
    }

    /// Answers which contexts an export has, or takes those that the client chooses.
    async fn contexts(&mut self, kind: u32, mut content: &[u8], exports: &dyn Exports) -> Result<()> {
        if kind == option::SET_META_CONTEXT {
            self.context_of = None;
        }
        let name = text(&mut content);
        let (Some(name), Some((count, mut rest)), true) = (name, content.split_at_checked(4), self.structured) else {
            return self.answer(kind, reply::INVALID, &[]).await;
        };
        let mut wanted = kind == option::LIST_META_CONTEXT && u32_at(count, 0) == 0;
        for _ in 0..u32_at(count, 0) {
            let Some(query) = text(&mut rest) else { return self.answer(kind, reply::INVALID, &[]).await };
            wanted |= query == BASE_ALLOCATION || kind == option::LIST_META_CONTEXT && query == "base:";
        }
        if !rest.is_empty() {
            return self.answer(kind, reply::INVALID, &[]).await;
        }
        if exports.open(name).await.is_none() {
            return self.answer(kind, reply::UNKNOWN, b"there is no such export").await;
        }
        if wanted {
            let set = kind == option::SET_META_CONTEXT;
            let mut answer = if set { CONTEXT } else { 0 }.to_be_bytes().to_vec();
            answer.extend_from_slice(BASE_ALLOCATION.as_bytes());
            self.answer(kind, reply::META_CONTEXT, &answer).await?;
            if set {
                self.context_of = Some(name.to_owned());
            }
        }
        self.answer(kind, reply::ACK, &[]).await
    }

    /// Answers what an export is; returns it if the client takes it.
    async fn info(&mut self, kind: u32, mut content: &[u8], exports: &dyn Exports) -> Result<Option<(Export, String)>> {
        let name = text(&mut content);
        let (Some(name), Some((count, wanted))) = (name, content.split_at_checked(2)) else {
            return self.answer(kind, reply::INVALID, &[]).await.map(|()| None);
        };
        if wanted.len() != usize::from(u16_at(count, 0)) * 2 {
            return self.answer(kind, reply::INVALID, &[]).await.map(|()| None);
        }
        let Some(export) = exports.open(name).await else {
            return self.answer(kind, reply::UNKNOWN, b"there is no such export").await.map(|()| None);
        };
        let mut answer = info::EXPORT.to_be_bytes().to_vec();
        answer.extend_from_slice(&export.size().to_be_bytes());
        answer.extend_from_slice(&export.flags(self.structured).to_be_bytes());
        self.answer(kind, reply::INFO, &answer).await?;
        for wanted in wanted.chunks_exact(2) {
            let wanted = u16_at(wanted, 0);
            let mut answer = wanted.to_be_bytes().to_vec();
            match wanted {
                info::NAME => answer.extend_from_slice(name.as_bytes()),
                info::DESCRIPTION => answer.extend_from_slice(export.description.as_bytes()),
                info::BLOCK_SIZE => {
                    let preferred = export.disk.block_size().clamp(4096, LARGEST_REQUEST);
                    for size in [BLOCK, preferred, LARGEST_REQUEST] {
                        answer.extend_from_slice(&size.to_be_bytes());
                    }
                }
                _ => continue,
            }
            self.answer(kind, reply::INFO, &answer).await?;
        }
        self.answer(kind, reply::ACK, &[]).await?;
        Ok((kind == option::GO).then(|| (export, name.to_owned())))
    }
}
