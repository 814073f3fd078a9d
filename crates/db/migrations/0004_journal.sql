-- Calls of users in the journal, and indexes in the order in which it is read: newest first.

ALTER TABLE journal ADD COLUMN user_id TEXT;

DROP INDEX journal_at;
DROP INDEX journal_ref;
DROP INDEX journal_uuid;
DROP INDEX journal_class;
CREATE INDEX journal_at ON journal (at, id);
CREATE INDEX journal_ref ON journal (ref, at, id);
CREATE INDEX journal_uuid ON journal (uuid, at, id);
CREATE INDEX journal_class ON journal (class, at, id);
-- Most entries have no user.
CREATE INDEX journal_user ON journal (user_id, at, id) WHERE user_id IS NOT NULL;

-- The objects that a call named or made; entry is the id in the journal.
CREATE TABLE journal_objects (
    object TEXT NOT NULL,
    at BIGINT NOT NULL,
    entry BIGINT NOT NULL,
    PRIMARY KEY (object, at, entry)
);
CREATE INDEX journal_objects_entry ON journal_objects (entry);

-- What clients read by log.get: calls that failed, and what jobs say.
CREATE TABLE logs (
    namespace TEXT NOT NULL,
    -- Milliseconds since the epoch, with a number behind where several fall together.
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    level TEXT NOT NULL,
    message TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (namespace, id)
);
CREATE INDEX logs_at ON logs (namespace, at, id);
