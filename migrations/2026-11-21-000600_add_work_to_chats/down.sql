ALTER TABLE chats
    DROP COLUMN work_state,
    DROP COLUMN set_aside_at,
    DROP COLUMN snoozed_until,
    DROP COLUMN assignee_id,
    DROP COLUMN priority;
