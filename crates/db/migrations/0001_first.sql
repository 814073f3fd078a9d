-- Common dialect of SQLite and PostgreSQL: BIGINT 0/1 for booleans, BIGINT milliseconds since the epoch for times,
-- TEXT holding JSON for what has parts.

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    -- Lower-cased e-mail: sign-in does not mind the case.
    email_key TEXT NOT NULL UNIQUE,
    permission TEXT NOT NULL,
    preferences TEXT NOT NULL,
    auth_providers TEXT NOT NULL,
    -- PHC string; NULL for a user who signs in elsewhere.
    password_hash TEXT
);

CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY,
    -- SHA-256 of the token, hex; the token itself is not stored.
    hash TEXT NOT NULL UNIQUE,
    -- With the key file, gives back the token of a client that asks again; NULL for tokens without a client.
    seed TEXT,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id TEXT,
    client TEXT,
    description TEXT,
    created_at BIGINT NOT NULL,
    expiration BIGINT NOT NULL,
    last_uses TEXT NOT NULL
);
CREATE INDEX tokens_user ON tokens (user_id);
CREATE INDEX tokens_expiration ON tokens (expiration);
CREATE UNIQUE INDEX tokens_client ON tokens (user_id, client_id);

CREATE TABLE servers (
    id TEXT NOT NULL PRIMARY KEY,
    host TEXT NOT NULL UNIQUE,
    username TEXT NOT NULL,
    -- Sealed with the key file.
    password TEXT NOT NULL,
    label TEXT,
    allow_unauthorized BIGINT NOT NULL,
    enabled BIGINT NOT NULL,
    read_only BIGINT NOT NULL,
    -- Sealed: its URL may carry a password.
    http_proxy TEXT,
    error TEXT
);

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE journal (
    id BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    pool TEXT NOT NULL,
    class TEXT NOT NULL,
    ref TEXT NOT NULL,
    uuid TEXT,
    operation TEXT NOT NULL,
    changes TEXT NOT NULL,
    -- Bytes this entry is counted with against the size limit.
    size BIGINT NOT NULL
);
CREATE INDEX journal_at ON journal (at);
CREATE INDEX journal_ref ON journal (ref, id);
CREATE INDEX journal_uuid ON journal (uuid, id);
CREATE INDEX journal_class ON journal (class, id);

-- One row, kept with each insert and delete: the journal is never counted from its entries.
CREATE TABLE journal_total (
    entries BIGINT NOT NULL,
    bytes BIGINT NOT NULL
);
INSERT INTO journal_total (entries, bytes) VALUES (0, 0);
