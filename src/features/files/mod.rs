//! Files of chats: pictures and documents that came in messages, and those that wait to be sent.
