-- Who has which chat on the screen right now, and who writes there. Not in the event log and UNLOGGED: it is renewed every
-- few seconds and worth nothing a minute later; what a crash of Postgres empties, the browsers write again.
CREATE UNLOGGED TABLE presences (
    workspace_id uuid        NOT NULL,
    chat_id      uuid        NOT NULL,
    user_id      uuid        NOT NULL,
    tab_id       uuid        NOT NULL,
    since        timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    typing_until timestamptz,
    held_since   timestamptz,
    held_until   timestamptz,
    PRIMARY KEY (workspace_id, chat_id, user_id, tab_id),
    FOREIGN KEY (workspace_id, chat_id) REFERENCES chats (workspace_id, id) ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id) ON DELETE CASCADE
) WITH (fillfactor = 50);
COMMENT ON COLUMN presences.tab_id IS 'made by the browser: a page of this person';
COMMENT ON COLUMN presences.expires_at IS 'the chat is on the screen until then, unless the browser says so again';
COMMENT ON COLUMN presences.held_until IS 'this person answers the chat; others are told, nobody is kept from it';
CREATE INDEX presences_tab ON presences (workspace_id, user_id, tab_id);
