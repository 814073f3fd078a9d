//! Numbers of bytes for people.

/// Returns a number of bytes as people write it: `1.5 GiB (1610612736)`.
pub(crate) fn human(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let Some(power) = bytes.checked_ilog2().map(|log| log / 10).filter(|power| *power > 0) else {
        return format!("{bytes} bytes");
    };
    let unit = UNITS[power as usize - 1];
    let tenths = (u128::from(bytes) * 10) >> (10 * power);
    let number = if tenths % 10 == 0 { format!("{}", tenths / 10) } else { format!("{}.{}", tenths / 10, tenths % 10) };
    format!("{number} {unit} ({bytes})")
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_are_short_and_exact() {
        let cases = [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (1 << 20, "1 MiB (1048576)"),
            (1_610_612_736, "1.5 GiB (1610612736)"),
        ];
        for (bytes, text) in cases {
            assert_eq!(super::human(bytes), text);
        }
        assert!(super::human(u64::MAX).starts_with("15.9 EiB"));
    }
}
