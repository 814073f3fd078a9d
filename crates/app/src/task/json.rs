//! Tasks as clients see them: the original's form.

use serde_json::{Map, Value, json};

use super::{Note, Progress, Status, Step, Task};

impl Task {
    /// Returns the task as a client sees it, who is an administrator or not.
    pub fn to_json(&self, to_admin: bool) -> Value {
        let mut json = json!({ "id": self.id, "properties": self.properties, "start": self.start });
        if let Some(percent) = self.percent() {
            json["properties"]["progress"] = percent.into();
        }
        json["status"] = self.status.name().into();
        json["updatedAt"] = self.updated.into();
        if let Some(at) = self.cancelled {
            json["abortionRequestedAt"] = at.into();
        }
        if let Some(end) = self.end {
            json["end"] = end.into();
        }
        if let Some(result) = self.status.result(self.told.as_ref().filter(|_| !to_admin)) {
            json["result"] = result;
        }
        let steps = self.steps.iter().map(|step| step.to_json(to_admin));
        let links = self.links.iter().filter(|link| link.step.is_none()).map(|link| link.to_json(to_admin));
        let tasks: Vec<Value> = steps.chain(links).collect();
        if self.progress.is_some() || !tasks.is_empty() {
            json["tasks"] = tasks.into();
        }
        for (name, notes) in [("infos", &self.infos), ("warnings", &self.warnings)] {
            if !notes.is_empty() {
                json[name] = notes.iter().map(Value::from).collect();
            }
        }
        json
    }

    /// Returns how far it has come, in percent, where anybody counts.
    pub fn percent(&self) -> Option<u8> {
        let Some(Progress { done, total }) = self.progress else { return self.percent };
        let under_way: usize =
            self.links.iter().filter(|link| link.end.is_none()).map(|link| usize::from(link.percent)).sum();
        let percent = (done * 100 + under_way.min((total - done) * 100)).checked_div(total).unwrap_or(100);
        u8::try_from(percent).ok()
    }
}

impl Status {
    /// Returns the name on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Success(_) => "success",
            Self::Failure(_) => "failure",
            Self::Interrupted => "interrupted",
        }
    }

    /// Returns what it has come to; of a failure what is `told` instead, if anything.
    pub(super) fn result(&self, told: Option<&Value>) -> Option<Value> {
        match self {
            Self::Pending => None,
            Self::Success(result) => result.clone(),
            Self::Failure(error) => Some(told.unwrap_or(error).clone()),
            Self::Interrupted => Some(json!({
                "message": "the server stopped while this ran; what a host had begun may have gone on",
                "name": "Interrupted",
            })),
        }
    }
}

impl Step {
    fn to_json(&self, to_admin: bool) -> Value {
        let mut json = json!({
            "id": self.number.to_string(),
            "properties": { "name": self.name, "objectId": self.object },
            "start": self.start,
            "status": self.status.name(),
        });
        if let Some(result) = self.status.result(self.told.as_ref().filter(|_| !to_admin)) {
            json["result"] = result;
        }
        if let Some(end) = self.end {
            json["end"] = end.into();
        }
        json
    }
}

impl From<&Note> for Value {
    fn from(note: &Note) -> Self {
        let mut json = Map::new();
        json.insert("message".to_owned(), note.message.as_str().into());
        json.insert("data".to_owned(), note.data.clone());
        json.into()
    }
}

impl From<&Task> for Value {
    /// Returns the task as administrators see it.
    fn from(task: &Task) -> Self {
        task.to_json(true)
    }
}
