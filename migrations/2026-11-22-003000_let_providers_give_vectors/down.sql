ALTER TABLE model_providers
    DROP COLUMN vectors_model,
    DROP COLUMN vectors_problem;
