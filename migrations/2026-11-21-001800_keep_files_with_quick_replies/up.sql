-- A file kept with a quick reply belongs to no chat; each use makes a file of the chat of it.
ALTER TABLE files
    ALTER COLUMN chat_id DROP NOT NULL,
    ADD COLUMN quick_reply_id uuid,
    DROP CONSTRAINT files_origin_check,
    DROP CONSTRAINT files_check,
    ADD CONSTRAINT files_origin_check CHECK (origin IN ('incoming', 'outgoing', 'kept')),
    ADD CONSTRAINT files_check CHECK (
        CASE origin WHEN 'incoming' THEN message_id IS NOT NULL AND position IS NOT NULL AND url IS NOT NULL
                    ELSE message_id IS NULL AND author_id IS NOT NULL END),
    ADD CONSTRAINT files_place CHECK ((chat_id IS NULL) = (origin = 'kept')),
    ADD CONSTRAINT files_of_quick_reply CHECK (quick_reply_id IS NULL OR origin = 'kept' AND position IS NOT NULL),
    ADD CONSTRAINT files_quick_reply FOREIGN KEY (workspace_id, quick_reply_id)
        REFERENCES quick_replies (workspace_id, id) ON DELETE SET NULL (quick_reply_id);
COMMENT ON COLUMN files.quick_reply_id IS 'kept: the quick reply it is sent with; none while the form is open, and after it was taken away';
CREATE INDEX files_kept ON files (workspace_id, quick_reply_id, position) WHERE origin = 'kept';
