//! Pools with room for something.

use app::{Cx, model::Kind};
use op::{Context, Error, Level, Op, Result, Spec};
use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Largest compiled form of a pattern, in bytes; one for names takes a few thousand.
const LARGEST: usize = 1 << 20;

/// List the pools that have a host and a storage repository as wanted; only those that the caller may see.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListPoolsMatchingCriteria {
    /// Least free memory of a host, in bytes.
    #[schemars(range(min = 0))]
    min_available_host_memory: Option<f64>,
    /// Least free space of a storage repository, in bytes.
    #[schemars(range(min = 0))]
    min_available_sr_size: Option<f64>,
    /// Least number of processors of the host.
    #[schemars(range(min = 0))]
    min_host_cpus: Option<f64>,
    /// Oldest version of the host's product, such as `8.3`.
    min_host_version: Option<String>,
    /// Pattern that the name of the pool contains.
    pool_name_reg_exp: Option<String>,
    /// Pattern that the name of the storage repository contains.
    sr_name_reg_exp: Option<String>,
}

/// A pool that is as wanted.
#[derive(Serialize, JsonSchema)]
pub(super) struct Found {
    /// Id of the pool.
    id: String,
}

#[derive(Deserialize)]
struct Host {
    memory: Memory,
    cpus: Cpus,
    version: Option<String>,
}

#[derive(Deserialize)]
struct Memory {
    size: f64,
    usage: f64,
}

#[derive(Deserialize)]
struct Cpus {
    cores: Option<f64>,
}

#[derive(Deserialize)]
struct Sr {
    name_label: String,
    size: f64,
    physical_usage: f64,
}

impl Op<Cx> for ListPoolsMatchingCriteria {
    type Output = Vec<Found>;
    const SPEC: Spec = Spec::signed_in("pool.listPoolsMatchingCriteria");
    async fn run(self, cx: Cx) -> Result<Vec<Found>> {
        let pool_name = pattern("poolNameRegExp", self.pool_name_reg_exp.as_deref())?;
        let sr_name = pattern("srNameRegExp", self.sr_name_reg_exp.as_deref())?;
        let version = self.min_host_version.as_deref().map(|text| parts("minHostVersion", text)).transpose()?;
        let host_fits = |host: Host| {
            let known = host.version.as_deref().and_then(|text| parts("version", text).ok());
            at_least(host.memory.size - host.memory.usage, self.min_available_host_memory)
                && at_least(host.cpus.cores.unwrap_or(0.0), self.min_host_cpus)
                && version.as_ref().is_none_or(|least| known.is_some_and(|known| known >= *least))
        };
        let sr_fits = |sr: Sr| {
            sr_name.as_ref().is_none_or(|pattern| pattern.is_match(&sr.name_label))
                && at_least(sr.size - sr.physical_usage, self.min_available_sr_size)
        };
        let wants_host = self.min_available_host_memory.is_some() || self.min_host_cpus.is_some() || version.is_some();
        let wants_sr = sr_name.is_some() || self.min_available_sr_size.is_some();
        let objects = cx.app.store().snapshot();
        let fits = |pool: &app::Object| {
            let of = |kind: Kind| objects.of_pool(pool.pool().as_str()).filter(move |object| object.kind() == kind);
            let name = pool.text("name_label").unwrap_or_default();
            pool_name.as_ref().is_none_or(|pattern| pattern.is_match(&name))
                && (!wants_host || of(Kind::Host).any(|host| host.decode().is_ok_and(host_fits)))
                && (!wants_sr || of(Kind::Sr).any(|sr| sr.decode().is_ok_and(&sr_fits)))
        };
        let seen = |pool: &app::Object| {
            let known = op::Object { id: pool.id().to_owned(), kind: pool.kind().name() };
            cx.admin() || cx.allowed(Level::View, "read", &known)
        };
        let pools = objects.of_kind(Kind::Pool).filter(|pool| seen(pool) && fits(pool));
        Ok(pools.map(|pool| Found { id: pool.id().to_owned() }).collect())
    }
}

fn at_least(has: f64, least: Option<f64>) -> bool {
    least.is_none_or(|least| has >= least)
}

fn pattern(param: &str, text: Option<&str>) -> Result<Option<Regex>> {
    let compile = |text| regex::RegexBuilder::new(text).size_limit(LARGEST).build();
    text.map(compile).transpose().map_err(|error| Error::invalid(format!("`{param}` is no pattern: {error}")))
}

/// Reads the numbers of a version; what follows the last one, such as `-beta`, does not count.
fn parts(param: &str, text: &str) -> Result<Vec<u64>> {
    let number = |part: &str| part.split(|letter: char| !letter.is_ascii_digit()).next().unwrap_or_default().parse();
    let parts: std::result::Result<Vec<u64>, _> = text.trim().split('.').map(number).collect();
    parts.map_err(|_| Error::invalid(format!("`{param}` is no version such as `8.3.0`: `{text}`")))
}
