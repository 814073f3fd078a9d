//! Simulated pool that speaks XAPI on real ports.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let sim = xapi_sim::Sim::builder().world("small").explicit().start().await?;
//! println!("a pool answers at http://{}, user `root`, password `password`", sim.http_addr());
//! sim.fail_next("VDI.snapshot", "SR_FULL", ["1", "0"]);
//! let vm = sim.named("VM", "web-01").expect("the world `small` has this VM");
//! // … after a client asked for `VM.start`:
//! sim.finish(vm);
//! # Ok(())
//! # }
//! ```
//!
//! All hosts of a pool listen on the same two ports, each on an address of its own: the master on
//! the one that was asked for, the next hosts on the following addresses of the loopback network
//! (`127.0.0.2` …), further pools 256 addresses on. `host.address` and `HOST_IS_SLAVE` name them.
//!
//! The pieces: [`world`] holds the objects; `class/*.rs` are what they do, registered in
//! [`methods`]; [`transition`] is what is asked now and done later; [`fault`] and [`control`] are
//! what can go wrong on demand; `console` is what consoles show; `wire` is what goes over the sockets.

mod builtin;
pub mod call;
mod check;
mod class;
pub mod clock;
mod console;
pub mod control;
mod datum;
mod default;
pub mod disk;
mod dispatch;
mod event;
mod fat;
pub mod fault;
pub mod feed;
mod forward;
mod generic;
mod host;
mod large;
pub mod methods;
mod object;
mod pool;
pub mod profile;
mod query;
mod random;
mod rrd;
pub mod seed;
mod session;
mod shape;
mod signature;
pub mod sim;
mod task;
pub mod transition;
mod wire;
pub mod world;

pub use console::font;
pub use datum::Datum;
pub use object::{NotOurs, Object};
pub use sim::Sim;
pub use world::World;
