//! Roles: what rules give.

use app::{Cx, acl::Role};
use op::{Op, Ops, Result, Spec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) fn ops(ops: &mut Ops<Cx>) {
    ops.add::<GetAll>();
}

/// A role.
#[derive(Serialize, JsonSchema)]
struct RoleInfo {
    /// Names it in rules.
    id: &'static str,
    /// For people.
    name: &'static str,
    /// Names of the rights that it gives.
    permissions: Vec<&'static str>,
}

/// List the roles.
#[derive(Deserialize, JsonSchema)]
struct GetAll {}

impl Op<Cx> for GetAll {
    type Output = Vec<RoleInfo>;
    const SPEC: Spec = Spec::signed_in("role.getAll").quiet();
    async fn run(self, _: Cx) -> Result<Vec<RoleInfo>> {
        let info = |Role { id, name, rights }: Role| RoleInfo {
            id,
            name,
            permissions: rights.iter().map(|right| right.name()).collect(),
        };
        Ok(Role::ALL.into_iter().map(info).collect())
    }
}
