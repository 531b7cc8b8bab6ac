-- When something is to be done next about the clocks of a chat. One row a chat and nothing else, so that asking what is due costs the
-- same however many chats are open.
CREATE TABLE clock_wakes (
    workspace_id uuid        NOT NULL,
    chat_id      uuid        NOT NULL,
    at           timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, chat_id),
    FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX clock_wakes_at ON clock_wakes (at);
