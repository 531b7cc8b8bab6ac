DROP INDEX chats_by_window;
