//! Who uses most.

use app::{
    Frame,
    model::{Number, Object},
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::stats::numbered;

/// How many of those who use most are told.
const PLACES: usize = 5;

/// Use of processors.
#[derive(Serialize, JsonSchema)]
pub(super) struct Cpu {
    /// Name.
    name_label: String,
    /// Id.
    id: String,
    /// Use of all its processors, percent.
    #[schemars(with = "f64")]
    percent: Number,
}

/// Use of memory of a VM.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ram {
    /// Name.
    #[serde(rename = "name_label")]
    name: String,
    /// Id.
    id: String,
    /// Use, percent.
    #[schemars(with = "f64")]
    percent: Number,
    /// What it has, bytes.
    #[schemars(with = "f64")]
    memory: Number,
    /// What of that is free, bytes.
    #[schemars(with = "f64")]
    memory_free: Number,
}

/// Keeps the first few by percent.
pub(super) fn first<T>(mut all: Vec<T>, percent: impl Fn(&T) -> Number) -> Vec<T> {
    let value = |one: &T| percent(one).get().unwrap_or_default();
    all.sort_by(|one, other| value(other).total_cmp(&value(one)));
    all.truncate(PLACES);
    all
}

impl Cpu {
    /// Reads the last values of what is measured of an object; nothing where nothing is.
    pub(super) fn of(frame: &Frame, object: &Object) -> Option<Self> {
        let columns = frame.of(object.id()).iter().filter(|column| numbered(&column.name, "cpu").is_some());
        let (count, sum) = columns
            .filter_map(|column| last(&column.values))
            .fold((0.0, 0.0), |(count, sum), value| (count + 1.0, sum + value));
        let percent = (count > 0.0).then(|| Number::from(sum / count * 100.0))?;
        Some(Self { name_label: name(object), id: object.id().to_owned(), percent })
    }

    pub(super) fn percent(&self) -> Number {
        self.percent
    }
}

impl Ram {
    /// Reads the last values of what is measured of a VM; nothing where its agent does not tell what is free.
    pub(super) fn of(frame: &Frame, vm: &Object) -> Option<Self> {
        let value = |name: &str| {
            let column = frame.of(vm.id()).iter().find(|column| &*column.name == name)?;
            last(&column.values)
        };
        let memory = value("memory").filter(|memory| *memory > 0.0)?;
        // Guests tell KiB.
        let free = value("memory_internal_free")? * 1024.0;
        Some(Self {
            name: name(vm),
            id: vm.id().to_owned(),
            percent: Number::from((memory - free).max(0.0) / memory * 100.0),
            memory: Number::from(memory),
            memory_free: Number::from(free),
        })
    }

    pub(super) fn percent(&self) -> Number {
        self.percent
    }
}

fn last(values: &[f64]) -> Option<f64> {
    values.iter().rev().copied().find(|value| value.is_finite())
}

fn name(object: &Object) -> String {
    object.text("name_label").unwrap_or_default()
}
