-- Whoever was promised an answer waits for it, also when it is not their turn to be answered: the chat stands with those that wait, in
-- the order of its deadline. What sorts chats into lists (000700, features/inbox/server/list/bucket.rs) goes by this.
ALTER TABLE chats DROP CONSTRAINT chats_due_while_waiting;
DROP INDEX chats_of_priority;
ALTER TABLE chats
    DROP COLUMN bucket,
    ADD COLUMN promised_at    timestamptz,
    ADD COLUMN promised_until timestamptz,
    ADD CONSTRAINT chats_promised CHECK ((promised_at IS NULL) = (promised_until IS NULL));
ALTER TABLE chats
    ADD COLUMN waits_since timestamptz GENERATED ALWAYS AS (coalesce(unanswered_since, promised_at)) STORED,
    ADD COLUMN bucket smallint NOT NULL GENERATED ALWAYS AS (
        (CASE work_state WHEN 'open' THEN CASE WHEN assignee_id IS NULL THEN 0 ELSE 1 END
                         WHEN 'snoozed' THEN 4 WHEN 'closed' THEN 8 ELSE 12 END
         + CASE WHEN unanswered_since IS NULL AND promised_at IS NULL THEN 0 ELSE 2 END)::smallint) STORED,
    ADD CONSTRAINT chats_due_while_waiting CHECK (due_at IS NULL OR unanswered_since IS NOT NULL OR promised_at IS NOT NULL);
COMMENT ON COLUMN chats.promised_at IS 'when the promise was made that is to be kept first';
COMMENT ON COLUMN chats.promised_until IS 'until when it is to be kept';
COMMENT ON COLUMN chats.waits_since IS 'since when somebody waits for us: the buyer for an answer, or for what was promised';
COMMENT ON COLUMN chats.bucket IS 'work_state, whether somebody waits for us and whether somebody is responsible, as one number';
CREATE INDEX chats_newest ON chats (workspace_id, bucket, last_message_at DESC, id DESC);
CREATE INDEX chats_newest_of_seller ON chats (workspace_id, seller_id, bucket, last_message_at DESC, id DESC);
CREATE INDEX chats_newest_of_person ON chats (workspace_id, assignee_id, bucket, last_message_at DESC, id DESC)
    WHERE assignee_id IS NOT NULL;
CREATE INDEX chats_due ON chats (workspace_id, bucket, coalesce(due_at, 'infinity'), waits_since, id)
    WHERE bucket IN (2, 3, 6, 10, 14);
CREATE INDEX chats_due_of_seller ON chats (workspace_id, seller_id, bucket, coalesce(due_at, 'infinity'), waits_since, id)
    WHERE bucket IN (2, 3, 6, 10, 14);
CREATE INDEX chats_waiting ON chats (workspace_id, bucket, waits_since, id) WHERE bucket IN (2, 3, 6, 10, 14);
CREATE INDEX chats_waiting_of_seller ON chats (workspace_id, seller_id, bucket, waits_since, id)
    WHERE bucket IN (2, 3, 6, 10, 14);
CREATE INDEX chats_of_priority ON chats (workspace_id, priority, bucket, last_message_at DESC, id DESC) WHERE priority <> 'normal';
-- A promise may be kept in the marketplace's own cabinet, so such chats are looked at again, those that wait longest first.
CREATE INDEX chats_promised ON chats (workspace_id, seller_id, checked_at) WHERE promised_at IS NOT NULL;
