-- A reply is a text or one file: Ozon takes one file a call, without a text beside it.
ALTER TABLE replies ADD COLUMN file_id uuid;
ALTER TABLE replies ADD CONSTRAINT replies_file_fkey FOREIGN KEY (workspace_id, file_id) REFERENCES files (workspace_id, id);
ALTER TABLE replies DROP CONSTRAINT replies_body_check;
ALTER TABLE replies ADD CONSTRAINT replies_body_check CHECK ((body <> '') = (file_id IS NULL));
CREATE UNIQUE INDEX replies_file ON replies (workspace_id, file_id) WHERE file_id IS NOT NULL;
COMMENT ON COLUMN replies.file_id IS 'the file this reply is; then it has no text';
