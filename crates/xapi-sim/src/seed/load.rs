//! From a seed file to objects.

use xapi_types::{
    DateTime,
    table::{self, Type},
};

use crate::{Datum, Object, World};

use super::{Error, Fields, Forward, Labels, ORDER, SeedRow, size};

/// Fills `world` from the text of a seed file.
///
/// # Errors
///
/// Names the table and the key that is wrong.
pub(crate) fn load(world: &mut World, text: &str) -> Result<(), Error> {
    let mut file: toml::Table = text.parse()?;
    let mut labels = Labels::default();
    let mut classes: Vec<&'static str> = ORDER.to_vec();
    classes.extend(table::classes().iter().map(|class| class.name).filter(|name| !ORDER.contains(name)));
    for class in classes {
        let Some(tables) = file.remove(class) else { continue };
        let toml::Value::Table(tables) = tables else { return Err(Error::NoClass(class.to_owned())) };
        for (label, table) in tables {
            let toml::Value::Table(table) = table else { return Err(Error::NoClass(format!("{class}.{label}"))) };
            let fields = Fields::new(format!("{class}.{label}"), table);
            let mut row = SeedRow { world: &mut *world, class, label, fields, labels: &mut labels };
            match row.world.methods.seeds.get(class).copied() {
                Some(seed) => _ = seed(&mut row)?,
                None => _ = row.make([])?,
            }
            row.fields.finish()?;
        }
    }
    if let Some((name, _)) = file.into_iter().next() {
        return Err(Error::NoClass(name));
    }
    for forward in std::mem::take(&mut labels.forward) {
        let class = world.class_of(forward.object).and_then(|class| class.field(forward.field));
        let Some(field) = class else { continue };
        let value = refs(&labels, &forward.place, &field.ty, &forward.value)?;
        world.set(forward.object, forward.field, value);
    }
    Ok(())
}

/// Makes the object of a row and labels it.
pub(super) fn make(row: &mut SeedRow<'_>, defaults: Vec<(&str, Datum)>) -> Result<Object, Error> {
    let class = table::class(row.class).expect("a seed row has a class of the table");
    let object = row.world.create(row.class, defaults);
    if class.field("name_label").is_some() && !row.fields.has("name_label") {
        row.world.set(object, "name_label", &row.label);
    }
    let label = row.label.clone();
    row.name(row.class, &label, object);
    for field in &class.fields {
        let Some(value) = row.fields.table.remove(field.name) else { continue };
        if has_refs(&field.ty) {
            let place = row.fields.place().to_owned();
            row.labels.forward.push(Forward { object, field: field.name, place, value });
            continue;
        }
        let value =
            plain(&field.ty, &value).ok_or_else(|| row.fields.wrong_type(field.name, &describe(&field.ty), &value))?;
        row.world.set(object, field.name, value);
    }
    // Those that can be resolved already are, so that what the class does next sees them.
    let (ready, waiting): (Vec<_>, Vec<_>) = std::mem::take(&mut row.labels.forward).into_iter().partition(|forward| {
        let ty = class.field(forward.field).map(|field| &field.ty);
        forward.object == object && ty.is_some_and(|ty| refs(row.labels, "", ty, &forward.value).is_ok())
    });
    row.labels.forward = waiting;
    for forward in ready {
        if let Some(field) = class.field(forward.field) {
            let value = refs(row.labels, &forward.place, &field.ty, &forward.value)?;
            row.world.set(object, field.name, value);
        }
    }
    Ok(object)
}

fn has_refs(ty: &Type) -> bool {
    match ty {
        Type::Ref(_) => true,
        Type::Set(item) | Type::Option(item) => has_refs(item),
        _ => false,
    }
}

fn refs(labels: &Labels, place: &str, ty: &Type, value: &toml::Value) -> Result<Datum, Error> {
    match (ty, value) {
        (Type::Ref(_), toml::Value::String(label)) if label.is_empty() => Ok(Datum::Ref(Object::NULL)),
        (Type::Ref(class), toml::Value::String(label)) => {
            let known = labels.known.get(&((*class).to_owned(), label.clone()));
            known.map(|object| Datum::Ref(*object)).ok_or_else(|| Error::NoSuchLabel {
                place: place.to_owned(),
                class: (*class).to_owned(),
                label: label.clone(),
            })
        }
        (Type::Set(item), toml::Value::Array(items)) => {
            Ok(Datum::Set(items.iter().map(|value| refs(labels, place, item, value)).collect::<Result<_, _>>()?))
        }
        _ => Err(Error::WrongType {
            place: place.to_owned(),
            key: String::new(),
            expected: describe(ty),
            found: value.to_string(),
        }),
    }
}

fn plain(ty: &Type, value: &toml::Value) -> Option<Datum> {
    Some(match ty {
        Type::String | Type::Enum(_) => Datum::from(value.as_str()?),
        Type::Int => Datum::Int(size::from_toml(value)?),
        Type::Float => Datum::Float(value.as_float().or_else(|| value.as_integer().map(|int| int as f64))?),
        Type::Bool => Datum::Bool(value.as_bool()?),
        Type::DateTime => Datum::Time(DateTime::parse(value.as_str()?)?),
        Type::Set(item) => Datum::Set(value.as_array()?.iter().map(|value| plain(item, value)).collect::<Option<_>>()?),
        Type::Map(_, item) => {
            let entry = |(key, value): (&String, &toml::Value)| Some((key.as_str().into(), plain(item, value)?));
            Datum::Map(value.as_table()?.iter().map(entry).collect::<Option<_>>()?)
        }
        Type::Option(inner) => plain(inner, value)?,
        Type::Void | Type::Ref(_) | Type::Record(_) | Type::Batch => return None,
    })
}

fn describe(ty: &Type) -> String {
    match ty {
        Type::String => "a text".to_owned(),
        Type::Enum(name) => format!("one of {:?}", table::enumeration(name).map_or(&[][..], |e| &e.values)),
        Type::Int => "an integer or a size such as `20 GiB`".to_owned(),
        Type::Float => "a number".to_owned(),
        Type::Bool => "true or false".to_owned(),
        Type::DateTime => "a time such as `2024-01-31T23:59:59Z`".to_owned(),
        Type::Ref(class) => format!("the label of a `{class}`"),
        Type::Set(item) => format!("a list, each {}", describe(item)),
        Type::Map(_, item) => format!("a table, each value {}", describe(item)),
        Type::Option(inner) => describe(inner),
        Type::Void | Type::Record(_) | Type::Batch => "nothing".to_owned(),
    }
}
