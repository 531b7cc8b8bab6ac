DROP INDEX chats_due;
DROP INDEX chats_due_of_seller;
DROP INDEX chats_waiting;
DROP INDEX chats_waiting_of_seller;
CREATE INDEX chats_due ON chats (workspace_id, bucket, coalesce(due_at, 'infinity'), unanswered_since, id)
    WHERE unanswered_since IS NOT NULL;
CREATE INDEX chats_due_of_seller ON chats (workspace_id, seller_id, bucket, coalesce(due_at, 'infinity'), unanswered_since, id)
    WHERE unanswered_since IS NOT NULL;
CREATE INDEX chats_waiting ON chats (workspace_id, bucket, unanswered_since, id) WHERE unanswered_since IS NOT NULL;
CREATE INDEX chats_waiting_of_seller ON chats (workspace_id, seller_id, bucket, unanswered_since, id)
    WHERE unanswered_since IS NOT NULL;
