//! What is written from the operation table and committed.

use std::{fs, path::Path};

/// Compares a committed file with what the table gives, or writes it when `XO_GEN` is set.
pub(crate) fn check(file: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    if std::env::var_os("XO_GEN").is_some() {
        fs::create_dir_all(path.parent().expect("it has one")).expect("the checkout can be written");
        fs::write(&path, expected).expect("the checkout can be written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "{file} is stale; run `cargo xtask gen`");
}

#[test]
fn generated_list_of_methods_is_current() {
    let listing = serde_json::to_string_pretty(&xo_server::ops().methods_info()).expect("it is JSON");
    check("api/methods.json", &(listing + "\n"));
}

#[test]
fn generated_openapi_document_is_current() {
    let document = serde_json::to_string_pretty(&serve::openapi(&xo_server::ops())).expect("it is JSON");
    check("api/openapi.json", &(document + "\n"));
}

#[test]
fn generated_types_of_the_web_client_are_current() {
    check("web/src/api/schema.ts", &xo_server::ops().typescript());
}
