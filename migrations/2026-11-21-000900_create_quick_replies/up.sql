-- Texts that people keep ready for answers.
CREATE TABLE quick_replies (
    workspace_id uuid        NOT NULL REFERENCES workspaces (id),
    id           uuid        NOT NULL,
    scope        text        NOT NULL CHECK (scope IN ('mine', 'all', 'seller', 'marketplace')),
    owner_id     uuid,
    seller_id    uuid,
    marketplace  text,
    title        text        NOT NULL CHECK (char_length(title) BETWEEN 1 AND 80),
    shortcut     text        CHECK (char_length(shortcut) BETWEEN 1 AND 30),
    folder       text        NOT NULL CHECK (char_length(folder) <= 60),
    body         text        NOT NULL CHECK (char_length(body) BETWEEN 1 AND 4000),
    use_count    bigint      NOT NULL DEFAULT 0,
    last_used_at timestamptz,
    updated_by   uuid        NOT NULL,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, seller_id) REFERENCES sellers (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, updated_by) REFERENCES users (workspace_id, id),
    CHECK ((scope = 'mine') = (owner_id IS NOT NULL)),
    CHECK ((scope = 'seller') = (seller_id IS NOT NULL)),
    CHECK ((scope = 'marketplace') = (marketplace IS NOT NULL))
);
COMMENT ON COLUMN quick_replies.scope IS 'who is offered it: its owner, everybody, or everybody in chats of one seller or one marketplace';
COMMENT ON COLUMN quick_replies.body IS 'with variables as {{name}} or {{name|what stands where the fact is missing}}';
CREATE INDEX quick_replies_owner ON quick_replies (workspace_id, owner_id);
CREATE INDEX quick_replies_seller ON quick_replies (workspace_id, seller_id);
CREATE INDEX quick_replies_updated_by ON quick_replies (workspace_id, updated_by);
