-- What was sent stays in the history as a message of the shop; what was not sent cannot be kept without its file.
UPDATE messages m SET reply_id = NULL, author = 'seller_elsewhere'
FROM replies r WHERE r.workspace_id = m.workspace_id AND r.id = m.reply_id AND r.file_id IS NOT NULL;
DELETE FROM replies WHERE file_id IS NOT NULL;
DROP INDEX replies_file;
ALTER TABLE replies DROP CONSTRAINT replies_body_check;
ALTER TABLE replies DROP CONSTRAINT replies_file_fkey;
ALTER TABLE replies DROP COLUMN file_id;
ALTER TABLE replies ADD CONSTRAINT replies_body_check CHECK (body <> '');
