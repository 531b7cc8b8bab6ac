//! What a draft is made from: the last messages, what is known of the order, and what the shop has written down. All of
//! one chat; nothing is asked of the marketplace for it.

use super::meaning;
use super::standing::Standing;
use crate::context::Ask;
use crate::features::knowledge::server::find as articles;
use crate::features::orders::server::read as orders;
use crate::features::orders::types::{OrderPanel, Posting};
use crate::features::orders::ui::words;
use crate::features::quick_replies::server::offer;
use crate::features::quick_replies::variables::{self, Facts};
use crate::features::suggestions::mask::Mask;
use crate::features::suggestions::prompt::{LONGEST_TRANSCRIPT, Line, Source, Speaker};
use crate::features::suggestions::types::{SourceKind, SourceView};
use crate::platform::fault::Outcome;
use crate::platform::schema::{messages, users};
use crate::platform::time_zone;
use crate::shared::i18n::Locale;
use crate::shared::ids::{ChatId, SuggestionId, UserId, WorkspaceId};
use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

/// Quick replies that are told a model.
const MOST_REPLIES: i64 = 3;
/// Articles that are told.
const MOST_ARTICLES: usize = 3;
/// People whose names are hidden; shops have fewer.
const MOST_NAMES: i64 = 500;
/// Characters of the buyer's words that quick replies are looked for by.
const SEARCHED: usize = 1000;

/// What a draft is made from.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// Oldest first.
    pub transcript: Vec<Line>,
    /// All that the buyer has written since the last answer.
    pub turn: String,
    pub facts: Vec<Source>,
    pub knowledge: Vec<Source>,
    /// The same as the panel names it.
    pub views: Vec<SourceView>,
}

/// Gathers it. Where a model will be told, another one is asked which articles mean what the buyer asks: for which draft, and what hides
/// the buyer from it.
///
/// # Errors
/// When the database refuses.
pub async fn gather(
    ask: &Ask,
    chat: ChatId,
    standing: &Standing,
    will_be_told: Option<(SuggestionId, &Mask)>,
) -> Outcome<Gathered> {
    let transcript = transcript(&mut *ask.conn().await?, ask.workspace(), chat, LONGEST_TRANSCRIPT).await?;
    let turn = turn(&transcript);
    let mut gathered = Gathered { transcript, turn, ..Gathered::default() };
    let panel = orders::known(ask, chat).await?;
    for (kind, source) in facts(&panel, ask) {
        gathered.views.push(SourceView::of(kind, &source.title));
        gathered.facts.push(source);
    }
    let known = offer::known_facts(ask, chat).await?;
    let meaning = match will_be_told {
        Some((draft, mask)) => meaning::of_question(ask, draft, &gathered.turn, mask).await,
        None => None,
    };
    let mut conn = ask.conn().await?;
    let words: String = gathered.turn.chars().take(SEARCHED).collect();
    let replies = fitting(&mut conn, ask.workspace(), ask.user.id, standing, &words).await?;
    for source in replies.into_iter().filter_map(|reply| reply.source(&known)) {
        gathered.views.push(SourceView::of(SourceKind::QuickReply, &source.title));
        gathered.knowledge.push(source);
    }
    let skus: Vec<String> = panel.products.iter().map(|product| product.sku.clone()).collect();
    let (workspace, seller) = (ask.workspace(), standing.seller);
    let (meaning, most) = (meaning.as_ref(), MOST_ARTICLES);
    for article in articles::fitting(&mut conn, workspace, seller, &skus, &words, meaning, most).await? {
        let (title, article, body) = (article.title, Some(article.id), article.body);
        gathered.views.push(SourceView { kind: SourceKind::Article, title: title.clone(), article });
        gathered.knowledge.push(Source { title, text: body });
    }
    Ok(gathered)
}

/// The last messages of buyer and shop; what the marketplace and its machines write answers nobody.
///
/// # Errors
/// When the database refuses.
pub async fn transcript(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    chat: ChatId,
    longest: usize,
) -> Outcome<Vec<Line>> {
    let mut rows: Vec<(String, String)> = messages::table
        .filter(messages::workspace_id.eq(workspace))
        .filter(messages::chat_id.eq(chat))
        .filter(messages::author.eq_any(["buyer", "operator", "seller_elsewhere"]))
        .filter(messages::body.ne(""))
        .order((messages::sent_at.desc(), messages::sort_key.desc()))
        .limit(longest as i64)
        .select((messages::author, messages::body))
        .load(conn)
        .await?;
    rows.reverse();
    let speaker = |author: &str| if author == "buyer" { Speaker::Buyer } else { Speaker::Shop };
    Ok(rows.into_iter().map(|(author, text)| Line { speaker: speaker(&author), text }).collect())
}

/// A mask that knows who works here, and has: any of them may have signed a message of a chat.
///
/// # Errors
/// When the database refuses.
pub async fn mask(conn: &mut AsyncPgConnection, workspace: WorkspaceId) -> Outcome<Mask> {
    let people: Vec<String> = users::table
        .filter(users::workspace_id.eq(workspace))
        .order(users::created_at.desc())
        .limit(MOST_NAMES)
        .select(users::name)
        .load(conn)
        .await?;
    Ok(Mask::knowing(&people.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// What the buyer has written since the last answer; where the last word is the shop's, the buyer's last message.
fn turn(transcript: &[Line]) -> String {
    let is_buyers = |line: &&Line| line.speaker == Speaker::Buyer;
    let mut lines: Vec<&str> =
        transcript.iter().rev().take_while(is_buyers).map(|line| line.text.as_str()).collect();
    if lines.is_empty() {
        lines.extend(transcript.iter().rev().find(is_buyers).map(|line| line.text.as_str()));
    }
    lines.reverse();
    lines.join("\n")
}

/// What is known of the order and the products, in the language of the prompts.
fn facts(panel: &OrderPanel, ask: &Ask) -> Vec<(SourceKind, Source)> {
    const LOCALE: Locale = Locale::Ru;
    let zone = time_zone::clock(&ask.user.time_zone, ask.now);
    let day = |at: DateTime<Utc>| LOCALE.date_time(at, zone);
    let mut facts = Vec::new();
    for product in &panel.products {
        let price = product.price.as_ref().map(|price| LOCALE.money(&price.amount, &price.currency));
        let archived = product.is_archived.then(|| LOCALE.archived().to_owned());
        let parts = [Some(product.name.clone()), price, archived];
        facts.push((SourceKind::Product, source(LOCALE.suggestion_source_product(), parts)));
    }
    for posting in &panel.postings {
        facts.push((SourceKind::Order, source(LOCALE.order_word(), posting_parts(posting, LOCALE, &day))));
    }
    for back in &panel.returns {
        let title = if back.is_cancellation { LOCALE.cancellation() } else { LOCALE.return_word() };
        let parts = [Some(back.name.clone()), Some(back.status.clone()), back.reason.clone()];
        facts.push((SourceKind::Order, source(title, parts)));
    }
    facts
}

fn posting_parts(
    posting: &Posting,
    locale: Locale,
    day: &impl Fn(DateTime<Utc>) -> String,
) -> [Option<String>; 6] {
    let named = |name: &str, value: Option<String>| value.map(|value| format!("{name}: {value}"));
    [
        Some(words::status(locale, posting)),
        named(locale.posting_expected(), posting.deliver_until.map(day)),
        named(locale.posting_delivered_at(), posting.delivered_at.map(day)),
        named(locale.posting_carrier(), posting.carrier.clone()),
        named(locale.posting_tracking(), posting.tracking_number.clone()),
        named(locale.posting_cancel_reason(), posting.cancel_reason.clone()),
    ]
}

fn source<const N: usize>(title: &str, parts: [Option<String>; N]) -> Source {
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.trim().is_empty()).collect();
    Source { title: title.to_owned(), text: parts.join("; ") }
}

#[derive(diesel::QueryableByName)]
struct Reply {
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    body: String,
}

impl Reply {
    /// With everything filled in; one that lacks a fact would have the model make it up.
    fn source(self, facts: &Facts) -> Option<Source> {
        let text = variables::fill(&self.body, facts);
        variables::unfilled(&text).is_empty().then_some(Source { title: self.title, text })
    }
}

/// Quick replies of workspace `$1` that person `$2` is offered in chats of seller `$3` on marketplace `$4`, which speak of
/// what `$5` speaks of: by the stems that both have, and by likeness where words are mistyped.
const FITTING: &str = "SELECT found.title, found.body FROM ( \
         SELECT q.title, q.body, q.id, \
             ts_rank(to_tsvector('russian', translate(q.title || ' ' || q.body, U&'\\0451\\0401', U&'\\0435\\0415')), asked.stems) AS stems, \
             word_similarity(lower(q.title), lower($5)) AS likeness \
         FROM quick_replies q CROSS JOIN ( \
             SELECT coalesce(string_agg(quote_literal(lexeme), ' | '), '')::tsquery AS stems \
             FROM unnest(to_tsvector('russian', translate($5, U&'\\0451\\0401\\\\', U&'\\0435\\0415 ')))) asked \
         WHERE q.workspace_id = $1 AND (q.owner_id IS NULL OR q.owner_id = $2) \
           AND (q.seller_id IS NULL OR q.seller_id = $3) AND (q.marketplace IS NULL OR q.marketplace = $4)) found \
     WHERE found.stems > 0 OR found.likeness > 0.5 \
     ORDER BY found.stems + found.likeness DESC, found.id LIMIT $6";

async fn fitting(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    user: UserId,
    standing: &Standing,
    turn: &str,
) -> Outcome<Vec<Reply>> {
    Ok(diesel::sql_query(FITTING)
        .bind::<SqlUuid, _>(workspace)
        .bind::<SqlUuid, _>(user)
        .bind::<SqlUuid, _>(standing.seller)
        .bind::<Text, _>(standing.marketplace)
        .bind::<Text, _>(turn)
        .bind::<BigInt, _>(MOST_REPLIES)
        .load(conn)
        .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_what_the_buyer_has_written_since_the_last_answer() {
        let chat = |lines: &[(Speaker, &str)]| {
            let lines: Vec<Line> = lines
                .iter()
                .map(|(speaker, text)| Line { speaker: *speaker, text: (*text).into() })
                .collect();
            turn(&lines)
        };
        use Speaker::{Buyer, Shop};
        assert_eq!(chat(&[(Buyer, "a"), (Shop, "b"), (Buyer, "c"), (Buyer, "d")]), "c\nd");
        assert_eq!(chat(&[(Buyer, "a"), (Shop, "b")]), "a");
        assert_eq!(chat(&[(Shop, "b")]), "");
    }
}
