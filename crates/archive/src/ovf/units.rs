//! Units of OVF: `byte * 2^20`, and the words that writers used before.

/// Returns how many bytes one of a unit is.
pub(super) fn bytes(unit: &str) -> Option<u64> {
    let unit: String = unit.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    let power = |exponent: u32| Some(1 << exponent);
    match unit.as_str() {
        "byte" | "bytes" | "b" => return Some(1),
        "kilobyte" | "kilobytes" | "kb" | "kib" => return power(10),
        "megabyte" | "megabytes" | "mb" | "mib" => return power(20),
        "gigabyte" | "gigabytes" | "gb" | "gib" => return power(30),
        "terabyte" | "terabytes" | "tb" | "tib" => return power(40),
        _ => {}
    }
    let factors = unit.strip_prefix("byte")?.strip_prefix('*')?;
    factors.split('*').try_fold(1_u64, |product, factor| {
        let factor = match factor.split_once('^') {
            Some((base, exponent)) => base.parse::<u64>().ok()?.checked_pow(exponent.parse().ok()?)?,
            None => factor.parse().ok()?,
        };
        product.checked_mul(factor)
    })
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn units_are_products_of_powers_or_words() {
        for (unit, expected) in [
            ("byte", Some(1)),
            ("byte * 2^20", Some(1 << 20)),
            ("byte*2^30", Some(1 << 30)),
            ("byte * 1024 * 2^10", Some(1 << 20)),
            ("byte * 10^9", Some(1_000_000_000)),
            ("MegaBytes", Some(1 << 20)),
            ("GB", Some(1 << 30)),
            ("byte * 2^64", None),
            ("byte * 2^99999999999", None),
            ("byte *", None),
            ("hertz * 10^6", None),
            ("", None),
        ] {
            assert_eq!(bytes(unit), expected, "{unit}");
        }
    }
}
