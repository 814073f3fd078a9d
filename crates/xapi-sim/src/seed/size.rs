//! Sizes in seed files.

/// Reads an integer, or a text such as `20 GiB`, as bytes.
pub(super) fn from_toml(value: &toml::Value) -> Option<i64> {
    match value {
        toml::Value::Integer(bytes) => Some(*bytes),
        toml::Value::String(text) => parse(text),
        _ => None,
    }
}

/// Reads `20 GiB`.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let (number, unit) = text.trim().split_once(' ')?;
    let shift = match unit {
        "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        "TiB" => 40,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_size_is_a_number_and_a_binary_unit() {
        assert_eq!(parse("20 GiB"), Some(21_474_836_480));
        assert_eq!(parse("1 B"), Some(1));
        assert_eq!(parse("20GB"), None);
        assert_eq!(parse("9000000000 TiB"), None);
    }
}
