//! Opening chats.

use super::Times;
use crate::context::Ask;
use crate::features::inbox::server::window;
use crate::platform::db::Bulk;
use crate::platform::fault::{Fault, Outcome};
use crate::shared::ids::ChatId;

pub async fn measure(ask: &Ask, bulk: &mut Bulk, runs: usize) -> Outcome<()> {
    // The longest chats of a seeded database are among its newest.
    let sql = format!(
        "SELECT c.id, m.n FROM (SELECT * FROM chats WHERE workspace_id = '{w}' ORDER BY last_message_at DESC LIMIT 500) c, \
              LATERAL (SELECT count(*) AS n FROM messages m WHERE m.workspace_id = '{w}' AND m.chat_id = c.id) m \
         ORDER BY m.n DESC",
        w = ask.workspace()
    );
    let chats = bulk.pairs(&sql).await?;
    println!("| messages | server p50 | server p95 |");
    println!("|--:|--:|--:|");
    let median = chats.len() / 2;
    for (chat, messages) in chats.iter().take(2).chain(chats.get(median)) {
        let chat: ChatId = chat.parse().map_err(|_| Fault::not_found())?;
        let times = Times::of(runs, async || window::open(ask, chat).await).await?;
        println!("| {messages} | {:.1} | {:.1} |", times.percentile(50), times.percentile(95));
    }
    Ok(())
}
