//! Commands of the project.

use std::{fs, path::Path};

fn main() -> anyhow::Result<()> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/xapi-types/src");
    fs::create_dir_all(src.join("class"))?;
    for (path, text) in xapi_types::generate::files() {
        fs::write(src.join(path), text)?;
    }
    Ok(())
}
