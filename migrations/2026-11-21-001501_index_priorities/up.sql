-- Chats of a priority in the order of the lists. Nearly all are of the usual one and stand in no such index.
DROP INDEX chats_of_priority;
CREATE INDEX chats_of_priority ON chats (workspace_id, priority, bucket, last_message_at DESC, id DESC) WHERE priority <> 'normal';
