DROP INDEX chat_turns_open;
DROP TABLE rule_applications;
