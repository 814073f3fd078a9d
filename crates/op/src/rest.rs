//! How an operation is reached over REST, as far as it is not what the rule makes of its name.

/// The method of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Looks.
    Get,
    /// Creates something, or acts.
    Post,
    /// Makes something be there.
    Put,
    /// Changes some properties.
    Patch,
    /// Takes something away.
    Delete,
}

impl Verb {
    /// Every method.
    pub const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What a route answers when its operation has succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// `200` with the result.
    Result,
    /// `200` with the result: a list of which the client chooses by `fields`, `filter` and `limit`, as JSON, NDJSON
    /// or Markdown.
    List,
    /// `200` with the result, an object; as NDJSON, where the client wants that, one of its properties a line.
    Sections,
    /// `200` with the file that the result offers.
    File,
    /// `204`, whatever the result.
    Nothing,
    /// `201` with `{id}` and `Location`: the result is the id of what was created.
    Created,
}

/// A route that the original has, or one that no rule makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// The method.
    pub verb: Verb,
    /// The path below `/rest/v0`, such as `/vms/{id}/actions/start`; what is in braces are parameters.
    pub path: &'static str,
    /// What it answers.
    pub reply: Reply,
    /// The collection that what is listed or created belongs to, such as `vms`.
    pub collection: Option<&'static str>,
    /// Whether it may take long: `202` with a task, unless the client asks with `sync`.
    pub action: bool,
    /// Whether the body is content, which the operation takes in; it answers once it has all.
    pub content: bool,
    /// The names of parameters that differ: in REST, in the operation.
    pub names: &'static [(&'static str, &'static str)],
    /// Parameters that the route itself gives, as JSON, and that clients cannot write; `null` just leaves one out.
    pub given: &'static [(&'static str, &'static str)],
}

impl Rest {
    const fn new(verb: Verb, path: &'static str, reply: Reply) -> Self {
        Self { verb, path, reply, collection: None, action: false, content: false, names: &[], given: &[] }
    }

    /// `GET`, answering the result.
    pub const fn get(path: &'static str) -> Self {
        Self::new(Verb::Get, path, Reply::Result)
    }

    /// `GET`, answering a list of things of `collection`.
    pub const fn list(path: &'static str, collection: &'static str) -> Self {
        Self { collection: Some(collection), ..Self::new(Verb::Get, path, Reply::List) }
    }

    /// `GET`, answering an object of sections that some clients read one by one.
    pub const fn sections(path: &'static str) -> Self {
        Self::new(Verb::Get, path, Reply::Sections)
    }

    /// `POST` to a collection, answering the id of what was created.
    pub const fn create(path: &'static str, collection: &'static str) -> Self {
        Self { collection: Some(collection), ..Self::new(Verb::Post, path, Reply::Created) }
    }

    /// `POST` of what may take long.
    pub const fn action(path: &'static str) -> Self {
        Self { action: true, ..Self::new(Verb::Post, path, Reply::Nothing) }
    }

    /// `PUT`.
    pub const fn put(path: &'static str) -> Self {
        Self::new(Verb::Put, path, Reply::Nothing)
    }

    /// `PATCH`.
    pub const fn patch(path: &'static str) -> Self {
        Self::new(Verb::Patch, path, Reply::Nothing)
    }

    /// `DELETE`.
    pub const fn delete(path: &'static str) -> Self {
        Self::new(Verb::Delete, path, Reply::Nothing)
    }

    /// The same, for an operation that tells where to send content: this comes as the body at once.
    #[must_use]
    pub const fn receiving(mut self) -> Self {
        self.content = true;
        self
    }

    /// The same, answering the id of what was created in `collection`.
    #[must_use]
    pub const fn creating(mut self, collection: &'static str) -> Self {
        self.reply = Reply::Created;
        self.collection = Some(collection);
        self
    }

    /// The same, answering the result.
    #[must_use]
    pub const fn answering(mut self) -> Self {
        self.reply = Reply::Result;
        self
    }

    /// The same, with parameters that have other names in REST: there, here.
    #[must_use]
    pub const fn named(mut self, names: &'static [(&'static str, &'static str)]) -> Self {
        self.names = names;
        self
    }

    /// The same, with parameters that the route gives, as JSON, and that clients cannot write; `null` just leaves one out.
    #[must_use]
    pub const fn giving(mut self, given: &'static [(&'static str, &'static str)]) -> Self {
        self.given = given;
        self
    }
}
