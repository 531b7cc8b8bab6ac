-- Whoever has a deadline waits: lists of deadlines need not look at those who do not.
ALTER TABLE chats ADD CONSTRAINT chats_due_while_waiting CHECK (due_at IS NULL OR unanswered_since IS NOT NULL);
