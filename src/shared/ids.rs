//! Ids of our own rows. Ids given by a marketplace stay text: some are above 2^53 and a browser would round them.

id_type!(/// A customer of ours: its people, sellers and rules.
    WorkspaceId);
id_type!(/// A person who works in a workspace.
    UserId);
id_type!(/// One marketplace account with its own credentials.
    SellerId);
id_type!(/// One thread with a buyer.
    ChatId);
id_type!(/// A reply written here; made by the browser, so that a double click is one reply.
    ReplyId);
id_type!(/// A unit of background work.
    JobId);
id_type!(/// A push of a marketplace, as it came.
    PushId);
id_type!(/// A stored file: one that came in a message, or one that waits to be sent.
    FileId);
id_type!(/// A page of the product in somebody's browser; made there.
    TabId);
id_type!(/// Something that a person is told.
    NoticeId);
id_type!(/// A word that people put on chats.
    TagId);
id_type!(/// A list that somebody keeps; made by the browser, so that a double click is one.
    SavedFilterId);
id_type!(/// A text kept ready for answers; made by the browser, so that saving twice is one.
    QuickReplyId);
id_type!(/// What people write to each other beside a chat; made by the browser, so that a double click is one note.
    NoteId);
id_type!(/// Something that is done to many chats; made by the browser, so that a double click is one.
    BulkJobId);
id_type!(/// Something that a supervisor is told outside of the product.
    NewsId);
id_type!(/// An answer that a buyer was promised.
    PromiseId);
id_type!(/// An entry of what was done to a chat.
    ActivityId);
id_type!(/// A rule about how soon chats are answered; made by the browser, so that saving twice is one.
    PolicyId);
id_type!(/// When people of a workspace work; made by the browser, so that saving twice is one.
    CalendarId);
id_type!(/// Something that the shop knows, written down; made by the browser, so that saving twice is one.
    ArticleId);
id_type!(/// A draft of an answer.
    SuggestionId);
id_type!(/// A language model that a workspace has connected; made by the browser, so that saving twice is one.
    ProviderId);
