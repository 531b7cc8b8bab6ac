DROP TABLE chat_turns;
