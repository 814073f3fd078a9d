//! The objects of one simulated pool: rows by class, values by field.
//!
//! Everything that changes an object goes through [`World::set`], [`World::create`] and
//! [`World::destroy`]: they number the change for events, keep the other side of a relation in step
//! (`VBD.VM` ↔ `VM.VBDs`, see `relation.rs`) and note which `allowed_operations` to look at again.
//!
//! A field name that the class lacks is a mistake in the simulator and panics; an object that does
//! not exist is not, since pools hold dangling references: it reads as empty values.

mod chance;
mod hidden;
mod operation;
mod read;
pub(crate) mod relation;
mod restore;
mod row;
mod settle;
mod wish;

use std::{collections::BTreeMap, collections::VecDeque, sync::Arc};

use indexmap::IndexSet;
use rustc_hash::FxHashMap;
use uuid::Uuid;
use xapi_types::table;

use crate::{
    Datum, Object,
    clock::Clock,
    disk::Disks,
    event::Registrations,
    methods::Methods,
    profile::Profile,
    random::Random,
    rrd::Past,
    transition::{Agenda, Errands, Waiters},
};

pub(crate) use row::Row;
pub(crate) use wish::Wish;

/// Deletions that a class remembers for `event.from`; older ones are forgotten without notice.
pub(crate) const REMEMBERED_DELETIONS: usize = 512;

/// Objects of one class.
#[derive(Default)]
pub(crate) struct Table {
    /// The class's objects, oldest first until one is destroyed.
    pub(crate) objects: IndexSet<Object, rustc_hash::FxBuildHasher>,
    /// Objects by the generation of their last change.
    pub(crate) changed: BTreeMap<u64, Object>,
    /// The last deletions, oldest first.
    pub(crate) deleted: VecDeque<Deletion>,
}

/// An object that is no more.
#[derive(Clone, Copy)]
pub(crate) struct Deletion {
    /// What it was called.
    pub(crate) object: Object,
    /// Generation in which it went.
    pub(crate) deleted: u64,
}

/// The objects of one pool, and what is going to happen to them.
pub struct World {
    /// Which product the pool runs.
    pub profile: &'static Profile,
    /// Time as the pool sees it.
    pub clock: Clock,
    /// What will happen later.
    pub(crate) agenda: Agenda,
    /// Who waits for how calls end.
    pub(crate) waiters: Waiters,
    /// Who asked for events in the old way.
    pub(crate) registrations: Registrations,
    /// Behaviours of the classes.
    pub(crate) methods: Arc<Methods>,
    /// What disks hold.
    pub disks: Disks,
    /// When machines ran.
    pub(crate) past: Past,
    /// With which `root` logs in.
    pub(crate) password: String,
    /// Operations that the product does not know yet.
    unknown_operations: Vec<&'static str>,
    /// What is to be done to the network, until somebody does it.
    pub(crate) wishes: Vec<Wish>,
    /// Calls that ask other hosts.
    pub(crate) errands: Errands,
    hidden: FxHashMap<Object, Datum>,
    rows: FxHashMap<Object, Arc<Row>>,
    tables: Vec<Table>,
    generation: u64,
    random: Random,
    /// Objects with which each task has an operation going on.
    operations: FxHashMap<Object, Vec<Object>>,
    dirty: IndexSet<Object, rustc_hash::FxBuildHasher>,
}

/// Returns the index of the class `name` in the class table.
///
/// # Panics
///
/// If there is no such class.
pub(crate) fn class_index(name: &str) -> usize {
    let classes = table::classes();
    classes.iter().position(|class| class.name == name).unwrap_or_else(|| panic!("no class `{name}`"))
}

impl World {
    /// Makes a pool without objects.
    pub(crate) fn new(profile: &'static Profile, methods: Arc<Methods>, clock: Clock, seed: u64) -> Self {
        Self {
            profile,
            clock,
            agenda: Agenda::default(),
            waiters: Waiters::default(),
            registrations: Registrations::default(),
            methods,
            disks: Disks::default(),
            past: Past::default(),
            password: String::new(),
            unknown_operations: profile.unknown_operations(),
            wishes: Vec::new(),
            errands: Errands::default(),
            hidden: FxHashMap::default(),
            rows: FxHashMap::default(),
            tables: table::classes().iter().map(|_| Table::default()).collect(),
            generation: 1,
            random: Random::new(seed),
            operations: FxHashMap::default(),
            dirty: IndexSet::default(),
        }
    }

    // Writing.

    /// Makes an object of `class` with a fresh reference and uuid; fields that are not given get
    /// the default of the class table.
    pub fn create<'f>(&mut self, class: &str, fields: impl IntoIterator<Item = (&'f str, Datum)>) -> Object {
        let object = Object::from_uuid(self.random.uuid());
        self.create_as(object, class, fields);
        object
    }

    /// Makes an object under a reference that the caller chose.
    pub fn create_as<'f>(
        &mut self,
        object: Object,
        class: &str,
        fields: impl IntoIterator<Item = (&'f str, Datum)>,
    ) -> Object {
        let class = class_index(class);
        let mut row = Row::new(object, class, self.next_generation());
        if table::classes()[class].field_index("uuid").is_some() {
            row.put("uuid", self.new_uuid().into());
        }
        for (field, value) in fields {
            row.put(field, value);
        }
        let generation = row.modified;
        self.tables[class].objects.insert(object);
        self.tables[class].changed.insert(generation, object);
        let mirrored: Vec<_> = relation::mirrored_fields(class).map(|(field, _)| field).collect();
        let row = Arc::new(row);
        self.rows.insert(object, Arc::clone(&row));
        for field in mirrored {
            self.mirror(object, class, field, &Datum::Absent, row.at(field));
        }
        self.dirty.insert(object);
        object
    }

    /// Removes an object; fields that follow from it in other objects are mended.
    pub fn destroy(&mut self, object: Object) {
        let Some(row) = self.rows.get(&object).cloned() else { return };
        for (field, _) in relation::mirrored_fields(row.class) {
            self.mirror(object, row.class, field, row.at(field), &Datum::Absent);
        }
        let deleted = self.next_generation();
        let table = &mut self.tables[row.class];
        let modified = self.rows.remove(&object).map_or(row.modified, |row| row.modified);
        table.objects.swap_remove(&object);
        table.changed.remove(&modified);
        table.deleted.push_back(Deletion { object, deleted });
        if table.deleted.len() > REMEMBERED_DELETIONS {
            table.deleted.pop_front();
        }
        self.dirty.swap_remove(&object);
        self.hidden.remove(&object);
        self.past.forget(object);
    }

    /// Sets a field; nothing happens, events included, if it has that value already.
    pub fn set(&mut self, object: Object, field: &str, value: impl Into<Datum>) {
        let Some(row) = self.row(object) else { return };
        let class = row.class;
        let field = row.field(field);
        self.set_at(object, class, field, value.into());
    }

    /// Sets several fields.
    pub fn update<'f>(&mut self, object: Object, fields: impl IntoIterator<Item = (&'f str, Datum)>) {
        for (field, value) in fields {
            self.set(object, field, value);
        }
    }

    /// Puts `key` into a field that holds a map.
    pub fn put(&mut self, object: Object, field: &str, key: &str, value: impl Into<Datum>) {
        let map = self.get(object, field).with_entry(key, value);
        self.set(object, field, map);
    }

    /// Removes `key` from a field that holds a map.
    pub fn remove(&mut self, object: Object, field: &str, key: &str) {
        let map = self.get(object, field).without_entry(key);
        self.set(object, field, map);
    }

    /// Adds `item` to a field that holds a set.
    pub fn add(&mut self, object: Object, field: &str, item: impl Into<Datum>) {
        let set = self.get(object, field).with_item(item);
        self.set(object, field, set);
    }

    /// Removes `item` from a field that holds a set.
    pub fn take(&mut self, object: Object, field: &str, item: impl Into<Datum>) {
        let set = self.get(object, field).without_item(&item.into());
        self.set(object, field, set);
    }

    /// Numbers a change of `object` without changing it, so that it is sent again.
    pub fn touch(&mut self, object: Object) {
        self.change(object, |_| {});
    }

    /// Copies an object: a fresh reference and uuid, the same values, `changes` on top.
    ///
    /// Fields that follow from other objects (`VM.VBDs` …) start empty.
    pub fn duplicate<'f>(
        &mut self,
        object: Object,
        changes: impl IntoIterator<Item = (&'f str, Datum)>,
    ) -> Option<Object> {
        let row = self.rows.get(&object).cloned()?;
        let fields: Vec<(&str, Datum)> = row.own_fields().map(|field| field as (&str, Datum)).chain(changes).collect();
        Some(self.create(row.class().name, fields))
    }

    // For the rest of the crate.

    pub(crate) fn row(&self, object: Object) -> Option<&Arc<Row>> {
        self.rows.get(&object)
    }

    pub(crate) fn table(&self, class: usize) -> &Table {
        &self.tables[class]
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Removes objects as if they had never been: no deletion is remembered.
    pub(crate) fn vanish(&mut self, class: &str) {
        let class = class_index(class);
        let objects = std::mem::take(&mut self.tables[class].objects);
        self.tables[class].changed.clear();
        for object in objects {
            self.rows.remove(&object);
            self.dirty.swap_remove(&object);
        }
    }

    /// Forgets all remembered deletions.
    pub(crate) fn forget_deletions(&mut self) {
        for table in &mut self.tables {
            table.deleted.clear();
        }
    }

    pub(crate) fn set_at(&mut self, object: Object, class: usize, field: usize, value: Datum) {
        let Some(row) = self.rows.get(&object) else { return };
        let old = row.at(field).clone();
        if old.same(&value) {
            return;
        }
        if relation::mirror(class, field).is_some() {
            self.mirror(object, class, field, &old, &value);
        }
        if self.past.concerns(class, field) {
            self.note_power(object, &old, &value);
        }
        self.change(object, |row| row.put_at(field, value));
    }

    fn next_generation(&mut self) -> u64 {
        self.generation += 1;
        self.generation
    }

    fn change(&mut self, object: Object, edit: impl FnOnce(&mut Row)) {
        let generation = self.next_generation();
        let Some(row) = self.rows.get_mut(&object) else { return };
        let row = Arc::make_mut(row);
        let table = &mut self.tables[row.class];
        table.changed.remove(&row.modified);
        table.changed.insert(generation, object);
        row.modified = generation;
        edit(row);
        self.dirty.insert(object);
    }
}

/// Makes a uuid of 16 random bytes look like one of version 4.
pub(crate) fn uuid_from(bytes: [u8; 16]) -> Uuid {
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
