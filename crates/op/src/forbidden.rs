//! What a caller may not do, told before they try.

use crate::{Context, Error, Level, Need, Ops, Result, table::Entry};

impl<C: Context> Ops<C> {
    /// Returns those of `ids` on which the rights of the caller do not let them call `name`, whatever else they give; an
    /// id of nothing that it could be called on is among them.
    ///
    /// Only the object that the operation is about is looked at: neither others that it needs nor the state of any.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchMethod`].
    pub fn forbidden<'a>(&self, name: &str, ids: &'a [String], cx: &C) -> Result<Vec<&'a str>> {
        let entry = self.0.get(name).ok_or_else(|| Error::no_such_method(name))?;
        let all = ids.iter().map(String::as_str);
        if cx.admin() {
            return Ok(Vec::new());
        }
        if entry.check_caller(cx).is_err() {
            return Ok(all.collect());
        }
        let Some(subject) = &entry.subject else { return Ok(Vec::new()) };
        let needs: Vec<_> = entry.spec.needs.iter().filter(|need| need.param == subject).collect();
        Ok(all.filter(|id| !needs.iter().all(|need| entry.lets(need, id, cx))).collect())
    }
}

impl<C: Context> Entry<C> {
    /// Returns whether some call could meet a need with the object `id`.
    fn lets(&self, need: &Need, id: &str, cx: &C) -> bool {
        let kinds = &self.ids[need.param];
        let object = cx.resolve(id).filter(|object| kinds.is_empty() || kinds.iter().any(|kind| kind == object.kind));
        let Some(object) = object else { return false };
        let params = self.params["properties"].as_object().into_iter().flat_map(|params| params.keys());
        need.level == Level::None || need.finer(params).iter().any(|action| cx.allowed(need.level, action, &object))
    }
}
