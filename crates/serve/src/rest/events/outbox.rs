//! What waits to be written to one client.

use std::collections::VecDeque;

use bytes::Bytes;
use parking_lot::Mutex;
use serde_json::json;
use tokio::sync::Notify;

use super::text;

/// The events that wait, up to a number of bytes; who reads too slowly is told so in place of them, and that is the end.
#[derive(Debug)]
pub(super) struct Outbox {
    limit: usize,
    ready: Notify,
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    texts: VecDeque<Bytes>,
    size: usize,
    is_closed: bool,
}

impl Outbox {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, ready: Notify::new(), waiting: Mutex::default() }
    }

    /// Adds a text of whole events.
    pub(super) fn push(&self, text: &Bytes) {
        let mut waiting = self.waiting.lock();
        if waiting.is_closed {
            return;
        }
        waiting.size += text.len();
        if waiting.size > self.limit {
            let message = format!("more than {} bytes wait to be read; connect again and read faster", self.limit);
            waiting.close("tooSlow", &message, true);
        } else {
            waiting.texts.push_back(text.clone());
        }
        drop(waiting);
        self.ready.notify_one();
    }

    /// Tells why this is the end, after what waits.
    pub(super) fn close(&self, code: &str, message: &str) {
        self.waiting.lock().close(code, message, false);
        self.ready.notify_one();
    }

    /// Returns whether it has been told that this is the end, or will be once it reads.
    pub(super) fn is_closed(&self) -> bool {
        self.waiting.lock().is_closed
    }

    /// Waits until there is something to write; nothing where this is the end.
    pub(super) async fn next(&self) -> Option<Bytes> {
        loop {
            {
                let mut waiting = self.waiting.lock();
                if let Some(text) = waiting.texts.pop_front() {
                    waiting.size -= text.len();
                    return Some(text);
                }
                if waiting.is_closed {
                    return None;
                }
            }
            self.ready.notified().await;
        }
    }
}

impl Waiting {
    fn close(&mut self, code: &str, message: &str, at_once: bool) {
        if self.is_closed {
            return;
        }
        if at_once {
            self.texts.clear();
        }
        let last = text::event("close", &json!({ "code": code, "message": message }));
        self.texts.push_back(last);
        self.size = self.texts.iter().map(Bytes::len).sum();
        self.is_closed = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn rest(outbox: &Outbox) -> String {
        let mut all = String::new();
        while let Some(text) = outbox.next().await {
            all.push_str(std::str::from_utf8(&text).expect("it is text"));
        }
        all
    }

    #[tokio::test]
    async fn what_waits_is_bounded_and_who_is_too_slow_is_told_so_and_nothing_more() {
        let outbox = Outbox::new(100);
        let text = Bytes::from(vec![b'x'; 40]);
        for _ in 0..4 {
            outbox.push(&text);
        }
        let left = rest(&outbox).await;
        assert!(left.starts_with("event: close\ndata: {\"code\":\"tooSlow\","), "{left}");
        assert!(!left.contains('x') || !left.contains("xxxx"), "{left}");
        // Who reads is not.
        let outbox = Outbox::new(100);
        for _ in 0..10 {
            outbox.push(&text);
            assert_eq!(outbox.next().await.as_ref(), Some(&text));
        }
        outbox.push(&text);
        outbox.close("shutdown", "the server is stopping");
        outbox.push(&text);
        let left = rest(&outbox).await;
        assert!(left.starts_with("xxxx") && left.ends_with("\"the server is stopping\"}\n\n"), "{left}");
    }
}
