-- The newer roles: what privileges they give, and who has them.

CREATE TABLE acl_roles (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT,
    -- Number of a role that comes with the server; NULL for those that people make.
    template BIGINT UNIQUE
);

CREATE TABLE acl_privileges (
    id TEXT NOT NULL PRIMARY KEY,
    role_id TEXT NOT NULL REFERENCES acl_roles (id) ON DELETE CASCADE,
    resource TEXT NOT NULL,
    action TEXT NOT NULL,
    -- 1 denies, 0 allows.
    deny BIGINT NOT NULL,
    -- A filter on the objects; NULL for all.
    selector TEXT
);
CREATE INDEX acl_privileges_role ON acl_privileges (role_id);

CREATE TABLE acl_user_roles (
    role_id TEXT NOT NULL REFERENCES acl_roles (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (role_id, user_id)
);
CREATE INDEX acl_user_roles_user ON acl_user_roles (user_id);

CREATE TABLE acl_group_roles (
    role_id TEXT NOT NULL REFERENCES acl_roles (id) ON DELETE CASCADE,
    group_id TEXT NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    PRIMARY KEY (role_id, group_id)
);
CREATE INDEX acl_group_roles_group ON acl_group_roles (group_id);
