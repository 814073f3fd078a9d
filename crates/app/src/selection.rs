//! From a selection to the objects that an action is asked of.

use std::{collections::HashSet, sync::Arc};

use filter::Filter;
use model::{Kind, Object};
use op::{Error, Order, Result, Selection};

use crate::{Cx, views::selected};

/// An object that an action is asked of.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// Its id; as the caller wrote it where there is none.
    pub(crate) id: String,
    /// The object, where there is one.
    pub(crate) object: Option<Arc<Object>>,
    /// Whether the caller may see it; what it is called is told to those only.
    pub(crate) seen: bool,
}

/// Returns the objects of a selection in the order of the ids, or of the list.
///
/// Those of a filter are all seen by the caller; of ids, what does not exist or is of another kind is among them, to be
/// refused one by one.
///
/// # Errors
///
/// [`Error::InvalidParameters`] for a filter that cannot be read or finds too many, [`Error::NoSuchObject`] for
/// the selection of a view that there is not.
pub(crate) async fn resolve(cx: &Cx, order: &Order) -> Result<Vec<Target>> {
    match &order.selection {
        Selection::Ids(ids) => Ok(of_ids(cx, ids)),
        Selection::Filter { text, kinds } => of_filter(cx, text, kinds).await,
        Selection::View(token) => of_view(cx, token).await,
    }
}

fn of_ids(cx: &Cx, ids: &[String]) -> Vec<Target> {
    let (objects, audience) = (cx.app.store().snapshot(), cx.app.audience(cx.session.user().as_deref()));
    let mut known = HashSet::new();
    let targets = ids.iter().map(|id| {
        let object = objects.get(id).cloned();
        let seen = object.as_ref().is_some_and(|object| audience.sees(object));
        Target { id: object.as_ref().map_or(id.as_str(), |object| object.id()).to_owned(), object, seen }
    });
    targets.filter(|target| known.insert(target.id.clone())).collect()
}

async fn of_filter(cx: &Cx, text: &str, kinds: &[String]) -> Result<Vec<Target>> {
    let filter = Filter::parse(text).map_err(|error| Error::invalid(format!("`selection.filter`: {error}")))?;
    let of_kind =
        |name: &String| Kind::parse(name).ok_or_else(|| Error::invalid(format!("`selection.type`: no kind `{name}`")));
    let kinds = kinds.iter().map(of_kind).collect::<Result<Vec<_>>>()?;
    let (objects, audience) = (cx.app.store().snapshot(), cx.app.audience(cx.session.user().as_deref()));
    let find = move || {
        let all = if kinds.is_empty() {
            vec![objects.iter()]
        } else {
            kinds.iter().map(|kind| objects.of_kind(*kind)).collect()
        };
        let found = all.into_iter().flatten();
        let found = found.filter(|object| audience.sees(object) && filter.matches(&object.document()));
        found.take(Order::MOST_OBJECTS + 1).collect::<Vec<_>>()
    };
    // It goes over all objects, which takes a while where there are many.
    let found = tokio::task::spawn_blocking(find).await;
    let found = found.map_err(|error| Error::failed(format!("the filter stopped unexpectedly: {error}")))?;
    if found.len() > Order::MOST_OBJECTS {
        let most = Order::MOST_OBJECTS;
        return Err(Error::invalid(format!("`selection.filter` finds more than {most} objects; narrow it")));
    }
    Ok(found
        .into_iter()
        .map(|object| Target { id: object.id().to_owned(), object: Some(object), seen: true })
        .collect())
}

/// Returns the objects that a selection of a view stands for.
async fn of_view(cx: &Cx, token: &str) -> Result<Vec<Target>> {
    let found = selected(cx, token).await?;
    if found.len() > Order::MOST_OBJECTS {
        let most = Order::MOST_OBJECTS;
        return Err(Error::invalid(format!("`selection.view` has more than {most} objects; narrow it")));
    }
    let ids: Vec<_> = found.into_iter().map(|object| object.id).collect();
    Ok(of_ids(cx, &ids))
}
