//! Turns and clocks as they are stored. They are read and written for many chats at once, and only what differs is written.

use crate::features::sla::turn::TurnTerms;
use crate::features::understanding::types::{By, Category, Sentiment, Urgency};
use crate::platform::fault::Outcome;
use crate::platform::schema::{chat_turns, clocks};
use crate::shared::ids::{ChatId, PolicyId, SellerId, UserId, WorkspaceId};
use crate::shared::sla::clocks::{Clock, ClockKind, End, EndKind, Standing, Start};
use crate::shared::sla::count::{Pause, Target, TimeKind};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{Array, Jsonb, Uuid as SqlUuid};
use diesel::{ExpressionMethods, HasQuery, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};

/// A breach that is noticed later than this was slept through.
const AWAKE: TimeDelta = TimeDelta::minutes(1);

text_enum!(
    /// What became of a clock that ended.
    ClockOutcome {
        Met = "met",
        Missed = "missed",
        /// It ended in time, and there was nothing to answer.
        Dropped = "dropped",
    }
);

/// A turn, with the terms that it goes by.
#[derive(HasQuery, Serialize, Clone, Debug, PartialEq)]
#[diesel(table_name = chat_turns)]
pub struct TurnRow {
    pub workspace_id: WorkspaceId,
    pub chat_id: ChatId,
    pub start_id: String,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub heard: i32,
    pub version: i32,
    pub(super) terms: serde_json::Value,
}

impl TurnRow {
    /// Which rules it goes by.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn terms(&self) -> Outcome<TurnTerms> {
        Ok(serde_json::from_value(self.terms.clone())?)
    }

    /// With these terms.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn with(mut self, terms: &TurnTerms) -> Outcome<Self> {
        self.terms = serde_json::to_value(terms)?;
        Ok(self)
    }

    /// A turn whose terms are not known yet.
    pub fn new(workspace_id: WorkspaceId, chat_id: ChatId, start: &Start, version: i32) -> Self {
        TurnRow {
            workspace_id,
            chat_id,
            start_id: start.id.clone(),
            started_at: start.at,
            ended_at: None,
            heard: 0,
            version,
            terms: serde_json::Value::Null,
        }
    }
}

/// A clock with everything that explains it, and what was done about it.
#[derive(HasQuery, Serialize, Clone, Debug, PartialEq)]
#[diesel(table_name = clocks)]
pub struct ClockRow {
    pub workspace_id: WorkspaceId,
    pub chat_id: ChatId,
    pub kind: ClockKind,
    pub start_id: String,
    pub seller_id: SellerId,
    pub started_at: DateTime<Utc>,
    pub turn_id: Option<String>,
    pub policy_id: Option<PolicyId>,
    pub version: Option<i32>,
    target_minutes: Option<i32>,
    target_time: Option<TimeKind>,
    pauses: serde_json::Value,
    pub due_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    end_kind: Option<EndKind>,
    pub answered_by: Option<UserId>,
    pub counted_minutes: Option<i32>,
    outcome: Option<ClockOutcome>,
    pub breached_at: Option<DateTime<Utc>>,
    noticed_at: Option<DateTime<Utc>>,
    pub is_late: bool,
    steps: serde_json::Value,
}

/// Which chat a clock belongs to, and by what it goes.
#[derive(Clone, Debug)]
pub struct Place {
    pub workspace: WorkspaceId,
    pub chat: ChatId,
    pub seller: SellerId,
    pub turn: Option<String>,
    pub policy: Option<PolicyId>,
}

impl ClockRow {
    /// A clock as it is stored at `now`; `before` is how it was stored. Of one that runs only the sleeper notices a breach, so that it
    /// is noticed once.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn of(place: Place, clock: &Clock, before: Option<&ClockRow>, now: DateTime<Utc>) -> Outcome<Self> {
        let outcome = clock.end.map(|_| match clock.standing(now) {
            Standing::Missed { .. } => ClockOutcome::Missed,
            Standing::Met => ClockOutcome::Met,
            _ => ClockOutcome::Dropped,
        });
        let known = before.filter(|it| it.breached_at.is_some() && it.breached_at == clock.due_at);
        let mut row = ClockRow {
            workspace_id: place.workspace,
            chat_id: place.chat,
            kind: clock.kind,
            start_id: clock.start.id.clone(),
            seller_id: place.seller,
            started_at: clock.start.at,
            turn_id: place.turn,
            policy_id: place.policy,
            version: clock.version,
            target_minutes: clock.target.and_then(|it| i32::try_from(it.minutes.get()).ok()),
            target_time: clock.target.map(|it| it.time),
            pauses: serde_json::to_value(&clock.pauses)?,
            due_at: clock.due_at,
            ended_at: clock.end.map(|end| end.at),
            end_kind: clock.end.map(|end| end.kind),
            answered_by: None,
            counted_minutes: None,
            outcome,
            breached_at: None,
            noticed_at: None,
            is_late: false,
            steps: before.map_or_else(|| serde_json::Value::Array(Vec::new()), |it| it.steps.clone()),
        };
        match known {
            Some(known) if outcome.is_none_or(|it| it == ClockOutcome::Missed) => {
                row.breached_at = known.breached_at;
                row.noticed_at = known.noticed_at;
                row.is_late = known.is_late;
            }
            _ if outcome == Some(ClockOutcome::Missed) => row.breach(now),
            _ => {}
        }
        Ok(row)
    }

    /// Writes down that its deadline has passed.
    pub fn breach(&mut self, now: DateTime<Utc>) {
        self.breached_at = self.due_at;
        self.noticed_at = self.due_at.map(|_| now);
        self.is_late = self.due_at.is_some_and(|due| now - due > AWAKE);
    }

    /// The clock as the rules know it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn clock(&self) -> Outcome<Clock> {
        let pauses: Vec<Pause> = serde_json::from_value(self.pauses.clone())?;
        let minutes = self.target_minutes.and_then(|minutes| u32::try_from(minutes).ok()?.try_into().ok());
        Ok(Clock {
            kind: self.kind,
            start: Start { at: self.started_at, id: self.start_id.clone() },
            target: minutes.zip(self.target_time).map(|(minutes, time)| Target { minutes, time }),
            version: self.version,
            pauses,
            due_at: self.due_at,
            end: self.ended_at.zip(self.end_kind).map(|(at, kind)| End { at, kind }),
        })
    }

    /// Whether it runs.
    pub fn is_open(&self) -> bool {
        self.ended_at.is_none()
    }

    /// Whether a person's answer ended it, and when.
    pub fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.ended_at.filter(|_| self.end_kind == Some(EndKind::Answered))
    }

    /// The steps of the ladder that were taken.
    pub fn steps(&self) -> Vec<u16> {
        serde_json::from_value(self.steps.clone()).unwrap_or_default()
    }

    /// Writes down that steps were taken.
    pub fn take(&mut self, steps: &[u16]) {
        let mut taken: BTreeSet<u16> = self.steps().into_iter().collect();
        taken.extend(steps);
        self.steps = taken.into_iter().collect();
    }

    fn key(&self) -> (ChatId, ClockKind, &str) {
        (self.chat_id, self.kind, &self.start_id)
    }
}

/// What is stored of some chats.
#[derive(Default)]
pub struct Stored {
    pub turns: HashMap<ChatId, Vec<TurnRow>>,
    pub clocks: HashMap<ChatId, Vec<ClockRow>>,
}

impl Stored {
    /// Reads it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn read(
        conn: &mut AsyncPgConnection,
        workspace: WorkspaceId,
        chats: &[ChatId],
    ) -> Outcome<Self> {
        let mut stored = Stored::default();
        let turns: Vec<TurnRow> = TurnRow::query()
            .filter(chat_turns::workspace_id.eq(workspace))
            .filter(chat_turns::chat_id.eq_any(chats))
            .load(conn)
            .await?;
        for turn in turns {
            stored.turns.entry(turn.chat_id).or_default().push(turn);
        }
        let rows: Vec<ClockRow> = ClockRow::query()
            .filter(clocks::workspace_id.eq(workspace))
            .filter(clocks::chat_id.eq_any(chats))
            .load(conn)
            .await?;
        for row in rows {
            stored.clocks.entry(row.chat_id).or_default().push(row);
        }
        Ok(stored)
    }

    /// How a turn is stored.
    pub fn turn(&self, chat: ChatId, start_id: &str) -> Option<&TurnRow> {
        self.turns.get(&chat)?.iter().find(|turn| turn.start_id == start_id)
    }

    /// How a clock is stored.
    pub fn clock(&self, chat: ChatId, clock: &Clock) -> Option<&ClockRow> {
        let is_it = |row: &&ClockRow| row.kind == clock.kind && row.start_id == clock.start.id;
        self.clocks.get(&chat)?.iter().find(is_it)
    }

    /// Puts what is so now in the place of what was read.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn replace(
        &self,
        conn: &mut AsyncPgConnection,
        workspace: WorkspaceId,
        turns: &[TurnRow],
        clocks: &[ClockRow],
    ) -> Outcome<()> {
        let now_turns: BTreeSet<(ChatId, &str)> =
            turns.iter().map(|it| (it.chat_id, it.start_id.as_str())).collect();
        let gone_turns: Vec<&TurnRow> = self
            .turns
            .values()
            .flatten()
            .filter(|it| !now_turns.contains(&(it.chat_id, it.start_id.as_str())))
            .collect();
        let is_new = |it: &&TurnRow| self.turn(it.chat_id, &it.start_id) != Some(*it);
        let new_turns: Vec<&TurnRow> = turns.iter().filter(is_new).collect();
        let before: HashMap<_, &ClockRow> =
            self.clocks.values().flatten().map(|row| (row.key(), row)).collect();
        let now_clocks: BTreeSet<_> = clocks.iter().map(ClockRow::key).collect();
        let gone_clocks: Vec<&ClockRow> =
            before.iter().filter(|(key, _)| !now_clocks.contains(*key)).map(|(_, row)| *row).collect();
        let new_clocks: Vec<&ClockRow> =
            clocks.iter().filter(|row| before.get(&row.key()).copied() != Some(*row)).collect();
        change(conn, workspace, GONE_TURNS, &gone_turns).await?;
        change(conn, workspace, GONE_CLOCKS, &gone_clocks).await?;
        keep(conn, KEEP_TURNS, &new_turns).await?;
        keep(conn, KEEP_CLOCKS, &new_clocks).await
    }
}

const GONE_TURNS: &str = "DELETE FROM chat_turns t USING jsonb_populate_recordset(NULL::chat_turns, $2) AS g \
     WHERE t.workspace_id = $1 AND t.chat_id = g.chat_id AND t.start_id = g.start_id";

const GONE_CLOCKS: &str = "DELETE FROM clocks k USING jsonb_populate_recordset(NULL::clocks, $2) AS g \
     WHERE k.workspace_id = $1 AND k.chat_id = g.chat_id AND k.kind = g.kind AND k.start_id = g.start_id";

const KEEP_TURNS: &str = "INSERT INTO chat_turns SELECT * FROM jsonb_populate_recordset(NULL::chat_turns, $1) \
     ON CONFLICT (workspace_id, chat_id, start_id) DO UPDATE SET \
         started_at = excluded.started_at, ended_at = excluded.ended_at, heard = excluded.heard, version = excluded.version, \
         terms = excluded.terms";

const KEEP_CLOCKS: &str = "INSERT INTO clocks SELECT * FROM jsonb_populate_recordset(NULL::clocks, $1) \
     ON CONFLICT (workspace_id, chat_id, kind, start_id) DO UPDATE SET \
         started_at = excluded.started_at, turn_id = excluded.turn_id, policy_id = excluded.policy_id, \
         version = excluded.version, target_minutes = excluded.target_minutes, target_time = excluded.target_time, \
         pauses = excluded.pauses, due_at = excluded.due_at, ended_at = excluded.ended_at, end_kind = excluded.end_kind, \
         answered_by = excluded.answered_by, counted_minutes = excluded.counted_minutes, outcome = excluded.outcome, \
         breached_at = excluded.breached_at, noticed_at = excluded.noticed_at, is_late = excluded.is_late, \
         steps = excluded.steps";

async fn change<T: Serialize>(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    statement: &'static str,
    rows: &[T],
) -> Outcome<()> {
    if !rows.is_empty() {
        diesel::sql_query(statement)
            .bind::<SqlUuid, _>(workspace)
            .bind::<Jsonb, _>(serde_json::to_value(rows)?)
            .execute(conn)
            .await?;
    }
    Ok(())
}

async fn keep<T: Serialize>(
    conn: &mut AsyncPgConnection,
    statement: &'static str,
    rows: &[T],
) -> Outcome<()> {
    if !rows.is_empty() {
        diesel::sql_query(statement).bind::<Jsonb, _>(serde_json::to_value(rows)?).execute(conn).await?;
    }
    Ok(())
}

/// What a chat carries: its nearest deadline, and what its newest turn is about.
#[derive(Serialize, Clone, Debug)]
pub struct CarriedRow {
    pub chat_id: ChatId,
    pub due_at: Option<DateTime<Utc>>,
    pub due_kind: Option<ClockKind>,
    pub due_since: Option<DateTime<Utc>>,
    pub is_highlighted: bool,
    pub category: Option<Category>,
    pub urgency: Option<Urgency>,
    pub sentiment: Option<Sentiment>,
    pub understood_by: Option<By>,
    /// The promise that is to be kept first.
    pub promised_at: Option<DateTime<Utc>>,
    pub promised_until: Option<DateTime<Utc>>,
}

const KEEP_CARRIED: &str = "UPDATE chats c SET due_at = d.due_at, due_kind = d.due_kind, due_since = d.due_since, \
         is_highlighted = d.is_highlighted, category = d.category, urgency = d.urgency, sentiment = d.sentiment, \
         understood_by = d.understood_by, promised_at = d.promised_at, promised_until = d.promised_until \
     FROM jsonb_to_recordset($2) \
          AS d (chat_id uuid, due_at timestamptz, due_kind text, due_since timestamptz, is_highlighted boolean, \
                category text, urgency text, sentiment text, understood_by text, promised_at timestamptz, promised_until timestamptz) \
     WHERE c.workspace_id = $1 AND c.id = d.chat_id";

/// Writes down what chats carry.
///
/// # Errors
/// When the database refuses.
pub async fn keep_carried(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    moved: &[CarriedRow],
) -> Outcome<()> {
    change(conn, workspace, KEEP_CARRIED, moved).await
}

#[derive(Serialize)]
struct WakeRow {
    workspace_id: WorkspaceId,
    chat_id: ChatId,
    at: DateTime<Utc>,
}

/// Writes down when chats are to be looked at next; those without an instant not at all.
///
/// # Errors
/// When the database refuses.
pub async fn keep_wakes(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    wakes: &[(ChatId, Option<DateTime<Utc>>)],
) -> Outcome<()> {
    let asleep: Vec<ChatId> = wakes.iter().filter(|(_, at)| at.is_none()).map(|(chat, _)| *chat).collect();
    if !asleep.is_empty() {
        diesel::sql_query("DELETE FROM clock_wakes WHERE workspace_id = $1 AND chat_id = ANY($2)")
            .bind::<SqlUuid, _>(workspace)
            .bind::<Array<SqlUuid>, _>(asleep)
            .execute(conn)
            .await?;
    }
    let row = |(chat, at): &(ChatId, Option<DateTime<Utc>>)| {
        Some(WakeRow { workspace_id: workspace, chat_id: *chat, at: (*at)? })
    };
    let rows: Vec<WakeRow> = wakes.iter().filter_map(row).collect();
    keep(
        conn,
        "INSERT INTO clock_wakes AS w SELECT * FROM jsonb_populate_recordset(NULL::clock_wakes, $1) \
         ON CONFLICT (workspace_id, chat_id) DO UPDATE SET at = excluded.at WHERE w.at <> excluded.at",
        &rows,
    )
    .await
}
