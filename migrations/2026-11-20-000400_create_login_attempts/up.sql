-- Failed log-ins, so that limits survive a restart and hold for all instances. No workspace: nobody is known yet.
CREATE TABLE login_attempts (
    id  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text        NOT NULL,
    at  timestamptz NOT NULL
);
COMMENT ON COLUMN login_attempts.key IS 'email:<SHA-256 of the address> or ip:<address>';
CREATE INDEX login_attempts_key_at ON login_attempts (key, at);
