-- Search by meaning: which model of the provider makes vectors, if any, and why it is left alone. A model that answers and one that
-- makes vectors have troubles of their own.
ALTER TABLE model_providers
    ADD COLUMN vectors_model   text CHECK (char_length(vectors_model) BETWEEN 1 AND 200),
    ADD COLUMN vectors_problem text;
COMMENT ON COLUMN model_providers.vectors_model IS 'the model that says what texts mean; none: search by meaning is off';
COMMENT ON COLUMN model_providers.vectors_problem IS 'why no vectors are asked of it until a person has changed something';
