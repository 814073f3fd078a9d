//! How a kind of object is declared.

/// Declares the properties of an object: `field "wireName" : Type` is always written, `field "wireName" ? Type` is
/// left out when there is no value (which is not the same to clients as `null`). `Name: Base` has those of `Base` first.
macro_rules! object {
    (
        $(#[$meta:meta])*
        $name:ident $(: $base:ident)? {
            $($(#[doc = $doc:literal])* $field:ident $wire:literal $mark:tt $ty:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub struct $name<'m> {
            $(/// What it has in common with its siblings.
            pub base: $base<'m>,)?
            $($(#[doc = $doc])* pub $field: $crate::declare::field!($mark $ty),)*
        }

        impl $name<'_> {
            /// Returns its properties by their names on the wire; see [`crate::COMMON`] for those of every object.
            pub fn properties() -> Vec<&'static str> {
                [$($base::properties(),)? vec![$($wire),*]].concat()
            }

            /// Writes the properties at the end of the JSON of an object that is not closed yet.
            pub(crate) fn write(&self, json: &mut Vec<u8>) -> serde_json::Result<()> {
                $($base::write(&self.base, json)?;)?
                $($crate::declare::entry!(json, $mark, $wire, self.$field);)*
                Ok(())
            }
        }

        impl<'m> $name<'m> {
            /// Returns its properties: the name, whether it is always written, the schema.
            pub(crate) fn described() -> Vec<$crate::schema::Property> {
                let own: Vec<$crate::schema::Property> = vec![$((
                    $wire,
                    $crate::declare::is_always!($mark),
                    $crate::schema::explained(<$ty as $crate::schema::Described>::schema(), &[$($doc),*]),
                )),*];
                let base: &[fn() -> Vec<$crate::schema::Property>] = &[$($base::described)?];
                base.iter().flat_map(|base| base()).chain(own).collect()
            }
        }
    };
}

macro_rules! is_always {
    (:) => {
        true
    };
    (?) => {
        false
    };
}

macro_rules! field {
    (: $ty:ty) => { $ty };
    (? $ty:ty) => { Option<$ty> };
}

macro_rules! entry {
    ($json:ident, :, $wire:literal, $value:expr) => {
        $json.extend_from_slice(concat!(",\"", $wire, "\":").as_bytes());
        serde_json::to_writer(&mut *$json, &$value)?;
    };
    ($json:ident, ?, $wire:literal, $value:expr) => {
        if let Some(value) = &$value {
            $crate::declare::entry!($json, :, $wire, value);
        }
    };
}

pub(crate) use {entry, field, is_always, object};
