//! The program on files, with `qemu-img` on the other side.

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

struct Lab(TempDir);

impl Lab {
    /// A folder with `disk.raw` of 6 MiB, of which some is data.
    fn new() -> Self {
        let lab = Self(tempfile::tempdir().unwrap());
        let mut disk = vec![0; 6 << 20];
        for (at, byte) in disk.iter_mut().enumerate().filter(|(at, _)| at % (1 << 20) < 70_000) {
            *byte = u8::try_from(at % 251).unwrap();
        }
        fs::write(lab.path("disk.raw"), disk).unwrap();
        lab
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, program: &str, arguments: &[&str], input: Option<&str>) -> Output {
        let input = input.map_or_else(Stdio::null, |name| fs::File::open(self.path(name)).unwrap().into());
        Command::new(program).args(arguments).current_dir(self.0.path()).stdin(input).output().unwrap()
    }

    /// Runs it; returns the code and what it printed and complained.
    fn disk(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = self.run(env!("CARGO_BIN_EXE_disk-cli"), arguments, None);
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn well(&self, arguments: &[&str]) -> String {
        let (code, output, complaint) = self.disk(arguments);
        assert_eq!((code, complaint.as_str()), (0, ""), "{arguments:?}");
        output
    }

    fn qemu(&self, arguments: &[&str]) {
        let output = self.run("qemu-img", arguments, None);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[test]
fn an_image_is_converted_and_told_of() {
    let lab = Lab::new();
    lab.well(&["convert", "disk.raw", "disk.vhd"]);
    lab.well(&["convert", "--compress", "disk.vhd", "disk.qcow2"]);
    lab.well(&["convert", "disk.qcow2", "disk.vmdk"]);
    lab.well(&["convert", "--format", "vhd-dir", "--compress", "disk.vmdk", "disk"]);
    lab.well(&["convert", "disk", "again.img"]);
    for (format, name) in [("vpc", "disk.vhd"), ("qcow2", "disk.qcow2"), ("vmdk", "disk.vmdk"), ("raw", "again.img")] {
        lab.qemu(&["compare", "-f", "raw", "-F", format, "disk.raw", name]);
    }
    let text = lab.well(&["info", "disk.vhd"]);
    assert!(text.contains("variant        dynamic\n") && text.contains("virtual size   6 MiB (6291456)\n"), "{text}");
    let told: Value = serde_json::from_str(&lab.well(&["info", "--json", "disk.qcow2", "disk.vmdk", "disk"])).unwrap();
    assert_eq!(told[0]["format"], "qcow2");
    assert_eq!(told[0]["virtualSize"], 6 << 20);
    assert_eq!(told[1]["variant"], "streamOptimized");
    assert_eq!(told[2]["compression"], "brotli");
    assert!(told[2]["fileSize"].as_u64().unwrap() < 1 << 20);
}

#[test]
fn streams_pass_from_standard_input_to_standard_output() {
    let lab = Lab::new();
    let stream = |arguments: &[&str], input: &str, output: &str| {
        let done = lab.run(env!("CARGO_BIN_EXE_disk-cli"), arguments, Some(input));
        fs::File::create(lab.path(output)).unwrap().write_all(&done.stdout).unwrap();
        (done.status.code().unwrap(), String::from_utf8(done.stderr).unwrap())
    };
    let length = ["--from-format", "raw", "--length", "6291456"];
    let raw = [&["convert", "-", "-", "--format", "vmdk"][..], &length].concat();
    assert_eq!(stream(&raw, "disk.raw", "disk.vmdk"), (0, String::new()));
    assert_eq!(stream(&["convert", "-", "-", "--format", "qcow2", "--spool", "."], "disk.vmdk", "disk.qcow2").0, 0);
    assert_eq!(stream(&["convert", "-", "-", "--format", "vhd"], "disk.qcow2", "disk.vhd").0, 0);
    for (format, name) in [("vmdk", "disk.vmdk"), ("qcow2", "disk.qcow2"), ("vpc", "disk.vhd")] {
        lab.qemu(&["compare", "-f", "raw", "-F", format, "disk.raw", name]);
    }
    let (code, complaint) = stream(&["convert", "-", "-", "--format", "vhd"], "disk.raw", "nothing");
    assert!(code == 2 && complaint.contains("--from-format"), "{complaint}");
    let (code, complaint) = stream(&["convert", "-", "-", "--format", "qcow2", "-c"], "disk.vhd", "nothing");
    assert!(code == 2 && complaint.contains("write to a file"), "{complaint}");
    assert_eq!(fs::metadata(lab.path("nothing")).unwrap().len(), 0);
}

#[test]
fn disks_that_differ_end_with_1_and_the_offset() {
    let lab = Lab::new();
    lab.well(&["convert", "disk.raw", "disk.qcow2"]);
    assert_eq!(lab.well(&["compare", "disk.raw", "disk.qcow2"]), "the disks hold the same\n");
    let mut disk = fs::read(lab.path("disk.raw")).unwrap();
    disk[3_000_001] ^= 1;
    fs::write(lab.path("other.raw"), disk).unwrap();
    let (code, output, _) = lab.disk(&["compare", "other.raw", "disk.qcow2"]);
    assert_eq!((code, output.as_str()), (1, "the disks differ at byte 3000001\n"));
    let (code, _, complaint) = lab.disk(&["compare", "disk.raw", "nowhere"]);
    assert!(code == 2 && complaint.contains("nowhere"), "{complaint}");
}

#[test]
fn a_damaged_image_ends_with_1_and_what_is_wrong() {
    let lab = Lab::new();
    lab.well(&["convert", "disk.raw", "disk.vhd"]);
    assert_eq!(lab.well(&["check", "disk.vhd"]), "disk.vhd: sound\n");
    let mut bytes = fs::read(lab.path("disk.vhd")).unwrap();
    bytes[64] ^= 1;
    fs::write(lab.path("disk.vhd"), bytes).unwrap();
    let (code, output, _) = lab.disk(&["check", "disk.vhd"]);
    assert!(code == 1 && output.starts_with("disk.vhd: copy of the VHD footer at byte 0: it is damaged"), "{output}");
    let (code, output, _) = lab.disk(&["check", "--json", "disk.vhd"]);
    let told: Value = serde_json::from_str(&output).unwrap();
    assert_eq!((code, &told[0]["sound"], &told[0]["problems"][0]["offset"]), (1, &false.into(), &0.into()));
}

#[test]
fn nothing_is_replaced_unasked_and_nothing_stays_of_what_failed() {
    let lab = Lab::new();
    lab.well(&["convert", "disk.raw", "disk.vhd"]);
    let (code, _, complaint) = lab.disk(&["convert", "disk.raw", "disk.vhd"]);
    assert!(code == 2 && complaint.contains("--force"), "{complaint}");
    lab.well(&["convert", "--force", "--fixed", "disk.raw", "disk.vhd"]);
    assert_eq!(fs::metadata(lab.path("disk.vhd")).unwrap().len(), (6 << 20) + 512);

    lab.well(&["convert", "disk.raw", "disk.vmdk"]);
    let before = lab.files();
    let mut bytes = fs::read(lab.path("disk.vmdk")).unwrap();
    bytes[65536 + 40] ^= 1;
    fs::write(lab.path("disk.vmdk"), bytes).unwrap();
    let (code, _, complaint) = lab.disk(&["convert", "disk.vmdk", "new.qcow2"]);
    assert!(code == 2 && complaint.contains("VMDK grain at byte 65536"), "{complaint}");
    assert_eq!(lab.files(), before);
    let (code, _, complaint) = lab.disk(&["convert", "disk.raw", "new.iso.gz"]);
    assert!(code == 2 && complaint.contains("--format"), "{complaint}");
    let (code, _, complaint) = lab.disk(&["convert", "disk.raw", "new", "--format", "floppy"]);
    assert!(code == 2 && complaint.contains("none of raw, vhd, vhd-dir, qcow2, vmdk"), "{complaint}");
}

#[test]
fn a_child_is_merged_into_its_parent() {
    let lab = Lab::new();
    lab.qemu(&["create", "-q", "-f", "qcow2", "-b", "disk.raw", "-F", "raw", "child.qcow2"]);
    let output = lab.run("qemu-io", &["-f", "qcow2", "-c", "write -P 3 1M 128k", "child.qcow2"], None);
    assert!(output.status.success());
    lab.well(&["convert", "child.qcow2", "expected.raw"]);
    let told: Value = serde_json::from_str(&lab.well(&["info", "--chain", "--json", "child.qcow2"])).unwrap();
    assert_eq!((&told[0]["parent"], &told[1]["format"]), (&"disk.raw".into(), &"raw".into()));
    assert_eq!(lab.disk(&["compare", "disk.raw", "expected.raw"]).0, 1);
    assert_eq!(lab.well(&["merge", "child.qcow2"]), "disk.raw\n");
    lab.well(&["compare", "disk.raw", "expected.raw"]);
    let (code, _, complaint) = lab.disk(&["merge", "disk.raw"]);
    assert!(code == 2 && complaint.contains("no parent"), "{complaint}");
}

#[test]
fn a_terminal_sees_how_far_it_is() {
    let lab = Lab::new();
    let command = format!("'{}' convert disk.raw disk.qcow2", env!("CARGO_BIN_EXE_disk-cli"));
    let output = lab.run("script", &["-qec", &command, "/dev/null"], None);
    let seen = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && seen.contains('%') && seen.contains("MiB"), "{seen}");
    let quiet = format!("{command} --quiet --force");
    let output = lab.run("script", &["-qec", &quiet, "/dev/null"], None);
    assert!(output.status.success() && output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
}
