-- Tasks of the server that outlive a restart: actions, and calls that have failed.

CREATE TABLE tasks (
    id TEXT NOT NULL PRIMARY KEY,
    -- Milliseconds since the epoch.
    start BIGINT NOT NULL,
    -- Nothing while it runs.
    ended BIGINT,
    -- The task in JSON.
    record TEXT NOT NULL
);
CREATE INDEX tasks_start ON tasks (start, id);
