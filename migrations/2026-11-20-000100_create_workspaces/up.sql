-- A customer of ours. Every other row belongs to exactly one workspace and names it first in its primary key.
CREATE TABLE workspaces (
    id         uuid        NOT NULL PRIMARY KEY,
    name       text        NOT NULL CHECK (name <> ''),
    time_zone  text        NOT NULL DEFAULT 'Europe/Moscow',
    created_at timestamptz NOT NULL
);
COMMENT ON COLUMN workspaces.time_zone IS 'IANA name; screens show instants in this zone';
