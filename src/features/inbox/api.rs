//! What a browser may ask of the inbox. Every function here is a public HTTP endpoint.

use super::bulk::{BulkAct, BulkChats, BulkPlan, BulkReport, BulkView};
use super::saved_filter::{BrokenFilters, FilterPart, KeptFor, Leaving, SavedCount, SavedPlace, SavedView};
use super::types::{
    ChangedRows, ChatListPage, ChatView, Companion, Doing, Finds, Holder, ListCursor, ListQuery,
    MessageCursor, MessageView, NoteView, Priority, SendHow, Served, Slice, Spot, Stretch, TagColor, TagUse,
    TagView, TakenBack,
};
use crate::features::sla::explanation::ClockView;
use crate::features::understanding::types::Given;
use crate::shared::error::AppError;
use crate::shared::ids::{BulkJobId, ChatId, FileId, NoteId, ReplyId, SavedFilterId, TabId, TagId, UserId};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use server_fn::codec::Json;
#[cfg(feature = "ssr")]
use {
    super::server::*, crate::context::answer, crate::features::sla::server::explain as clocks,
    crate::shared::role::Permission,
};

/// A page of a list, with the counters over it.
#[server(endpoint = "inbox/chats", input = Json)]
pub async fn chats(query: ListQuery, after: Option<ListCursor>) -> Result<ChatListPage, AppError> {
    answer(Permission::ReadChats, async move |ask| list::page(&ask, &query, after).await).await
}

/// The present state of the given chats; those the person may not see are left out.
#[server(endpoint = "inbox/rows", input = Json)]
pub async fn rows(query: ListQuery, chats: Vec<ChatId>) -> Result<ChangedRows, AppError> {
    answer(Permission::ReadChats, async move |ask| list::changed(&ask, &query, &chats).await).await
}

/// The most urgent chat that nobody else is responsible for, within a list's seller and filter; the person is responsible
/// from now on. `passed` are those that the person was given and left.
#[server(endpoint = "inbox/next", input = Json)]
pub async fn next(query: ListQuery, passed: Vec<Served>) -> Result<Option<Served>, AppError> {
    answer(Permission::ReplyToChats, async move |ask| list::next(&ask, &query, &passed).await).await
}

/// A chat with its newest messages and the person's draft.
#[server(endpoint = "inbox/open", input = Json)]
pub async fn open(chat: ChatId) -> Result<ChatView, AppError> {
    answer(Permission::ReadChats, async move |ask| window::open(&ask, chat).await).await
}

/// Messages before `before`, or the newest ones, oldest first, and what stands between them.
#[server(endpoint = "inbox/messages", input = Json)]
pub async fn messages(chat: ChatId, before: Option<MessageCursor>) -> Result<Stretch, AppError> {
    answer(Permission::ReadChats, async move |ask| window::messages(&ask, chat, before).await).await
}

/// The messages around a place of a chat, or those that follow one.
#[server(endpoint = "inbox/around", input = Json)]
pub async fn around(chat: ChatId, spot: Spot) -> Result<Slice, AppError> {
    answer(Permission::ReadChats, async move |ask| around::around(&ask, chat, spot).await).await
}

/// The messages of one chat that hold a text, newest first.
#[server(endpoint = "inbox/find", input = Json)]
pub async fn find(chat: ChatId, text: String) -> Result<Finds, AppError> {
    answer(Permission::ReadChats, async move |ask| find::find(&ask, chat, &text).await).await
}

/// The clocks of a chat with everything that explains them: those that run first, then the newest.
#[server(endpoint = "inbox/explain", input = Json)]
pub async fn explain(chat: ChatId) -> Result<Vec<ClockView>, AppError> {
    answer(Permission::ReadChats, async move |ask| clocks::of_chat(&ask, chat).await).await
}

/// Notes that the person has looked at everything the chat holds.
#[server(endpoint = "inbox/seen", input = Json)]
pub async fn seen(chat: ChatId) -> Result<(), AppError> {
    answer(Permission::ReadChats, async move |ask| seen::mark(&ask, chat).await).await
}

/// Puts a reply into the outbox. The same `reply` twice is one reply.
#[server(endpoint = "inbox/reply", input = Json)]
pub async fn reply(
    chat: ChatId,
    reply: ReplyId,
    text: String,
    #[server(default)] how: SendHow,
) -> Result<MessageView, AppError> {
    answer(Permission::ReplyToChats, async move |ask| reply::write(&ask, chat, reply, &text, &how).await)
        .await
}

/// Puts an uploaded file into the outbox. The same `reply` twice is one reply.
#[server(endpoint = "inbox/send_file", input = Json)]
pub async fn send_file(
    chat: ChatId,
    reply: ReplyId,
    file: FileId,
    #[server(default)] how: SendHow,
) -> Result<MessageView, AppError> {
    answer(Permission::ReplyToChats, async move |ask| reply::write_file(&ask, chat, reply, file, &how).await)
        .await
}

/// Takes a reply back that has not left yet.
#[server(endpoint = "inbox/take_back", input = Json)]
pub async fn take_back(reply: ReplyId) -> Result<TakenBack, AppError> {
    answer(Permission::ReplyToChats, async move |ask| hold::take_back(&ask, reply).await).await
}

/// Sends a reply now that was to leave later.
#[server(endpoint = "inbox/send_now", input = Json)]
pub async fn send_now(reply: ReplyId) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| hold::send_now(&ask, reply).await).await
}

/// Sends a failed or unsure reply once more, because a person asks for it.
#[server(endpoint = "inbox/retry", input = Json)]
pub async fn retry(reply: ReplyId) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| reply::retry(&ask, reply).await).await
}

/// Keeps what the person has typed, and when. An empty text deletes the draft; an older text changes nothing.
#[server(endpoint = "inbox/save_draft", input = Json)]
pub async fn save_draft(chat: ChatId, text: String, typed_at: DateTime<Utc>) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| draft::save(&ask, chat, &text, typed_at).await).await
}

/// Begins a chat about a posting of the order that `chat` is about, or finds the one that is open.
#[server(endpoint = "inbox/start_chat", input = Json)]
pub async fn start_chat(chat: ChatId, posting: String) -> Result<ChatId, AppError> {
    answer(Permission::ReplyToChats, async move |ask| start::start(&ask, chat, &posting).await).await
}

/// Gives a chat to somebody, or to nobody; `was` is who held it on the person's screen.
#[server(endpoint = "inbox/assign", input = Json)]
pub async fn assign(chat: ChatId, to: Holder, was: Holder) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| assign::assign(&ask, chat, to, was).await).await
}

/// Says how urgent a chat is.
#[server(endpoint = "inbox/prioritise", input = Json)]
pub async fn prioritise(chat: ChatId, priority: Priority) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| prioritise::set(&ask, chat, priority).await).await
}

/// Says what the buyer's newest messages are about, where the rules have not understood it.
#[server(endpoint = "inbox/correct_understanding", input = Json)]
pub async fn correct_understanding(chat: ChatId, said: Given) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| correct_understanding::correct(&ask, chat, said).await)
        .await
}

/// Puts a tag on a chat.
#[server(endpoint = "inbox/add_tag", input = Json)]
pub async fn add_tag(chat: ChatId, tag: TagId) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| tag_chat::add(&ask, chat, tag).await).await
}

/// Takes a tag off a chat.
#[server(endpoint = "inbox/remove_tag", input = Json)]
pub async fn remove_tag(chat: ChatId, tag: TagId) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| tag_chat::remove(&ask, chat, tag).await).await
}

/// Sets a chat aside as done; `seen` is the newest message on the person's screen.
#[server(endpoint = "inbox/close", input = Json)]
pub async fn close(chat: ChatId, seen: Option<MessageCursor>) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| set_aside::close(&ask, chat, seen).await).await
}

/// Puts a chat off to a moment; `seen` is the newest message on the person's screen.
#[server(endpoint = "inbox/snooze", input = Json)]
pub async fn snooze(chat: ChatId, seen: Option<MessageCursor>, until: DateTime<Utc>) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| set_aside::snooze(&ask, chat, seen, until).await).await
}

/// Promises the buyer an answer by a moment, in the place of what was promised before.
#[server(endpoint = "inbox/promise_answer", input = Json)]
pub async fn promise_answer(chat: ChatId, until: DateTime<Utc>) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| promise::make(&ask, chat, until).await).await
}

/// Takes back what was promised.
#[server(endpoint = "inbox/drop_promise", input = Json)]
pub async fn drop_promise(chat: ChatId) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| promise::take_back(&ask, chat).await).await
}

/// Sets a chat aside as spam; `seen` is the newest message on the person's screen.
#[server(endpoint = "inbox/mark_spam", input = Json)]
pub async fn mark_spam(chat: ChatId, seen: Option<MessageCursor>) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| set_aside::mark_spam(&ask, chat, seen).await).await
}

/// Takes up a chat again that was set aside.
#[server(endpoint = "inbox/reopen", input = Json)]
pub async fn reopen(chat: ChatId) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| set_aside::reopen(&ask, chat).await).await
}

/// Marks a chat for the person alone.
#[server(endpoint = "inbox/star", input = Json)]
pub async fn star(chat: ChatId) -> Result<(), AppError> {
    answer(Permission::ReadChats, async move |ask| star::set(&ask, chat, true).await).await
}

/// Takes the person's mark away.
#[server(endpoint = "inbox/unstar", input = Json)]
pub async fn unstar(chat: ChatId) -> Result<(), AppError> {
    answer(Permission::ReadChats, async move |ask| star::set(&ask, chat, false).await).await
}

/// How many chats a list holds, for doing something to all of them; `None` when they take too long to count.
#[server(endpoint = "inbox/count_bulk", input = Json)]
pub async fn count_bulk(query: ListQuery) -> Result<Option<i64>, AppError> {
    answer(Permission::ReplyToChats, async move |ask| bulk::read::size(&ask, &query).await).await
}

/// Plans what is to be done to many chats: which ones is certain from now on, and nothing happens yet.
#[server(endpoint = "inbox/plan_bulk", input = Json)]
pub async fn plan_bulk(job: BulkJobId, chats: BulkChats, act: BulkAct) -> Result<BulkPlan, AppError> {
    answer(Permission::ReplyToChats, async move |ask| bulk::plan::plan(&ask, job, &chats, &act).await).await
}

/// Has done what was planned. Confirmed twice it is done once.
#[server(endpoint = "inbox/start_bulk", input = Json)]
pub async fn start_bulk(job: BulkJobId) -> Result<BulkView, AppError> {
    answer(Permission::ReplyToChats, async move |ask| bulk::control::start(&ask, job).await).await
}

/// Ends it before all chats have had their turn.
#[server(endpoint = "inbox/stop_bulk", input = Json)]
pub async fn stop_bulk(job: BulkJobId) -> Result<BulkView, AppError> {
    answer(Permission::ReplyToChats, async move |ask| bulk::control::stop(&ask, job).await).await
}

/// Has undone what was done to many chats; who has been changed by somebody since is left alone.
#[server(endpoint = "inbox/undo_bulk", input = Json)]
pub async fn undo_bulk(job: BulkJobId) -> Result<BulkView, AppError> {
    answer(Permission::ReplyToChats, async move |ask| bulk::control::undo(&ask, job).await).await
}

/// Shows a job that is over no more.
#[server(endpoint = "inbox/dismiss_bulk", input = Json)]
pub async fn dismiss_bulk(job: BulkJobId) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| bulk::control::dismiss(&ask, job).await).await
}

/// The person's jobs that go on, or were over a short while ago.
#[server(endpoint = "inbox/bulk_jobs", input = Json)]
pub async fn bulk_jobs() -> Result<Vec<BulkView>, AppError> {
    answer(Permission::ReplyToChats, async move |ask| bulk::read::mine(&ask).await).await
}

/// What has become of a job.
#[server(endpoint = "inbox/report_bulk", input = Json)]
pub async fn report_bulk(job: BulkJobId) -> Result<BulkReport, AppError> {
    answer(Permission::ReplyToChats, async move |ask| bulk::read::report(&ask, job).await).await
}

/// Writes a note beside a chat. The same `note` twice is one note.
#[server(endpoint = "inbox/write_note", input = Json)]
pub async fn write_note(
    chat: ChatId,
    note: NoteId,
    text: String,
    mentions: Vec<UserId>,
) -> Result<NoteView, AppError> {
    answer(Permission::ReplyToChats, async move |ask| notes::write(&ask, chat, note, &text, mentions).await)
        .await
}

/// Changes a note of one's own.
#[server(endpoint = "inbox/edit_note", input = Json)]
pub async fn edit_note(
    chat: ChatId,
    note: NoteId,
    text: String,
    mentions: Vec<UserId>,
) -> Result<NoteView, AppError> {
    answer(Permission::ReplyToChats, async move |ask| notes::edit(&ask, chat, note, &text, mentions).await)
        .await
}

/// Those of the given notes of a chat that are still there, as they are now.
#[server(endpoint = "inbox/notes", input = Json)]
pub async fn notes(chat: ChatId, notes: Vec<NoteId>) -> Result<Vec<NoteView>, AppError> {
    answer(Permission::ReadChats, async move |ask| notes::still_there(&ask, chat, &notes).await).await
}

/// Deletes a note: one's own, or anybody's for those who manage what is shared.
#[server(endpoint = "inbox/delete_note", input = Json)]
pub async fn delete_note(chat: ChatId, note: NoteId) -> Result<(), AppError> {
    answer(Permission::ReplyToChats, async move |ask| notes::delete(&ask, chat, note).await).await
}

/// The workspace's tags by name.
#[server(endpoint = "inbox/tags", input = Json)]
pub async fn tags() -> Result<Vec<TagView>, AppError> {
    answer(Permission::ReadChats, async move |ask| tags::all(&ask).await).await
}

/// The lists that are kept for the person: everybody's and their own.
#[server(endpoint = "inbox/saved", input = Json)]
pub async fn saved() -> Result<Vec<SavedView>, AppError> {
    answer(Permission::ReadChats, async move |ask| saved::read::list(&ask).await).await
}

/// How many chats some of these lists hold.
#[server(endpoint = "inbox/saved_counts", input = Json)]
pub async fn saved_counts(saved: Vec<SavedFilterId>) -> Result<Vec<SavedCount>, AppError> {
    answer(Permission::ReadChats, async move |ask| saved::counts::counts(&ask, &saved).await).await
}

/// Keeps a list, or changes the one of this id. For everybody only by those who run the workspace.
#[server(endpoint = "inbox/save_filter", input = Json)]
pub async fn save_filter(
    saved: SavedFilterId,
    name: String,
    query: ListQuery,
    kept: KeptFor,
) -> Result<(), AppError> {
    answer(Permission::ReadChats, async move |ask| {
        saved::change::save(&ask, saved, &name, &query, kept).await
    })
    .await
}

/// Gives a saved list another name.
#[server(endpoint = "inbox/rename_filter", input = Json)]
pub async fn rename_filter(saved: SavedFilterId, name: String) -> Result<(), AppError> {
    answer(Permission::ReadChats, async move |ask| saved::change::rename(&ask, saved, &name).await).await
}

/// Puts a saved list over the chats, or takes it from there.
#[server(endpoint = "inbox/pin_filter", input = Json)]
pub async fn pin_filter(saved: SavedFilterId, place: SavedPlace) -> Result<(), AppError> {
    answer(Permission::ReadChats, async move |ask| saved::change::pin(&ask, saved, place).await).await
}

/// Brings saved lists into an order.
#[server(endpoint = "inbox/arrange_filters", input = Json)]
pub async fn arrange_filters(order: Vec<SavedFilterId>) -> Result<(), AppError> {
    answer(Permission::ReadChats, async move |ask| saved::change::arrange(&ask, &order).await).await
}

/// Makes an own saved list everybody's, or the other way round.
#[server(endpoint = "inbox/share_filter", input = Json)]
pub async fn share_filter(saved: SavedFilterId, kept: KeptFor) -> Result<(), AppError> {
    answer(Permission::ManageShared, async move |ask| saved::change::share(&ask, saved, kept).await).await
}

/// Keeps a list no longer.
#[server(endpoint = "inbox/delete_filter", input = Json)]
pub async fn delete_filter(saved: SavedFilterId) -> Result<(), AppError> {
    answer(Permission::ReadChats, async move |ask| saved::change::remove(&ask, saved).await).await
}

/// Notes which chat a page of the person has on the screen, and what they do there.
#[server(endpoint = "inbox/look", input = Json)]
pub async fn look(tab: TabId, chat: Option<ChatId>, doing: Doing) -> Result<(), AppError> {
    answer(Permission::ReadChats, async move |ask| presence::look(&ask, tab, chat, doing).await).await
}

/// Who else is at a chat of the workspace now, or answers one.
#[server(endpoint = "inbox/presence", input = Json)]
pub async fn presence() -> Result<Vec<Companion>, AppError> {
    answer(Permission::ReadChats, async move |ask| presence::others(&ask).await).await
}

/// The same with the number of chats that wear each.
#[server(endpoint = "inbox/tags_in_use", input = Json)]
pub async fn tags_in_use() -> Result<Vec<TagUse>, AppError> {
    answer(Permission::ReadChats, async move |ask| tags::in_use(&ask).await).await
}

/// Makes a tag. The same `tag` twice is one tag.
#[server(endpoint = "inbox/make_tag", input = Json)]
pub async fn make_tag(tag: TagId, name: String, color: TagColor) -> Result<(), AppError> {
    answer(Permission::ManageShared, async move |ask| tags::make(&ask, tag, &name, color).await).await
}

/// Gives a tag another name or colour.
#[server(endpoint = "inbox/change_tag", input = Json)]
pub async fn change_tag(tag: TagId, name: String, color: TagColor) -> Result<(), AppError> {
    answer(Permission::ManageShared, async move |ask| tags::change(&ask, tag, &name, color).await).await
}

/// Which saved lists ask for something: they find nothing by it once it is gone.
#[server(endpoint = "inbox/filter_uses", input = Json)]
pub async fn filter_uses(of: FilterPart) -> Result<BrokenFilters, AppError> {
    answer(Permission::ManageShared, async move |ask| saved::uses::uses(&ask, of).await).await
}

/// What changes when a person goes.
#[server(endpoint = "inbox/before_leaving", input = Json)]
pub async fn before_leaving(person: UserId) -> Result<Leaving, AppError> {
    answer(Permission::ManagePeople, async move |ask| hand_over::leaving(&ask, person).await).await
}

/// Deletes a tag; chats lose it.
#[server(endpoint = "inbox/delete_tag", input = Json)]
pub async fn delete_tag(tag: TagId) -> Result<(), AppError> {
    answer(Permission::ManageShared, async move |ask| tags::delete(&ask, tag).await).await
}
