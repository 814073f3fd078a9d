//! A folder for archives, programs that read them, and machines to put into them.

use std::{path::PathBuf, process::Command};

use archive::{
    Result,
    xva::{BLOCK, Object, Ova, ReadOptions, Reader, Version, WriteOptions, Writer},
};
use tempfile::TempDir;
use xapi_types::Value;

/// A folder that goes with the test.
pub(crate) struct Lab(TempDir);

impl Lab {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// Runs a program in the folder and returns what it printed.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> String {
        let output = Command::new(program).args(arguments).current_dir(self.0.path()).output();
        let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaints = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && complaints.is_empty(), "{program} {arguments:?}: {printed}{complaints}");
        printed
    }
}

/// A disk to write and what is on it.
pub(crate) struct Filled {
    pub(crate) id: &'static str,
    pub(crate) size: u64,
    /// Where there is data, in bytes from the start.
    pub(crate) data: Vec<(u64, Vec<u8>)>,
}

impl Filled {
    pub(crate) fn new(id: &'static str, size: u64, data: &[(u64, &[u8])]) -> Self {
        Self { id, size, data: data.iter().map(|(at, data)| (*at, data.to_vec())).collect() }
    }

    /// The whole disk, for small ones.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; usize::try_from(self.size).unwrap()];
        for (at, data) in &self.data {
            let at = usize::try_from(*at).unwrap();
            bytes[at..at + data.len()].copy_from_slice(data);
        }
        bytes
    }
}

pub(crate) fn text(text: &str) -> Value {
    Value::String(text.into())
}

/// A machine with disks of these names and sizes, and one image from a library.
pub(crate) fn machine(disks: &[(&str, u64)]) -> Ova {
    let drives: Vec<_> = disks.iter().map(|(id, _)| format!("{id}/drive").replace('/', "-")).collect();
    let mut objects = vec![
        Object::new(
            "VM",
            "Ref:0",
            Value::structure([
                ("uuid", text("00000000-0000-4000-8000-000000000001")),
                ("name_label", text("db <1> & \"friends\"")),
                ("is_a_template", Value::Bool(false)),
                ("is_a_snapshot", Value::Bool(false)),
                ("memory_static_max", Value::Int(4 << 30)),
                ("VBDs", Value::Array(drives.iter().map(|id| text(id)).chain([text("Ref:cd")]).collect())),
                ("VIFs", Value::Array(vec![text("Ref:vif")])),
                ("suspend_VDI", text("OpaqueRef:NULL")),
            ]),
        ),
        Object::new("VIF", "Ref:vif", Value::structure([("device", text("0")), ("network", text("Ref:net"))])),
        Object::new("network", "Ref:net", Value::structure([("name_label", text("Pool-wide network"))])),
        Object::new("SR", "Ref:sr", Value::structure([("content_type", text("user"))])),
        Object::new("SR", "Ref:isos", Value::structure([("content_type", text("iso"))])),
        Object::new("VBD", "Ref:cd", Value::structure([("type", text("CD")), ("VDI", text("Ref:iso"))])),
        Object::new("VDI", "Ref:iso", Value::structure([("virtual_size", Value::Int(7)), ("SR", text("Ref:isos"))])),
    ];
    for ((id, size), drive) in disks.iter().zip(&drives) {
        let size = Value::Int(i64::try_from(*size).unwrap());
        let record = [("virtual_size", size), ("SR", text("Ref:sr")), ("name_label", text("root"))];
        objects.push(Object::new("VBD", drive.as_str(), Value::structure([("type", text("Disk")), ("VDI", text(id))])));
        objects.push(Object::new("VDI", *id, Value::structure(record)));
    }
    Ova { version: version(2), objects }
}

pub(crate) fn version(export_vsn: i64) -> Version {
    Version {
        hostname: "xcp1".into(),
        date: "2024-01-31".into(),
        product_version: "8.3.0".into(),
        product_brand: "XCP-ng".into(),
        build_number: "cloud".into(),
        xapi_major: 1,
        xapi_minor: 20,
        export_vsn,
    }
}

/// Writes an archive of a machine with these disks, in whatever order.
pub(crate) async fn written(disks: &[Filled], options: WriteOptions) -> Vec<u8> {
    let ova = machine(&disks.iter().map(|disk| (disk.id, disk.size)).collect::<Vec<_>>());
    let mut xva = Writer::create(Vec::new(), &ova, options).await.unwrap();
    for disk in xva.disks().to_vec() {
        let Some(filled) = disks.iter().find(|filled| filled.id == disk.id) else { continue };
        xva.begin_disk(&disk.id).await.unwrap();
        for (at, data) in &filled.data {
            xva.write(*at, data).await.unwrap();
        }
    }
    xva.finish().await.unwrap()
}

/// Reads all of an archive: each disk's id and content.
pub(crate) async fn read(archive: &[u8], options: ReadOptions) -> Result<Vec<(String, Vec<u8>)>> {
    let mut xva = Reader::open(archive, options).await?;
    let mut disks = Vec::new();
    while let Some(disk) = xva.next_disk().await? {
        let mut bytes = vec![0; usize::try_from(disk.virtual_size).unwrap()];
        while let Some(block) = xva.next_block().await? {
            let at = usize::try_from(block.at).unwrap();
            bytes[at..at + block.data.len()].copy_from_slice(&block.data);
        }
        disks.push((disk.id.to_string(), bytes));
    }
    xva.finish().await?;
    Ok(disks)
}

/// Two disks with holes; the second has an odd size.
pub(crate) fn two_disks() -> Vec<Filled> {
    let noise: Vec<u8> = (0..750_000_u32).flat_map(|n| (n.wrapping_mul(2_654_435_761) >> 3).to_le_bytes()).collect();
    vec![
        Filled::new("Ref:4", 40 * BLOCK, &[(5 * BLOCK - 100, &noise), (30 * BLOCK, &noise[..1 << 20])]),
        Filled::new("Ref:12", 3 * BLOCK + 512, &[(0, b"start"), (3 * BLOCK, &[7; 512])]),
    ]
}
