DROP INDEX chats_by_preview;
