//! The description: what machines an archive has, and what belongs to them.

use std::collections::HashSet;

use compact_str::CompactString;
use xapi_types::{Class, Value, xml};

use super::CHECKSUMS_SINCE;
use crate::Fault;

/// Most objects in a description: an export of a whole pool's records has some ten thousand.
const MOST_OBJECTS: usize = 200_000;

/// What an archive has: the content of `ova.xml`.
#[derive(Clone, Debug, PartialEq)]
pub struct Ova {
    /// Who wrote it.
    pub version: Version,
    /// Machines and what belongs to them, in the order of the archive.
    pub objects: Vec<Object>,
}

/// Who wrote an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Name of the host.
    pub hostname: CompactString,
    /// When: `2024-01-31`, or the basic form of ISO 8601.
    pub date: CompactString,
    /// Version of the host's software, such as `8.3.0`.
    pub product_version: CompactString,
    /// Whose software, such as `XCP-ng`.
    pub product_brand: CompactString,
    /// Build of the software.
    pub build_number: CompactString,
    /// Version of XAPI's database of objects; a host reads none that is newer than its own.
    pub xapi_major: i64,
    /// Second part of that version.
    pub xapi_minor: i64,
    /// Version of the format; since 2 checksums follow their blocks.
    pub export_vsn: i64,
}

/// An object of the archive.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Its class as XAPI writes it, such as `VM`.
    pub class: CompactString,
    /// Its name in the archive, such as `Ref:4`; other objects refer to it by this.
    pub id: CompactString,
    /// Its record. References are such names, or null where they lead out of the archive.
    pub snapshot: Value,
}

/// A disk of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk {
    /// Its name in the archive, such as `Ref:4`.
    pub id: CompactString,
    /// Uuid that it had.
    pub uuid: CompactString,
    /// Name.
    pub name_label: CompactString,
    /// Size, in bytes.
    pub virtual_size: u64,
    /// Whether its content has to be in the archive: a machine has it as a disk, and not from a library of images.
    pub required: bool,
}

/// A machine of an archive, with the names of what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vm<'a> {
    /// Its name in the archive, such as `Ref:0`.
    pub id: &'a str,
    /// Uuid that it had.
    pub uuid: &'a str,
    /// Name.
    pub name_label: &'a str,
    /// Whether it is a template.
    pub is_a_template: bool,
    /// Whether it is a snapshot.
    pub is_a_snapshot: bool,
    /// Names in the archive of its drives (`VBD`).
    pub vbds: Vec<&'a str>,
    /// Names in the archive of its network interfaces (`VIF`).
    pub vifs: Vec<&'a str>,
}

// === impl Ova ===

impl Ova {
    /// Reads a description.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words.
    pub fn parse(document: &[u8]) -> Result<Self, Fault> {
        let text = std::str::from_utf8(document)
            .map_err(|error| wrong(format!("byte {} is no UTF-8", error.valid_up_to())))?;
        let mut value = xml::parse_value(text.trim_end_matches('\0')).map_err(|error| wrong(chain(&error)))?;
        let version = value.take("version").ok_or_else(|| wrong("it has no `version`"))?;
        let objects = value.take("objects").ok_or_else(|| wrong("it has no `objects`"))?;
        let Value::Array(objects) = objects else { return Err(wrong("`objects` is no list")) };
        if objects.len() > MOST_OBJECTS {
            return Err(wrong(format!("it has more than {MOST_OBJECTS} objects")));
        }
        let objects = objects.into_iter().enumerate().map(|(at, object)| Object::parse(at, object));
        let ova = Self { version: Version::parse(&version)?, objects: objects.collect::<Result<_, _>>()? };
        let mut ids = HashSet::with_capacity(ova.objects.len());
        if let Some(twice) = ova.objects.iter().find(|object| !ids.insert(&object.id)) {
            return Err(wrong(format!("two objects are called `{}`", twice.id.escape_debug())));
        }
        ova.disks()?;
        Ok(ova)
    }

    /// Writes the description as hosts do.
    pub fn write(&self) -> Vec<u8> {
        let objects = self.objects.iter().map(|object| {
            Value::structure([
                ("class", Value::String(object.class.clone())),
                ("id", Value::String(object.id.clone())),
                ("snapshot", object.snapshot.clone()),
            ])
        });
        let objects = Value::Array(objects.collect());
        xml::write_value(&Value::structure([("version", self.version.value()), ("objects", objects)]))
    }

    /// Returns the objects of a class, such as `VM`.
    pub fn of<'a>(&'a self, class: &'a str) -> impl Iterator<Item = &'a Object> {
        self.objects.iter().filter(move |object| object.class == class)
    }

    /// Returns the object with this name in the archive.
    pub fn get(&self, id: &str) -> Option<&Object> {
        self.objects.iter().find(|object| object.id == id)
    }

    /// Returns the machines, snapshots among them.
    pub fn vms(&self) -> impl Iterator<Item = Vm<'_>> {
        self.of("VM").map(|vm| Vm {
            id: &vm.id,
            uuid: vm.text("uuid"),
            name_label: vm.text("name_label"),
            is_a_template: vm.is("is_a_template"),
            is_a_snapshot: vm.is("is_a_snapshot"),
            vbds: vm.links("VBDs").collect(),
            vifs: vm.links("VIFs").collect(),
        })
    }

    /// Returns the disks in the order in which an archive has their blocks.
    ///
    /// # Errors
    ///
    /// If one has no size.
    pub fn disks(&self) -> Result<Vec<Disk>, Fault> {
        let libraries: HashSet<&str> =
            self.of("SR").filter(|sr| sr.text("content_type") == "iso").map(|sr| sr.id.as_str()).collect();
        let attached: HashSet<&str> =
            self.of("VBD").filter(|vbd| vbd.text("type") == "Disk").filter_map(|vbd| vbd.link("VDI")).collect();
        let disk = |vdi: &Object| {
            let size = vdi.snapshot.get("virtual_size").and_then(Value::as_int);
            let size = size.and_then(|size| u64::try_from(size).ok());
            Ok(Disk {
                id: vdi.id.clone(),
                uuid: vdi.text("uuid").into(),
                name_label: vdi.text("name_label").into(),
                virtual_size: size.ok_or_else(|| wrong(format!("the disk `{}` has no size", vdi.id.escape_debug())))?,
                required: attached.contains(vdi.id.as_str())
                    && !vdi.link("SR").is_some_and(|sr| libraries.contains(sr)),
            })
        };
        let mut disks = self.of("VDI").map(disk).collect::<Result<Vec<_>, _>>()?;
        disks.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(disks)
    }
}

impl Object {
    /// Makes an object.
    pub fn new(class: &str, id: impl Into<CompactString>, snapshot: Value) -> Self {
        Self { class: class.into(), id: id.into(), snapshot }
    }

    fn parse(at: usize, mut object: Value) -> Result<Self, Fault> {
        let mut text = |field: &str| match object.take(field) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text),
            _ => Err(wrong(format!("object {at} has no `{field}`"))),
        };
        let (class, id) = (text("class")?, text("id")?);
        match object.take("snapshot") {
            Some(snapshot @ Value::Struct(_)) => Ok(Self { class, id, snapshot }),
            _ => Err(wrong(format!("the object `{}` has no record", id.escape_debug()))),
        }
    }

    /// Returns a field that is a text, empty if there is none.
    pub fn text(&self, field: &str) -> &str {
        self.snapshot.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// Returns a field that is a truth value; no if there is none.
    pub fn is(&self, field: &str) -> bool {
        match self.snapshot.get(field) {
            Some(Value::Bool(value)) => *value,
            Some(Value::String(text)) => text == "true" || text == "1",
            _ => false,
        }
    }

    /// Returns the name of the object that a field refers to.
    pub fn link(&self, field: &str) -> Option<&str> {
        Some(self.text(field)).filter(|id| !is_null(id))
    }

    /// Returns the names of the objects that a field refers to.
    pub fn links(&self, field: &str) -> impl Iterator<Item = &str> {
        let items = self.snapshot.get(field).and_then(Value::as_array).unwrap_or_default();
        items.iter().filter_map(Value::as_str).filter(|id| !is_null(id))
    }

    /// Returns the record typed. What it refers to is not in it, since names in an archive are no references of a
    /// host: see [`link`](Self::link).
    ///
    /// # Errors
    ///
    /// If it is of another class, or a field does not have the form of that class.
    pub fn record<'de, C: Class + serde::Deserialize<'de>>(&'de self) -> Result<C, Fault> {
        if self.class != C::NAME {
            return Err(wrong(format!("`{}` is a {}, not a {}", self.id, self.class.escape_debug(), C::NAME)));
        }
        self.snapshot.decode().map_err(|error| wrong(format!("the object `{}`: {error}", self.id.escape_debug())))
    }
}

// === impl Version ===

impl Version {
    fn parse(version: &Value) -> Result<Self, Fault> {
        let text = |field: &str| version.get(field).and_then(Value::as_str).unwrap_or_default().into();
        let number = |field: &str| version.get(field).and_then(Value::as_int);
        let export_vsn = number("export_vsn").ok_or_else(|| wrong("it does not say which version of XVA it is"))?;
        Ok(Self {
            hostname: text("hostname"),
            date: text("date"),
            product_version: text("product_version"),
            product_brand: text("product_brand"),
            build_number: text("build_number"),
            xapi_major: number("xapi_major").unwrap_or_default(),
            xapi_minor: number("xapi_minor").unwrap_or_default(),
            export_vsn,
        })
    }

    fn value(&self) -> Value {
        let text = |text: &CompactString| Value::String(text.clone());
        Value::structure([
            ("hostname", text(&self.hostname)),
            ("date", text(&self.date)),
            ("product_version", text(&self.product_version)),
            ("product_brand", text(&self.product_brand)),
            ("build_number", text(&self.build_number)),
            ("xapi_major", Value::Int(self.xapi_major)),
            ("xapi_minor", Value::Int(self.xapi_minor)),
            ("export_vsn", Value::Int(self.export_vsn)),
        ])
    }

    /// Returns whether checksums follow the blocks.
    pub(super) fn has_checksums(&self) -> bool {
        self.export_vsn >= CHECKSUMS_SINCE
    }
}

fn is_null(id: &str) -> bool {
    id.is_empty() || id == "OpaqueRef:NULL"
}

fn wrong(what: impl Into<String>) -> Fault {
    Fault::Description(what.into())
}

/// Writes an error with its causes, shortened.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    crate::error::shortened(&text, 400)
}
