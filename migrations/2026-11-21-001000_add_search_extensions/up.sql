-- Trigrams find the word that was meant; btree_gin lets an index of words begin with the workspace. Both are trusted: the
-- owner of the database may create them.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;
