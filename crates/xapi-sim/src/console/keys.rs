//! Keys as RFB names them: keysyms of X11.

/// Returns what a key is called on the screen; nothing for one that only changes others.
pub(super) fn name(keysym: u32) -> Option<String> {
    let named = match keysym {
        0xff08 => "BackSpace",
        0xff09 => "Tab",
        0xff0d | 0xff8d => "Return",
        0xff1b => "Escape",
        0xff50 => "Home",
        0xff51 => "Left",
        0xff52 => "Up",
        0xff53 => "Right",
        0xff54 => "Down",
        0xff55 => "PageUp",
        0xff56 => "PageDown",
        0xff57 => "End",
        0xff63 => "Insert",
        0xffff => "Delete",
        // Shift, Control, Caps Lock, Meta, Alt, Super, Hyper; AltGr.
        0xffe1..=0xffee | 0xfe03 => return None,
        0xffbe..=0xffc9 => return Some(format!("<F{}>", keysym - 0xffbd)),
        0x20..=0x7e | 0xa0..=0xff => return char::from_u32(keysym).map(String::from),
        // Unicode.
        0x0100_0000..=0x0110_ffff => return char::from_u32(keysym - 0x0100_0000).map(String::from),
        _ => return Some(format!("<{keysym:#x}>")),
    };
    Some(format!("<{named}>"))
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn keys_are_letters_or_have_names() {
        for (keysym, expected) in [
            (0x61, Some("a")),
            (0xff0d, Some("<Return>")),
            (0xffbe, Some("<F1>")),
            (0x0100_20ac, Some("€")),
            (0xffe1, None),
        ] {
            assert_eq!(name(keysym).as_deref(), expected, "{keysym:#x}");
        }
    }
}
