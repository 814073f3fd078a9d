//! Statistics as clients get them: names, units and shape are those of the original.
//!
//! Hosts count in fractions, KiB, MiB and µs; clients get percents, bytes and ms, as each list says.

mod subscribe_load;

use std::collections::BTreeMap;

use app::{Column, Cx, Frame, Granularity, model::Number};
use op::Ops;
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<subscribe_load::SubscribeLoad>();
}

/// Statistics of one object.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer<T> {
    /// When the last value ends, seconds since the epoch by the clock of the host.
    pub(crate) end_timestamp: i64,
    /// Seconds from one value to the next.
    pub(crate) interval: i64,
    /// Values, oldest first; lists end at the same time.
    pub(crate) stats: T,
}

impl<T: Default> Answer<T> {
    /// Makes an answer of what a host told about `uuid`; `take` puts each column where it belongs.
    pub(crate) fn of(frame: &Frame, granularity: Granularity, uuid: &str, take: impl Fn(&mut T, &str, &[f64])) -> Self {
        let mut stats = T::default();
        for Column { name, values } in frame.of(uuid) {
            take(&mut stats, name, values);
        }
        Self { end_timestamp: frame.end, interval: granularity.step(), stats }
    }
}

/// Values, oldest first; `null` where there is none.
#[derive(Default, Serialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct Values(#[schemars(with = "Vec<Option<f64>>")] Vec<Number>);

/// Values by number or name.
pub(crate) type ByName = BTreeMap<String, Values>;

impl Values {
    /// Takes values as they are.
    pub(crate) fn new(values: &[f64]) -> Self {
        Self::each(values, |value| value)
    }

    /// Makes percents of fractions.
    pub(crate) fn percents(values: &[f64]) -> Self {
        Self::each(values, |value| value * 100.0)
    }

    /// Makes bytes of KiB.
    pub(crate) fn kib(values: &[f64]) -> Self {
        Self::each(values, |value| value * 1024.0)
    }

    /// Makes bytes of MiB.
    pub(crate) fn mib(values: &[f64]) -> Self {
        Self::each(values, |value| value * 1_048_576.0)
    }

    /// Makes ms of µs.
    pub(crate) fn thousandths(values: &[f64]) -> Self {
        Self::each(values, |value| value / 1000.0)
    }

    fn each(values: &[f64], convert: impl Fn(f64) -> f64) -> Self {
        Self(values.iter().map(|value| Number::from(convert(*value))).collect())
    }
}

/// Values of what is read and what is written.
#[derive(Default, Serialize, JsonSchema)]
pub(crate) struct ReadWrite {
    /// Read.
    pub(crate) r: ByName,
    /// Written.
    pub(crate) w: ByName,
}

/// Values of what is received and what is sent.
#[derive(Default, Serialize, JsonSchema)]
pub(crate) struct ReceiveSend {
    /// Received.
    pub(crate) rx: ByName,
    /// Sent.
    pub(crate) tx: ByName,
}

/// Returns the number that follows `begin` in a name that ends with it.
pub(crate) fn numbered<'n>(name: &'n str, begin: &str) -> Option<&'n str> {
    name.strip_prefix(begin).filter(|rest| is_number(rest))
}

/// Returns whether a part of a name is a number.
pub(crate) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Puts values into a list that may not be there yet.
pub(crate) fn put(list: &mut Option<ByName>, name: &str, values: Values) {
    list.get_or_insert_default().insert(name.to_owned(), values);
}
