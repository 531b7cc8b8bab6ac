-- Which buckets wait is told by their numbers alone. Beside the number, a second condition that says the same makes the
-- planner expect a fiftieth of the chats that there are, and sort them all instead of walking in their order.
DROP INDEX chats_due;
DROP INDEX chats_due_of_seller;
DROP INDEX chats_waiting;
DROP INDEX chats_waiting_of_seller;
CREATE INDEX chats_due ON chats (workspace_id, bucket, coalesce(due_at, 'infinity'), unanswered_since, id)
    WHERE bucket IN (2, 3, 6, 10, 14);
CREATE INDEX chats_due_of_seller ON chats (workspace_id, seller_id, bucket, coalesce(due_at, 'infinity'), unanswered_since, id)
    WHERE bucket IN (2, 3, 6, 10, 14);
CREATE INDEX chats_waiting ON chats (workspace_id, bucket, unanswered_since, id) WHERE bucket IN (2, 3, 6, 10, 14);
CREATE INDEX chats_waiting_of_seller ON chats (workspace_id, seller_id, bucket, unanswered_since, id)
    WHERE bucket IN (2, 3, 6, 10, 14);
