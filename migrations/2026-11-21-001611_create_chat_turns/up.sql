-- What a buyer has written since somebody last answered, and the rules that it is answered by.
CREATE TABLE chat_turns (
    workspace_id uuid        NOT NULL,
    chat_id      uuid        NOT NULL,
    start_id     text        NOT NULL,
    started_at   timestamptz NOT NULL,
    ended_at     timestamptz,
    heard        integer     NOT NULL,
    version      integer     NOT NULL,
    terms        jsonb       NOT NULL,
    PRIMARY KEY (workspace_id, chat_id, start_id),
    FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN chat_turns.start_id IS 'the first message of the turn, by its id at the marketplace';
COMMENT ON COLUMN chat_turns.heard IS 'how many messages of the buyer the policy was chosen for';
COMMENT ON COLUMN chat_turns.version IS 'the version of the rules: a turn keeps that of its beginning';
COMMENT ON COLUMN chat_turns.terms IS 'the policy that was found, its goals, and how urgent the turn is and why';
