//! Keys of a seed table.

use crate::{Datum, seed::Error};

use super::size;

/// Keys and values of a table in a seed file; reading one takes it out.
pub struct Fields {
    place: String,
    pub(super) table: toml::Table,
}

impl Fields {
    pub(super) fn new(place: String, table: toml::Table) -> Self {
        Self { place, table }
    }

    /// Returns where the table stands, such as `VM.web-01.disks[0]`, for messages.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Returns whether the key is there.
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Takes a text.
    ///
    /// # Errors
    ///
    /// If the value is something else, here and below.
    pub fn text(&mut self, key: &str) -> Result<Option<String>, Error> {
        self.take(key, "a text", |value| value.as_str().map(str::to_owned))
    }

    /// Takes a text that must be there.
    ///
    /// # Errors
    ///
    /// If it is not.
    pub fn needed_text(&mut self, key: &str) -> Result<String, Error> {
        self.text(key)?.ok_or_else(|| Error::Missing { place: self.place.clone(), key: key.to_owned() })
    }

    /// Takes an integer.
    ///
    /// # Errors
    ///
    /// As [`Fields::text`].
    pub fn int(&mut self, key: &str) -> Result<Option<i64>, Error> {
        self.take(key, "an integer", toml::Value::as_integer)
    }

    /// Takes a truth value.
    ///
    /// # Errors
    ///
    /// As [`Fields::text`].
    pub fn flag(&mut self, key: &str) -> Result<Option<bool>, Error> {
        self.take(key, "true or false", toml::Value::as_bool)
    }

    /// Takes a size in bytes: an integer, or a text such as `20 GiB`.
    ///
    /// # Errors
    ///
    /// As [`Fields::text`].
    pub fn size(&mut self, key: &str) -> Result<Option<i64>, Error> {
        self.take(key, "a size such as `20 GiB`", size::from_toml)
    }

    /// Takes a list of texts; a single text counts as a list of one.
    ///
    /// # Errors
    ///
    /// As [`Fields::text`].
    pub fn texts(&mut self, key: &str) -> Result<Vec<String>, Error> {
        let list = self.take(key, "a list of texts", |value| match value {
            toml::Value::String(one) => Some(vec![one.clone()]),
            toml::Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
            _ => None,
        })?;
        Ok(list.unwrap_or_default())
    }

    /// Takes a map of texts.
    ///
    /// # Errors
    ///
    /// As [`Fields::text`].
    pub fn map(&mut self, key: &str) -> Result<Vec<(String, Datum)>, Error> {
        let map = self.take(key, "a table of texts", |value| {
            let entry = |(key, value): (&String, &toml::Value)| Some((key.clone(), Datum::from(value.as_str()?)));
            value.as_table()?.iter().map(entry).collect()
        })?;
        Ok(map.unwrap_or_default())
    }

    /// Takes a list of tables.
    ///
    /// # Errors
    ///
    /// As [`Fields::text`].
    pub fn tables(&mut self, key: &str) -> Result<Vec<Fields>, Error> {
        let tables: Option<Vec<toml::Table>> = self.take(key, "a list of tables", |value| {
            value.as_array()?.iter().map(|item| item.as_table().cloned()).collect()
        })?;
        let place = |at| format!("{}.{key}[{at}]", self.place);
        Ok(tables.into_iter().flatten().enumerate().map(|(at, table)| Fields::new(place(at), table)).collect())
    }

    /// Fails if a key was not read.
    ///
    /// # Errors
    ///
    /// Names the first such key.
    pub fn finish(&self) -> Result<(), Error> {
        match self.table.keys().next() {
            None => Ok(()),
            Some(key) => Err(Error::UnknownKey { place: self.place.clone(), key: key.clone() }),
        }
    }

    fn take<T>(
        &mut self,
        key: &str,
        expected: &str,
        read: impl FnOnce(&toml::Value) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let Some(value) = self.table.remove(key) else { return Ok(None) };
        read(&value).map(Some).ok_or_else(|| self.wrong_type(key, expected, &value))
    }

    pub(super) fn wrong_type(&self, key: &str, expected: &str, found: &toml::Value) -> Error {
        Error::WrongType {
            place: self.place.clone(),
            key: key.to_owned(),
            expected: expected.to_owned(),
            found: found.to_string(),
        }
    }
}
