ALTER TABLE chats DROP CONSTRAINT chats_due_while_waiting;
