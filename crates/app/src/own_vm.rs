//! The VM that this server runs in: hosts move it like any other, and whoever shuts it down ends the server.

use std::path::Path;

use crate::App;

/// Where Xen tells a guest its own id.
const TOLD: &str = "/sys/hypervisor/uuid";
/// What it tells the domain that manages a host, and no guest.
const NONE: &str = "00000000-0000-0000-0000-000000000000";

impl App {
    /// Returns the id of the VM that this server runs in, if it runs in one of Xen's.
    pub fn own_vm(&self) -> Option<String> {
        self.config().own_vm.clone().or_else(|| told(Path::new(TOLD)))
    }
}

fn told(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let id = text.trim().to_ascii_lowercase();
    (!id.is_empty() && id != NONE).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_is_told_its_id_and_others_are_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("uuid");
        assert_eq!(told(&path), None);
        std::fs::write(&path, "89F92D7A-3ba6-8fca-6da8-77f1cc37e90d\n").expect("written");
        assert_eq!(told(&path).as_deref(), Some("89f92d7a-3ba6-8fca-6da8-77f1cc37e90d"));
        std::fs::write(&path, NONE).expect("written");
        assert_eq!(told(&path), None);
    }
}
