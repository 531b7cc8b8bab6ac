-- Language models that a workspace has connected, in the order in which they are asked.
CREATE TABLE model_providers (
    workspace_id uuid        NOT NULL REFERENCES workspaces (id),
    id           uuid        NOT NULL,
    kind         text        NOT NULL CHECK (kind IN ('deepseek', 'yandex', 'gigachat', 'openai', 'compatible')),
    model        text        NOT NULL CHECK (char_length(model) BETWEEN 1 AND 200),
    place        text        NOT NULL CHECK (char_length(place) <= 500),
    sealed_key   bytea,
    position     integer     NOT NULL,
    is_enabled   boolean     NOT NULL,
    daily_tokens bigint      CHECK (daily_tokens > 0),
    daily_money  bigint      CHECK (daily_money > 0),
    problem      text,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, id),
    CHECK (sealed_key IS NOT NULL OR kind = 'compatible')
);
COMMENT ON COLUMN model_providers.place IS 'where within the provider: a folder of Yandex, a contract of GigaChat, the address of a server of one''s own';
COMMENT ON COLUMN model_providers.daily_money IS 'the most it may cost in a day, in millionths of the unit of its price';
COMMENT ON COLUMN model_providers.problem IS 'why it is left alone until a person has changed something';
