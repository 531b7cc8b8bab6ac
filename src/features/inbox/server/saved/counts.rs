//! How many chats the saved lists hold: asked for by the browser when it shows them, never further than a thousand, and
//! never for long.

use super::read::visible;
use crate::context::Ask;
use crate::features::inbox::saved_filter::{COUNT_CAP, MOST_COUNTED, SavedCount};
use crate::features::inbox::server::list;
use crate::platform::fault::Outcome;
use crate::shared::ids::SavedFilterId;
use std::collections::HashSet;

/// Counts those of the given lists that the person sees.
///
/// # Errors
/// When the database refuses.
pub async fn counts(ask: &Ask, saved: &[SavedFilterId]) -> Outcome<Vec<SavedCount>> {
    let wanted: HashSet<SavedFilterId> = saved.iter().copied().take(MOST_COUNTED).collect();
    let mut conn = ask.conn().await?;
    let most = u32::from(COUNT_CAP).saturating_add(1);
    let mut counts = Vec::new();
    for view in visible(&mut conn, ask).await?.into_iter().filter(|view| wanted.contains(&view.id)) {
        counts.push(SavedCount {
            saved: view.id,
            chats: list::count_soon(&mut conn, ask, &view.query, most).await?,
        });
    }
    Ok(counts)
}
