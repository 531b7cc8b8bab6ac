CREATE TABLE users (
    workspace_id  uuid        NOT NULL REFERENCES workspaces (id),
    id            uuid        NOT NULL,
    email         text        NOT NULL CHECK (email = lower(email) AND email <> ''),
    name          text        NOT NULL CHECK (name <> ''),
    role          text        NOT NULL CHECK (role IN ('owner', 'admin', 'operator', 'viewer')),
    password_hash text        NOT NULL,
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    UNIQUE (workspace_id, email)
);
-- Directory of log-in names. Logging in happens before a workspace is known, so this is one of the few tables that are
-- keyed by something else; spread over several databases it is the small one that stands on each.
CREATE TABLE sign_in_names (
    email        text NOT NULL PRIMARY KEY,
    workspace_id uuid NOT NULL,
    user_id      uuid NOT NULL,
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX sign_in_names_user ON sign_in_names (workspace_id, user_id);
