//! Products that a pool can run: which methods and fields they have, and what they call themselves.

use xapi_types::{release::Release, table::Lifetime};

/// A product and its version.
#[derive(Debug)]
pub struct Profile {
    /// Name on the command line.
    pub name: &'static str,
    /// Release of XAPI, in the table's terms.
    pub release: Release,
    /// `host.API_version_major` and `_minor`.
    pub api_version: (i64, i64),
    /// `host.API_version_vendor`.
    pub api_vendor: &'static str,
    /// `host.software_version`, the parts that do not hang on the host.
    pub software_version: &'static [(&'static str, &'static str)],
}

/// XCP-ng 8.3, the default.
pub static XCPNG_8_3: Profile = Profile {
    name: "xcpng-8.3",
    release: Release::new("24.19.2"),
    api_version: (2, 21),
    api_vendor: "XenSource",
    software_version: &[
        ("product_version", "8.3.0"),
        ("product_version_text", "8.3"),
        ("product_version_text_short", "8.3"),
        ("product_brand", "XCP-ng"),
        ("platform_name", "XCP"),
        ("platform_version", "3.4.0"),
        ("build_number", "8.3.0"),
        ("git_id", "0"),
        ("date", "20241003T00:00:00Z"),
        ("xapi", "24.19"),
        ("xapi_build", "24.19.2"),
        ("xen", "4.17.5-3"),
        ("linux", "4.19.0+1"),
        ("xencenter_min", "2.21"),
        ("xencenter_max", "2.21"),
        ("network_backend", "openvswitch"),
        ("db_schema", "5.783"),
        ("dbv", "0.0.1"),
    ],
};

/// XenServer 8.
pub static XENSERVER_8: Profile = Profile {
    name: "xenserver-8",
    release: Release::new("26.1.3"),
    api_version: (2, 21),
    api_vendor: "XenSource",
    software_version: &[
        ("product_version", "8.4.0"),
        ("product_version_text", "8"),
        ("product_version_text_short", "8"),
        ("product_brand", "XenServer"),
        ("platform_name", "XCP"),
        ("platform_version", "3.4.0"),
        ("build_number", "cloud"),
        ("git_id", "0"),
        ("date", "2026-02-16"),
        ("xapi", "26.1"),
        ("xapi_build", "26.1.3"),
        ("xen", "4.17.6-1"),
        ("linux", "4.19.0+1"),
        ("xencenter_min", "2.21"),
        ("xencenter_max", "2.21"),
        ("network_backend", "openvswitch"),
        ("db_schema", "5.793"),
        ("dbv", "0.0.1"),
    ],
};

/// XenServer 7.1.
pub static XENSERVER_7_1: Profile = Profile {
    name: "xenserver-7.1",
    release: Release::new("ely"),
    api_version: (2, 6),
    api_vendor: "XenSource",
    software_version: &[
        ("product_version", "7.1.2"),
        ("product_version_text", "7.1"),
        ("product_version_text_short", "7.1"),
        ("product_brand", "XenServer"),
        ("platform_name", "XCP"),
        ("platform_version", "2.2.0"),
        ("build_number", "137272c"),
        ("hostname", "xenserver"),
        ("date", "2017-02-08"),
        ("xapi", "1.14"),
        ("xen", "4.7.6"),
        ("linux", "4.4.0+10"),
        ("xencenter_min", "2.6"),
        ("xencenter_max", "2.7"),
        ("network_backend", "openvswitch"),
        ("db_schema", "5.124"),
        ("dbv", "2017.0206"),
    ],
};

/// XenServer 7.0.
pub static XENSERVER_7_0: Profile = Profile {
    name: "xenserver-7.0",
    release: Release::new("dundee"),
    api_version: (2, 5),
    api_vendor: "XenSource",
    software_version: &[
        ("product_version", "7.0.0"),
        ("product_version_text", "7.0"),
        ("product_version_text_short", "7.0"),
        ("product_brand", "XenServer"),
        ("platform_name", "XCP"),
        ("platform_version", "2.1.0"),
        ("build_number", "125380c"),
        ("hostname", "xenserver"),
        ("date", "2016-05-20"),
        ("xapi", "1.9"),
        ("xen", "4.6.1"),
        ("linux", "3.10.0+10"),
        ("xencenter_min", "2.5"),
        ("xencenter_max", "2.6"),
        ("network_backend", "openvswitch"),
        ("dbv", "2016.0511"),
    ],
};

/// Everything that is in the class table; what the recorded traffic was recorded from.
pub static NEWEST: Profile = Profile {
    name: "newest",
    release: Release::new("9999.0.0"),
    api_version: (2, 23),
    api_vendor: "XenSource",
    software_version: XCPNG_8_3.software_version,
};

/// Operations that `allowed_operations` may list, each with the first release that knows its name;
/// the class table has no such dates. Those of a method or field are as old as that.
static OPERATIONS: &[(&str, Release)] = &[
    ("enable_cbt", Release::new("inverness")),
    ("disable_cbt", Release::new("inverness")),
    ("data_destroy", Release::new("inverness")),
    ("list_changed_blocks", Release::new("inverness")),
    ("vdi_enable_cbt", Release::new("inverness")),
    ("vdi_disable_cbt", Release::new("inverness")),
    ("vdi_data_destroy", Release::new("inverness")),
    ("vdi_list_changed_blocks", Release::new("inverness")),
    ("cluster_create", Release::new("lima")),
    ("changing_NVRAM", Release::new("naples")),
    ("tls_verification_enable", Release::new("1.290.0")),
    ("cert_refresh", Release::new("1.290.0")),
    ("exchange_certificates_on_join", Release::new("1.290.0")),
    ("exchange_ca_certificates_on_join", Release::new("1.290.0")),
    ("copy_primary_host_certs", Release::new("1.290.0")),
    ("configure_repositories", Release::new("1.301.0")),
    ("get_updates", Release::new("1.301.0")),
    ("apply_updates", Release::new("1.301.0")),
    ("sync_updates", Release::new("1.329.0")),
    ("create_vtpm", Release::new("22.26.0")),
    ("sysprep", Release::new("25.24.0")),
];

/// All profiles.
pub static ALL: [&Profile; 5] = [&XCPNG_8_3, &XENSERVER_8, &XENSERVER_7_1, &XENSERVER_7_0, &NEWEST];

impl Profile {
    /// Returns the profile `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.into_iter().find(|profile| profile.name == name)
    }

    /// Returns whether the product knows of what has this lifetime, be it withdrawn.
    pub fn has(&self, lifetime: &Lifetime) -> bool {
        lifetime.known_to(self.release)
    }

    /// Lists operations whose names the product does not know yet.
    pub(crate) fn unknown_operations(&self) -> Vec<&'static str> {
        OPERATIONS.iter().filter(|(_, since)| *since > self.release).map(|(operation, _)| *operation).collect()
    }

    /// Returns whether the product has withdrawn it.
    pub fn withdrew(&self, lifetime: &Lifetime) -> bool {
        lifetime.removed_in(self.release)
    }
}
