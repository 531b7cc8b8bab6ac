DROP TABLE chat_stars;
