-- Chats by when they stop taking messages: those where it ends soon are few among all.
CREATE INDEX chats_by_window ON chats (workspace_id, window_until) WHERE window_until IS NOT NULL;
