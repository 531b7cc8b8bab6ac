-- How a workspace wants drafts to be made; whoever has no row wants the usual.
CREATE TABLE suggestion_settings (
    workspace_id     uuid        NOT NULL REFERENCES workspaces (id),
    is_automatic     boolean     NOT NULL,
    is_abroad_allowed boolean    NOT NULL,
    daily_calls      integer     NOT NULL CHECK (daily_calls >= 0),
    tone             text        NOT NULL CHECK (tone IN ('neutral', 'friendly', 'formal')),
    changed_by       uuid        NOT NULL,
    changed_at       timestamptz NOT NULL,
    PRIMARY KEY (workspace_id),
    FOREIGN KEY (workspace_id, changed_by) REFERENCES users (workspace_id, id)
);
COMMENT ON COLUMN suggestion_settings.is_abroad_allowed IS 'whether providers may be asked to whom texts leave the country';
