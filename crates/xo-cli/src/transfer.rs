//! Files that go over HTTP, at addresses that the server opens once.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, Method, RequestBuilder, Response};
use serde::Deserialize;
use serde_json::value::RawValue;
use tempfile::TempPath;
use tokio::signal::unix::{SignalKind, signal};

use crate::Failure;
use crate::failure::Refusal;
use crate::server::Server;

/// Bytes read from a file at a time.
const CHUNK: usize = 1 << 18;

/// Takes what the server gives at `path` into `file`; `-` is standard output.
///
/// A regular file appears only when it is complete: what was there before stays until then, and nothing half done
/// stays behind, not even after a signal.
pub(crate) async fn download(server: &Server, path: &str, file: &str) -> Result<(), Failure> {
    let request = server.request(Method::GET, path)?;
    let answer = async {
        let answer = request.send().await.map_err(|error| server.broken("download", &error))?;
        accepted(answer).await
    };
    save(server, answer, file).await
}

/// Takes what `answer` of `server` holds into `file`, as [`download`] does.
pub(crate) async fn save(
    server: &Server,
    answer: impl Future<Output = Result<Response, Failure>>,
    file: &str,
) -> Result<(), Failure> {
    if file == "-" {
        let answer = answer.await?;
        let progress = progress(answer.content_length());
        return print(server, answer, &progress).await;
    }
    let mut target = Target::create(file)?;
    interruptible(async {
        let answer = answer.await?;
        let progress = progress(answer.content_length());
        receive(server, answer, &progress, &mut |bytes| target.write(bytes)).await
    })
    .await?;
    target.finish()
}

/// Writes what `answer` of `server` holds to standard output, as it comes.
pub(crate) async fn pass_on(server: &Server, answer: Response) -> Result<(), Failure> {
    print(server, answer, &ProgressBar::hidden()).await
}

async fn print(server: &Server, answer: Response, progress: &ProgressBar) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let sink = &mut |bytes: &[u8]| out.write_all(bytes).and_then(|()| out.flush()).map_err(Failure::output);
    receive(server, answer, progress, sink).await
}

async fn receive(
    server: &Server,
    answer: Response,
    progress: &ProgressBar,
    sink: &mut dyn FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut parts = answer.bytes_stream();
    while let Some(part) = parts.next().await {
        let part = part.map_err(|error| server.broken("download", &error))?;
        sink(&part)?;
        progress.inc(part.len() as u64);
    }
    progress.finish_and_clear();
    Ok(())
}

/// Sends `file` (`-` is standard input) to `path` and returns what the server answers, as JSON text.
pub(crate) async fn upload(server: &Server, path: &str, file: &str) -> Result<Option<String>, Failure> {
    let answer = send(server, server.request(Method::POST, path)?, file).await?;
    let answer = accepted(answer).await?;
    let text = answer.text().await.map_err(|error| server.broken("answer to the upload", &error))?;
    result_of(&text)
}

/// Sends `request` to `server` with what `file` (`-` is standard input) holds as its body, and returns the answer.
pub(crate) async fn send(server: &Server, request: RequestBuilder, file: &str) -> Result<Response, Failure> {
    let request = request.header(CONTENT_TYPE, "application/octet-stream");
    let (request, progress) = if file == "-" {
        let progress = progress(None);
        (request.body(body(std::io::stdin(), &progress)), progress)
    } else {
        let cannot_read = |error| Failure::Transfer(format!("cannot read `{file}`: {error}"));
        let opened = File::open(file).map_err(cannot_read)?;
        let metadata = opened.metadata().map_err(cannot_read)?;
        if metadata.is_dir() {
            return Err(Failure::Transfer(format!("cannot read `{file}`: it is a folder")));
        }
        // Of a pipe or device the size is not known.
        let size = metadata.is_file().then_some(metadata.len());
        let progress = progress(size);
        // Not a byte more than announced, should the file grow meanwhile.
        let request = match size {
            Some(size) => request.header(CONTENT_LENGTH, size).body(body(opened.take(size), &progress)),
            None => request.body(body(opened, &progress)),
        };
        (request, progress)
    };
    let answer = request.send().await.map_err(|error| server.broken("upload", &error))?;
    progress.finish_and_clear();
    Ok(answer)
}

/// Reads the answer to an upload: a JSON-RPC answer, other JSON, or plain text.
fn result_of(text: &str) -> Result<Option<String>, Failure> {
    #[derive(Deserialize)]
    struct Reply<'a> {
        #[serde(rename = "jsonrpc")]
        _version: &'a RawValue,
        #[serde(borrow)]
        result: Option<&'a RawValue>,
        error: Option<Refusal>,
    }
    if text.trim().is_empty() {
        return Ok(None);
    }
    if let Ok(reply) = serde_json::from_str::<Reply<'_>>(text) {
        return match reply.error {
            Some(refusal) => Err(refusal.into()),
            None => Ok(Some(reply.result.map_or("null", RawValue::get).to_owned())),
        };
    }
    Ok(Some(match serde_json::from_str::<&RawValue>(text) {
        Ok(_) => text.to_owned(),
        Err(_) => serde_json::Value::from(text.trim_end()).to_string(),
    }))
}

/// Turns an answer that is no success into a failure.
async fn accepted(answer: Response) -> Result<Response, Failure> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    if status.is_redirection() {
        return Err(Failure::Transfer("the server no longer knows the address of the file".into()));
    }
    let text = short_text(answer).await;
    result_of(&text)?;
    Err(Failure::Transfer(format!("server answered {status}: {}", text.trim())))
}

/// Reads the explanation that an answer holds. It is short; the rest of anything longer is left.
pub(crate) async fn short_text(answer: Response) -> String {
    let mut text = Vec::new();
    let mut parts = answer.bytes_stream();
    while let Some(Ok(part)) = parts.next().await {
        text.extend_from_slice(&part);
        if text.len() > 1 << 16 {
            break;
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// Makes a body of what `source` holds, read beside the runtime and counted.
fn body(source: impl Read + Send + 'static, progress: &ProgressBar) -> Body {
    let progress = progress.clone();
    Body::wrap_stream(stream::try_unfold(source, move |mut source| {
        let progress = progress.clone();
        async move {
            let read = tokio::task::spawn_blocking(move || {
                let mut chunk = vec![0; CHUNK];
                let length = source.read(&mut chunk)?;
                chunk.truncate(length);
                Ok::<_, std::io::Error>((source, chunk))
            });
            let (source, chunk) = read.await.map_err(std::io::Error::other)??;
            progress.inc(chunk.len() as u64);
            Ok::<_, std::io::Error>((!chunk.is_empty()).then(|| (Bytes::from(chunk), source)))
        }
    }))
}

/// Makes a progress bar on standard error; none is drawn where that is no terminal.
fn progress(total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => {
            (ProgressBar::new(total), "{bar:30} {percent:>3} %  {bytes} of {total_bytes}  {bytes_per_sec}  {eta} left")
        }
        None => (ProgressBar::new_spinner(), "{spinner} {bytes}  {bytes_per_sec}"),
    };
    bar.with_style(ProgressStyle::with_template(template).expect("the template is fixed and valid"))
}

/// Waits for `work` unless a signal asks to stop; then `work` is dropped, and cleans up.
async fn interruptible<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let listen = |kind| signal(kind).map_err(|error| Failure::Transfer(format!("cannot listen for signals: {error}")));
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    tokio::select! {
        done = work => done,
        _ = interrupt.recv() => Err(Failure::Interrupted { signal: 2 }),
        _ = terminate.recv() => Err(Failure::Interrupted { signal: 15 }),
    }
}

/// A file that is being written.
struct Target {
    file: File,
    path: PathBuf,
    /// Where it is written until it is complete; it goes away unless it is moved to its place. Nothing for pipes and
    /// devices, which are written in place.
    partial: Option<TempPath>,
}

impl Target {
    fn create(path: &str) -> Result<Self, Failure> {
        let path = PathBuf::from(path);
        let in_place = std::fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file());
        let created = if in_place {
            File::options().write(true).open(&path).map(|file| (file, None))
        } else {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            tempfile::Builder::new()
                .prefix(&format!(".{name}."))
                .suffix(".part")
                .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666))
                .tempfile_in(folder)
                .map(tempfile::NamedTempFile::into_parts)
                .map(|(file, partial)| (file, Some(partial)))
        };
        match created {
            Ok((file, partial)) => Ok(Self { file, path, partial }),
            Err(error) => Err(Failure::Transfer(format!("cannot create `{}`: {error}", path.display()))),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.file.write_all(bytes).map_err(|error| self.cannot_write(&error))
    }

    fn finish(mut self) -> Result<(), Failure> {
        match self.partial.take() {
            Some(partial) => partial.persist(&self.path).map_err(|error| self.cannot_write(&error.error)),
            None => Ok(()),
        }
    }

    fn cannot_write(&self, error: &std::io::Error) -> Failure {
        Failure::Transfer(format!("cannot write `{}`: {error}", self.path.display()))
    }
}
