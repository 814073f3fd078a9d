-- Alarms that somebody has acknowledged, until the message is gone.

CREATE TABLE acknowledgements (
    -- Uuid of the message.
    message TEXT NOT NULL PRIMARY KEY,
    pool TEXT NOT NULL,
    user_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    note TEXT
);
CREATE INDEX acknowledgements_pool ON acknowledgements (pool);
