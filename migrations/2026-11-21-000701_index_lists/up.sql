-- A list is some buckets one after the other or side by side; within a bucket the chats stand in an order of the lists.
-- Chats that do not wait stand newest first in every order, so only those that wait need indexes of further orders.
DROP INDEX chats_all;
DROP INDEX chats_all_of_seller;
DROP INDEX chats_waiting;
DROP INDEX chats_waiting_of_seller;
DROP INDEX chats_open;
CREATE INDEX chats_newest ON chats (workspace_id, bucket, last_message_at DESC, id DESC);
CREATE INDEX chats_newest_of_seller ON chats (workspace_id, seller_id, bucket, last_message_at DESC, id DESC);
CREATE INDEX chats_newest_of_person ON chats (workspace_id, assignee_id, bucket, last_message_at DESC, id DESC)
    WHERE assignee_id IS NOT NULL;
CREATE INDEX chats_due ON chats (workspace_id, bucket, coalesce(due_at, 'infinity'), unanswered_since, id)
    WHERE unanswered_since IS NOT NULL;
CREATE INDEX chats_due_of_seller ON chats (workspace_id, seller_id, bucket, coalesce(due_at, 'infinity'), unanswered_since, id)
    WHERE unanswered_since IS NOT NULL;
CREATE INDEX chats_waiting ON chats (workspace_id, bucket, unanswered_since, id) WHERE unanswered_since IS NOT NULL;
CREATE INDEX chats_waiting_of_seller ON chats (workspace_id, seller_id, bucket, unanswered_since, id)
    WHERE unanswered_since IS NOT NULL;
-- Filters look for what few chats are.
CREATE INDEX chats_of_priority ON chats (workspace_id, priority) WHERE priority <> 'normal';
