-- What people, and the passing of time, have done to a chat.
CREATE TABLE activities (
    workspace_id uuid        NOT NULL,
    chat_id      uuid        NOT NULL,
    id           uuid        NOT NULL,
    at           timestamptz NOT NULL,
    actor_id     uuid,
    kind         text        NOT NULL,
    details      jsonb,
    PRIMARY KEY (workspace_id, chat_id, id),
    FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, actor_id) REFERENCES users (workspace_id, id)
);
COMMENT ON COLUMN activities.actor_id IS 'null when nobody did it: a buyer wrote, a time has come';
COMMENT ON COLUMN activities.details IS 'what belongs to the kind, names as they were then: readable after a tag is gone';
CREATE INDEX activities_at ON activities (workspace_id, chat_id, at, id);
