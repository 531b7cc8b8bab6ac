ALTER TABLE model_calls DROP COLUMN is_for_vectors;
