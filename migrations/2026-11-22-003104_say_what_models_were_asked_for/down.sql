ALTER TABLE model_calls DROP COLUMN task;
