//! How far the walk through a seller's list has come, and how far its import: one row each, changed in the transaction
//! that stores what it counts. The page of sellers reads the same row.

use crate::features::sellers::server::accounts::SellerAccount;
use crate::features::sellers::types::SellerState;
use crate::platform::clock::now;
use crate::platform::fault::Outcome;
use crate::platform::live;
use crate::platform::schema::{sellers, walks};
use crate::shared::change::Change;
use crate::shared::ids::{SellerId, WorkspaceId};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{ExpressionMethods, HasQuery, OptionalExtension, QueryDsl, SelectableHelper};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// The whole list is walked again after this at the earliest: finds what was read elsewhere before we saw it unread.
const WALK_EVERY: TimeDelta = TimeDelta::minutes(10);
/// A large shop's list is walked for no more than a tenth of the time.
const REST_FACTOR: i32 = 10;
/// A list that was begun anew so often is taken for what it is.
const MOST_RESTARTS: i32 = 3;
/// Screens are told of many chats at once no more often than this.
const TELL_EVERY: TimeDelta = TimeDelta::seconds(1);
/// The speed is measured over one to two of these.
const WINDOW: TimeDelta = TimeDelta::seconds(15);

text_enum!(
    /// Why a list is walked.
    WalkKind {
        /// The account has been connected: everything is to be brought.
        Import = "import",
        /// To find what was missed.
        Reconcile = "reconcile",
    }
);

/// One walk through a seller's list.
#[derive(HasQuery, diesel::AsChangeset, Clone, Debug, PartialEq, Eq)]
#[diesel(table_name = walks, treat_none_as_null = true, primary_key(workspace_id, seller_id, kind))]
pub struct Walk {
    pub workspace_id: WorkspaceId,
    pub seller_id: SellerId,
    pub kind: WalkKind,
    pub started_at: DateTime<Utc>,
    /// Where the next page begins.
    pub cursor: Option<String>,
    /// Pages since the list was begun.
    pub pages: i32,
    /// An earlier cursor: the list that comes back to it runs in a circle.
    pub mark: Option<String>,
    pub restarts: i32,
    /// Chats seen in the list.
    pub chats: i64,
    /// When the end of the list was reached.
    pub listed_at: Option<DateTime<Utc>>,
    /// Histories that the import found to read.
    pub histories_total: i64,
    pub histories_done: i64,
    pub finished_at: Option<DateTime<Utc>>,
    pub window_at: DateTime<Utc>,
    pub window_count: i64,
    pub next_at: DateTime<Utc>,
    pub next_count: i64,
    pub told_at: DateTime<Utc>,
    pub is_untold: bool,
}

/// What comes after a page of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Onward {
    /// The next page.
    On,
    /// The list from its beginning: it runs in a circle.
    Anew,
    /// Nothing: the list has ended.
    End,
}

impl Walk {
    /// A walk that begins.
    pub fn new(workspace: WorkspaceId, seller: SellerId, kind: WalkKind, now: DateTime<Utc>) -> Self {
        Self {
            workspace_id: workspace,
            seller_id: seller,
            kind,
            started_at: now,
            cursor: None,
            pages: 0,
            mark: None,
            restarts: 0,
            chats: 0,
            listed_at: None,
            histories_total: 0,
            histories_done: 0,
            finished_at: None,
            window_at: now,
            window_count: 0,
            next_at: now,
            next_count: 0,
            // Long ago: the first page is told at once.
            told_at: now - TELL_EVERY,
            is_untold: false,
        }
    }

    /// Goes past a page that leads to `next`.
    pub fn pass(&mut self, next: Option<&str>, now: DateTime<Utc>) -> Onward {
        self.pages = self.pages.saturating_add(1);
        let Some(next) = next else {
            self.end_list(now);
            return Onward::End;
        };
        if self.mark.as_deref() == Some(next) {
            return self.begin_anew(now);
        }
        if self.cursor.as_deref() == Some(next) {
            // Stuck: the same page once more, and if it leads nowhere again, the whole list.
            self.mark = Some(next.to_owned());
            return Onward::On;
        }
        let before = self.cursor.replace(next.to_owned());
        // One remembered cursor, moved ever more rarely, finds a circle of any length. Never the present one: a page that
        // is given twice would look like a circle at once.
        if self.pages.count_ones() == 1 {
            self.mark = before;
        }
        Onward::On
    }

    /// Begins the list once more: it ran in a circle, or its cursor is taken no more. After some times what was seen has
    /// to do; the next walk looks again.
    pub fn begin_anew(&mut self, now: DateTime<Utc>) -> Onward {
        self.restarts = self.restarts.saturating_add(1);
        if self.restarts > MOST_RESTARTS {
            self.end_list(now);
            return Onward::End;
        }
        (self.cursor, self.mark, self.pages, self.chats) = (None, None, 0, 0);
        Onward::Anew
    }

    fn end_list(&mut self, now: DateTime<Utc>) {
        (self.cursor, self.mark, self.listed_at) = (None, None, Some(now));
        // From here on histories are counted.
        let count = self.count();
        (self.window_at, self.window_count, self.next_at, self.next_count) = (now, count, now, count);
        if self.kind == WalkKind::Reconcile {
            self.finished_at = Some(now);
        }
    }

    /// What the speed is measured by: chats while the list is walked, histories after that.
    fn count(&self) -> i64 {
        if self.listed_at.is_none() { self.chats } else { self.histories_done }
    }

    /// Moves the window in which the speed is measured.
    pub fn measure(&mut self, now: DateTime<Utc>) {
        if now - self.next_at >= WINDOW {
            (self.window_at, self.window_count) = (self.next_at, self.next_count);
            (self.next_at, self.next_count) = (now, self.count());
        }
    }

    /// Whether to tell screens now. What is not told now is told with something later, the last of all always.
    pub fn tells(&mut self, now: DateTime<Utc>, is_last: bool) -> bool {
        let tells = self.is_untold && (is_last || now - self.told_at >= TELL_EVERY);
        if tells {
            (self.told_at, self.is_untold) = (now, false);
        }
        tells
    }

    /// Whether it is time for the next walk after this one.
    fn is_next_due(&self, now: DateTime<Utc>) -> bool {
        let rested = |ended: DateTime<Utc>| {
            let rest = (ended - self.started_at) * REST_FACTOR;
            now - ended >= rest.max(WALK_EVERY)
        };
        self.listed_at.is_some_and(rested)
    }

    /// The event that tells of it.
    pub fn change(&self) -> Change {
        Change::Import { seller: self.seller_id }
    }
}

/// Reads a walk and keeps others from changing it until the transaction ends. Lock chats before it and append events
/// after it.
///
/// # Errors
/// When the database refuses.
pub async fn lock(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    kind: WalkKind,
) -> Outcome<Option<Walk>> {
    let key = walks::table.find((workspace, seller, kind));
    Ok(key.select(Walk::as_select()).for_update().first(conn).await.optional()?)
}

/// Writes a walk back.
///
/// # Errors
/// When the database refuses.
pub async fn save(conn: &mut AsyncPgConnection, walk: &Walk) -> Outcome<()> {
    diesel::update(walks::table.find((walk.workspace_id, walk.seller_id, walk.kind)))
        .set(walk)
        .execute(conn)
        .await?;
    Ok(())
}

/// The walk that a seller is on; an import goes before a reconciliation.
///
/// # Errors
/// When the database refuses.
pub async fn current(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
) -> Outcome<Option<Walk>> {
    Ok(Walk::query()
        .filter(walks::workspace_id.eq(workspace))
        .filter(walks::seller_id.eq(seller))
        .filter(walks::listed_at.is_null())
        .order(walks::kind)
        .first(conn)
        .await
        .optional()?)
}

/// The import of a seller, while it has not come to its end.
///
/// # Errors
/// When the database refuses.
pub async fn import(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
) -> Outcome<Option<Walk>> {
    Ok(Walk::query()
        .filter(walks::workspace_id.eq(workspace))
        .filter(walks::seller_id.eq(seller))
        .filter(walks::kind.eq(WalkKind::Import))
        .filter(walks::finished_at.is_null())
        .first(conn)
        .await
        .optional()?)
}

/// Whether a seller is to be worked with. It cannot be removed before the transaction ends; ask before anything is
/// locked that belongs to it.
///
/// # Errors
/// When the database refuses.
pub async fn hold(conn: &mut AsyncPgConnection, workspace: WorkspaceId, seller: SellerId) -> Outcome<bool> {
    let state: Option<SellerState> = sellers::table
        .find((workspace, seller))
        .select(sellers::state)
        .for_key_share()
        .first(conn)
        .await
        .optional()?;
    Ok(state == Some(SellerState::Active))
}

/// The walk that should begin now, if any: an import once after each connecting, reconciliations ever after.
///
/// # Errors
/// When the database refuses.
pub async fn due(
    conn: &mut AsyncPgConnection,
    seller: &SellerAccount,
    now: DateTime<Utc>,
) -> Outcome<Option<WalkKind>> {
    let connected_at: DateTime<Utc> = sellers::table
        .find((seller.workspace_id, seller.id))
        .select(sellers::connected_at)
        .first(conn)
        .await?;
    let walks: Vec<Walk> = Walk::query()
        .filter(walks::workspace_id.eq(seller.workspace_id))
        .filter(walks::seller_id.eq(seller.id))
        .order(walks::started_at.desc())
        .load(conn)
        .await?;
    let import = walks.iter().find(|walk| walk.kind == WalkKind::Import);
    if import.is_none_or(|import| import.started_at < connected_at) {
        return Ok(Some(WalkKind::Import));
    }
    Ok(walks.as_slice().first().filter(|newest| newest.is_next_due(now)).map(|_| WalkKind::Reconcile))
}

/// Begins a walk, in the place of the last one of its kind.
///
/// # Errors
/// When the database refuses.
pub async fn begin(conn: &mut AsyncPgConnection, walk: &Walk) -> Outcome<()> {
    let key = (
        walks::workspace_id.eq(walk.workspace_id),
        walks::seller_id.eq(walk.seller_id),
        walks::kind.eq(walk.kind),
        walks::started_at.eq(walk.started_at),
        walks::window_at.eq(walk.window_at),
        walks::next_at.eq(walk.next_at),
        walks::told_at.eq(walk.told_at),
    );
    diesel::insert_into(walks::table)
        .values(key)
        .on_conflict((walks::workspace_id, walks::seller_id, walks::kind))
        .do_update()
        .set(walk)
        .execute(conn)
        .await?;
    Ok(())
}

/// Counts histories of the import, within the caller's transaction: some found, some read. Returns the event to append
/// when it is time for one.
///
/// # Errors
/// When the database refuses.
pub async fn count(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
    found: usize,
    read: usize,
) -> Outcome<Option<Change>> {
    if found == 0 && read == 0 {
        return Ok(None);
    }
    let import = lock(conn, workspace, seller, WalkKind::Import).await?;
    let Some(mut import) = import.filter(|import| import.finished_at.is_none()) else { return Ok(None) };
    import.histories_total += i64::try_from(found).unwrap_or(0);
    import.histories_done =
        (import.histories_done + i64::try_from(read).unwrap_or(0)).min(import.histories_total);
    import.is_untold = true;
    let now = now();
    import.measure(now);
    let change = import.tells(now, false).then(|| import.change());
    save(conn, &import).await?;
    Ok(change)
}

/// Notes that nothing is left to read: an import whose list is complete has come to its end.
///
/// # Errors
/// When the database refuses.
pub async fn finish(conn: &mut AsyncPgConnection, workspace: WorkspaceId, seller: SellerId) -> Outcome<()> {
    conn.transaction(async |conn| {
        let import = lock(conn, workspace, seller, WalkKind::Import).await?;
        let Some(mut import) =
            import.filter(|import| import.listed_at.is_some() && import.finished_at.is_none())
        else {
            return Ok(());
        };
        import.finished_at = Some(now());
        // What else has read some of them meanwhile did not count them.
        import.histories_done = import.histories_total;
        save(conn, &import).await?;
        live::append(conn, workspace, &[import.change()]).await
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(1_000_000 + second)
    }

    fn walk() -> Walk {
        Walk::new(WorkspaceId::new(), SellerId::new(), WalkKind::Import, at(0))
    }

    #[test]
    fn a_circle_of_any_length_is_noticed_and_walked_only_so_often() {
        for length in 1..40 {
            let mut walk = walk();
            let mut pages = 0;
            let mut at_cursor = 0;
            while walk.listed_at.is_none() {
                let next = (at_cursor + 1) % length;
                at_cursor = match walk.pass(Some(&next.to_string()), at(1)) {
                    Onward::On => next,
                    Onward::Anew | Onward::End => 0,
                };
                pages += 1;
                assert!(pages < 1_000, "a circle of {length} is walked for ever");
            }
            assert_eq!(walk.restarts, MOST_RESTARTS + 1);
        }
    }

    #[test]
    fn a_cursor_that_is_given_twice_is_tried_again_before_the_list_is() {
        let mut walk = walk();
        assert_eq!(walk.pass(Some("1"), at(1)), Onward::On);
        assert_eq!(walk.pass(Some("2"), at(1)), Onward::On);
        assert_eq!(walk.pass(Some("2"), at(1)), Onward::On);
        assert_eq!((walk.pass(Some("3"), at(1)), walk.restarts), (Onward::On, 0), "it was a slip");
        assert_eq!(walk.pass(Some("3"), at(1)), Onward::On);
        assert_eq!(walk.pass(Some("3"), at(1)), Onward::Anew);
        assert_eq!((walk.cursor, walk.pages), (None, 0));
    }

    #[test]
    fn a_straight_list_is_walked_to_its_end_once() {
        let mut walk = walk();
        for page in 1..5_000 {
            assert_eq!(walk.pass(Some(&page.to_string()), at(1)), Onward::On, "{page}");
        }
        assert_eq!(walk.pass(None, at(2)), Onward::End);
        assert_eq!((walk.pages, walk.listed_at, walk.finished_at), (5_000, Some(at(2)), None));
    }

    #[test]
    fn the_next_walk_waits_ten_minutes_or_ten_times_as_long_as_the_last_took() {
        let ended = |took| Walk { listed_at: Some(at(took)), ..walk() };
        assert!(!ended(5).is_next_due(at(5 + 599)) && ended(5).is_next_due(at(5 + 600)));
        assert!(!ended(90).is_next_due(at(90 + 899)) && ended(90).is_next_due(at(90 + 900)));
        assert!(!walk().is_next_due(at(1_000_000)), "it is not over");
    }

    #[test]
    fn screens_are_told_once_a_second_and_at_the_end() {
        let mut walk = walk();
        let mut tell = |millis: i64, is_last| {
            walk.is_untold = true;
            walk.tells(at(0) + TimeDelta::milliseconds(millis), is_last)
        };
        assert_eq!(
            [0, 300, 999, 1_000, 1_100].map(|millis| tell(millis, false)),
            [true, false, false, true, false]
        );
        assert!(tell(1_200, true));
        assert!(!walk.tells(at(60), true), "there is nothing to tell");
    }
}
