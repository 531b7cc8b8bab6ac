DROP INDEX chats_of_priority;
CREATE INDEX chats_of_priority ON chats (workspace_id, priority) WHERE priority <> 'normal';
