//! What hosts are asked for.

use std::time::Duration;

use super::Granularity;

/// What a host is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum What {
    /// What clients are shown of one object.
    Shown(Granularity),
    /// The use of processors, which lists show of many.
    Load,
}

impl What {
    /// All that there is.
    pub(super) const ALL: [Self; 5] = [
        Self::Shown(Granularity::Seconds),
        Self::Shown(Granularity::Minutes),
        Self::Shown(Granularity::Hours),
        Self::Shown(Granularity::Days),
        Self::Load,
    ];

    /// Returns how far values are apart.
    pub(super) fn granularity(self) -> Granularity {
        match self {
            Self::Shown(granularity) => granularity,
            Self::Load => Granularity::Seconds,
        }
    }

    /// Returns how old an answer may be after which there is nothing new yet.
    pub(super) fn age(self) -> Duration {
        Duration::from_secs(self.granularity().interval().into())
    }

    /// Returns which columns of a host's answer are kept, given `host` or `vm` and the name.
    pub(super) fn keeps(self) -> fn(&str, &str) -> bool {
        match self {
            Self::Shown(_) => is_shown,
            Self::Load => |kind, name| matches!(kind, "vm" | "host") && is_cpu(name),
        }
    }
}

/// Returns whether clients are shown a column; the others, half of them, are not kept.
pub(super) fn is_shown(kind: &str, name: &str) -> bool {
    let begins: &[&str] = match kind {
        "vm" => &["cpu", "memory", "runstate_", "vif_", "vbd_xvd"],
        "host" => &[
            "cpu",
            "loadavg",
            "memory_free_kib",
            "memory_total_kib",
            "pif_eth",
            "iops_read_",
            "iops_write_",
            "io_throughput_read_",
            "io_throughput_write_",
            "read_latency_",
            "write_latency_",
            "iowait_",
        ],
        _ => &[],
    };
    let is_used = !name.contains('-') && (kind == "host" || !name.contains("_io_throughput_"));
    is_used && begins.iter().any(|begin| name.starts_with(begin))
}

/// Returns whether a column is the use of one processor.
pub(super) fn is_cpu(name: &str) -> bool {
    let number = name.strip_prefix("cpu");
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}
