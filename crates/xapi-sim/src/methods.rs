//! What the classes do: the table in which `class/*.rs` registers behaviours.
//!
//! ```ignore
//! pub(crate) fn register(methods: &mut Methods) {
//!     methods.on("VM", "start", start);
//!     methods.allowed("VM", &[], allowed_operations);
//!     methods.allowed("VBD", &["VM", "VDI"], vbd_operations);
//!     methods.seed("VM", seed_vm);
//! }
//!
//! fn start(call: &mut Call<'_>) -> Result<Outcome, Failure> {
//!     let vm = call.object("vm")?;
//!     power::expect(call.world, vm, &["Halted"])?;
//!     call.begin(vm, "start");
//!     Ok(call.after(Duration::from_secs(2), move |call| {
//!         call.world.set(vm, "power_state", "Running");
//!         Outcome::void()
//!     }))
//! }
//! ```

use rustc_hash::FxHashMap;
use xapi_types::{Failure, table};

use crate::{
    Object, World,
    call::Call,
    seed::SeedRow,
    transition::Outcome,
    world::{class_index, relation, relation::Place},
};

/// What a call does.
pub type Behaviour = fn(&mut Call<'_>) -> Result<Outcome, Failure>;

/// Works out `allowed_operations`.
pub type Allowed = fn(&World, Object) -> Vec<&'static str>;

/// Makes an object, and what belongs to it, from a table of a seed file.
pub type Seed = fn(&mut SeedRow<'_>) -> Result<Object, crate::seed::Error>;

/// Something that goes on all the time, such as metrics that move.
pub type Tick = fn(&mut World);

/// How the `allowed_operations` of a class follow.
pub(crate) struct AllowedRule {
    pub(crate) class: usize,
    /// Fields of other classes that refer to its objects.
    pub(crate) hangs_on: Vec<Place>,
    pub(crate) compute: Allowed,
}

/// Behaviours by class and method.
#[derive(Default)]
pub struct Methods {
    pub(crate) behaviours: FxHashMap<(&'static str, &'static str), Behaviour>,
    pub(crate) allowed: Vec<AllowedRule>,
    pub(crate) seeds: FxHashMap<&'static str, Seed>,
    pub(crate) ticks: Vec<Tick>,
}

impl Methods {
    /// Registers what `class.method` does. Generic methods (`create`, `destroy`, `set_…`) work
    /// without; registering one takes its place, and [`Call::generic`] still does the usual thing.
    ///
    /// # Panics
    ///
    /// If the class table has no such method.
    pub fn on(&mut self, class: &'static str, method: &'static str, behaviour: Behaviour) {
        let row = table::class(class).unwrap_or_else(|| panic!("no class `{class}`"));
        let generic = ["get_", "set_", "add_", "remove_"].iter().any(|prefix| method.starts_with(prefix));
        assert!(
            row.method(method).is_some() || row.generic.contains(&method) || generic,
            "class `{class}` has no method `{method}`"
        );
        self.behaviours.insert((class, method), behaviour);
    }

    /// Registers how the `allowed_operations` of `class` follow from an object's state.
    ///
    /// They are worked out again after each call that changed the object, or an object that one of
    /// its fields `hangs_on` refers to. Each of these fields must be a side of a relation (`VBD.VM`,
    /// or `VM.VBDs` which mirrors it).
    ///
    /// # Panics
    ///
    /// If a field in `hangs_on` is not.
    pub fn allowed(&mut self, class: &'static str, hangs_on: &[&'static str], compute: Allowed) {
        let class_at = class_index(class);
        let other_side = |field: &&'static str| {
            let side = relation::back_of(class_at, field).or_else(|| relation::front_of(class_at, field));
            side.unwrap_or_else(|| panic!("`{class}.{field}` is no side of a relation"))
        };
        self.allowed.push(AllowedRule {
            class: class_at,
            hangs_on: hangs_on.iter().map(other_side).collect(),
            compute,
        });
    }

    /// Registers how tables of `class` in seed files become objects.
    pub fn seed(&mut self, class: &'static str, seed: Seed) {
        self.seeds.insert(class, seed);
    }

    /// Registers something done every five seconds.
    pub fn tick(&mut self, tick: Tick) {
        self.ticks.push(tick);
    }
}
