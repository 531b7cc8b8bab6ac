-- The chats of what is done to many: how each was when they were chosen, what became of it, and how it was before.
CREATE TABLE bulk_items (
    workspace_id uuid        NOT NULL,
    job_id       uuid        NOT NULL,
    chat_id      uuid        NOT NULL,
    seen_up_to   timestamptz NOT NULL,
    holder_id    uuid,
    outcome      text CHECK (outcome IN ('done', 'unchanged', 'skipped', 'failed', 'undone', 'left_alone')),
    reason       text,
    before       jsonb,
    acted_at     timestamptz,
    PRIMARY KEY (workspace_id, job_id, chat_id),
    FOREIGN KEY (workspace_id, job_id) REFERENCES bulk_jobs (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN bulk_items.seen_up_to IS 'when the newest message was sent that was there when the chats were chosen';
COMMENT ON COLUMN bulk_items.holder_id IS 'who was responsible when the chats were chosen';
COMMENT ON COLUMN bulk_items.outcome IS 'null while nobody has got to it';
CREATE INDEX bulk_items_chat ON bulk_items (workspace_id, chat_id);
