DROP INDEX messages_newest;
