-- Beside what the rules tell and what a person has said, so that none of them writes over another.
ALTER TABLE understandings
    ADD COLUMN model_category  text,
    ADD COLUMN model_urgency   text,
    ADD COLUMN model_sentiment text,
    ADD COLUMN model_language  text,
    ADD COLUMN model_hash      bigint,
    ADD CONSTRAINT understandings_model CHECK (
        (model_category IS NULL) = (model_urgency IS NULL) AND (model_category IS NULL) = (model_sentiment IS NULL)
        AND (model_category IS NULL) = (model_language IS NULL) AND (model_category IS NULL OR model_hash IS NOT NULL));
COMMENT ON COLUMN understandings.model_hash IS 'of the text that a model was asked about; it holds for that text, and nothing was said of it where the rest is missing';
