ALTER TABLE model_calls ADD COLUMN task text;
COMMENT ON COLUMN model_calls.task IS 'what was asked for: draft, summary, trial, understanding, vectors; none of earlier questions';
