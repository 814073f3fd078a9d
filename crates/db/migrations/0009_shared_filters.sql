-- Filters that somebody keeps for all users: by type of objects, each name once.

CREATE TABLE shared_filters (
    id TEXT NOT NULL PRIMARY KEY,
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    filter TEXT NOT NULL,
    -- Who made it; the user may be gone.
    user_id TEXT NOT NULL,
    UNIQUE (type, name)
);
