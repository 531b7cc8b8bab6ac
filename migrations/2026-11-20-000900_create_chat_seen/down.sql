DROP TABLE chat_seen;
