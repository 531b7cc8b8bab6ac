DROP INDEX chats_open;
DROP INDEX chats_waiting_of_seller;
DROP INDEX chats_waiting;
CREATE INDEX chats_waiting ON chats (workspace_id, coalesce(due_at, 'infinity'), unanswered_since, id)
    WHERE unanswered_since IS NOT NULL;
CREATE INDEX chats_waiting_of_seller ON chats (workspace_id, seller_id, coalesce(due_at, 'infinity'), unanswered_since, id)
    WHERE unanswered_since IS NOT NULL;
