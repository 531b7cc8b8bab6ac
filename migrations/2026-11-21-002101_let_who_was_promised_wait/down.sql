UPDATE chats SET due_at = NULL, due_kind = NULL, due_since = NULL, is_highlighted = false
    WHERE unanswered_since IS NULL AND promised_at IS NOT NULL;
-- The numbers over the lists follow what a statement moves, and a column that is computed anew is no statement.
UPDATE chats SET promised_at = NULL, promised_until = NULL WHERE promised_at IS NOT NULL;
DROP INDEX chats_of_priority;
ALTER TABLE chats
    DROP CONSTRAINT chats_due_while_waiting,
    DROP COLUMN waits_since,
    DROP COLUMN bucket,
    DROP COLUMN promised_at,
    DROP COLUMN promised_until;
ALTER TABLE chats
    ADD COLUMN bucket smallint NOT NULL GENERATED ALWAYS AS (
        (CASE work_state WHEN 'open' THEN CASE WHEN assignee_id IS NULL THEN 0 ELSE 1 END
                         WHEN 'snoozed' THEN 4 WHEN 'closed' THEN 8 ELSE 12 END
         + CASE WHEN unanswered_since IS NULL THEN 0 ELSE 2 END)::smallint) STORED,
    ADD CONSTRAINT chats_due_while_waiting CHECK (due_at IS NULL OR unanswered_since IS NOT NULL);
COMMENT ON COLUMN chats.bucket IS 'work_state, whether the buyer waits and whether somebody is responsible, as one number';
CREATE INDEX chats_newest ON chats (workspace_id, bucket, last_message_at DESC, id DESC);
CREATE INDEX chats_newest_of_seller ON chats (workspace_id, seller_id, bucket, last_message_at DESC, id DESC);
CREATE INDEX chats_newest_of_person ON chats (workspace_id, assignee_id, bucket, last_message_at DESC, id DESC)
    WHERE assignee_id IS NOT NULL;
CREATE INDEX chats_due ON chats (workspace_id, bucket, coalesce(due_at, 'infinity'), unanswered_since, id)
    WHERE bucket IN (2, 3, 6, 10, 14);
CREATE INDEX chats_due_of_seller ON chats (workspace_id, seller_id, bucket, coalesce(due_at, 'infinity'), unanswered_since, id)
    WHERE bucket IN (2, 3, 6, 10, 14);
CREATE INDEX chats_waiting ON chats (workspace_id, bucket, unanswered_since, id) WHERE bucket IN (2, 3, 6, 10, 14);
CREATE INDEX chats_waiting_of_seller ON chats (workspace_id, seller_id, bucket, unanswered_since, id)
    WHERE bucket IN (2, 3, 6, 10, 14);
CREATE INDEX chats_of_priority ON chats (workspace_id, priority, bucket, last_message_at DESC, id DESC) WHERE priority <> 'normal';
