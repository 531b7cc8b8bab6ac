-- What sorts chats into lists, as one number, so that an index leads straight to any list:
-- what people have made of it (open 0, snoozed 4, closed 8, spam 12), 2 more when the buyer waits, and of open ones 1 more
-- when somebody is responsible. The same in features/inbox/server/list/bucket.rs.
ALTER TABLE chats ADD COLUMN bucket smallint NOT NULL GENERATED ALWAYS AS (
    (CASE work_state WHEN 'open' THEN CASE WHEN assignee_id IS NULL THEN 0 ELSE 1 END
                     WHEN 'snoozed' THEN 4 WHEN 'closed' THEN 8 ELSE 12 END
     + CASE WHEN unanswered_since IS NULL THEN 0 ELSE 2 END)::smallint) STORED;
COMMENT ON COLUMN chats.bucket IS 'work_state, whether the buyer waits and whether somebody is responsible, as one number';
