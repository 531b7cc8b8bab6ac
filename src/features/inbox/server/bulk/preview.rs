//! The text of a quick reply for each chat, and why some chats get none. What a person may decide in one chat (to try
//! although the marketplace may refuse, to send risky words), nobody decides for many at once.

use crate::context::Ask;
use crate::features::inbox::bulk::{BulkChat, BulkReason, BulkText, ReplyPreview, ReplySample};
use crate::features::inbox::send_window::{Possible, send_window};
use crate::features::inbox::server::{reply, send_windows};
use crate::features::inbox::types::check_text;
use crate::features::quick_replies::server::offer;
use crate::features::quick_replies::types::Scope;
use crate::features::quick_replies::variables;
use crate::features::sellers::types::SellerState;
use crate::features::wording::check::Checker;
use crate::features::wording::server::read;
use crate::features::wording::types::Severity;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::{bulk_items, chats};
use crate::shared::error::AppError;
use crate::shared::ids::{BulkJobId, ChatId, SellerId};
use crate::shared::marketplace::Marketplace;
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;
use std::collections::BTreeMap;

/// A text, or why the chat gets none.
pub type TextFor = Result<String, BulkReason>;

/// Fills a quick reply in for chats.
pub struct Writer<'a> {
    ask: &'a Ask,
    text: &'a BulkText,
    checker: Checker,
}

impl<'a> Writer<'a> {
    /// With the rules of risky words that are in force.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn new(ask: &'a Ask, text: &'a BulkText) -> Outcome<Self> {
        let rules = read::in_force(&mut *ask.conn().await?, ask.workspace()).await?;
        Ok(Writer { ask, text, checker: Checker::new(rules) })
    }

    /// The text for a chat. Holds no lock: what changes until it is written is noticed there.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn text_for(&self, chat: ChatId) -> Outcome<TextFor> {
        match self.written(chat).await {
            Err(Fault::Told(AppError::NotFound)) => Ok(Err(BulkReason::Gone)),
            other => other,
        }
    }

    async fn written(&self, chat: ChatId) -> Outcome<TextFor> {
        let workspace = self.ask.workspace();
        let mut conn = self.ask.conn().await?;
        let (seller, marketplace, state) = reply::chat_seller(&mut conn, workspace, chat).await?;
        let window = send_window(&send_windows::facts(&mut conn, workspace, chat).await?, self.ask.now);
        drop(conn);
        if state == SellerState::Removed {
            return Ok(Err(BulkReason::SellerRemoved));
        }
        if !is_for(self.text.scope, seller, marketplace) {
            return Ok(Err(BulkReason::OtherSeller));
        }
        if window.possible.contains(&Possible::TryAnyway) || !window.is_closed() && !window.is_certain {
            return Ok(Err(BulkReason::WindowUncertain));
        }
        if window.is_closed() {
            return Ok(Err(BulkReason::WindowClosed));
        }
        let facts = offer::known_facts(self.ask, chat).await?;
        Ok(self.checked(variables::fill(&self.text.body, &facts), marketplace))
    }

    fn checked(&self, text: String, marketplace: Marketplace) -> TextFor {
        if !variables::unfilled(&text).is_empty() {
            return Err(BulkReason::VariableMissing);
        }
        let text = check_text(&text, marketplace).map_err(|refusal| BulkReason::of(&refusal))?;
        if self.checker.check(&text).iter().any(|hit| hit.severity >= Severity::Warn) {
            return Err(BulkReason::RiskyWords);
        }
        Ok(text)
    }
}

fn is_for(scope: Scope, seller: SellerId, marketplace: Marketplace) -> bool {
    match scope {
        Scope::Mine | Scope::All => true,
        Scope::Seller { seller: of } => of == seller,
        Scope::Marketplace { marketplace: of } => of == marketplace,
    }
}

/// What buyers would read if a planned job were started now.
///
/// # Errors
/// When the database refuses.
pub async fn of_job(ask: &Ask, job: BulkJobId, text: &BulkText) -> Outcome<ReplyPreview> {
    let workspace = ask.workspace();
    let ids: Vec<ChatId> = bulk_items::table
        .filter(bulk_items::workspace_id.eq(workspace))
        .filter(bulk_items::job_id.eq(job))
        .order(bulk_items::chat_id)
        .select(bulk_items::chat_id)
        .load(&mut ask.conn().await?)
        .await?;
    let writer = Writer::new(ask, text).await?;
    let mut preview = ReplyPreview::default();
    let (mut skips, mut first) = (BTreeMap::new(), None);
    for chat in ids {
        match writer.text_for(chat).await? {
            Ok(text) => {
                preview.sends += 1;
                first = first.or(Some((chat, text)));
            }
            Err(reason) => *skips.entry(reason).or_insert(0) += 1,
        }
    }
    preview.skips = skips.into_iter().collect();
    if let Some((id, text)) = first {
        let external_id = chats::table
            .find((workspace, id))
            .select(chats::external_id)
            .first(&mut ask.conn().await?)
            .await?;
        preview.sample = Some(ReplySample { chat: BulkChat { id, external_id }, text });
    }
    Ok(preview)
}
