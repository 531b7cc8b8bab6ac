//! How many chats the saved lists hold: asked for by the browser when it shows them, never further than a thousand, and
//! never for long.

use super::read::visible;
use crate::context::Ask;
use crate::features::inbox::saved_filter::{COUNT_CAP, MOST_COUNTED, SavedCount};
use crate::features::inbox::server::list;
use crate::features::inbox::types::ListQuery;
use crate::platform::fault::{Fault, Outcome};
use crate::shared::ids::SavedFilterId;
use diesel::result::Error as DieselError;
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use std::collections::HashSet;

/// Counts those of the given lists that the person sees.
///
/// # Errors
/// When the database refuses.
pub async fn counts(ask: &Ask, saved: &[SavedFilterId]) -> Outcome<Vec<SavedCount>> {
    let wanted: HashSet<SavedFilterId> = saved.iter().copied().take(MOST_COUNTED).collect();
    let mut conn = ask.conn().await?;
    let mut counts = Vec::new();
    for view in visible(&mut conn, ask).await?.into_iter().filter(|view| wanted.contains(&view.id)) {
        counts.push(SavedCount { saved: view.id, chats: count(&mut conn, ask, &view.query).await? });
    }
    Ok(counts)
}

/// A number is worth a third of a second; a list that takes longer to count has none.
async fn count(conn: &mut AsyncPgConnection, ask: &Ask, query: &ListQuery) -> Outcome<Option<i64>> {
    let counted = conn
        .transaction(async |conn| {
            conn.batch_execute("SET LOCAL statement_timeout = '300ms'").await?;
            list::count_up_to(conn, ask, query, COUNT_CAP.saturating_add(1)).await
        })
        .await;
    match counted {
        Ok(chats) => Ok(Some(chats)),
        Err(Fault::Broke(cause)) if is_timeout(cause.as_ref()) => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn is_timeout(cause: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    match cause.downcast_ref::<DieselError>() {
        Some(DieselError::DatabaseError(_, info)) => info.message().contains("statement timeout"),
        _ => false,
    }
}
