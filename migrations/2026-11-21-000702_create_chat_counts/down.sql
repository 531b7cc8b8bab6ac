DROP TRIGGER count_deleted ON chats;
DROP TRIGGER count_updated ON chats;
DROP TRIGGER count_inserted ON chats;
DROP FUNCTION count_chats_deleted;
DROP FUNCTION count_chats_updated;
DROP FUNCTION count_chats_inserted;
DROP TABLE chat_counts;
