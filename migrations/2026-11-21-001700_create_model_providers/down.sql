DROP TABLE model_providers;
