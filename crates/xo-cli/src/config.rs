//! What the client remembers: the registered server and its token, in `$XDG_CONFIG_HOME/xo-cli/config.json`.
//!
//! The keys are those of the original, so that either client finds what the other registered. Only a token is kept,
//! never a password, and only the owner may read the file.

use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::Failure;

/// Contents of the file; keys that we do not know are kept as they are.
#[derive(Debug, Default)]
pub(crate) struct Config {
    path: PathBuf,
    entries: Map<String, Value>,
}

impl Config {
    const SERVER: &str = "server";
    const TOKEN: &str = "token";
    const ALLOW_UNAUTHORIZED: &str = "allowUnauthorized";
    const CLIENT_ID: &str = "clientId";

    /// Reads the file; a missing one is empty.
    pub(crate) fn load() -> Result<Self, Failure> {
        Self::load_from(file()?)
    }

    fn load_from(path: PathBuf) -> Result<Self, Failure> {
        let entries = match std::fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| {
                Failure::Usage(format!("`{}` is damaged: {error}; mend or remove it", path.display()))
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Map::new(),
            Err(error) => return Err(Failure::Usage(format!("cannot read `{}`: {error}", path.display()))),
        };
        Ok(Self { path, entries })
    }

    /// Returns the registered server's URL and token.
    pub(crate) fn server(&self) -> Option<(&str, &str)> {
        Some((self.entries.get(Self::SERVER)?.as_str()?, self.entries.get(Self::TOKEN)?.as_str()?))
    }

    pub(crate) fn allow_unauthorized(&self) -> bool {
        self.entries.get(Self::ALLOW_UNAUTHORIZED) == Some(&Value::Bool(true))
    }

    /// Returns the name under which this client asks for tokens, so that registering again replaces the old one; made
    /// up at the first call.
    pub(crate) fn client_id(&mut self) -> String {
        if let Some(Value::String(id)) = self.entries.get(Self::CLIENT_ID) {
            return id.clone();
        }
        let id = format!("{:011x}", rand::random::<u64>() >> 20);
        self.entries.insert(Self::CLIENT_ID.into(), id.clone().into());
        id
    }

    pub(crate) fn register(&mut self, server: &str, token: &str, allow_unauthorized: bool) {
        self.entries.insert(Self::SERVER.into(), server.into());
        self.entries.insert(Self::TOKEN.into(), token.into());
        if allow_unauthorized {
            self.entries.insert(Self::ALLOW_UNAUTHORIZED.into(), true.into());
        } else {
            self.entries.shift_remove(Self::ALLOW_UNAUTHORIZED);
        }
    }

    pub(crate) fn unregister(&mut self) {
        for key in [Self::SERVER, Self::TOKEN, Self::ALLOW_UNAUTHORIZED] {
            self.entries.shift_remove(key);
        }
    }

    /// Writes the file whole or not at all, readable by its owner only.
    pub(crate) fn save(&self) -> Result<(), Failure> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        self.write(folder).map_err(|error| Failure::Usage(format!("cannot write `{}`: {error}", self.path.display())))
    }

    fn write(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut file = tempfile::Builder::new()
            .prefix(".config.")
            .permissions(std::fs::Permissions::from_mode(0o600))
            .tempfile_in(folder)?;
        serde_json::to_writer_pretty(&mut file, &self.entries)?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        Ok(())
    }
}

fn file() -> Result<PathBuf, Failure> {
    // A relative path is not valid there, says the XDG specification.
    let folder = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = match folder {
        Some(folder) => folder,
        None => std::env::home_dir()
            .filter(|home| home.is_absolute())
            .ok_or_else(|| Failure::Usage("no home folder; set HOME or XDG_CONFIG_HOME".into()))?
            .join(".config"),
    };
    Ok(folder.join("xo-cli/config.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_registered_is_found_again_by_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/xo-cli/config.json");
        let mut config = Config::load_from(path.clone()).unwrap();
        assert_eq!(config.server(), None);
        let id = config.client_id();
        config.register("https://xo/", "t", true);
        config.save().unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

        let mut config = Config::load_from(path.clone()).unwrap();
        assert_eq!((config.server(), config.allow_unauthorized()), (Some(("https://xo/", "t")), true));
        assert_eq!(config.client_id(), id);
        config.unregister();
        config.save().unwrap();
        assert_eq!(Config::load_from(path).unwrap().server(), None);
    }

    #[test]
    fn a_file_of_the_original_is_understood_and_its_other_keys_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        std::fs::write(&path, r#"{"clientId":"abc","server":"http://xo","token":"t","other":[1]}"#).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let mut config = Config::load_from(path.clone()).unwrap();
        assert_eq!(config.client_id(), "abc");
        config.register("http://yo", "u", false);
        config.save().unwrap();
        let text: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(text, serde_json::json!({ "clientId": "abc", "server": "http://yo", "token": "u", "other": [1] }));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        std::fs::write(&path, "{").unwrap();
        let error = Config::load_from(path.clone()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("`{}` is damaged: EOF", path.display())), "{error}");
    }
}
