//! The list of tasks, and what becomes of them as it does.

use std::{collections::HashSet, sync::Arc};

use app::{App, Session, Task, TaskAccess, TaskNews, TaskSubscription};
use axum::body::Body;
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::stream;
use http::{HeaderValue, Response, StatusCode, header};
use tokio_util::sync::CancellationToken;

use super::{
    Asked, Rest,
    list::{self, Lines},
    refusal::Refusal,
};

/// The collection.
const TASKS: &str = "tasks";

impl Rest {
    /// Answers with the tasks that the user may see, or tells of each that changes from now on.
    pub(super) async fn tasks(&self, asked: Asked) -> Result<Response<Body>, Refusal> {
        let options = list::Options::read(&asked.at, &asked.query)?;
        let session = asked.who.session;
        let user = session.user().ok_or_else(Refusal::unauthenticated)?;
        if asked.query.flag("watch")? {
            if !options.is_lines() {
                return Err(Refusal::new(StatusCode::BAD_REQUEST, "watch=true requires ndjson=true"));
            }
            let news = self.app.tasks().subscribe();
            let (app, stop) = (self.app.clone(), self.stop.clone());
            return Ok(Watch { app, session, news, lines: options.lines(TASKS), told: HashSet::new(), stop }.answer());
        }
        let access = self.app.task_access(&user);
        let tasks = self.app.tasks().list().into_iter();
        let shown = tasks.filter_map(move |task| access.sees(&task).then(|| access.show(&task)));
        list::of_made(shown, TASKS, options, &session).await
    }
}

/// Somebody who watches the tasks.
struct Watch {
    app: App,
    session: Session,
    news: TaskSubscription,
    lines: Lines,
    /// Ids of the tasks that were told to be there.
    told: HashSet<String>,
    stop: CancellationToken,
}

impl Watch {
    fn answer(self) -> Response<Body> {
        let lines = stream::unfold(self, async |mut watch| {
            let text = watch.next().await?;
            Some((Ok::<_, std::io::Error>(text), watch))
        });
        let mut response = Response::new(Body::from_stream(lines));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    /// Returns the next lines; nothing once the user may see nothing any more, or the server stops.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            let news = tokio::select! {
                news = self.news.next() => news,
                _ = self.session.closed() => return None,
                () = self.stop.cancelled() => return None,
            };
            let access = self.app.task_access(&*self.session.user()?);
            let mut text = BytesMut::new();
            match news {
                TaskNews::Updated(task) => self.updated(&mut text, &task, &access),
                TaskNews::Removed(task) => self.removed(&mut text, &task, &access),
                TaskNews::Lost(_) => self.all(&mut text, &access),
                TaskNews::End => return None,
            }
            if !text.is_empty() {
                return Some(text.freeze());
            }
        }
    }

    fn updated(&mut self, to: &mut BytesMut, task: &Task, access: &TaskAccess) {
        let line = access.sees(task).then(|| self.lines.line(access.show(task))).flatten();
        match line {
            Some(line) => {
                self.told.insert(task.id.clone());
                put(to, "update", &line);
            }
            // It was told of, and is no more what is asked for.
            None => self.removed(to, task, access),
        }
    }

    fn removed(&mut self, to: &mut BytesMut, task: &Task, access: &TaskAccess) {
        if self.told.remove(&task.id) || (access.sees(task) && self.lines.wants(&access.show(task))) {
            put(to, "remove", &self.lines.any(access.show(task)));
        }
    }

    /// Tells of all that there is: some changes were missed.
    fn all(&mut self, to: &mut BytesMut, access: &TaskAccess) {
        let tasks = self.app.tasks().list();
        let there: HashSet<&str> = tasks.iter().map(|task| task.id.as_str()).collect();
        let gone: Vec<_> = self.told.iter().filter(|id| !there.contains(id.as_str())).cloned().collect();
        for id in gone {
            self.told.remove(&id);
            put(to, "remove", &self.lines.any(serde_json::json!({ "id": id })));
        }
        for task in &tasks {
            self.updated(to, Arc::as_ref(task), access);
        }
    }
}

fn put(to: &mut BytesMut, what: &str, line: &[u8]) {
    to.put_slice(format!("[\"{what}\",").as_bytes());
    to.put_slice(line);
    to.put_slice(b"]\n");
}
