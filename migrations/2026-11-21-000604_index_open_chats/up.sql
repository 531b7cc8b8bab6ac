-- Lists of chats to be worked on, in the order of deadlines: those who wait, and all.
DROP INDEX chats_waiting;
DROP INDEX chats_waiting_of_seller;
CREATE INDEX chats_waiting ON chats (workspace_id, coalesce(due_at, 'infinity'), coalesce(unanswered_since, 'infinity'),
                                     (timestamptz '2200-01-01 00:00:00+00' - last_message_at), id)
    WHERE work_state = 'open' AND unanswered_since IS NOT NULL;
CREATE INDEX chats_waiting_of_seller ON chats (workspace_id, seller_id, coalesce(due_at, 'infinity'),
                                               coalesce(unanswered_since, 'infinity'),
                                               (timestamptz '2200-01-01 00:00:00+00' - last_message_at), id)
    WHERE work_state = 'open' AND unanswered_since IS NOT NULL;
CREATE INDEX chats_open ON chats (workspace_id, coalesce(due_at, 'infinity'), coalesce(unanswered_since, 'infinity'),
                                  (timestamptz '2200-01-01 00:00:00+00' - last_message_at), id)
    WHERE work_state = 'open';
