//! Exports of a real XAPI, where the recordings are at hand.

use std::{fs, path::PathBuf};

use archive::xva::{ReadOptions, Reader};

#[tokio::test]
async fn records_that_a_real_host_exported_are_read_and_written_as_they_were() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/xapi/traces");
    if !folder.is_dir() {
        eprintln!("skipped: no recordings at `{}`", folder.display());
        return;
    }
    for name in ["422_http_export_metadata.json", "424_http_export_basic_auth.json"] {
        let recorded: serde_json::Value = serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap();
        let body = recorded["response_body"].as_str().unwrap().as_bytes();
        let options = ReadOptions { disks_optional: true, ..Default::default() };
        let mut xva = Reader::open(body, options).await.unwrap();
        assert_eq!(xva.ova().version.export_vsn, 2);
        assert!(xva.ova().vms().count() > 0);
        for vm in xva.ova().of("VM") {
            vm.record::<xapi_types::class::Vm>().unwrap();
        }
        let description = xva.ova().write();
        assert!(xva.next_disk().await.unwrap().is_none());
        assert!(description == body[512..512 + description.len()], "{name}: another description");
    }
}
