//! How a kind of object is declared.

/// Declares the properties of an object: `field "wireName" : Type` is always written, `field "wireName" ? Type` is
/// left out when there is no value (which is not the same to clients as `null`). `Name: Base` has those of `Base` first.
macro_rules! object {
    (
        $(#[$meta:meta])*
        $name:ident $(: $base:ident)? {
            $($(#[$doc:meta])* $field:ident $wire:literal $mark:tt $ty:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub struct $name<'m> {
            $(/// What it has in common with its siblings.
            pub base: $base<'m>,)?
            $($(#[$doc])* pub $field: $crate::declare::field!($mark $ty),)*
        }

        impl $name<'_> {
            /// Returns its properties by their names on the wire; see [`crate::COMMON`] for those of every object.
            pub fn properties() -> Vec<&'static str> {
                [$($base::properties(),)? vec![$($wire),*]].concat()
            }

            /// Writes the properties into a map.
            pub(crate) fn entries<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                $($base::entries(&self.base, map)?;)?
                $($crate::declare::entry!(map, $mark, $wire, self.$field);)*
                Ok(())
            }
        }

        impl serde::Serialize for $name<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                self.entries(&mut map)?;
                map.end()
            }
        }
    };
}

macro_rules! field {
    (: $ty:ty) => { $ty };
    (? $ty:ty) => { Option<$ty> };
}

macro_rules! entry {
    ($map:ident, :, $wire:literal, $value:expr) => {
        $map.serialize_entry($wire, &$value)?
    };
    ($map:ident, ?, $wire:literal, $value:expr) => {
        if let Some(value) = &$value {
            $map.serialize_entry($wire, value)?;
        }
    };
}

pub(crate) use {entry, field, object};
