//! Any text as a descriptor of either kind; what is read can be written, and is then read the same.
#![no_main]

use archive::{ovf::Ovf, xva::Ova};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(ovf) = Ovf::parse(bytes) {
        // Control characters are left out, so that not all is the same at once.
        if let Ok(again) = Ovf::parse(ovf.write().as_bytes()) {
            assert_eq!(again.vms.len(), ovf.vms.len());
        }
    }
    if let Ok(ova) = Ova::parse(bytes) {
        let again = Ova::parse(&ova.write()).expect("what is written is read");
        assert_eq!(again.objects.len(), ova.objects.len());
    }
});
