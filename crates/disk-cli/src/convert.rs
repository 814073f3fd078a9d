//! `disk-cli convert`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use disk::{
    Content, Gaps, Order,
    image::{self, Format, Target},
};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::{Found, arguments, progress};

/// What stands for standard input and output.
const STANDARD: &str = "-";
/// Bytes of standard input that are read at once.
const BUFFER: usize = 256 << 10;

pub(crate) async fn convert(arguments: arguments::Convert, quiet: bool) -> anyhow::Result<Found> {
    let to_standard = arguments.to == Path::new(STANDARD);
    let Some(format) = arguments.format.or_else(|| Format::of_name(&arguments.to)) else {
        bail!("the name `{}` tells no format: give one with --format", arguments.to.display());
    };
    let target = Target { format, compress: arguments.compress, fixed: arguments.fixed };
    if !to_standard && !arguments.force && arguments.to.exists() {
        bail!("`{}` exists; --force replaces it", arguments.to.display());
    }
    let mut content = open(&arguments).await?;
    if content.gaps() == Gaps::Parent {
        bail!("the image is a difference to a parent, which standard input does not have; convert the file");
    }
    if let Some(folder) = &arguments.spool {
        content = content.spool(folder, u64::MAX).await?;
    } else if to_standard && content.order() == Order::Any && format != Format::VhdDir {
        bail!("the blocks do not come in the order of the disk; --spool FOLDER puts them in order");
    }
    let size = content.size();
    let total = content.map().map_or(size, |map| map.ranges().map(|range| range.end - range.start).sum());
    let bar = progress::bar(total, quiet);
    let ticks = bar.clone();
    let content = content.observed(move |piece| ticks.inc(piece.data.len() as u64));
    let done = if to_standard {
        let encoded = image::encode(content, target)?;
        encoded.write_to(&mut tokio::io::stdout()).await.map(drop).map_err(anyhow::Error::from)
    } else {
        write(content, target, &arguments.to).await
    };
    bar.finish_and_clear();
    done?;
    Ok(Found::Well)
}

/// Opens what is to be read.
async fn open(arguments: &arguments::Convert) -> anyhow::Result<Content> {
    if arguments.from != Path::new(STANDARD) {
        let source = image::join(&image::open_chain(&arguments.from, arguments.from_format).await?)?;
        return Ok(Content::of(source).await?);
    }
    let mut input = BufReader::with_capacity(BUFFER, tokio::io::stdin());
    let format = if let Some(format) = arguments.from_format {
        format
    } else {
        let start = input.fill_buf().await.context("standard input cannot be read")?;
        let unknown = "standard input starts like no format that is known; give it with --from-format";
        image::format_of_start(start).context(unknown)?
    };
    if format == Format::Raw && arguments.length.is_none() {
        bail!("a raw disk on standard input needs its length: --length BYTES");
    }
    Ok(image::decode(input, format, arguments.length).await?)
}

/// Writes the image beside its place, and puts it there when it is whole; nothing stays of one that is not.
async fn write(content: Content, target: Target, to: &Path) -> anyhow::Result<()> {
    let name = to.file_name().with_context(|| format!("`{}` names no file", to.display()))?;
    let part: PathBuf = to.with_file_name(format!(".{}.part", name.to_string_lossy()));
    let done = tokio::select! {
        done = image::write(content, target, &part) => done.map_err(anyhow::Error::from),
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted")),
    };
    let done = done.and_then(|()| {
        if to.is_dir() && target.format == Format::VhdDir {
            fs::remove_dir_all(to)?;
        }
        fs::rename(&part, to).with_context(|| format!("`{}` cannot be put in its place", to.display()))
    });
    if done.is_err() && part.exists() {
        let gone = if part.is_dir() { fs::remove_dir_all(&part) } else { fs::remove_file(&part) };
        gone.with_context(|| format!("`{}` stays behind", part.display()))?;
    }
    done
}
