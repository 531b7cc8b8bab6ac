DROP INDEX messages_received;
DROP TABLE search_marks;
DROP TABLE search_words;
