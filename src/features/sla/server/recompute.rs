//! The clocks of chats, computed from everything that happened in them, in the transaction of whatever happened last.
//!
//! A turn goes by the version of the rules that was in force when it began, unless somebody has asked for a newer one; once it has ended,
//! what was chosen for it stays. So a tag that is put on later, or an edit of a policy, changes no past.

use super::known::{ChatFacts, KnownChats, texts};
use super::rules::{self, Rules};
use super::stored::{CarriedRow, ClockRow, Place, Stored, TurnRow, keep_carried, keep_wakes};
use crate::features::sla::turn::{Ready, Turn, TurnTerms, clocks_of, turn_of, turns};
use crate::features::understanding::server::keep;
use crate::features::understanding::turn::holds;
use crate::features::understanding::types::Understood;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::policy_versions;
use crate::shared::ids::{ChatId, PolicyId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use crate::shared::sla::calendar::Calendar;
use crate::shared::sla::clocks::{Clock, ClockKind, Terms, nearest};
use crate::shared::sla::ladder::{Due, StepAction, next_step, steps};
use chrono::{DateTime, Utc};
use diesel::dsl::max;
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Recomputes the clocks of chats. Whoever calls it holds nothing that others wait for before they come to the chats, and appends the
/// event.
///
/// # Errors
/// When the database refuses.
pub async fn recompute(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chats: &[ChatId],
    now: DateTime<Utc>,
) -> Outcome<()> {
    settle(conn, workspace, chats, now, Settle::Clocks).await.map(drop)
}

/// The same by the newest rules, also for turns that began under older ones.
///
/// # Errors
/// When the database refuses.
pub async fn reapply(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chats: &[ChatId],
    now: DateTime<Utc>,
) -> Outcome<()> {
    settle(conn, workspace, chats, now, Settle::Anew).await.map(drop)
}

/// What is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settle {
    Clocks,
    /// By the newest rules, whatever an open turn began with.
    Anew,
    /// Also what has become due: breaches, and steps of the ladder.
    Due,
}

/// Something that has become due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fallen {
    pub chat: ChatId,
    pub clock: ClockKind,
    pub due_at: Option<DateTime<Utc>>,
    pub what: FallenDue,
}

/// What has become due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FallenDue {
    /// The deadline has passed.
    Breach,
    /// A step of the ladder.
    Step(StepAction),
}

/// Recomputes and stores, and tells what has become due.
///
/// # Errors
/// When the database refuses.
pub(super) async fn settle(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chats: &[ChatId],
    now: DateTime<Utc>,
    what: Settle,
) -> Outcome<Vec<Fallen>> {
    if chats.is_empty() {
        return Ok(Vec::new());
    }
    let known = KnownChats::read(conn, workspace, chats).await?;
    let counted: Vec<ChatId> = known.facts.iter().map(|it| it.id).collect();
    if counted.is_empty() {
        return Ok(Vec::new());
    }
    keep::keep(conn, &known.fresh).await?;
    let stored = Stored::read(conn, workspace, &counted).await?;
    let mut books = Books::open(conn, workspace).await?;
    let told = choose(conn, &known, &stored, &mut books, what).await?;

    let mut fallen = Vec::new();
    let (mut turns, mut clocks, mut wakes, mut moved) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (facts, told) in known.facts.iter().zip(told) {
        let mut chat = Chat::new(facts, told, &known, &stored, &books, now)?;
        if what == Settle::Due {
            fallen.extend(chat.fall(&books, now));
        }
        wakes.push((facts.id, chat.next(&books)));
        moved.extend(chat.carried(facts, &books, now));
        turns.extend(chat.turns.into_iter().map(|(_, row)| row));
        clocks.extend(chat.rows);
    }
    stored.replace(conn, workspace, &turns, &clocks).await?;
    keep_carried(conn, workspace, &moved).await?;
    keep_wakes(conn, workspace, &wakes).await?;
    Ok(fallen)
}

/// The versions of the rules that are asked for.
struct Books {
    workspace: WorkspaceId,
    newest: Arc<Rules>,
    by_version: BTreeMap<i32, Arc<Rules>>,
}

impl Books {
    async fn open(conn: &mut AsyncPgConnection, workspace: WorkspaceId) -> Outcome<Self> {
        let newest = rules::in_force(conn, workspace).await?;
        let by_version = BTreeMap::from([(newest.version, newest.clone())]);
        Ok(Books { workspace, newest, by_version })
    }

    /// Makes a version ready.
    async fn fetch(&mut self, conn: &mut AsyncPgConnection, version: i32) -> Outcome<()> {
        if !self.by_version.contains_key(&version) {
            let rules = rules::of_version(conn, self.workspace, version).await?;
            self.by_version.insert(version, rules);
        }
        Ok(())
    }

    /// The version that was in force at an instant.
    async fn version_at(&self, conn: &mut AsyncPgConnection, at: DateTime<Utc>) -> Outcome<i32> {
        if self.newest.since.is_none_or(|since| since <= at) {
            return Ok(self.newest.version);
        }
        let newest: Option<i32> = policy_versions::table
            .filter(policy_versions::workspace_id.eq(self.workspace))
            .filter(policy_versions::created_at.le(at))
            .select(max(policy_versions::version))
            .first(conn)
            .await?;
        Ok(newest.unwrap_or(0))
    }

    /// A version that is ready; the newest where there is none.
    fn get(&self, version: Option<i32>) -> &Rules {
        version.and_then(|version| self.by_version.get(&version)).unwrap_or(&self.newest)
    }
}

/// A turn and how it is to be stored.
type Chosen = (Turn, TurnRow);

/// A turn for which rules are to be chosen.
struct Open {
    turn: Turn,
    /// What was chosen, when it stays.
    kept: Option<TurnRow>,
    version: i32,
}

/// Chooses the rules for every turn of the chats, in the order of the chats.
async fn choose(
    conn: &mut AsyncPgConnection,
    known: &KnownChats,
    stored: &Stored,
    books: &mut Books,
    what: Settle,
) -> Outcome<Vec<Vec<Chosen>>> {
    let mut all: Vec<Vec<Open>> = Vec::with_capacity(known.facts.len());
    for facts in &known.facts {
        let mut of_chat = Vec::new();
        for turn in known.story(facts.id).map(turns).unwrap_or_default() {
            let before = stored.turn(facts.id, &turn.start.id);
            let kept = before.filter(|it| is_settled(it, &turn)).cloned();
            let version = match before {
                _ if what == Settle::Anew && turn.end.is_none() => books.newest.version,
                Some(before) => before.version,
                None => books.version_at(conn, turn.start.at).await?,
            };
            books.fetch(conn, version).await?;
            of_chat.push(Open { turn, kept, version });
        }
        all.push(of_chat);
    }
    let chats = known.facts.iter().zip(&all);
    let open = chats.flat_map(|(facts, of_chat)| {
        let open = of_chat.iter().filter(|it| it.kept.is_none());
        open.flat_map(|it| &it.turn.heard).map(|message| (facts.id, message.as_str()))
    });
    let texts = texts(conn, books.workspace, &open.collect::<Vec<_>>()).await?;
    let mut chosen = Vec::with_capacity(all.len());
    for (facts, of_chat) in known.facts.iter().zip(all) {
        let row = |Open { turn, kept, version }: Open| {
            let row = match kept {
                Some(kept) => kept,
                None => found(known, facts, &turn, books.get(Some(version)), &texts)?,
            };
            Ok((turn, row))
        };
        chosen.push(of_chat.into_iter().map(row).collect::<Outcome<Vec<_>>>()?);
    }
    Ok(chosen)
}

/// Whether what was chosen for a turn stays: it has ended, and nothing has become known since that was said in it.
fn is_settled(before: &TurnRow, turn: &Turn) -> bool {
    let ended_at = turn.end.map(|end| end.at);
    ended_at.is_some() && before.ended_at == ended_at && usize::try_from(before.heard) == Ok(turn.heard.len())
}

/// Finds the policy of a turn.
fn found(
    known: &KnownChats,
    facts: &ChatFacts,
    turn: &Turn,
    rules: &Rules,
    texts: &HashMap<(ChatId, String), String>,
) -> Outcome<TurnRow> {
    let said = turn.heard.iter().filter_map(|id| texts.get(&(facts.id, id.clone())).cloned()).collect();
    let told = known.told(facts.id, &turn.heard);
    let found = rules.matcher.find(&facts.of_turn(said, &told, rules.minute_of_day(turn.start.at)));
    let row = TurnRow::new(known.workspace, facts.id, &turn.start, rules.version);
    let row = row.with(&TurnTerms { found })?;
    let heard = i32::try_from(turn.heard.len()).unwrap_or(i32::MAX);
    Ok(TurnRow { ended_at: turn.end.map(|end| end.at), heard, ..row })
}

/// A chat with its clocks.
struct Chat {
    turns: Vec<Chosen>,
    clocks: Vec<Clock>,
    rows: Vec<ClockRow>,
    /// What the turns go by.
    terms: HashMap<String, TurnTerms>,
    /// What the newest turn is about.
    understood: Option<Understood>,
    waits: bool,
}

impl Chat {
    fn new(
        facts: &ChatFacts,
        turns: Vec<Chosen>,
        known: &KnownChats,
        stored: &Stored,
        books: &Books,
        now: DateTime<Utc>,
    ) -> Outcome<Self> {
        let story = known.story(facts.id).ok_or_else(|| Fault::broke("a chat without its story"))?;
        let mut terms = HashMap::new();
        let mut counted: Vec<(Terms, &Calendar)> = Vec::with_capacity(turns.len());
        for (turn, row) in &turns {
            let (of_turn, rules) = (row.terms()?, books.get(Some(row.version)));
            let calendar = rules.calendar(of_turn.found.as_ref().and_then(|it| it.calendar));
            counted.push((terms_of(rules, facts.marketplace, &of_turn)?, calendar));
            terms.insert(turn.start.id.clone(), of_turn);
        }
        let ready: Vec<(&Turn, Ready<'_>)> = turns
            .iter()
            .zip(&counted)
            .map(|((turn, row), (terms, calendar))| (turn, Ready { version: row.version, terms, calendar }))
            .collect();
        let own = terms_of(&books.newest, facts.marketplace, &TurnTerms::default())?;
        let otherwise =
            Ready { version: books.newest.version, terms: &own, calendar: books.newest.calendar(None) };
        let clocks = clocks_of(story, &ready, otherwise);
        let of_chat: Vec<Turn> = turns.iter().map(|(turn, _)| turn.clone()).collect();
        let understood = of_chat.last().and_then(|turn| holds(&known.told(facts.id, &turn.heard)));
        let waits = facts.waits;
        let mut chat = Chat { turns, clocks: Vec::new(), rows: Vec::new(), terms, understood, waits };
        for clock in clocks {
            let turn = turn_of(&of_chat, &clock).map(|turn| turn.start.id.clone());
            let before = stored.clock(facts.id, &clock);
            let found = turn.as_ref().and_then(|turn| chat.terms.get(turn)).and_then(|it| it.found.as_ref());
            let policy = match found {
                None if clock.kind == ClockKind::Promise => policy_of_promise(facts, &clock, before, books),
                found => found.map(|it| it.policy),
            };
            let place =
                Place { workspace: books.workspace, chat: facts.id, seller: facts.seller_id, policy, turn };
            let mut row = ClockRow::of(place, &clock, before, now)?;
            row.answered_by = row.answered_at().and_then(|at| known.author(facts.id, at));
            let calendar = chat.calendar(&row, books);
            row.counted_minutes = clock.end.map(|_| minutes(&clock, calendar, now));
            chat.rows.push(row);
            chat.clocks.push(clock);
        }
        Ok(chat)
    }

    /// By whose hours a clock counts.
    fn calendar<'a>(&self, row: &ClockRow, books: &'a Books) -> &'a Calendar {
        let terms = row.turn_id.as_ref().and_then(|turn| self.terms.get(turn));
        let named = terms.and_then(|terms| terms.found.as_ref()).and_then(|it| it.calendar);
        self.rules(row, books).calendar(named)
    }

    /// The rules that a clock goes by; a promise is watched over by those of its turn.
    fn rules<'a>(&self, row: &ClockRow, books: &'a Books) -> &'a Rules {
        let of_turn = || {
            let mut turns = self.turns.iter();
            turns.find(|(turn, _)| Some(&turn.start.id) == row.turn_id.as_ref()).map(|(_, row)| row.version)
        };
        books.get(row.version.or_else(of_turn))
    }

    /// The steps of a clock's ladder.
    fn steps(&self, row: &ClockRow, clock: &Clock, books: &Books) -> Vec<Due> {
        let rules = self.rules(row, books);
        let Some(policy) = row.policy_id else { return Vec::new() };
        steps(rules.ladder(policy), clock, self.calendar(row, books), rules.loud_hours())
    }

    /// Notes what has become due. What was slept through is all taken: each step once.
    fn fall(&mut self, books: &Books, now: DateTime<Utc>) -> Vec<Fallen> {
        let mut fallen = Vec::new();
        for (place, clock) in self.clocks.iter().enumerate().filter(|(_, clock)| clock.end.is_none()) {
            let row = &self.rows[place];
            let taken = row.steps();
            let due: Vec<Due> = self.steps(row, clock, books);
            let due: Vec<Due> =
                due.into_iter().filter(|due| due.at <= now && !taken.contains(&due.step)).collect();
            let is_breached = row.breached_at.is_none() && clock.due_at.is_some_and(|at| at <= now);
            let of_clock = |what| Fallen { chat: row.chat_id, clock: clock.kind, due_at: clock.due_at, what };
            if is_breached {
                fallen.push(of_clock(FallenDue::Breach));
            }
            fallen.extend(due.iter().map(|due| of_clock(FallenDue::Step(due.action))));
            let row = &mut self.rows[place];
            if is_breached {
                row.breach(now);
            }
            if !due.is_empty() {
                row.take(&due.iter().map(|due| due.step).collect::<Vec<_>>());
            }
        }
        fallen
    }

    /// When something is to be done next.
    fn next(&self, books: &Books) -> Option<DateTime<Utc>> {
        let open = self.rows.iter().zip(&self.clocks).filter(|(row, _)| row.is_open());
        let next = open.flat_map(|(row, clock)| {
            let breach = clock.due_at.filter(|_| row.breached_at.is_none());
            let step = next_step(&self.steps(row, clock, books), &row.steps()).map(|due| due.at);
            [breach, step].into_iter().flatten()
        });
        next.min()
    }

    /// The nearest deadline, what is promised, and what the newest turn is about, when anything of it is not as before. Who does not wait
    /// for an answer has no deadline on the screen but what was promised: the answer is there, and what goes on is our own affair.
    fn carried(&self, facts: &ChatFacts, books: &Books, now: DateTime<Utc>) -> Option<CarriedRow> {
        let is_open_promise = |clock: &&Clock| clock.kind == ClockKind::Promise && clock.end.is_none();
        let promises: Vec<Clock> = self.clocks.iter().filter(is_open_promise).cloned().collect();
        let promised = promises.iter().min_by_key(|clock| clock.due_at);
        let nearest = nearest(if self.waits { &self.clocks } else { &promises }, now);
        let is_nearest =
            |clock: &&Clock| clock.end.is_none() && nearest == clock.due_at.map(|due| (clock.kind, due));
        let since = self.clocks.iter().find(is_nearest).filter(|_| nearest.is_some());
        let row = CarriedRow {
            chat_id: facts.id,
            due_at: nearest.map(|(_, due)| due),
            due_kind: nearest.map(|(kind, _)| kind),
            due_since: since.map(|clock| clock.start.at),
            is_highlighted: nearest.is_some() && self.is_highlighted(books),
            category: self.understood.map(|it| it.category),
            urgency: self.understood.map(|it| it.urgency),
            sentiment: self.understood.map(|it| it.sentiment),
            understood_by: self.understood.map(|it| it.by),
            promised_at: promised.map(|clock| clock.start.at),
            promised_until: promised.and_then(|clock| clock.due_at),
        };
        let due = (facts.due_at, facts.due_kind, facts.due_since, facts.is_highlighted);
        let is_same = due == (row.due_at, row.due_kind, row.due_since, row.is_highlighted)
            && (facts.promised_at, facts.promised_until) == (row.promised_at, row.promised_until)
            && facts.understood() == self.understood;
        (!is_same).then_some(row)
    }

    fn is_highlighted(&self, books: &Books) -> bool {
        let open = self.rows.iter().zip(&self.clocks).filter(|(row, _)| row.is_open());
        open.into_iter().any(|(row, clock)| {
            let taken = row.steps();
            let mut steps = self.steps(row, clock, books).into_iter();
            steps.any(|due| due.action == StepAction::Highlight && taken.contains(&due.step))
        })
    }
}

/// By whose ladder a promise is watched over in a chat that has no turns: its history is from before the seller was connected.
fn policy_of_promise(
    facts: &ChatFacts,
    clock: &Clock,
    before: Option<&ClockRow>,
    books: &Books,
) -> Option<PolicyId> {
    if clock.end.is_some()
        && let Some(before) = before
    {
        return before.policy_id;
    }
    let rules = &books.newest;
    rules
        .matcher
        .find(&facts.of_turn(Vec::new(), &[], rules.minute_of_day(clock.start.at)))
        .map(|it| it.policy)
}

fn terms_of(rules: &Rules, marketplace: Marketplace, turn: &TurnTerms) -> Outcome<Terms> {
    let goals = turn.found.as_ref().map(|it| it.goals.clone()).unwrap_or_default();
    rules.terms(marketplace, &goals).ok_or_else(|| Fault::broke("a marketplace without terms"))
}

fn minutes(clock: &Clock, calendar: &Calendar, now: DateTime<Utc>) -> i32 {
    i32::try_from(clock.elapsed(calendar, now).num_minutes()).unwrap_or(i32::MAX)
}
