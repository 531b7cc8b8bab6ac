DROP TABLE cached_answers;
