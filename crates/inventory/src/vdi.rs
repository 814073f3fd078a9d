//! Virtual disks.

mod create;
mod delete;
mod migrate;
mod set;

use app::Cx;
use op::Ops;

pub(crate) use create::texts;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<create::Create>()
        .add::<delete::Delete>()
        .add::<migrate::Migrate>()
        .add::<migrate::MoveTo>()
        .add::<set::Set>();
}
