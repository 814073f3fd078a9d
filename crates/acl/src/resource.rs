//! The kinds of resources that privileges are about, and what can be done to each.
//!
//! Source: the tables of the original's access rules, `acl.json` (`v2.resources`), which a test compares with these.

use std::borrow::Cow;

use model::Kind;

/// Kinds of resources with their actions, both sorted. An action with a colon is inside the one before the colon.
pub const RESOURCES: [(&str, &[&str]); 37] = [
    (
        "acl-privilege",
        &["create", "delete", "read", "update", "update:action", "update:effect", "update:resource", "update:selector"],
    ),
    (
        "acl-role",
        &["create", "delete", "read", "update", "update:description", "update:groups", "update:name", "update:users"],
    ),
    ("alarm", &["read"]),
    ("backup-archive", &["read"]),
    ("backup-job", &["read"]),
    ("backup-log", &["read"]),
    (
        "backup-repository",
        &[
            "benchmark",
            "create",
            "forget",
            "read",
            "update",
            "update:enabled",
            "update:name",
            "update:options",
            "update:proxy",
            "update:url",
        ],
    ),
    ("gpuGroup", &["read"]),
    ("group", &["create", "delete", "read", "update", "update:name", "update:users"]),
    (
        "host",
        &[
            "allow-vm",
            "detach",
            "disable",
            "enable",
            "evacuate",
            "export",
            "export:logs",
            "forget",
            "join-pool",
            "migrate-receive",
            "read",
            "reboot",
            "reboot:clean",
            "reboot:smart",
            "restart-toolstack",
            "scan-pifs",
            "shutdown",
            "shutdown:clean",
            "shutdown:emergency",
            "start",
            "update",
            "update:tags",
        ],
    ),
    ("message", &["read"]),
    ("network", &["create", "delete", "read", "update", "update:other_config", "update:tags"]),
    ("pbd", &["plug", "read", "unplug"]),
    ("pci", &["read"]),
    ("pgpu", &["read"]),
    ("pif", &["read", "update", "update:management"]),
    (
        "pool",
        &[
            "add-host",
            "create",
            "create:network",
            "create:vm",
            "emergency-shutdown",
            "read",
            "rolling-reboot",
            "rolling-update",
            "update",
            "update:tags",
        ],
    ),
    ("proxy", &["read"]),
    ("restore-log", &["read"]),
    ("schedule", &["read", "run"]),
    ("server", &["connect", "create", "delete", "disconnect", "read"]),
    ("sm", &["read"]),
    (
        "sr",
        &[
            "create",
            "delete",
            "forget",
            "import",
            "import:vdi",
            "import:vm",
            "migrate-receive",
            "read",
            "reclaim-space",
            "scan",
            "update",
            "update:tags",
        ],
    ),
    ("task", &["abort", "delete", "read"]),
    (
        "user",
        &[
            "create",
            "delete",
            "read",
            "update",
            "update:name",
            "update:password",
            "update:permission",
            "update:preferences",
        ],
    ),
    ("vbd", &["connect", "create", "delete", "disconnect", "read"]),
    (
        "vdi",
        &[
            "boot",
            "create",
            "delete",
            "export-content",
            "import-content",
            "migrate-send",
            "read",
            "update",
            "update:name_description",
            "update:name_label",
            "update:size",
            "update:tags",
        ],
    ),
    ("vdi-snapshot", &["delete", "export", "read", "update", "update:tags"]),
    ("vdi-unmanaged", &["read"]),
    ("vgpu", &["read"]),
    ("vgpuType", &["read"]),
    (
        "vif",
        &[
            "connect",
            "create",
            "delete",
            "disconnect",
            "read",
            "update",
            "update:allowedIpv4Addresses",
            "update:allowedIpv6Addresses",
            "update:lockingMode",
            "update:other_config",
            "update:rateLimit",
            "update:txChecksumming",
        ],
    ),
    (
        "vm",
        &[
            "clone",
            "delete",
            "export",
            "migrate-send",
            "pause",
            "read",
            "reboot",
            "reboot:clean",
            "reboot:hard",
            "resume",
            "revert-snapshot",
            "shutdown",
            "shutdown:clean",
            "shutdown:hard",
            "snapshot",
            "start",
            "suspend",
            "unpause",
            "update",
            "update:PV_args",
            "update:affinityHost",
            "update:autoPoweron",
            "update:blockedOperations",
            "update:coresPerSocket",
            "update:cpuCap",
            "update:cpuMask",
            "update:cpuWeight",
            "update:cpus",
            "update:cpusStaticMax",
            "update:creation",
            "update:datasources",
            "update:expNestedHvm",
            "update:hasVendorDevice",
            "update:highAvailability",
            "update:hvmBootFirmware",
            "update:memory",
            "update:memoryMax",
            "update:memoryMin",
            "update:memoryStaticMax",
            "update:nameDescription",
            "update:nameLabel",
            "update:nestedVirt",
            "update:nicType",
            "update:notes",
            "update:resourceSet",
            "update:secureBoot",
            "update:share",
            "update:startDelay",
            "update:suspendSr",
            "update:tags",
            "update:uefiMode",
            "update:vga",
            "update:videoram",
            "update:viridian",
            "update:virtualizationMode",
            "update:xenStoreData",
        ],
    ),
    ("vm-controller", &["read", "update", "update:tags"]),
    ("vm-snapshot", &["delete", "export", "read", "update", "update:tags"]),
    ("vm-template", &["delete", "export", "instantiate", "read", "update", "update:tags"]),
    ("vtpm", &["read"]),
];

/// Tells whether a privilege may name this action on this kind of resource; `*` is any of them.
pub fn is_action(resource: &str, action: &str) -> bool {
    let found = RESOURCES.iter().find(|(name, _)| *name == resource);
    found.is_some_and(|(_, actions)| action == "*" || actions.contains(&action))
}

/// Returns the action as privileges call it: parameters of operations are written in another way
/// (`update:name_label`, `update:nameLabel`). One that there is not is returned as it is, and only what stands for more
/// than it covers it.
pub fn action_of<'a>(resource: &str, action: &'a str) -> Cow<'a, str> {
    let actions = RESOURCES.iter().find(|(name, _)| *name == resource).map_or(&[][..], |(_, actions)| actions);
    if actions.contains(&action) {
        return action.into();
    }
    let plain = |action: &str| -> String {
        action.chars().filter(|letter| *letter != '_').map(|letter| letter.to_ascii_lowercase()).collect()
    };
    let wanted = plain(action);
    actions.iter().find(|known| plain(known) == wanted).map_or(action.into(), |known| (*known).to_owned().into())
}

/// Returns the resource that objects of a kind are, for privileges; some kinds are none.
pub fn resource_of(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Message => "message",
        Kind::GpuGroup => "gpuGroup",
        Kind::Host => "host",
        Kind::Network => "network",
        Kind::Pbd => "pbd",
        Kind::Pci => "pci",
        Kind::Pgpu => "pgpu",
        Kind::Pif => "pif",
        Kind::Pool => "pool",
        Kind::Sm => "sm",
        Kind::Sr => "sr",
        Kind::Vbd => "vbd",
        Kind::Vdi => "vdi",
        Kind::VdiSnapshot => "vdi-snapshot",
        Kind::VdiUnmanaged => "vdi-unmanaged",
        Kind::Vgpu => "vgpu",
        Kind::VgpuType => "vgpuType",
        Kind::Vif => "vif",
        Kind::Vm => "vm",
        Kind::VmController => "vm-controller",
        Kind::VmSnapshot => "vm-snapshot",
        Kind::VmTemplate => "vm-template",
        Kind::Vtpm => "vtpm",
        Kind::Task | Kind::Patch | Kind::PoolPatch | Kind::Pusb | Kind::Vusb | Kind::UsbGroup | Kind::Bond => {
            return None;
        }
    })
}
