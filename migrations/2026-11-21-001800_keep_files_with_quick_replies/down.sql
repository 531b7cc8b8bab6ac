DROP INDEX files_kept;
DELETE FROM files WHERE origin = 'kept';
ALTER TABLE files
    DROP CONSTRAINT files_quick_reply,
    DROP CONSTRAINT files_of_quick_reply,
    DROP CONSTRAINT files_place,
    DROP CONSTRAINT files_check,
    DROP CONSTRAINT files_origin_check,
    DROP COLUMN quick_reply_id,
    ALTER COLUMN chat_id SET NOT NULL,
    ADD CONSTRAINT files_origin_check CHECK (origin IN ('incoming', 'outgoing')),
    ADD CONSTRAINT files_check CHECK (
        CASE origin WHEN 'incoming' THEN message_id IS NOT NULL AND position IS NOT NULL AND url IS NOT NULL
                    ELSE message_id IS NULL AND author_id IS NOT NULL END);
