//! Actions on many objects, and actions that only tell what they would do.
//!
//! What every action takes besides its own parameters: `selection` in place of the parameter that names its object (its
//! principal), `dryRun`, `concurrency`, `stopOnError`. They are not in the listing of parameters, which is the
//! original's; there the name of the principal says that a method takes them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{Context, Error, ParamError, Result, schema::mentions, table::Entry, table::Ops, validate::check};

/// The names that no operation may have a parameter of.
pub(crate) const RESERVED: [&str; 4] = ["selection", "dryRun", "concurrency", "stopOnError"];

/// Most objects of one call: ten thousand VMs are the largest estate this server is made for.
const MOST_OBJECTS: usize = 10_000;

/// Objects of one pool that are worked on at the same time unless the caller says otherwise; hosts queue the rest anyway.
const AT_ONCE: usize = 8;

/// … and at most.
const MOST_AT_ONCE: usize = 32;

/// Which objects an action is asked of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// These, by id or XAPI reference.
    Ids(Vec<String>),
    /// Those that the filter language finds.
    Filter {
        /// The text.
        text: String,
        /// The kinds to look among.
        kinds: Vec<String>,
    },
    /// Those of a live view, by its token.
    View(String),
}

/// A call of an action on a selection, or of one that only tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The parameter that names the object.
    pub principal: String,
    /// The kinds of objects it may name; none for any.
    pub kinds: Vec<String>,
    /// Which objects.
    pub selection: Selection,
    /// The other parameters, which are the same for each object.
    pub params: Map<String, Value>,
    /// Whether nothing is to be done.
    pub dry_run: bool,
    /// How many objects of one pool are worked on at the same time.
    pub at_once: usize,
    /// Whether no further object is begun once one has failed.
    pub stop_on_error: bool,
}

impl Order {
    /// Most objects that one may select.
    pub const MOST_OBJECTS: usize = MOST_OBJECTS;
}

impl<C: Context> Ops<C> {
    /// Returns the parameter of `name` in whose place it takes a selection; nothing for what only looks or acts on no
    /// object.
    pub fn principal(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.principal.as_deref()
    }

    /// Reads a call of `name` as an order; nothing where it is an ordinary call, with `params` then as
    /// [`Ops::call`] wants them.
    ///
    /// The caller, the parameters that are the same for each object, and the ids in these are checked.
    ///
    /// # Errors
    ///
    /// As [`Ops::call`], and [`Error::InvalidParameters`] for what takes no order.
    pub fn order(&self, name: &str, params: &mut Value, cx: &C) -> Result<Option<Order>> {
        let Some(entry) = self.0.get(name) else { return Ok(None) };
        let Some(map) = params.as_object_mut() else { return Ok(None) };
        // What takes any parameter and acts on no object takes these as its own.
        if entry.principal.is_none()
            && matches!(entry.params.get("additionalProperties"), Some(Value::Bool(true) | Value::Object(_)))
        {
            return Ok(None);
        }
        let reserved = take(map);
        if reserved.is_empty() {
            return Ok(None);
        }
        entry.order(std::mem::take(map), reserved, cx).map(|order| match order {
            Ordered::Order(order) => Some(*order),
            Ordered::Call(own) => {
                *map = own;
                None
            }
        })
    }
}

enum Ordered {
    Order(Box<Order>),
    Call(Map<String, Value>),
}

impl<C: Context> Entry<C> {
    fn order(&self, mut own: Map<String, Value>, reserved: Map<String, Value>, cx: &C) -> Result<Ordered> {
        self.enter(&mut own, cx)?;
        let name = self.spec.rpc;
        let Some(principal) = &self.principal else {
            let given = reserved.keys().next().map_or("", String::as_str);
            let why = if self.spec.read { "it changes nothing" } else { "it does not act on one object" };
            return Err(Error::invalid(format!("`{name}` takes no `{given}`: {why}")));
        };
        let reserved = Value::Object(reserved);
        let errors = check(&schema(), &reserved);
        if !errors.is_empty() {
            return Err(Error::invalid_params(errors));
        }
        let kinds = &self.ids[principal];
        let dry_run = reserved["dryRun"] == true;
        let selection = match reserved.get("selection") {
            Some(_) if own.contains_key(principal) => {
                return Err(Error::invalid(format!("`selection` stands in place of `{principal}`; give one of them")));
            }
            Some(selection) => Some(read(selection, kinds)?),
            None => None,
        };
        let id = own.shift_remove(principal);
        self.check_common(principal, &own, id.as_ref(), selection.is_some(), cx)?;
        let selection = match (selection, id) {
            (Some(selection), _) => selection,
            (None, Some(Value::String(id))) if dry_run => Selection::Ids(vec![id]),
            // A dry run must never be ignored.
            (None, None | Some(Value::Null)) if dry_run => {
                return Err(Error::invalid(format!("a dry run of `{name}` needs `{principal}`")));
            }
            (None, id) => {
                own.extend(id.map(|id| (principal.clone(), id)));
                return Ok(Ordered::Call(own));
            }
        };
        let at_once = reserved["concurrency"].as_u64().and_then(|number| usize::try_from(number).ok());
        Ok(Ordered::Order(Box::new(Order {
            principal: principal.clone(),
            kinds: kinds.clone(),
            selection,
            params: own,
            dry_run,
            at_once: at_once.unwrap_or(AT_ONCE),
            stop_on_error: reserved["stopOnError"] == true,
        })))
    }

    /// Checks what is the same for each object once, instead of refusing each for it.
    fn check_common(
        &self,
        principal: &str,
        own: &Map<String, Value>,
        id: Option<&Value>,
        selected: bool,
        cx: &C,
    ) -> Result<()> {
        let mut whole = own.clone();
        let stand_in = if selected { Some(Value::from("any")) } else { id.cloned() };
        whole.extend(stand_in.map(|id| (principal.to_owned(), id)));
        let errors = check(&self.params, &whole.into());
        if !errors.is_empty() {
            return Err(Error::invalid_params(errors));
        }
        self.resolve(Value::Object(own.clone()), cx).map(drop)
    }
}

/// Takes what every action takes from the parameters; `name?` is `name`, since a dry run must never be ignored.
fn take(params: &mut Map<String, Value>) -> Map<String, Value> {
    let mut taken = Map::new();
    for name in RESERVED {
        let value = params.shift_remove(name);
        let value = params.shift_remove(&format!("{name}?")).or(value);
        taken.extend(value.map(|value| (name.to_owned(), value)));
    }
    taken
}

fn schema() -> Value {
    json!({
        "properties": {
            "selection": {
                "type": "object",
                "properties": {
                    "ids": { "type": "array", "items": { "type": "string" }, "maxItems": MOST_OBJECTS },
                    "filter": { "type": "string", "minLength": 0 },
                    "type": { "type": ["string", "array"], "items": { "type": "string" } },
                    "view": { "type": "string" },
                },
            },
            "dryRun": { "type": "boolean" },
            "concurrency": { "type": "integer", "minimum": 1, "maximum": MOST_AT_ONCE },
            "stopOnError": { "type": "boolean" },
        },
    })
}

/// Reads a selection that fits the schema.
fn read(selection: &Value, kinds: &[String]) -> Result<Selection> {
    let texts = |value: &Value| -> Vec<String> {
        let one = value.as_str().map(ToOwned::to_owned);
        let many = value.as_array().into_iter().flatten().filter_map(Value::as_str).map(ToOwned::to_owned);
        one.into_iter().chain(many).collect()
    };
    let types = selection.get("type").map(texts);
    match (selection.get("ids"), selection.get("filter"), selection.get("view")) {
        (Some(ids), None, None) if types.is_none() => Ok(Selection::Ids(texts(ids))),
        (None, Some(filter), None) => {
            // Whoever filters virtual machines does not mean templates, unless they say so.
            let kinds = types.unwrap_or_else(|| kinds.iter().take(1).cloned().collect());
            Ok(Selection::Filter { text: filter.as_str().unwrap_or_default().to_owned(), kinds })
        }
        (None, None, Some(view)) if types.is_none() => {
            Ok(Selection::View(view.as_str().unwrap_or_default().to_owned()))
        }
        (Some(_), None, None) | (None, None, Some(_)) => {
            Err(Error::invalid("`selection.type` goes with `selection.filter` only"))
        }
        _ => Err(Error::invalid("`selection` takes one of `ids`, `filter` and `view`")),
    }
    .and_then(|selection| expect_kinds(selection, kinds))
}

/// Refuses kinds that the action is not for: they would find nothing, which looks like success.
fn expect_kinds(selection: Selection, kinds: &[String]) -> Result<Selection> {
    let Selection::Filter { kinds: wanted, .. } = &selection else { return Ok(selection) };
    match wanted.iter().find(|wanted| !kinds.is_empty() && !kinds.contains(wanted)) {
        None => Ok(selection),
        Some(other) => Err(Error::invalid_params(vec![ParamError {
            path: "/selection/type".to_owned(),
            schema_path: "#/properties/selection/properties/type/enum".to_owned(),
            keyword: "enum",
            params: json!({ "allowedValues": kinds }),
            message: format!("must be equal to one of the allowed values, which `{other}` is not"),
        }])),
    }
}

/// Returns the parameter that names the object an operation acts on: `id`; that of the namespace's name, as `vm` of
/// `vm.copy`; or the only id that cannot be left out.
pub(crate) fn principal(name: &str, params: &Value, ids: &BTreeMap<String, Vec<String>>) -> Option<String> {
    let names_one = |param: &&String| {
        params["properties"][param.as_str()]["type"] == "string" && mentions(&params["required"], param)
    };
    let candidates: Vec<&String> = ids.keys().filter(names_one).collect();
    let namespace = name.split('.').next().unwrap_or_default();
    let by_name = |name: &str| candidates.iter().find(|param| param.as_str() == name).copied();
    by_name("id")
        .or_else(|| by_name(namespace))
        .or(if let [only] = candidates[..] { Some(only) } else { None })
        .cloned()
}
