//! VHD directories, with the codecs of Node.js, which the original uses, on the other side.

use std::sync::Arc;

use disk::{
    Content, Kind, Sink, Source,
    adapter::{Chain, merge},
    storage::LocalFolder,
    vhd::{self, Options, Parent},
    vhd_dir::{self, Filter, VhdDir},
};

use crate::lab::{Lab, Random, read_all};

/// Few blocks: brotli is slow where it is not optimised.
const SIZE: u64 = 6 << 20;

fn folder(lab: &Lab, name: &str) -> Arc<LocalFolder> {
    Arc::new(LocalFolder::new(lab.path(name)))
}

#[tokio::test]
async fn a_directory_holds_what_was_written_however_it_is_compressed() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 50).await;
    for filter in [Filter::None, Filter::Gzip, Filter::Brotli] {
        let name = format!("{filter:?}.vhd");
        let content = Content::of(disk.clone()).await.unwrap();
        vhd_dir::write(content, folder(&lab, &name), filter, &Options::default()).await.unwrap();
        let directory = Arc::new(VhdDir::open(folder(&lab, &name)).await.unwrap());
        assert!(read_all(&*directory).await == read_all(&*disk).await, "{filter:?}");
        assert!(directory.filter() == filter);
        let report = vhd_dir::check(folder(&lab, &name)).await.unwrap();
        assert!(report.is_sound(), "{report}");
        let content = Content::of(directory).await.unwrap();
        lab.keep("disk.vhd", vhd::encode(content, &Options::default()).unwrap()).await;
        lab.same(("raw", "disk"), ("vpc", "disk.vhd"));
        let bat = std::fs::read(lab.path(&name).join("bat")).unwrap();
        assert!(filter != Filter::None || bat.len() == 3, "a byte a block: {}", bat.len());
    }
}

#[tokio::test]
async fn node_reads_and_writes_the_files() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 51).await;
    for (filter, codec) in [(Filter::Gzip, "gunzipSync"), (Filter::Brotli, "brotliDecompressSync")] {
        let content = Content::of(disk.clone()).await.unwrap();
        vhd_dir::write(content, folder(&lab, "ours.vhd"), filter, &Options::default()).await.unwrap();
        let program =
            "const [from, codec] = process.argv.slice(1); const { readFileSync, writeFileSync } = require('fs');
            writeFileSync('plain', require('zlib')[codec](readFileSync(from)));";
        lab.run("node", &["-e", program, "ours.vhd/blocks/0/0", codec]);
        let plain = std::fs::read(lab.path("plain")).unwrap();
        assert!(plain[..512] == [0xff; 512] && plain[512..] == read_all(&*disk).await[..2 << 20]);
    }
    let content = Content::of(disk.clone()).await.unwrap();
    vhd_dir::write(content, folder(&lab, "theirs.vhd"), Filter::None, &Options::default()).await.unwrap();
    let program = "const fs = require('fs'), zlib = require('zlib');
        for (const entry of fs.readdirSync('theirs.vhd', { recursive: true, withFileTypes: true })) {
            const file = (entry.path ?? entry.parentPath) + '/' + entry.name;
            if (entry.isFile()) fs.writeFileSync(file, zlib.brotliCompressSync(fs.readFileSync(file),
                { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } }));
        }
        fs.writeFileSync('theirs.vhd/chunk-filters.json', JSON.stringify(['brotli']));";
    lab.run("node", &["-e", program]);
    let directory = VhdDir::open(folder(&lab, "theirs.vhd")).await.unwrap();
    assert!(directory.filter() == Filter::Brotli && read_all(&directory).await == read_all(&*disk).await);
}

#[tokio::test]
async fn a_child_is_merged_into_its_parent() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 52).await;
    let options = Options::default();
    let content = Content::of(disk.clone()).await.unwrap();
    vhd_dir::write(content, folder(&lab, "parent.vhd"), Filter::Brotli, &options).await.unwrap();
    let parent = Parent { uuid: options.uuid, timestamp: 0, name: "parent.vhd".into() };
    let options = Options { parent: Some(parent), ..Options::default() };
    let mut child = VhdDir::create(folder(&lab, "child.vhd"), SIZE, Filter::Gzip, &options).await.unwrap();
    let mut expected = read_all(&*disk).await;
    let mut random = Random(53);
    for round in 0..8 {
        let offset = random.next() % (SIZE - (1 << 20)) / 512 * 512;
        let data = if round % 3 == 0 { vec![0; 65536] } else { random.bytes(8192 + 512) };
        let start = usize::try_from(offset).unwrap();
        expected[start..start + data.len()].copy_from_slice(&data);
        child.write_at(offset, data.into()).await.unwrap();
    }
    child.flush().await.unwrap();
    let child: Arc<dyn Source> = Arc::new(VhdDir::open(folder(&lab, "child.vhd")).await.unwrap());
    let mut parent = VhdDir::open(folder(&lab, "parent.vhd")).await.unwrap();
    let base: Arc<dyn Source> = Arc::new(VhdDir::open(folder(&lab, "parent.vhd")).await.unwrap());
    let chain = Chain::new([child.clone(), base]).unwrap();
    assert!(read_all(&chain).await == expected);

    let mut merged = 0;
    merge(child.clone(), &mut parent, |piece| merged += piece.data.len()).await.unwrap();
    assert!(merged > 0 && read_all(&parent).await == expected);
    let again = VhdDir::open(folder(&lab, "parent.vhd")).await.unwrap();
    assert!(read_all(&again).await == expected);
    // Merging twice, as after an interruption, changes nothing.
    merge(child, &mut parent, |_| {}).await.unwrap();
    assert!(read_all(&parent).await == expected);
}

#[tokio::test]
async fn what_is_missing_or_too_large_is_named() {
    let lab = Lab::new();
    let disk = lab.disk("disk", SIZE, 54).await;
    let content = Content::of(disk.clone()).await.unwrap();
    vhd_dir::write(content, folder(&lab, "disk.vhd"), Filter::Gzip, &Options::default()).await.unwrap();
    let block = lab.path("disk.vhd").join("blocks/0/0");
    let bomb =
        "const zlib = require('zlib'); require('fs').writeFileSync('bomb', zlib.gzipSync(Buffer.alloc(50 << 20)));";
    lab.run("node", &["-e", bomb]);
    std::fs::copy(lab.path("bomb"), &block).unwrap();
    let directory = VhdDir::open(folder(&lab, "disk.vhd")).await.unwrap();
    let error = directory.read_at(0, 512).await.unwrap_err();
    assert!(error.kind() == Kind::Corrupt && error.to_string().contains("blocks/0/0"), "{error}");
    std::fs::remove_file(&block).unwrap();
    let error = directory.read_at(0, 512).await.unwrap_err();
    assert!(error.kind() == Kind::Truncated && error.to_string().contains("`blocks/0/0` is missing"), "{error}");
    assert_eq!(vhd_dir::check(folder(&lab, "disk.vhd")).await.unwrap().problems().len(), 1);
    std::fs::remove_file(lab.path("disk.vhd").join("footer")).unwrap();
    let error = VhdDir::open(folder(&lab, "disk.vhd")).await.unwrap_err();
    assert!(error.to_string().contains("`footer` is missing"), "{error}");
    std::fs::write(lab.path("disk.vhd").join("chunk-filters.json"), "[\"rot13\"]").unwrap();
    let error = VhdDir::open(folder(&lab, "disk.vhd")).await.unwrap_err();
    assert!(error.kind() == Kind::Unsupported && error.to_string().contains("rot13"), "{error}");
}
