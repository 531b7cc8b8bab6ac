-- Whoever had left has no name to log in with, so nobody gets in by this.
ALTER TABLE users DROP COLUMN left_at;
