//! Putting the files of a quick reply beside an answer.

use super::list;
use crate::context::Ask;
use crate::features::files::server::kept;
use crate::features::files::types::{FileView, MAX_AT_ONCE};
use crate::platform::fault::Outcome;
use crate::shared::ids::{ChatId, FileId, QuickReplyId};

/// Makes files of the chat out of those of the quick reply, in their order.
///
/// # Errors
/// `NotFound` when there is no such quick reply or chat, or it is somebody else's own; a refusal when a file is gone.
pub async fn attach(
    ask: &Ask,
    reply: QuickReplyId,
    chat: ChatId,
    files: &[(FileId, FileId)],
) -> Outcome<Vec<(String, FileView)>> {
    list::check_seen(&mut *ask.conn().await?, ask.workspace(), ask.user.id, reply).await?;
    let mut attached = Vec::new();
    for (from, to) in files.iter().take(MAX_AT_ONCE) {
        attached.push(kept::copy(ask, reply, chat, *from, *to).await?);
    }
    Ok(attached)
}
