//! The collections of objects of pools.

use app::model::Kind;
use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};

use super::{Asked, Rest, list, refusal::Refusal};
use crate::http::reply;

impl Rest {
    /// Answers with those objects of `kind` that the user may see.
    pub(super) async fn objects(&self, kind: Kind, asked: &Asked) -> Result<Response<Body>, Refusal> {
        let options = list::Options::read(&asked.at, &asked.query)?;
        let audience = self.app.audience(asked.who.session.user().as_deref());
        let objects = self.app.store().snapshot().of_kind(kind);
        let objects = objects.filter(move |object| audience.sees(object));
        list::of_objects(objects, kind.collection().unwrap_or_default(), options, &asked.who.session).await
    }

    /// Answers with one of them.
    pub(super) fn object(&self, kind: Kind, asked: &Asked) -> Result<Response<Body>, Refusal> {
        let id = asked.path.iter().find(|(name, _)| name == "id").map_or("", |(_, id)| id.as_str());
        let object = self.app.store().get(id).filter(|object| object.kind() == kind);
        let object = object.ok_or_else(|| Refusal::from(op::Error::no_such(kind.name(), id)))?;
        let user = asked.who.session.user();
        if !self.app.audience(user.as_deref()).sees(&object) {
            let id = Some(object.id().to_owned());
            let error = op::Error::unauthorized("view", id.clone());
            return Err(match app::acl::resource_of(kind) {
                Some(resource) => error.missing(resource, "read", id).into(),
                None => error.into(),
            });
        }
        let mut response = reply::json(StatusCode::OK, &serde_json::Value::Null);
        *response.body_mut() = Body::from(object.json().clone());
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(response)
    }
}
