//! `disk-cli merge`.

use disk::{image, map_of_data};

use crate::{Found, arguments, progress};

pub(crate) async fn merge(arguments: arguments::Merge, quiet: bool) -> anyhow::Result<Found> {
    let child = image::Image::open(&arguments.child, None).await?.source();
    let total = map_of_data(&*child).await?.ranges().map(|range| range.end - range.start).sum();
    let bar = progress::bar(total, quiet);
    let merged = image::merge(&arguments.child, arguments.replace, |piece| bar.inc(piece.data.len() as u64)).await;
    bar.finish_and_clear();
    println!("{}", merged?.display());
    Ok(Found::Well)
}
