//! Why the clocks of a chat are due when they are due, from what is stored of them.

use super::known::texts;
use super::rules;
use super::stored::Stored;
use crate::context::Ask;
use crate::features::sla::explanation::{ClockView, PolicyTold, TOLD};
use crate::features::sla::turn::TurnTerms;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::{chats, promises, users};
use crate::shared::ids::{ChatId, PromiseId, UserId};
use crate::shared::sla::clocks::ClockKind;
use crate::shared::sla::count::{Spent, TimeKind};
use diesel::dsl::exists;
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

/// So much of a message is shown, in characters.
const SHOWN: usize = 120;

/// The clocks of a chat: those that run first, then the newest.
///
/// # Errors
/// `NotFound` when the workspace has no such chat.
pub async fn of_chat(ask: &Ask, chat: ChatId) -> Outcome<Vec<ClockView>> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    let of_workspace = chats::table.find((workspace, chat));
    if !diesel::select(exists(of_workspace)).get_result::<bool>(&mut conn).await? {
        return Err(Fault::not_found());
    }
    let mut stored = Stored::read(&mut conn, workspace, &[chat]).await?;
    let mut rows = stored.clocks.remove(&chat).unwrap_or_default();
    rows.sort_by_key(|row| (!row.is_open(), std::cmp::Reverse(row.started_at), row.kind));
    rows.truncate(TOLD);
    let messages: Vec<(ChatId, &str)> = rows
        .iter()
        .filter(|row| row.kind != ClockKind::Promise)
        .map(|row| (chat, row.start_id.as_str()))
        .collect();
    let said = texts(&mut conn, workspace, &messages).await?;
    let promises: HashMap<String, UserId> = promises::table
        .filter(promises::workspace_id.eq(workspace))
        .filter(promises::chat_id.eq(chat))
        .select((promises::id, promises::author_id))
        .load::<(PromiseId, UserId)>(&mut conn)
        .await?
        .into_iter()
        .map(|(promise, author)| (promise.to_string(), author))
        .collect();
    let people: Vec<UserId> =
        rows.iter().filter_map(|row| row.answered_by).chain(promises.values().copied()).collect();
    let people = names(&mut conn, ask, people).await?;
    let mut books = BTreeMap::new();
    for version in rows.iter().filter_map(|row| row.version) {
        if let Entry::Vacant(place) = books.entry(version) {
            place.insert(rules::of_version(&mut conn, workspace, version).await?);
        }
    }
    let mut views = Vec::with_capacity(rows.len());
    for row in &rows {
        let turn = row.turn_id.as_ref().and_then(|turn| stored.turn(chat, turn));
        let found = turn.map(|turn| turn.terms()).transpose()?.and_then(|TurnTerms { found }| found);
        let rules = row.version.and_then(|version| books.get(&version));
        let calendar = rules.map(|rules| rules.calendar(found.as_ref().and_then(|it| it.calendar)));
        let clock = row.clock()?;
        let (counted, closed) = match calendar {
            Some(calendar) => {
                let closed = clock.course(calendar, ask.now).into_iter();
                let closed =
                    closed.filter(|span| span.spent == Spent::Closed).map(|span| span.to - span.from);
                (
                    clock.elapsed(calendar, ask.now).num_minutes(),
                    closed.map(|length| length.num_minutes()).sum(),
                )
            }
            None => ((clock.end.map_or(ask.now, |end| end.at) - clock.start.at).num_minutes(), 0),
        };
        // The marketplace's clocks are nobody's policy.
        let is_ours = !matches!(row.kind, ClockKind::Rating | ClockKind::Window | ClockKind::Promise);
        let policy = found.clone().zip(rules).filter(|_| is_ours).map(|(found, rules)| PolicyTold {
            name: rules
                .book
                .policies
                .iter()
                .find(|it| it.id == found.policy)
                .map(|it| it.name.clone())
                .unwrap_or_default(),
            version: found.version,
            intent: found.intent,
            priority: found.judged.priority,
            reasons: found.judged.reasons,
        });
        let is_working = clock.target.is_some_and(|target| target.time == TimeKind::Working);
        let calendar = rules.filter(|_| is_working).and_then(|rules| {
            let named = found.as_ref().and_then(|it| it.calendar).unwrap_or(rules.book.usual);
            rules.book.calendars.iter().find(|it| it.id == named).map(|it| it.name.clone())
        });
        views.push(ClockView {
            kind: row.kind,
            policy,
            started_at: row.started_at,
            started_with: said.get(&(chat, row.start_id.clone())).map(|text| beginning(text)),
            target: clock.target,
            calendar,
            counted,
            closed,
            due_at: clock.due_at,
            end: clock.end,
            standing: clock.standing(ask.now),
            pauses: clock.pauses,
            promised_by: promises.get(&row.start_id).and_then(|author| people.get(author).cloned()),
            answered_by: row.answered_by.and_then(|id| people.get(&id).cloned()),
            is_late: row.is_late,
        });
    }
    Ok(views)
}

fn beginning(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", words[..end].trim_end()),
        None => words,
    }
}

async fn names(
    conn: &mut AsyncPgConnection,
    ask: &Ask,
    people: Vec<UserId>,
) -> Outcome<HashMap<UserId, String>> {
    let names: Vec<(UserId, String)> = users::table
        .filter(users::workspace_id.eq(ask.workspace()))
        .filter(users::id.eq_any(people))
        .select((users::id, users::name))
        .load(conn)
        .await?;
    Ok(names.into_iter().collect())
}
