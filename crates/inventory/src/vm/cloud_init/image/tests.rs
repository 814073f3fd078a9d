use std::{io::Read, process::Command};

use super::*;

const USER: &str = "#cloud-config\nhostname: web-1\n";

fn content() -> Content<'static> {
    Content { instance: "7a1c6f0e-0000-4000-8000-000000000001", user: USER, network: Some("version: 2\n") }
}

fn number(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// Reads a file as somebody who mounts the volume.
fn read(volume: &mut [u8], path: &str) -> io::Result<String> {
    let files = FileSystem::new(Cursor::new(volume), FsOptions::new())?;
    let mut text = String::new();
    files.root_dir().open_file(path)?.read_to_string(&mut text)?;
    Ok(text)
}

#[test]
fn the_geometry_is_that_of_the_original() {
    let volume = image(&content(), Layout::Bare).unwrap();
    assert_eq!(volume.len(), 10_485_760);
    assert_eq!(&volume[3..11], b"mkfs.fat");
    let sector_cluster_reserved = (number(&volume, 11), volume[13], number(&volume, 14));
    assert_eq!(sector_cluster_reserved, (512, 4, 1));
    let fats_entries_sectors_media = (volume[16], number(&volume, 17), number(&volume, 19), volume[21]);
    assert_eq!(fats_entries_sectors_media, (2, 512, 20_480, 0xf8));
    assert_eq!(number(&volume, 22), 20, "sectors of a FAT");
    assert_eq!((&volume[43..54], &volume[54..62]), (&LABEL[..], &b"FAT16   "[..]));
    assert_eq!(volume[510..512], [0x55, 0xaa]);
    for fat in [0x200, 0x2a00] {
        assert_eq!(volume[fat..fat + 4], [0xf8, 0xff, 0xff, 0xff], "FAT at {fat:#x}");
    }
    // The two FATs are the same, and the label is the first entry of the root behind them.
    assert_eq!(volume[0x200..0x2a00], volume[0x2a00..0x5200]);
    assert_eq!((&volume[0x5200..0x520b], volume[0x520b]), (&LABEL[..], 0x08));
}

#[test]
fn the_files_are_those_that_cloud_init_looks_for() {
    let mut volume = image(&content(), Layout::Bare).unwrap();
    let instance = content().instance;
    for (path, text) in [
        ("meta-data", format!("instance-id: {instance}\n")),
        ("user-data", USER.to_owned()),
        ("network-config", "version: 2\n".to_owned()),
        ("openstack/latest/meta_data.json", format!(r#"{{"uuid":"{instance}"}}"#)),
        ("openstack/latest/user_data", USER.to_owned()),
    ] {
        assert_eq!(read(&mut volume, path).unwrap(), text, "{path}");
    }
    let mut volume = image(&Content { network: None, ..content() }, Layout::Bare).unwrap();
    assert!(read(&mut volume, "network-config").is_err());
}

#[test]
fn texts_of_any_length_are_written_whole_until_the_drive_is_full() {
    for length in [0, 1, 2047, 2048, 2049, 1 << 20] {
        let user = "ä".repeat(length);
        let mut volume = image(&Content { user: &user, ..content() }, Layout::Bare).unwrap();
        assert!(read(&mut volume, "user-data").unwrap() == user, "{length} characters");
    }
    // It stands there twice.
    assert!(image(&Content { user: &"x".repeat(6 << 20), ..content() }, Layout::Bare).is_err());
}

#[test]
fn a_partition_has_the_same_volume_behind_its_table() {
    let (bare, parted) = (image(&content(), Layout::Bare).unwrap(), image(&content(), Layout::Partitioned).unwrap());
    assert_eq!(parted.len(), 10_486_272);
    assert_eq!(parted[446..462], [0x80, 0, 0, 0, 0x0e, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0, 0]);
    assert_eq!(parted[510..512], [0x55, 0xaa]);
    assert!(parted[512..] == bare);
    assert_eq!((Layout::Bare.size(), Layout::Partitioned.size()), (bare.len(), parted.len()));
}

#[test]
fn foreign_tools_know_the_volume() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drive.img");
    std::fs::write(&path, image(&content(), Layout::Bare).unwrap()).unwrap();
    let run = |tool: &str, arguments: &[&str]| {
        let Ok(output) = Command::new(tool).args(arguments).arg(&path).output() else {
            eprintln!("`{tool}` is not installed; it is not asked");
            return None;
        };
        Some((output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned()))
    };
    if let Some((_, said)) = run("blkid", &["-p", "-o", "export"]) {
        assert!(said.contains("LABEL=cidata\n") && said.contains("TYPE=vfat\n"), "{said}");
    }
    if let Some((good, said)) = run("fsck.fat", &["-n"]) {
        assert!(good, "{said}");
    }
}
