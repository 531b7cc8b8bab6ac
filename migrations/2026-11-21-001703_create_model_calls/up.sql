-- Every question to a model: what was counted and what it cost, never a text.
CREATE TABLE model_calls (
    workspace_id  uuid        NOT NULL REFERENCES workspaces (id),
    id            uuid        NOT NULL,
    at            timestamptz NOT NULL,
    suggestion_id uuid,
    provider_id   uuid,
    provider      text        NOT NULL,
    model         text        NOT NULL,
    outcome       text        NOT NULL,
    tokens_in     bigint      NOT NULL DEFAULT 0,
    tokens_cached bigint      NOT NULL DEFAULT 0,
    tokens_out    bigint      NOT NULL DEFAULT 0,
    is_guess      boolean     NOT NULL DEFAULT false,
    cost          bigint,
    currency      text,
    first_ms      integer,
    total_ms      integer     NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, suggestion_id) REFERENCES suggestions (workspace_id, id) ON DELETE SET NULL (suggestion_id),
    FOREIGN KEY (workspace_id, provider_id) REFERENCES model_providers (workspace_id, id) ON DELETE SET NULL (provider_id)
);
COMMENT ON COLUMN model_calls.outcome IS 'answered, cancelled, or why not';
COMMENT ON COLUMN model_calls.cost IS 'in millionths of the unit of the currency; none where nobody knows the price';
CREATE INDEX model_calls_at ON model_calls (workspace_id, at);
CREATE INDEX model_calls_suggestion ON model_calls (workspace_id, suggestion_id);
CREATE INDEX model_calls_provider ON model_calls (workspace_id, provider_id, at);
