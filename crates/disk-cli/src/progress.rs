//! How far it is, on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Makes a bar for so many bytes on standard error: a hidden one if that is no terminal, or none is wanted.
pub(crate) fn bar(total: u64, quiet: bool) -> ProgressBar {
    let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let style = "{wide_bar} {percent:>3} %  {bytes} of {total_bytes}  {binary_bytes_per_sec}  {eta}";
    let bar = ProgressBar::with_draw_target(Some(total), target);
    bar.set_style(ProgressStyle::with_template(style).expect("the template is right"));
    bar
}
