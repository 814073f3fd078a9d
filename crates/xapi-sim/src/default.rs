//! Defaults of fields, as the class table writes them.

use xapi_types::table::Type;

use crate::{Datum, Object};

/// Reads a default such as `1.`, `true`, `"0:0"` or `{OpaqueRef:…}`; nothing if it is no value of the type.
pub(crate) fn parse(text: &str, ty: &Type) -> Option<Datum> {
    let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    Some(match ty {
        Type::String | Type::Enum(_) => Datum::from(bare),
        Type::Int => Datum::Int(text.parse().ok()?),
        Type::Float => Datum::Float(text.parse().ok()?),
        Type::Bool => Datum::Bool(text.parse().ok()?),
        Type::DateTime => Datum::Time(xapi_types::DateTime::parse(text)?),
        Type::Ref(_) => Datum::Ref(Object::parse(text)?),
        Type::Set(item) => {
            let inner = text.strip_prefix('{')?.strip_suffix('}')?;
            let items = inner.split(',').map(str::trim).filter(|item| !item.is_empty());
            Datum::Set(items.map(|text| parse(text, item)).collect::<Option<_>>()?)
        }
        Type::Option(inner) => parse(text, inner)?,
        Type::Void | Type::Map(..) | Type::Record(_) | Type::Batch => return None,
    })
}
