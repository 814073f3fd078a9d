//! One-time passwords by time (RFC 6238): SHA-1, six digits, 30 seconds, as the original and usual apps.

use aws_lc_rs::hmac;
use db::User;

/// Seconds of one step.
const STEP: i64 = 30;
/// Steps that a clock may be off.
const SKEW: i64 = 1;

/// Returns whether `otp` is right for `user` now; users who have not set it up need none.
///
/// A secret that cannot be read accepts nothing: the user asked for protection.
pub(super) fn accepts(user: &User, otp: Option<&str>) -> bool {
    let Some(secret) = user.preferences.get("otp").filter(|secret| !secret.is_null()) else { return true };
    let (Some(secret), Some(otp)) = (secret.as_str().and_then(base32), otp) else { return false };
    let now = jiff::Timestamp::now().as_second() / STEP;
    // Every step is computed, whichever fits.
    (now - SKEW..=now + SKEW).fold(false, |right, step| right | same(&code(&secret, step), otp))
}

/// Returns the six digits of a step.
fn code(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[19] & 0xf);
    let number = u32::from_be_bytes([tag[at] & 0x7f, tag[at + 1], tag[at + 2], tag[at + 3]]);
    format!("{:06}", number % 1_000_000)
}

fn same(code: &str, otp: &str) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(code.as_bytes(), otp.trim().as_bytes()).is_ok()
}

/// Reads RFC 4648 base 32, with or without padding, in either case.
fn base32(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for c in text.trim_end_matches('=').bytes() {
        let value = match c.to_ascii_uppercase() {
            c @ b'A'..=b'Z' => c - b'A',
            c @ b'2'..=b'7' => c - b'2' + 26,
            _ => return None,
        };
        bits = (bits << 5 | u32::from(value)) & 0xfff;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).expect("eight bits fit"));
        }
    }
    (!bytes.is_empty()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(preferences: serde_json::Value) -> User {
        User {
            id: "u".to_owned(),
            email: "u".to_owned(),
            permission: "none".to_owned(),
            preferences: preferences.as_object().unwrap().clone(),
            auth_providers: serde_json::Map::new(),
            has_password: true,
        }
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six of its eight digits.
        let secret = b"12345678901234567890";
        for (second, digits) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(code(secret, second / STEP), digits);
        }
        assert_eq!(base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap(), secret);
        assert_eq!(base32("gezdgnbv====").unwrap(), b"12345");
    }

    #[test]
    fn a_user_who_set_it_up_needs_the_code_of_now() {
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        let user = user(serde_json::json!({ "otp": secret }));
        let step = jiff::Timestamp::now().as_second() / STEP;
        assert!(accepts(&user, Some(&code(&base32(secret).unwrap(), step))));
        assert!(!accepts(&user, None));
        assert!(!accepts(&user, Some("")));
        assert!(!accepts(&user, Some(&code(&base32(secret).unwrap(), step - 10))));
    }

    #[test]
    fn a_user_who_did_not_needs_none_and_an_unreadable_secret_accepts_none() {
        assert!(accepts(&user(serde_json::json!({})), None));
        assert!(accepts(&user(serde_json::json!({ "otp": null })), None));
        assert!(!accepts(&user(serde_json::json!({ "otp": "not base 32!" })), Some("000000")));
        assert!(!accepts(&user(serde_json::json!({ "otp": 1 })), Some("000000")));
    }
}
