//! What seed files write their own way: ages, and templates that every pool has.

use crate::{
    World,
    seed::{Error, Fields},
};

/// Returns whether the file said that its pool has nothing but what it says (`furnished = false`).
pub(crate) fn is_bare(world: &World) -> bool {
    world.all("pool").next().is_some_and(|pool| world.hidden(pool, "bare").as_bool())
}

/// Takes an age such as `12d`, `6h` or `20m`, in seconds.
///
/// # Errors
///
/// If the value is something else.
pub(crate) fn age(fields: &mut Fields, key: &str) -> Result<Option<i64>, Error> {
    let Some(text) = fields.text(key)? else { return Ok(None) };
    match parse(&text) {
        Some(seconds) => Ok(Some(seconds)),
        None => Err(Error::WrongType {
            place: fields.place().to_owned(),
            key: key.to_owned(),
            expected: "an age such as `12d`, `6h` or `20m`".to_owned(),
            found: text,
        }),
    }
}

fn parse(text: &str) -> Option<i64> {
    let unit = match text.chars().last()? {
        'd' => 86_400,
        'h' => 3_600,
        'm' => 60,
        _ => return None,
    };
    text[..text.len() - 1].parse::<i64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_age_is_a_number_and_a_unit() {
        assert_eq!(super::parse("12d"), Some(1_036_800));
        assert_eq!(super::parse("20m"), Some(1_200));
        assert_eq!(super::parse("soon"), None);
        assert_eq!(super::parse(""), None);
    }
}
