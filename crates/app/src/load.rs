//! What a connection is told of the load of VMs and hosts that it looks at.
//!
//! | when | what is done |
//! |---|---|
//! | it begins to look | it is answered from what hosts have told lately; those that have not within the last period are asked |
//! | each period, in the same moment for all connections | the hosts of what it looks at are asked, each once for all who look |
//! | a VM starts, stops or goes to another host, an object goes, rights change | it is told what is true now, and a host that is new to it asked |
//! | nobody looks | no host is asked |
//!
//! As with views nothing is queued: an object of which there may be news is due, and told as it is, and if it may be
//! seen, when the client takes it.

mod follow;
mod series;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use model::{Kind, Object, Store};
use op::Result;
use rustc_hash::FxHashMap;
use tokio_util::sync::DropGuard;
use xapi_types::class;

use crate::{Audience, Cx, Frame, Permissions, session::WeakSession, stats::What};

pub(crate) use follow::Beat;

/// How old what a host has told may be to be shown until it has told anew.
const RECENT: Duration = Duration::from_secs(60);

/// What is told of what has no load: what does not run, or may not be seen.
const NONE: &str = "[]";

/// What the client of one connection looks at.
#[derive(Debug)]
pub(crate) struct LoadTold {
    store: Store,
    permissions: Permissions,
    session: WeakSession,
    /// Its objects by the ids that it has given, with what it has been told last.
    objects: BTreeMap<Box<str>, Option<Box<str>>>,
    /// What hosts have told, by id; nothing of one that does not answer.
    hosts: FxHashMap<Box<str>, Option<Arc<Frame>>>,
    /// Objects of which there may be news.
    due: BTreeSet<Box<str>>,
    /// Ends what follows the hosts for it.
    _follow: DropGuard,
}

impl LoadTold {
    /// Returns what is to be told of an object; nothing while its host has not answered yet.
    fn load(&self, id: &str, audience: &Audience) -> Option<Box<str>> {
        let object = self.store.get(id).filter(|object| audience.sees(object));
        let Some((object, host)) = object.and_then(|object| host_of(&object, &self.store).map(|host| (object, host)))
        else {
            return Some(NONE.into());
        };
        let frame = self.hosts.get(host.id())?;
        Some(frame.as_ref().map_or_else(|| NONE.into(), |frame| series::text(frame, object.id())))
    }

    /// Makes what is due, as JSON: an object with what is new of each.
    fn news(&mut self) -> Option<String> {
        let user = self.session.upgrade()?.user()?;
        let audience = Audience::of(Some(&user), &self.permissions);
        let mut text = String::new();
        for id in std::mem::take(&mut self.due) {
            let Some(load) = self.load(&id, &audience) else { continue };
            let Some(told) = self.objects.get_mut(&id).filter(|told| told.as_ref() != Some(&load)) else { continue };
            let before = if text.is_empty() { '{' } else { ',' };
            write!(text, "{before}{}:{load}", serde_json::Value::from(&*id)).expect("text takes all");
            *told = Some(load);
        }
        (!text.is_empty()).then(|| text + "}")
    }

    /// Takes the parameters of the next notification.
    pub(crate) fn take(&mut self) -> Option<Bytes> {
        self.news().map(|loads| format!("{{\"loads\":{loads}}}").into())
    }

    pub(crate) fn is_due(&self) -> bool {
        !self.due.is_empty()
    }

    /// Notes what a host has told, or that it does not answer.
    fn heard(&mut self, host: &str, frame: Option<Arc<Frame>>) {
        let on = |id: &str| {
            let object = self.store.get(id);
            object.and_then(|object| host_of(&object, &self.store)).is_some_and(|home| home.id() == host)
        };
        self.due.extend(self.objects.keys().filter(|id| on(id)).cloned());
        self.hosts.insert(host.into(), frame);
    }

    /// Notes that something has happened to an object.
    fn changed(&mut self, id: &str) {
        if self.objects.contains_key(id) {
            self.due.insert(id.into());
        }
    }

    /// Notes that something may have happened to any object.
    fn all(&mut self) {
        self.due.extend(self.objects.keys().cloned());
    }

    /// Returns the hosts to ask, and forgets what others have told.
    fn wanted(&mut self) -> BTreeSet<String> {
        let wanted = self.hosts_of(&mut self.objects.keys(), |_, _| true);
        self.hosts.retain(|host, _| wanted.contains(&**host));
        wanted
    }

    /// Returns those of the hosts to ask that have not told of what is due: it has come there or begun to run.
    fn lacking(&self) -> BTreeSet<String> {
        if self.due.is_empty() {
            return BTreeSet::new();
        }
        let lacks = |host: &str, object: &str| match self.hosts.get(host) {
            None => true,
            Some(frame) => frame.as_ref().is_some_and(|frame| frame.of(object).is_empty()),
        };
        self.hosts_of(&mut self.due.iter(), lacks)
    }

    /// Returns the hosts of objects, but not of those that the user may not see.
    fn hosts_of(
        &self,
        ids: &mut dyn Iterator<Item = &Box<str>>,
        which: impl Fn(&str, &str) -> bool,
    ) -> BTreeSet<String> {
        let user = self.session.upgrade().and_then(|session| session.user());
        let audience = Audience::of(user.as_deref(), &self.permissions);
        let objects = ids.filter_map(|id| self.store.get(id)).filter(|object| audience.sees(object));
        let hosts = objects.filter_map(|object| {
            let host = host_of(&object, &self.store)?;
            which(host.id(), object.id()).then(|| host.id().to_owned())
        });
        hosts.collect()
    }
}

/// Returns the host that measures the load of an object; nothing where nothing runs.
fn host_of(object: &Arc<Object>, store: &Store) -> Option<Arc<Object>> {
    if object.kind() == Kind::Host {
        return Some(Arc::clone(object));
    }
    store.get(&object.get::<class::Vm>()?.resident_on.to_string())
}

impl Cx {
    /// Tells the client who calls of the load of these objects from now on, through [`crate::Session::notifications`],
    /// in place of those before; none ends it. Returns what is known of them already, as JSON: `{id: [percent…]}`.
    ///
    /// # Errors
    ///
    /// [`op::Error::Unauthorized`] if nobody is signed in.
    pub fn tell_of_load(&self, ids: &[String]) -> Result<String> {
        let session = &self.session;
        let nothing = || "{}".to_owned();
        if ids.is_empty() {
            session.notifications().without_load();
            return Ok(nothing());
        }
        let end = self.app.stopping();
        // It listens before it looks: nothing is missed in between.
        let feed = self.app.feed().subscribe();
        let mut told = LoadTold {
            store: self.app.store().clone(),
            permissions: self.app.permissions().clone(),
            session: session.downgrade(),
            objects: ids.iter().map(|id| (id.as_str().into(), None)).collect(),
            hosts: FxHashMap::default(),
            due: BTreeSet::new(),
            _follow: end.clone().drop_guard(),
        };
        let wanted = told.wanted();
        for host in &wanted {
            if let Some(frame) = self.app.inner().stats.held(host, What::Load, RECENT) {
                told.hosts.insert(host.as_str().into(), Some(frame));
            }
        }
        told.all();
        let answer = told.news().unwrap_or_else(nothing);
        session.notifications().with_load(told, || session.user().is_some())?;
        tokio::spawn(follow::follow(self.app.clone(), feed, session.notifications().downgrade(), end));
        Ok(answer)
    }
}
