//! Virtual disks.

mod delete;
mod migrate;
mod set;

use app::Cx;
use op::Ops;

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<delete::Delete>().add::<migrate::Migrate>().add::<set::Set>();
}
