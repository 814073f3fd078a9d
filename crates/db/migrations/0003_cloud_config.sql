-- Texts that people keep for cloud-init; `kind` is `network` for those about the network, else empty.

CREATE TABLE cloud_configs (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    template TEXT NOT NULL,
    kind TEXT NOT NULL
);
