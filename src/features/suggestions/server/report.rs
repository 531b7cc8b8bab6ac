//! What became of the drafts of the last month, added up. Texts of people that were rewritten are no drafts.

use crate::context::Ask;
use crate::features::suggestions::mask::Mask;
use crate::features::suggestions::report::{
    DAYS, Day, Figures, Group, Leant, MOST_WORST, MUCH_EDITED, Maker, READ_A_MINUTE, Spent, SuggestionReport,
    TYPED_A_MINUTE, Worst,
};
use crate::features::suggestions::types::Fate;
use crate::features::understanding::types::Category;
use crate::features::users::types::PersonView;
use crate::platform::fault::Outcome;
use crate::shared::ids::{ChatId, SuggestionId};
use crate::shared::models::ProviderKind;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::sql_types::{BigInt, Double, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::collections::BTreeMap;
use std::str::FromStr;

/// By what drafts are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    All,
    Person,
    Category,
    Maker,
    Article,
    Day,
}

impl By {
    /// What each has.
    pub const ALL: [By; 6] = [By::All, By::Person, By::Category, By::Maker, By::Article, By::Day];

    /// The statement. A variant that was left for a better one was not rejected: it does not count. Workspace, since when, seconds to type and to read a character, the workspace's zone.
    pub fn sql(self) -> String {
        let (key, name, join, order) = match self {
            By::All => ("NULL", "NULL", "", "1"),
            By::Person => (
                "made.author_id::text",
                "u.name",
                "JOIN users u ON u.workspace_id = $1 AND u.id = made.author_id",
                MOST_FIRST,
            ),
            By::Category => ("made.category", "NULL", "", MOST_FIRST),
            By::Maker => ("made.provider", "made.model", "", MOST_FIRST),
            By::Article => (
                "a.id::text",
                "a.title",
                "CROSS JOIN LATERAL ( \
                     SELECT DISTINCT (source->>'article')::uuid AS id FROM jsonb_array_elements(made.sources) source \
                     WHERE source->>'article' IS NOT NULL) leant \
                 JOIN articles a ON a.workspace_id = $1 AND a.id = leant.id",
                MOST_FIRST,
            ),
            By::Day => ("made.day", "NULL", "", "1 DESC"),
        };
        format!(
            "WITH told AS ( \
                 SELECT s.category, s.provider, s.model, s.sources, s.outcome, r.author_id, \
                     ((s.created_at AT TIME ZONE $5)::date)::text AS day, \
                     s.outcome = 'rejected' AND s.reply_id IS NOT NULL \
                         AND bool_or(s.outcome <> 'rejected') OVER (PARTITION BY s.reply_id) AS was_left, \
                     CASE WHEN s.outcome <> 'rejected' THEN greatest(0, \
                         (char_length(s.body) - coalesce(s.distance, 0)) * $3 - char_length(s.body) * $4) ELSE 0 END AS saved \
                 FROM suggestions s \
                 LEFT JOIN replies r ON r.workspace_id = s.workspace_id AND r.id = s.reply_id \
                 WHERE s.workspace_id = $1 AND s.created_at > $2 AND s.task = 'suggest' AND s.outcome IS NOT NULL), \
             made AS (SELECT * FROM told WHERE NOT was_left) \
             SELECT {key} AS key, {name} AS name, \
                 count(*) FILTER (WHERE made.outcome = 'accepted') AS accepted, \
                 count(*) FILTER (WHERE made.outcome = 'edited') AS edited, \
                 count(*) FILTER (WHERE made.outcome = 'rejected') AS rejected, \
                 coalesce(round(sum(made.saved)), 0)::bigint AS saved_seconds \
             FROM made {join} GROUP BY 1, 2 ORDER BY {order}"
        )
    }
}

const MOST_FIRST: &str = "count(*) DESC, 1, 2";

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<Text>)]
    key: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = BigInt)]
    accepted: i64,
    #[diesel(sql_type = BigInt)]
    edited: i64,
    #[diesel(sql_type = BigInt)]
    rejected: i64,
    #[diesel(sql_type = BigInt)]
    saved_seconds: i64,
}

impl Row {
    fn figures(&self) -> Figures {
        Figures {
            accepted: self.accepted,
            edited: self.edited,
            rejected: self.rejected,
            saved_seconds: self.saved_seconds,
        }
    }

    fn key<K: FromStr>(&self) -> Option<K> {
        self.key.as_ref()?.parse().ok()
    }

    fn name(&self) -> String {
        self.name.clone().unwrap_or_default()
    }
}

/// What questions to models have cost since `$2`. Public so that a test can look at its plan.
pub const SPENT_SQL: &str = "SELECT provider, model, currency, count(*) AS calls, \
         coalesce(sum(tokens_in + tokens_out), 0)::bigint AS tokens, sum(cost)::bigint AS cost \
     FROM model_calls WHERE workspace_id = $1 AND at > $2 GROUP BY 1, 2, 3 ORDER BY calls DESC, 1, 2, 3";

#[derive(diesel::QueryableByName)]
struct SpentRow {
    #[diesel(sql_type = Text)]
    provider: ProviderKind,
    #[diesel(sql_type = Text)]
    model: String,
    #[diesel(sql_type = Nullable<Text>)]
    currency: Option<String>,
    #[diesel(sql_type = BigInt)]
    calls: i64,
    #[diesel(sql_type = BigInt)]
    tokens: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    cost: Option<i64>,
}

/// What questions to models have cost since `$2`, by day of the zone `$3`. Public so that a test can look at its plan.
pub const SPENT_BY_DAY_SQL: &str = "SELECT ((at AT TIME ZONE $3)::date)::text AS day, currency, count(*) AS calls, \
         sum(cost)::bigint AS cost \
     FROM model_calls WHERE workspace_id = $1 AND at > $2 GROUP BY 1, 2 ORDER BY 1, 2";

#[derive(diesel::QueryableByName)]
struct SpentOnDay {
    #[diesel(sql_type = Text)]
    day: String,
    #[diesel(sql_type = Nullable<Text>)]
    currency: Option<String>,
    #[diesel(sql_type = BigInt)]
    calls: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    cost: Option<i64>,
}

/// Questions since `$2` for which every draft was rejected or edited by `$3` percent and more, the worst first. Public so that a
/// test can look at its plan.
pub const WORST_SQL: &str = "SELECT best.id, best.chat_id, best.category, best.outcome, best.changed, m.body AS question FROM ( \
         SELECT * FROM ( \
             SELECT DISTINCT ON (s.chat_id, s.message_id) s.id, s.chat_id, s.message_id, s.category, s.outcome, s.created_at, \
                 least(100, coalesce(s.distance, 0) * 100 / greatest(1, char_length(s.body)))::bigint AS changed \
             FROM suggestions s \
             WHERE s.workspace_id = $1 AND s.created_at > $2 AND s.task = 'suggest' AND s.outcome IS NOT NULL \
             ORDER BY s.chat_id, s.message_id, (s.outcome <> 'rejected') DESC, s.distance) nearest \
         WHERE nearest.outcome = 'rejected' OR nearest.outcome = 'edited' AND nearest.changed >= $3 \
         ORDER BY nearest.outcome = 'rejected' DESC, nearest.changed DESC, nearest.created_at DESC LIMIT $4) best \
     CROSS JOIN LATERAL ( \
         SELECT m.body FROM messages m \
         WHERE m.workspace_id = $1 AND m.chat_id = best.chat_id AND m.external_id = best.message_id LIMIT 1) m \
     ORDER BY best.outcome = 'rejected' DESC, best.changed DESC, best.created_at DESC";

#[derive(diesel::QueryableByName)]
struct WorstRow {
    #[diesel(sql_type = SqlUuid)]
    id: SuggestionId,
    #[diesel(sql_type = SqlUuid)]
    chat_id: ChatId,
    #[diesel(sql_type = Nullable<Text>)]
    category: Option<Category>,
    #[diesel(sql_type = Text)]
    outcome: Fate,
    #[diesel(sql_type = Text)]
    question: String,
    #[diesel(sql_type = BigInt)]
    changed: i64,
}

impl From<WorstRow> for Worst {
    fn from(row: WorstRow) -> Self {
        Worst {
            suggestion: row.id,
            chat: row.chat_id,
            question: Mask::default().hide(&row.question),
            category: row.category,
            fate: row.outcome,
            changed: row.changed,
        }
    }
}

/// The report.
///
/// # Errors
/// When the database refuses.
pub async fn report(ask: &Ask) -> Outcome<SuggestionReport> {
    let since = ask.now - TimeDelta::days(DAYS);
    let mut conn = ask.conn().await?;
    let all = rows(&mut conn, ask, since, By::All).await?;
    let all = all.as_slice().first().map(Row::figures).unwrap_or_default();
    let people = groups(rows(&mut conn, ask, since, By::Person).await?, |row| {
        Some(PersonView { id: row.key()?, name: row.name() })
    });
    let categories = groups(rows(&mut conn, ask, since, By::Category).await?, Row::key);
    let makers = groups(rows(&mut conn, ask, since, By::Maker).await?, |row| {
        Some(Maker { provider: row.key(), model: row.name.clone() })
    });
    let articles = groups(rows(&mut conn, ask, since, By::Article).await?, |row| {
        Some(Leant { article: row.key()?, title: row.name() })
    });
    let days = days(&mut conn, ask, since).await?;
    let spent = spent(&mut conn, ask, since).await?;
    let worst = worst(&mut conn, ask, since).await?;
    Ok(SuggestionReport { all, people, categories, makers, articles, days, spent, worst })
}

fn groups<K>(rows: Vec<Row>, key: impl Fn(&Row) -> Option<K>) -> Vec<Group<K>> {
    rows.iter().filter_map(|row| Some(Group { key: key(row)?, figures: row.figures() })).collect()
}

async fn rows(conn: &mut AsyncPgConnection, ask: &Ask, since: DateTime<Utc>, by: By) -> Outcome<Vec<Row>> {
    let seconds = |a_minute: i32| 60.0 / f64::from(a_minute);
    Ok(diesel::sql_query(by.sql())
        .bind::<SqlUuid, _>(ask.workspace())
        .bind::<Timestamptz, _>(since)
        .bind::<Double, _>(seconds(TYPED_A_MINUTE))
        .bind::<Double, _>(seconds(READ_A_MINUTE))
        .bind::<Text, _>(&ask.user.time_zone)
        .load(conn)
        .await?)
}

async fn spent(conn: &mut AsyncPgConnection, ask: &Ask, since: DateTime<Utc>) -> Outcome<Vec<Spent>> {
    let rows: Vec<SpentRow> = diesel::sql_query(SPENT_SQL)
        .bind::<SqlUuid, _>(ask.workspace())
        .bind::<Timestamptz, _>(since)
        .load(conn)
        .await?;
    let spent = |row: SpentRow| Spent {
        provider: row.provider,
        model: row.model,
        calls: row.calls,
        tokens: row.tokens,
        cost: row.cost.zip(row.currency),
    };
    Ok(rows.into_iter().map(spent).collect())
}

/// Every day on which something was sent beside a draft, or a model was asked; the newest first.
async fn days(conn: &mut AsyncPgConnection, ask: &Ask, since: DateTime<Utc>) -> Outcome<Vec<Day>> {
    let mut days: BTreeMap<NaiveDate, Day> = BTreeMap::new();
    let none = |day| Day { day, figures: Figures::default(), calls: 0, costs: Vec::new() };
    for group in groups(rows(conn, ask, since, By::Day).await?, Row::key) {
        days.entry(group.key).or_insert_with(|| none(group.key)).figures = group.figures;
    }
    let spent: Vec<SpentOnDay> = diesel::sql_query(SPENT_BY_DAY_SQL)
        .bind::<SqlUuid, _>(ask.workspace())
        .bind::<Timestamptz, _>(since)
        .bind::<Text, _>(&ask.user.time_zone)
        .load(conn)
        .await?;
    for row in spent {
        let Ok(day) = row.day.parse::<NaiveDate>() else { continue };
        let of_day = days.entry(day).or_insert_with(|| none(day));
        of_day.calls += row.calls;
        of_day.costs.extend(row.cost.zip(row.currency));
    }
    Ok(days.into_values().rev().collect())
}

async fn worst(conn: &mut AsyncPgConnection, ask: &Ask, since: DateTime<Utc>) -> Outcome<Vec<Worst>> {
    let rows: Vec<WorstRow> = diesel::sql_query(WORST_SQL)
        .bind::<SqlUuid, _>(ask.workspace())
        .bind::<Timestamptz, _>(since)
        .bind::<Integer, _>(MUCH_EDITED)
        .bind::<BigInt, _>(MOST_WORST)
        .load(conn)
        .await?;
    // A picture alone is no question to write about.
    let asked = rows.into_iter().filter(|row| !row.question.trim().is_empty());
    Ok(asked.map(Worst::from).collect())
}
