//! The public list of updates of XenServer up to 8.2, and their archives, on a port of its own.
//!
//! ```no_run
//! # async fn example() -> std::io::Result<()> {
//! use xapi_sim::feed::{Feed, Update};
//! let update = Update::new("XS71E001").guidance("restartHost");
//! let feed = Feed::start("7.1.2", vec![update]).await?;
//! println!("the list of updates is at {}", feed.url());
//! # Ok(())
//! # }
//! ```

mod archive;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use base64::Engine as _;
use flate2::Crc;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

pub use archive::Flaw;

/// Bytes of a sector of an image.
const SECTOR: usize = 2048;
/// Sector in which an image of ours tells what it is.
const ABOUT: usize = 20;
/// What is in front of that in a program that unpacks itself.
const MAGIC: &[u8] = b"#!XSUPDATE\n";

/// An update.
#[derive(Clone, Debug)]
pub struct Update {
    uuid: String,
    name: String,
    guidance: String,
    requires: Vec<String>,
    conflicts: Vec<String>,
    paid: bool,
    size: usize,
    is_iso: bool,
}

impl Update {
    /// Makes an update for hosts since XenServer 7.1, whose id follows from its name.
    pub fn new(name: &str) -> Self {
        let mut crc = Crc::new();
        crc.update(name.as_bytes());
        Self {
            uuid: format!("{:08x}-0000-4000-8000-{:012x}", crc.sum(), name.len()),
            name: name.to_owned(),
            guidance: String::new(),
            requires: Vec::new(),
            conflicts: Vec::new(),
            paid: false,
            size: 300_000,
            is_iso: true,
        }
    }

    /// Returns its id.
    pub fn uuid(&self) -> &str {
        &self.uuid
    }

    /// Says what is to be done after it is installed, such as `restartHost`.
    #[must_use]
    pub fn guidance(self, guidance: &str) -> Self {
        Self { guidance: guidance.to_owned(), ..self }
    }

    /// Says which updates it needs.
    #[must_use]
    pub fn requires(self, others: &[&Self]) -> Self {
        Self { requires: others.iter().map(|other| other.uuid.clone()).collect(), ..self }
    }

    /// Says with which updates it does not go.
    #[must_use]
    pub fn conflicts(self, others: &[&Self]) -> Self {
        Self { conflicts: others.iter().map(|other| other.uuid.clone()).collect(), ..self }
    }

    /// Only paying customers get it.
    #[must_use]
    pub fn paid(self) -> Self {
        Self { paid: true, ..self }
    }

    /// Says how long it is, in bytes.
    #[must_use]
    pub fn size(self, size: usize) -> Self {
        Self { size: size.max((ABOUT + 2) * SECTOR), ..self }
    }

    /// It is for hosts before XenServer 7.1.
    #[must_use]
    pub fn old(self) -> Self {
        Self { is_iso: false, ..self }
    }

    /// Returns the file that hosts take.
    pub fn file(&self) -> Vec<u8> {
        // Nothing that packs to nothing.
        let mut state = 1_u32;
        let mut bytes: Vec<u8> = (0..self.size)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24).to_le_bytes()[0]
            })
            .collect();
        let body = (ABOUT + 1) * SECTOR;
        let mut crc = Crc::new();
        crc.update(&bytes[body..]);
        let about = json!({
            "uuid": self.uuid, "name": self.name, "guidance": self.guidance, "size": self.size, "crc": crc.sum(),
        });
        bytes[..body].fill(0);
        if self.is_iso {
            bytes[16 * SECTOR..16 * SECTOR + 6].copy_from_slice(b"\x01CD001");
        } else {
            bytes[..MAGIC.len()].copy_from_slice(MAGIC);
        }
        let about = about.to_string();
        bytes[ABOUT * SECTOR..ABOUT * SECTOR + about.len()].copy_from_slice(about.as_bytes());
        bytes
    }
}

/// What a file says of itself, where all of it is as it was made. `read` gives the bytes from an offset on.
pub(crate) fn about(length: u64, mut read: impl FnMut(u64, &mut [u8])) -> Option<Value> {
    let mut sector = vec![0; SECTOR];
    read((ABOUT * SECTOR) as u64, &mut sector);
    let text = sector.split(|byte| *byte == 0).next()?;
    let about: Value = serde_json::from_slice(text).ok()?;
    let size = about["size"].as_u64().filter(|size| *size <= length)?;
    let (mut at, mut crc) = (((ABOUT + 1) * SECTOR) as u64, Crc::new());
    let mut piece = vec![0; 64 << 10];
    while at < size {
        let some = usize::try_from(size - at).unwrap_or(usize::MAX).min(piece.len());
        read(at, &mut piece[..some]);
        crc.update(&piece[..some]);
        at += some as u64;
    }
    (about["crc"] == crc.sum()).then_some(about)
}

/// The server of a list, until this is dropped.
pub struct Feed {
    address: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

struct Shared {
    version: String,
    updates: Vec<Update>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Answers by path: a status, or what is said in place of what is there.
    instead: BTreeMap<String, (u16, Vec<u8>)>,
    /// What is wrong with archives, by the names of their updates.
    flaws: BTreeMap<String, Flaw>,
    /// Who gets archives: name and key; everybody where nobody is named.
    customer: Option<(String, String)>,
    hits: BTreeMap<String, u32>,
}

impl Feed {
    /// Starts to serve updates for a version of XenServer.
    ///
    /// # Errors
    ///
    /// Where no port can be opened.
    pub async fn start(version: &str, updates: Vec<Update>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { version: version.to_owned(), updates, state: Mutex::default() });
        let served = Arc::clone(&shared);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&served);
                tokio::spawn(async move {
                    // Who goes away has what it wanted.
                    let _ = answer(stream, &shared, address).await;
                });
            }
        });
        Ok(Self { address, shared, serving })
    }

    /// Returns where the list is.
    pub fn url(&self) -> String {
        format!("http://{}/xenserver/updates.xml", self.address)
    }

    /// Answers the list with something else from now on.
    pub fn instead(&self, status: u16, body: &[u8]) {
        let instead = (status, body.to_vec());
        self.shared.state.lock().instead.insert("/xenserver/updates.xml".to_owned(), instead);
    }

    /// Answers an archive with something else from now on.
    pub fn instead_of(&self, update: &str, status: u16, body: &[u8]) {
        let instead = (status, body.to_vec());
        self.shared.state.lock().instead.insert(format!("/{update}.zip"), instead);
    }

    /// Spoils the archive of an update.
    pub fn spoil(&self, update: &str, flaw: Flaw) {
        self.shared.state.lock().flaws.insert(update.to_owned(), flaw);
    }

    /// Gives archives only to this customer.
    pub fn only_for(&self, user: &str, key: &str) {
        self.shared.state.lock().customer = Some((user.to_owned(), key.to_owned()));
    }

    /// Ends all that is wrong.
    pub fn mend(&self) {
        let mut state = self.shared.state.lock();
        state.instead.clear();
        state.flaws.clear();
    }

    /// Returns how often the list was asked for.
    pub fn lists(&self) -> u32 {
        self.hits("/xenserver/updates.xml")
    }

    /// Returns how often the archive of an update was asked for.
    pub fn archives(&self, update: &str) -> u32 {
        self.hits(&format!("/{update}.zip"))
    }

    fn hits(&self, path: &str) -> u32 {
        self.shared.state.lock().hits.get(path).copied().unwrap_or(0)
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(mut stream: TcpStream, shared: &Shared, address: SocketAddr) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < 16 << 10 {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default();
    // Through a proxy the whole URL is asked for.
    let path = path.strip_prefix(&format!("http://{address}")).unwrap_or(path);
    let (status, body, cut) = shared.find(path, &head, address);
    let length = body.len();
    let start = format!(
        "HTTP/1.1 {status} Whatever\r\nContent-Length: {length}\r\nContent-Type: application/octet-stream\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(start.as_bytes()).await?;
    stream.write_all(&body[..if cut { length / 2 } else { length }]).await?;
    stream.shutdown().await
}

impl Shared {
    /// Returns what is at a path: a status, a body, and whether it breaks off in the middle.
    fn find(&self, path: &str, head: &str, address: SocketAddr) -> (u16, Vec<u8>, bool) {
        let mut state = self.state.lock();
        *state.hits.entry(path.to_owned()).or_default() += 1;
        if let Some((status, body)) = state.instead.get(path) {
            return (*status, body.clone(), false);
        }
        if path == "/xenserver/updates.xml" {
            return (200, self.list(address).into_bytes(), false);
        }
        let name = path.strip_prefix('/').and_then(|path| path.strip_suffix(".zip"));
        let Some(update) = self.updates.iter().find(|update| Some(update.name.as_str()) == name) else {
            return (404, Vec::new(), false);
        };
        if let Some((user, key)) = &state.customer {
            let wanted = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{key}"));
            if !head.to_ascii_lowercase().contains(&format!("authorization: basic {wanted}").to_ascii_lowercase()) {
                return (401, Vec::new(), false);
            }
        }
        let flaw = state.flaws.get(&update.name).copied();
        let ending = if update.is_iso { "iso" } else { "xsupdate" };
        let body = archive::zip(&format!("{}.{ending}", update.name), &update.file(), flaw);
        (200, body, flaw == Some(Flaw::Cut))
    }

    fn list(&self, address: SocketAddr) -> String {
        let (mut patches, mut of_version) = (String::new(), String::new());
        for update in &self.updates {
            let ids = |name: &str, ids: &[String]| -> String {
                ids.iter().map(|id| format!("<{name} uuid=\"{id}\"/>")).collect()
            };
            let (conflicts, requires) =
                (ids("conflictingpatch", &update.conflicts), ids("requiredpatch", &update.requires));
            let Update { uuid, name, guidance, size, .. } = update;
            let stream = if update.paid { "premium" } else { "cu" };
            let _ = write!(
                patches,
                "<patch uuid=\"{uuid}\" name-label=\"{name}\" name-description=\"What {name} mends\" \
                 timestamp=\"2017-03-01T00:00:00Z\" url=\"https://support.example.org/{name}\" \
                 patch-url=\"http://{address}/{name}.zip\" after-apply-guidance=\"{guidance}\" update-stream=\"{stream}\" \
                 installation-size=\"{size}\"><conflictingpatches>{conflicts}</conflictingpatches>\
                 <requiredpatches>{requires}</requiredpatches></patch>"
            );
            let _ = write!(of_version, "<patch uuid=\"{uuid}\"/>");
        }
        let version = &self.version;
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<patchdata><patches>{patches}</patches><serverversions>\
             <version value=\"{version}\" name=\"XenServer {version}\" timestamp=\"2017-02-08T00:00:00Z\">{of_version}\
             </version></serverversions><xencenterversions/></patchdata>\n"
        )
    }
}
