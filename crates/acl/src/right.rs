//! Rights, and the roles that give them.

/// A right on an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// See it.
    View,
    /// Use it.
    Operate,
    /// Change and delete it.
    Administrate,
}

impl Right {
    /// Every right.
    pub const ALL: [Self; 3] = [Self::View, Self::Operate, Self::Administrate];

    /// Returns the name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Operate => "operate",
            Self::Administrate => "administrate",
        }
    }

    /// Returns the right that the wire calls `name`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|right| right.name() == name)
    }
}

/// A set of rights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rights(u8);

impl Rights {
    /// Returns the set with every right of both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the set with the rights that both have.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Tells whether `right` is in it.
    pub fn has(self, right: Right) -> bool {
        self.0 & bit(right) != 0
    }

    /// Tells whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Right> for Rights {
    fn from_iter<I: IntoIterator<Item = Right>>(rights: I) -> Self {
        Self(rights.into_iter().fold(0, |all, right| all | bit(right)))
    }
}

fn bit(right: Right) -> u8 {
    1 << right as u8
}

/// A role: what a rule gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Role {
    /// Names it in rules.
    pub id: &'static str,
    /// For people.
    pub name: &'static str,
    /// What it gives.
    pub rights: &'static [Right],
}

impl Role {
    /// The roles that there are.
    pub const ALL: [Self; 3] = [
        Self { id: "viewer", name: "Viewer", rights: &[Right::View] },
        Self { id: "operator", name: "Operator", rights: &[Right::View, Right::Operate] },
        Self { id: "admin", name: "Admin", rights: &Right::ALL },
    ];

    /// Returns the names of the rights that a rule with this action gives.
    ///
    /// An action that names no role counts as the name of a right, as clients of the original know it.
    pub fn names_of(action: &str) -> Vec<&str> {
        match Self::ALL.iter().find(|role| role.id == action) {
            Some(role) => role.rights.iter().map(|right| right.name()).collect(),
            None => vec![action],
        }
    }

    /// Returns the rights that a rule with this action gives; names of rights that nobody asks for give none.
    pub fn rights_of(action: &str) -> Rights {
        Self::names_of(action).into_iter().filter_map(Right::parse).collect()
    }
}
