-- Vectors are paid for like answers, but no draft is given up because many of them were made.
ALTER TABLE model_calls ADD COLUMN is_for_vectors boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN model_calls.is_for_vectors IS 'texts were made vectors; does not count for the questions of a day';
