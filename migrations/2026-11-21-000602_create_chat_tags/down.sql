DROP TABLE chat_tags;
