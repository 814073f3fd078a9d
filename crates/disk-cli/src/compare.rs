//! `disk-cli compare`.

use disk::image;

use crate::{Found, arguments, progress};

pub(crate) async fn compare(arguments: arguments::Compare, quiet: bool) -> anyhow::Result<Found> {
    let one = image::join(&image::open_chain(&arguments.one, arguments.format).await?)?;
    let other = image::join(&image::open_chain(&arguments.other, arguments.other_format).await?)?;
    let bar = progress::bar(0, quiet);
    let look = |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let found = image::compare(one, other, look).await;
    bar.finish_and_clear();
    let Some(at) = found? else {
        println!("the disks hold the same");
        return Ok(Found::Well);
    };
    println!("the disks differ at byte {at}");
    Ok(Found::Wrong)
}
