DROP INDEX chats_of_priority;
DROP INDEX chats_waiting_of_seller;
DROP INDEX chats_waiting;
DROP INDEX chats_due_of_seller;
DROP INDEX chats_due;
DROP INDEX chats_newest_of_person;
DROP INDEX chats_newest_of_seller;
DROP INDEX chats_newest;
CREATE INDEX chats_all ON chats (workspace_id, last_message_at DESC, id DESC);
CREATE INDEX chats_all_of_seller ON chats (workspace_id, seller_id, last_message_at DESC, id DESC);
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
