//! `disk-cli info`.

use std::{fs, path::Path};

use disk::{
    image::{Image, Link, open_chain},
    map_of_data, qcow2,
    vhd::{DiskType, Footer, Header},
};
use serde_json::{Map, Value, json};

use crate::{Found, arguments, size::human};

/// 2000-01-01 UTC, from which VHDs count, in seconds since the Unix epoch.
const VHD_EPOCH: i64 = 946_684_800;

pub(crate) async fn info(arguments: arguments::Info) -> anyhow::Result<Found> {
    let mut all = Vec::new();
    for path in &arguments.images {
        let links = if arguments.chain {
            open_chain(path, arguments.format).await?
        } else {
            vec![Link { path: path.clone(), image: Image::open(path, arguments.format).await? }]
        };
        for link in links {
            all.push(describe(&link).await?);
        }
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&all)?);
    } else {
        let tables: Vec<_> = all.iter().map(table).collect();
        print!("{}", tables.join("\n"));
    }
    Ok(Found::Well)
}

/// Returns all that is known of an image.
async fn describe(link: &Link) -> anyhow::Result<Map<String, Value>> {
    let source = link.image.source();
    let data = map_of_data(&*source).await?.ranges().map(|range| range.end - range.start).sum::<u64>();
    let mut told = Map::new();
    let mut tell = |name: &str, value: Value| {
        if !value.is_null() {
            told.insert(name.to_owned(), value);
        }
    };
    tell("file", json!(link.path.display().to_string()));
    tell("format", json!(link.image.format().as_str()));
    tell("variant", json!(variant(&link.image)));
    tell("virtualSize", json!(source.size()));
    tell("dataSize", json!(data));
    tell("fileSize", json!(file_size(&link.path)));
    match &link.image {
        Image::Vhd(image) => {
            vhd(image.footer(), image.header(), &mut tell);
            tell("blocks", json!(image.header().map(|_| image.blocks())));
        }
        Image::VhdDir(image) => {
            vhd(image.footer(), Some(image.header()), &mut tell);
            tell("blocks", json!(image.blocks()));
            tell("compression", json!(format!("{:?}", image.filter()).to_lowercase()));
        }
        Image::Qcow2(image) => {
            let header = image.header();
            tell("blockSize", json!(header.cluster()));
            tell("version", json!(header.version));
            let compression = if header.compression == qcow2::Compression::Zstd { "zstd" } else { "zlib" };
            tell("compression", json!(compression));
            tell("snapshots", json!(Some(header.snapshots).filter(|count| *count > 0)));
            tell("parent", json!(image.backing().map(|backing| &backing.name)));
            tell("parentFormat", json!(image.backing().and_then(|backing| backing.format.as_ref())));
        }
        Image::Vmdk(image) => {
            tell("blockSize", json!(image.header().grain_size()));
            tell("version", json!(image.header().version));
        }
        Image::Raw(_) | Image::Parts(_) => {}
    }
    Ok(told)
}

fn variant(image: &Image) -> Option<String> {
    let vhd = |disk_type| match disk_type {
        DiskType::Fixed => "fixed",
        DiskType::Dynamic => "dynamic",
        DiskType::Differencing => "differencing",
    };
    match image {
        Image::Vhd(image) => Some(vhd(image.footer().disk_type).to_owned()),
        Image::VhdDir(image) => Some(vhd(image.footer().disk_type).to_owned()),
        Image::Vmdk(image) => image.descriptor().map(|descriptor| descriptor.create_type.clone()),
        Image::Parts(_) => Some("several files".to_owned()),
        Image::Raw(_) | Image::Qcow2(_) => None,
    }
}

fn vhd(footer: &Footer, header: Option<&Header>, tell: &mut impl FnMut(&str, Value)) {
    tell("uuid", json!(footer.uuid.to_string()));
    let created = jiff::Timestamp::from_second(VHD_EPOCH + i64::from(footer.timestamp));
    tell("created", json!(created.ok().map(|time| time.to_string())));
    let creator = String::from_utf8_lossy(&footer.creator).trim_matches(['\0', ' ']).to_owned();
    tell("creator", json!(creator));
    tell("hidden", json!(Some(true).filter(|_| footer.hidden)));
    let Some(header) = header else { return };
    tell("blockSize", json!(header.block_size));
    if footer.disk_type == DiskType::Differencing {
        tell("parentUuid", json!(header.parent_uuid.to_string()));
        tell("parent", json!(Some(&header.parent_name).filter(|name| !name.is_empty())));
    }
}

/// Returns the length of a file, or of all files of a folder.
fn file_size(path: &Path) -> Option<u64> {
    let metadata = fs::metadata(path).ok()?;
    if !metadata.is_dir() {
        return Some(metadata.len());
    }
    let entries = fs::read_dir(path).ok()?.flatten();
    Some(entries.filter_map(|entry| file_size(&entry.path())).sum())
}

/// Lays out what is known, a line each.
fn table(told: &Map<String, Value>) -> String {
    let words = |name: &str| {
        name.chars().fold(String::new(), |words, letter| {
            if letter.is_uppercase() {
                format!("{words} {}", letter.to_lowercase())
            } else {
                format!("{words}{letter}")
            }
        })
    };
    let line = |(name, value): (&String, &Value)| {
        let value = match value {
            Value::Number(bytes) if name.ends_with("Size") => human(bytes.as_u64().unwrap_or(0)),
            Value::String(text) => text.clone(),
            Value::Bool(true) => "yes".to_owned(),
            other => other.to_string(),
        };
        format!("{:<14} {value}\n", words(name))
    };
    told.iter().map(line).collect()
}
