//! Filters that people build: every condition alone, and some together.

use crate::context::Ask;
use crate::features::inbox::types::{
    ChatKind, Condition, Days, DeadlineState, Filter, Holder, Priority, WindowState, WorkState,
};
use crate::platform::db::Bulk;
use crate::platform::fault::Outcome;
use crate::shared::ids::{SellerId, TagId};
use crate::shared::marketplace::Marketplace;
use chrono::TimeDelta;

/// The sellers, the largest first.
pub async fn sellers(ask: &Ask, bulk: &mut Bulk) -> Outcome<Vec<SellerId>> {
    let sql = format!(
        "SELECT seller_id, sum(amount) FROM chat_counts WHERE workspace_id = '{}' GROUP BY 1 ORDER BY 2 DESC",
        ask.workspace()
    );
    Ok(bulk.pairs(&sql).await?.iter().filter_map(|(id, _)| id.parse().ok()).collect())
}

async fn tags(ask: &Ask, bulk: &mut Bulk) -> Outcome<Vec<TagId>> {
    let sql = format!(
        "SELECT tag_id, count(*) FROM chat_tags WHERE workspace_id = '{}' GROUP BY 1 ORDER BY 2 DESC",
        ask.workspace()
    );
    Ok(bulk.pairs(&sql).await?.iter().filter_map(|(id, _)| id.parse().ok()).collect())
}

/// An order number and a word of models that are in the workspace.
async fn texts(ask: &Ask, bulk: &mut Bulk) -> Outcome<[String; 3]> {
    let sql = format!(
        "SELECT (SELECT order_number FROM chats WHERE workspace_id = '{w}' AND order_number IS NOT NULL LIMIT 1), \
                (SELECT substring(last_message_preview from '«(.*)»') FROM chats \
                 WHERE workspace_id = '{w}' AND last_message_preview LIKE '%«%-___»%' LIMIT 1), \
                (SELECT split_part(last_message_preview, ' ', 2) FROM chats WHERE workspace_id = '{w}' \
                   AND length(split_part(last_message_preview, ' ', 2)) > 4 GROUP BY 1 ORDER BY count(*) DESC LIMIT 1)",
        w = ask.workspace()
    );
    let row = bulk.rows(&sql).await?.into_iter().next().unwrap_or_default();
    Ok(<[String; 3]>::try_from(row).unwrap_or_default())
}

/// Filters with their names.
pub async fn usual(ask: &Ask, bulk: &mut Bulk) -> Outcome<Vec<(String, Filter)>> {
    let sellers = sellers(ask, bulk).await?;
    let tags = tags(ask, bulk).await?;
    let [order, model, common] = texts(ask, bulk).await?;
    let today = ask.now.date_naive();
    let is = Filter::Is;
    let not = |condition| Filter::Not(Box::new(is(condition)));
    let all = |parts: Vec<Condition>| Filter::All(parts.into_iter().map(is).collect());
    let any = |parts: Vec<Condition>| Filter::Any(parts.into_iter().map(is).collect());
    let tag = |at: usize| Condition::Tag(tags.get(at).copied().into_iter().collect());
    let urgent = || Condition::Priority(vec![Priority::Urgent]);
    let overdue = || Condition::Deadline(DeadlineState::Overdue);
    let month = |back: i64| Days::Between(today - TimeDelta::days(back + 30), today - TimeDelta::days(back));
    let filters = vec![
        ("the largest seller", is(Condition::Seller(sellers.first().copied().into_iter().collect()))),
        ("the smallest seller", is(Condition::Seller(sellers.last().copied().into_iter().collect()))),
        ("marketplace", is(Condition::Marketplace(vec![Marketplace::Ozon]))),
        ("kind", is(Condition::Kind(vec![ChatKind::Dialog]))),
        ("closed or snoozed", is(Condition::Work(vec![WorkState::Closed, WorkState::Snoozed]))),
        ("unanswered", is(Condition::Unanswered(true))),
        ("answered", is(Condition::Unanswered(false))),
        ("unseen", is(Condition::Unseen(true))),
        ("seen", is(Condition::Unseen(false))),
        ("mine", is(Condition::Assignee(vec![Holder::Me]))),
        ("nobody's", is(Condition::Assignee(vec![Holder::Nobody]))),
        ("common tag", is(tag(0))),
        ("middling tag", is(tag(4))),
        ("rare tag", is(tag(tags.len().saturating_sub(1)))),
        ("urgent", is(urgent())),
        ("high or urgent", is(Condition::Priority(vec![Priority::High, Priority::Urgent]))),
        ("overdue", is(overdue())),
        ("due in 15 minutes", is(Condition::Deadline(DeadlineState::Soon))),
        ("due in an hour", is(Condition::Deadline(DeadlineState::Hour))),
        ("with a deadline", is(Condition::Deadline(DeadlineState::Set))),
        ("without a deadline", is(Condition::Deadline(DeadlineState::None))),
        ("window open", is(Condition::Window(WindowState::Open))),
        ("window ending", is(Condition::Window(WindowState::Ending))),
        ("window closed", is(Condition::Window(WindowState::Closed))),
        ("last message today", is(Condition::LastMessage(Days::Last(0)))),
        ("last message a year ago", is(Condition::LastMessage(month(365)))),
        ("began this week", is(Condition::Began(Days::Last(6)))),
        ("began a year ago", is(Condition::Began(month(365)))),
        ("with an order", is(Condition::HasOrder(true))),
        ("without an order", is(Condition::HasOrder(false))),
        ("common word", is(Condition::Text(common.clone()))),
        ("rare word", is(Condition::Text(model.clone()))),
        ("order number", is(Condition::Text(order))),
        ("no such text", is(Condition::Text("zzqxj".to_owned()))),
        ("urgent and overdue", all(vec![urgent(), overdue()])),
        ("urgent or overdue", any(vec![urgent(), overdue()])),
        ("middling tag and with an order", all(vec![tag(4), Condition::HasOrder(true)])),
        ("rare tag or rare word", any(vec![tag(tags.len().saturating_sub(1)), Condition::Text(model)])),
        (
            "common word, mine, this month",
            all(vec![
                Condition::Text(common),
                Condition::Assignee(vec![Holder::Me]),
                Condition::LastMessage(Days::Last(30)),
            ]),
        ),
        (
            "urgent, of the smallest seller",
            all(vec![urgent(), Condition::Seller(sellers.last().copied().into_iter().collect())]),
        ),
        ("not normal", not(Condition::Priority(vec![Priority::Normal]))),
        ("neither tagged nor with an order", Filter::All(vec![not(tag(0)), is(Condition::HasOrder(false))])),
        (
            "overdue, nobody's, unseen",
            all(vec![overdue(), Condition::Assignee(vec![Holder::Nobody]), Condition::Unseen(true)]),
        ),
    ];
    Ok(filters.into_iter().map(|(name, filter)| (name.to_owned(), filter)).collect())
}
