-- Pools whose hosts are updated or restarted one after the other: how far that has come.

CREATE TABLE rolls (
    -- Id of the pool.
    pool TEXT NOT NULL PRIMARY KEY,
    -- Milliseconds since the epoch.
    updated BIGINT NOT NULL,
    -- How far it has come, in JSON.
    record TEXT NOT NULL
);
