//! What can be asked for.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use disk::image::Format;

/// Looks at, checks, converts, compares and merges disk images: raw, VHD, VHD directories, QCOW2, VMDK.
#[derive(Parser)]
#[command(
    name = "disk-cli",
    version,
    after_help = "Ends with 0 if all is well, 1 if disks differ or an image is damaged, 2 if something could not be done."
)]
pub(crate) struct Arguments {
    /// Show no progress.
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Show what images are: format, sizes, parents.
    Info(Info),
    /// Check that an image is sound.
    Check(Check),
    /// Write a disk as an image of another format.
    Convert(Convert),
    /// Tell whether two disks hold the same.
    Compare(Compare),
    /// Write what an image has over its parent.
    Merge(Merge),
}

#[derive(Args)]
pub(crate) struct Info {
    /// Images.
    #[arg(required = true)]
    pub(crate) images: Vec<PathBuf>,
    /// Format of the images; told by what they start with if left out.
    #[arg(short, long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// Show the parents, too.
    #[arg(long)]
    pub(crate) chain: bool,
    /// Print JSON: a list with an object for each image.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Check {
    /// Images.
    #[arg(required = true)]
    pub(crate) images: Vec<PathBuf>,
    /// Format of the images; told by what they start with if left out.
    #[arg(short, long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// Print JSON: a list with an object for each image.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Convert {
    /// Image to read, with its parents; `-` for standard input.
    pub(crate) from: PathBuf,
    /// Image to write; `-` for standard output.
    pub(crate) to: PathBuf,
    /// Format to read; told by what the image starts with if left out.
    #[arg(long, value_name = "FORMAT")]
    pub(crate) from_format: Option<Format>,
    /// Format to write: raw, vhd, vhd-dir, qcow2, vmdk; told by the name if left out.
    #[arg(short, long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// Compress what is written: qcow2 and vhd-dir, vmdk always is.
    #[arg(short, long)]
    pub(crate) compress: bool,
    /// Write a fixed VHD.
    #[arg(long)]
    pub(crate) fixed: bool,
    /// Length in bytes of what comes from standard input: raw disks and fixed VHDs need it.
    #[arg(long, value_name = "BYTES")]
    pub(crate) length: Option<u64>,
    /// Put the disk into a file in this folder first: for what cannot be done in one pass, and to leave out zeros
    /// that are not known before.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) spool: Option<PathBuf>,
    /// Replace a file that exists.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Args)]
pub(crate) struct Compare {
    /// An image, read with its parents.
    pub(crate) one: PathBuf,
    /// Another.
    pub(crate) other: PathBuf,
    /// Format of the first.
    #[arg(short, long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// Format of the second.
    #[arg(short = 'F', long, value_name = "FORMAT")]
    pub(crate) other_format: Option<Format>,
}

#[derive(Args)]
pub(crate) struct Merge {
    /// Image to write over its parent.
    pub(crate) child: PathBuf,
    /// Let the parent take the place and the uuid of the child, so that children of the child find it.
    #[arg(long)]
    pub(crate) replace: bool,
}
