-- A reply may wait before it leaves: a few seconds in which it can be taken back, or until a chosen time.
ALTER TABLE replies
    ADD COLUMN deliver_at     timestamptz,
    ADD COLUMN planned_after  timestamptz,
    ADD COLUMN closes_chat    boolean NOT NULL DEFAULT false,
    ADD COLUMN sent_over      jsonb   NOT NULL DEFAULT '[]';
ALTER TABLE replies DROP CONSTRAINT replies_state_check;
ALTER TABLE replies ADD CONSTRAINT replies_state_check CHECK (state IN
    ('scheduled', 'queued', 'sending', 'sent', 'visible', 'rejected', 'unsure', 'failed', 'withdrawn'));
ALTER TABLE replies ADD CONSTRAINT replies_scheduled_check
    CHECK (state <> 'scheduled' OR (deliver_at IS NOT NULL AND planned_after IS NOT NULL));
COMMENT ON COLUMN replies.deliver_at IS 'not to leave before this; no value: at once';
COMMENT ON COLUMN replies.planned_after IS 'scheduled: sent_at of the newest message then; a buyer''s later one cancels it';
COMMENT ON COLUMN replies.closes_chat IS 'the chat was closed with it, and opens again when it is taken back';
COMMENT ON COLUMN replies.sent_over IS 'warnings about risky words that the author has sent it over: rule, words, version of the rules';
-- A file that was taken back may be sent by another reply.
DROP INDEX replies_file;
CREATE UNIQUE INDEX replies_file ON replies (workspace_id, file_id) WHERE file_id IS NOT NULL AND state <> 'withdrawn';
DROP INDEX replies_unsettled;
CREATE INDEX replies_unsettled ON replies (workspace_id, chat_id, created_at, id)
    WHERE state IN ('scheduled', 'queued', 'sending', 'sent', 'unsure');
