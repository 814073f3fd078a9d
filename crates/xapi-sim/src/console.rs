//! Consoles of VMs and control domains: a screen that RFB clients see, and a text console.
//!
//! A screen shows who the VM is, how it is, a clock, and what comes from the client: keys, the pointer, text to
//! paste. It grows when the guest's tools are up, as guests do that change their resolution. What was typed is the
//! guest's: it is there on another host, too, and gone after a reboot.

mod encoding;
pub mod font;
mod keys;
mod rfb;
mod screen;
mod text;

use std::sync::Arc;

use parking_lot::Mutex;
use rustc_hash::FxHashMap;

pub(crate) use self::{rfb::Rfb, text::Terminal};
use self::{
    screen::{Colour, Screen},
    text::Shell,
};
use crate::{Object, World};

/// Letters that are kept of what was typed.
const TYPED: usize = 60;

/// The inputs of all guests that somebody looks at.
#[derive(Default)]
pub(crate) struct Guests(Mutex<FxHashMap<Object, (String, Arc<Guest>)>>);

/// What a guest was given by those who look at its consoles.
#[derive(Default)]
pub(crate) struct Guest(Mutex<Input>);

#[derive(Default)]
struct Input {
    typed: String,
    pointer: (u16, u16, u8),
    pasted: String,
    shell: Shell,
}

impl Guests {
    /// Returns the guest that runs in `vm` since its last start.
    pub(crate) fn of(&self, world: &World, vm: Object) -> Arc<Guest> {
        let since = world.get(world.object(vm, "metrics"), "start_time").as_time().to_string();
        let mut all = self.0.lock();
        let known = all.entry(vm).or_default();
        if known.0 != since {
            *known = (since, Arc::default());
        }
        Arc::clone(&known.1)
    }
}

impl Guest {
    fn type_key(&self, key: &str) {
        let mut input = self.0.lock();
        match key {
            "<BackSpace>" => drop(input.typed.pop()),
            "<Return>" => input.typed.clear(),
            key => input.typed.push_str(key),
        }
        while input.typed.chars().count() > TYPED {
            input.typed.remove(0);
        }
    }

    fn point(&self, x: u16, y: u16, buttons: u8) {
        self.0.lock().pointer = (x, y, buttons);
    }

    fn paste(&self, text: String) {
        self.0.lock().pasted = text;
    }

    fn with_shell<R>(&self, action: impl FnOnce(&mut Shell) -> R) -> R {
        action(&mut self.0.lock().shell)
    }
}

/// Draws what the screen of `vm` shows now.
fn draw(world: &World, vm: Object, guest: &Guest) -> Screen {
    let tools = world.is(world.object(vm, "guest_metrics"), "VM_guest_metrics");
    let (columns, rows) = if tools { (100, 60) } else { (80, 40) };
    let mut screen = Screen::new(columns, rows);
    let host = world.text(world.object(vm, "resident_on"), "name_label");
    let now = world.now().to_string();
    let input = guest.0.lock();
    let (x, y, buttons) = input.pointer;
    for (row, ink, paper, text) in [
        (0, Colour::White, Colour::Blue, world.text(vm, "name_label").to_owned()),
        (2, Colour::White, Colour::Black, world.uuid(vm).to_owned()),
        (3, Colour::Green, Colour::Black, format!("{} on {host}", world.text(vm, "power_state"))),
        (4, Colour::White, Colour::Black, now),
        (6, Colour::Yellow, Colour::Black, format!("> {}_", input.typed)),
        (8, Colour::White, Colour::Black, format!("pointer {x},{y} buttons {buttons}")),
        (9, Colour::White, Colour::Black, format!("pasted {}", input.pasted)),
    ] {
        screen.write(row, ink, paper, &text);
    }
    screen
}
