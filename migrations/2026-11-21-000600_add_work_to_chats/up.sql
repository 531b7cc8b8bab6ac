-- What people make of a chat, beside what its messages say: who works on it, how urgent it is, whether it is done.
ALTER TABLE chats
    ADD COLUMN work_state    text NOT NULL DEFAULT 'open' CHECK (work_state IN ('open', 'snoozed', 'closed', 'spam')),
    ADD COLUMN set_aside_at  timestamptz,
    ADD COLUMN snoozed_until timestamptz,
    ADD COLUMN assignee_id   uuid,
    ADD COLUMN priority      text NOT NULL DEFAULT 'normal' CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    ADD CONSTRAINT chats_assignee FOREIGN KEY (workspace_id, assignee_id) REFERENCES users (workspace_id, id),
    ADD CONSTRAINT chats_snoozed CHECK ((work_state = 'snoozed') = (snoozed_until IS NOT NULL)),
    ADD CONSTRAINT chats_set_aside CHECK ((work_state = 'open') = (set_aside_at IS NULL));
COMMENT ON COLUMN chats.work_state IS 'open: to be worked on; snoozed, closed: set aside until the buyer writes; spam: set aside for good';
COMMENT ON COLUMN chats.set_aside_at IS 'sent_at of the newest message when the chat was set aside: a buyer''s newer one opens it again';
COMMENT ON COLUMN chats.snoozed_until IS 'when a snoozed chat comes back by itself';
