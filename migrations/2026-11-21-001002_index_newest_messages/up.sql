-- All messages of a workspace from the newest: where common words are looked for.
CREATE INDEX messages_newest ON messages (workspace_id, sent_at);
