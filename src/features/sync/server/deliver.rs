//! Delivering replies, each exactly once as far as can be known.
//!
//! Before a send the reply is marked *sending*, and that is committed. After an answer it is *sent*. A reply found in
//! *sending* may or may not have arrived (the process died, the connection broke): the worker waits until an attempt
//! of that age cannot be under way any more, reads the marketplace's history, and adopts the message it finds there.
//! Only when the history, read after that pause, does not show it, is it sent again; when the history cannot be read,
//! or it happens again and again, a person decides.

use super::{SyncError, history};
use crate::connectors::{AccountProblem, ChatProblem, Connector, ConnectorError, OutgoingFile};
use crate::context::App;
use crate::features::files::server::outgoing;
use crate::features::inbox::send_window::RefusalKind;
use crate::features::inbox::server::outbox::{self, Ending, OutgoingReply};
use crate::features::inbox::server::receive::ChatCursor;
use crate::features::inbox::server::send_windows;
use crate::features::inbox::types::{FailureReason, ReplyState};
use crate::features::sellers::server::accounts::{self, SellerAccount};
use crate::features::sellers::server::health;
use crate::features::sellers::types::SellerState;
use crate::platform::clock::now;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{Run, Verdict};
use crate::platform::schema::chats;
use crate::shared::ids::ChatId;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{ExpressionMethods, HasQuery, QueryDsl};
use diesel_async::RunQueryDsl;
use std::time::Duration;

/// Attempts whose outcome nobody knew, after which a person decides.
const MAX_ATTEMPTS: i32 = 5;
/// How long the history may stay unreadable before a person decides.
const GIVE_UP_AFTER: TimeDelta = TimeDelta::minutes(10);
/// How long an accepted reply is looked for in the history.
const LOOK_FOR: TimeDelta = TimeDelta::minutes(2);

/// How long moderation is waited for; after that it shows with the next reading of the history.
const WAIT_FOR_MODERATION: TimeDelta = TimeDelta::days(1);

/// What a reply hands over.
enum Content {
    Text(String),
    File(OutgoingFile),
}

/// What a step leads to.
enum Step {
    /// The next reply, at once.
    Next,
    /// The same reply, later.
    Wait(Duration),
}

/// Runs the job of one chat.
///
/// # Errors
/// What our side could not do; it is tried again.
pub async fn run(run: Run<App>) -> Outcome<Verdict> {
    let id: ChatId = serde_json::from_value(run.payload["chat"].clone())?;
    let app = &run.app;
    loop {
        let mut conn = app.db.get().await?;
        let chat = ChatCursor::query()
            .filter(chats::workspace_id.eq(run.workspace))
            .filter(chats::id.eq(id))
            .first(&mut conn)
            .await?;
        let seller =
            accounts::find(&mut conn, run.workspace, chat.seller_id).await?.ok_or_else(Fault::not_found)?;
        let reply = outbox::next(&mut conn, run.workspace, id, now()).await?;
        drop(conn);
        let work = Delivery { app, chat: &chat, seller: &seller };
        let step = match reply {
            Some(reply) => work.step(&reply).await?,
            None => return work.rest().await,
        };
        if let Step::Wait(pause) = step {
            return Ok(Verdict::Again(pause));
        }
    }
}

struct Delivery<'a> {
    app: &'a App,
    chat: &'a ChatCursor,
    seller: &'a SellerAccount,
}

impl Delivery<'_> {
    async fn step(&self, reply: &OutgoingReply) -> Outcome<Step> {
        if reply.state == ReplyState::Sending {
            return self.settle_unknown(reply).await;
        }
        let stopped = match self.seller.state {
            SellerState::Active => None,
            SellerState::Paused => Some(FailureReason::SellerPaused),
            SellerState::Removed => Some(FailureReason::SellerRemoved),
            SellerState::Broken => Some(FailureReason::AccountProblem),
        };
        if let Some(reason) = stopped {
            self.end(reply, Ending::Failed(reason, None)).await?;
            return Ok(Step::Next);
        }
        if reply.state == ReplyState::Scheduled
            && let Some(step) = self.look_for_buyer(reply).await?
        {
            return Ok(step);
        }
        self.send(reply).await
    }

    /// Before a reply leaves that was written long ago: whether the buyer has written since. Storing such a message
    /// cancels the reply. What to do instead of sending, when the marketplace cannot be asked.
    async fn look_for_buyer(&self, reply: &OutgoingReply) -> Outcome<Option<Step>> {
        match self.read_history().await {
            Ok(()) => Ok(None),
            Err(SyncError::Fault(fault)) => Err(fault),
            Err(SyncError::Marketplace(error)) if is_hopeless(&error) => {
                self.end(reply, refusal(error)).await?;
                Ok(Some(Step::Next))
            }
            Err(SyncError::Marketplace(error)) => {
                tracing::warn!(reply = %reply.id, %error, "a planned reply waits until the chat can be read");
                Ok(Some(Step::Wait(Duration::from_secs(3))))
            }
        }
    }

    /// Nothing is to be sent now: looks for what was accepted, and comes back for what is to leave later.
    async fn rest(&self) -> Outcome<Verdict> {
        let verdict = self.look_for_accepted().await?;
        let mut conn = self.app.db.get().await?;
        let Some(at) = outbox::next_departure(&mut conn, self.chat.workspace_id, self.chat.id).await? else {
            return Ok(verdict);
        };
        // Never at once: what is due already was to be seen a moment ago.
        let until = (at - now()).to_std().unwrap_or_default().max(Duration::from_millis(20));
        Ok(match verdict {
            Verdict::Again(pause) => Verdict::Again(pause.min(until)),
            Verdict::Done => Verdict::Again(until),
        })
    }

    async fn send(&self, reply: &OutgoingReply) -> Outcome<Step> {
        // Tried before, and a person asks again: it may have turned up meanwhile.
        if reply.attempted_at.is_some() && self.read_history().await.is_ok() && self.is_adopted(reply).await?
        {
            return Ok(Step::Next);
        }
        let Some(content) = self.content(reply).await? else {
            self.end(reply, Ending::Failed(FailureReason::FileLost, None)).await?;
            return Ok(Step::Next);
        };
        let connector = self.seller.open(self.app)?;
        let mut conn = self.app.db.get().await?;
        if !outbox::begin_attempt(&mut conn, reply, now()).await? {
            return Ok(Step::Next);
        }
        drop(conn);
        // The limit covers waiting for the rate limiter too: an attempt older than it is certainly over.
        let sent =
            tokio::time::timeout(self.app.config.send_timeout, self.hand_over(connector.as_ref(), &content))
                .await
                .unwrap_or_else(|_| Err(ConnectorError::Interrupted("no answer in time".into())));
        metrics::counter!("agentiq_sends_total", "outcome" => outcome_word(&sent)).increment(1);
        match sent {
            Ok(()) => {
                self.end(reply, Ending::Accepted).await?;
                self.after_acceptance(connector.as_ref()).await;
                Ok(Step::Next)
            }
            Err(ConnectorError::RateLimited { retry_after }) => {
                self.end(reply, Ending::NotTried).await?;
                Ok(Step::Wait(retry_after.unwrap_or(Duration::from_secs(2))))
            }
            Err(error @ ConnectorError::Resting { retry_after }) => {
                health::note(self.app, self.seller, &error).await;
                self.end(reply, Ending::NotTried).await?;
                Ok(Step::Wait(retry_after))
            }
            Err(ConnectorError::Unreachable(error)) => {
                tracing::warn!(reply = %reply.id, error, "the marketplace cannot be reached; the reply waits");
                self.end(reply, Ending::NotTried).await?;
                Ok(Step::Wait(Duration::from_secs(3)))
            }
            Err(ConnectorError::Interrupted(error)) => {
                tracing::warn!(reply = %reply.id, error, "a send was interrupted; looking for it in the history");
                Ok(Step::Wait(self.settling_pause() / 4))
            }
            Err(error @ ConnectorError::Account(_)) => {
                let mut conn = self.app.db.get().await?;
                health::note_failure(&mut conn, self.seller, &error, now()).await?;
                drop(conn);
                self.end(reply, refusal(error)).await?;
                Ok(Step::Next)
            }
            Err(error @ (ConnectorError::Chat(_) | ConnectorError::Denied(_))) => {
                self.learn_window(&error).await?;
                self.end(reply, refusal(error)).await?;
                Ok(Step::Next)
            }
        }
    }

    /// Notes that the chat takes no messages, when that is what a refusal says.
    async fn learn_window(&self, error: &ConnectorError) -> Outcome<()> {
        let kind = match error {
            ConnectorError::Chat(ChatProblem::WindowClosed) => RefusalKind::WindowClosed,
            ConnectorError::Chat(ChatProblem::WaitForBuyer) => RefusalKind::WaitForBuyer,
            _ => return Ok(()),
        };
        let mut conn = self.app.db.get().await?;
        send_windows::learn_refusal(&mut conn, self.chat.workspace_id, self.chat.id, kind).await
    }

    /// What the reply is, read before anything is said to have begun; `None` when its file is lost.
    async fn content(&self, reply: &OutgoingReply) -> Outcome<Option<Content>> {
        let Some(file) = reply.file_id else { return Ok(Some(Content::Text(reply.body.clone()))) };
        let found = outgoing::load(self.app, reply.workspace_id, file).await?;
        Ok(found.map(|(name, bytes)| Content::File(OutgoingFile { name, bytes: bytes.into() })))
    }

    async fn hand_over(&self, connector: &dyn Connector, content: &Content) -> Result<(), ConnectorError> {
        match content {
            Content::Text(text) => connector.send_text(&self.chat.external_id, text).await,
            Content::File(file) => connector.send_file(&self.chat.external_id, file).await,
        }
    }

    /// Finds out what became of an attempt whose end nobody saw.
    async fn settle_unknown(&self, reply: &OutgoingReply) -> Outcome<Step> {
        let began = reply.attempted_at.unwrap_or_else(now);
        let settled_at = began + TimeDelta::from_std(self.settling_pause()).unwrap_or(TimeDelta::MAX);
        let is_settled = now() >= settled_at;
        match self.read_history().await {
            Ok(()) => {}
            Err(SyncError::Fault(fault)) => return Err(fault),
            Err(SyncError::Marketplace(error)) => {
                tracing::warn!(reply = %reply.id, %error, "the history that would settle a send cannot be read");
                if is_hopeless(&error) || now() - began > GIVE_UP_AFTER {
                    self.end(reply, Ending::Unsure).await?;
                    return Ok(Step::Next);
                }
                return Ok(Step::Wait(Duration::from_secs(2)));
            }
        }
        if self.is_adopted(reply).await? {
            return Ok(Step::Next);
        }
        if !is_settled {
            return Ok(Step::Wait(self.settling_pause() / 4));
        }
        if reply.attempts >= MAX_ATTEMPTS || self.is_in_doubt(reply).await? {
            self.end(reply, Ending::Unsure).await?;
            return Ok(Step::Next);
        }
        // The history was read after the attempt could no longer be under way, and it is not there: it never arrived.
        let mut conn = self.app.db.get().await?;
        outbox::requeue(&mut conn, reply).await?;
        Ok(Step::Next)
    }

    /// No attempt is under way for longer than this.
    fn settling_pause(&self) -> Duration {
        let limit = self.app.config.send_timeout;
        limit + (limit / 2).max(Duration::from_millis(500))
    }

    async fn is_adopted(&self, reply: &OutgoingReply) -> Outcome<bool> {
        let mut conn = self.app.db.get().await?;
        outbox::is_settled(&mut conn, reply).await
    }

    /// A file is recognised less surely than a text: something that might be it counts as a reason not to send again.
    async fn is_in_doubt(&self, reply: &OutgoingReply) -> Outcome<bool> {
        let mut conn = self.app.db.get().await?;
        outbox::is_in_doubt(&mut conn, reply).await
    }

    async fn read_history(&self) -> Result<(), SyncError> {
        let connector = self.seller.open(self.app)?;
        let read = history::read_new(self.app, self.seller, connector.as_ref(), self.chat).await;
        if let Err(SyncError::Marketplace(error)) = &read {
            health::note(self.app, self.seller, error).await;
        }
        read.map(drop)
    }

    /// Shows the message under its own id and tells the marketplace that we have read what we answered. Neither is
    /// needed for the reply to be delivered, so neither may make it look failed.
    async fn after_acceptance(&self, connector: &dyn Connector) {
        let read = history::read_new(self.app, self.seller, connector, self.chat).await;
        if let Err(error) = read {
            tracing::debug!(chat = %self.chat.id, %error, "the history after a send will be read later");
            return;
        }
        if let Some(head) = &self.chat.head_id
            && let Err(error) = connector.mark_read(&self.chat.external_id, head).await
        {
            tracing::debug!(chat = %self.chat.id, %error, "the chat could not be marked read");
        }
    }

    /// Accepted replies that the history does not show yet: it may lag behind.
    async fn look_for_accepted(&self) -> Outcome<Verdict> {
        let mut conn = self.app.db.get().await?;
        let since = now() - LOOK_FOR;
        if !outbox::has_unshown(&mut conn, self.chat.workspace_id, self.chat.id, since).await? {
            drop(conn);
            return self.look_for_moderated().await;
        }
        drop(conn);
        if let Err(error) = self.read_history().await {
            tracing::debug!(chat = %self.chat.id, %error, "the history will be read again");
        }
        let mut conn = self.app.db.get().await?;
        let still = outbox::has_unshown(&mut conn, self.chat.workspace_id, self.chat.id, since).await?;
        drop(conn);
        if still { Ok(Verdict::Again(Duration::from_secs(2))) } else { self.look_for_moderated().await }
    }

    /// Pictures that moderation looks at: the list of chats says nothing when it has decided, so the history is read
    /// again, less often the longer it takes.
    async fn look_for_moderated(&self) -> Outcome<Verdict> {
        if self.seller.state != SellerState::Active {
            return Ok(Verdict::Done);
        }
        let Some(sent_at) = self.oldest_in_moderation().await? else { return Ok(Verdict::Done) };
        if let Err(error) = self.read_history().await {
            tracing::debug!(chat = %self.chat.id, %error, "moderation will be looked for again");
        }
        if self.oldest_in_moderation().await?.is_none() {
            return Ok(Verdict::Done);
        }
        let age = (now() - sent_at).to_std().unwrap_or_default();
        Ok(Verdict::Again((age / 4).clamp(Duration::from_secs(2), Duration::from_mins(10))))
    }

    async fn oldest_in_moderation(&self) -> Outcome<Option<DateTime<Utc>>> {
        let mut conn = self.app.db.get().await?;
        let since = now() - WAIT_FOR_MODERATION;
        outbox::oldest_in_moderation(&mut conn, self.chat.workspace_id, self.chat.id, since).await
    }

    async fn end(&self, reply: &OutgoingReply, ending: Ending) -> Outcome<()> {
        let mut conn = self.app.db.get().await?;
        outbox::end_attempt(&mut conn, reply, ending, now()).await
    }
}

/// Whether asking again would be answered in the same way.
fn is_hopeless(error: &ConnectorError) -> bool {
    matches!(error, ConnectorError::Account(_) | ConnectorError::Chat(_) | ConnectorError::Denied(_))
}

fn outcome_word(sent: &Result<(), ConnectorError>) -> &'static str {
    match sent {
        Ok(()) => "accepted",
        Err(ConnectorError::RateLimited { .. }) => "rate_limited",
        Err(ConnectorError::Resting { .. }) => "resting",
        Err(ConnectorError::Unreachable(_)) => "unreachable",
        Err(ConnectorError::Interrupted(_)) => "interrupted",
        Err(ConnectorError::Account(_) | ConnectorError::Chat(_) | ConnectorError::Denied(_)) => "refused",
    }
}

fn refusal(error: ConnectorError) -> Ending {
    match error {
        ConnectorError::Chat(ChatProblem::WindowClosed) => Ending::Failed(FailureReason::WindowClosed, None),
        ConnectorError::Chat(ChatProblem::WaitForBuyer) => Ending::Failed(FailureReason::WaitForBuyer, None),
        ConnectorError::Chat(ChatProblem::NotFound) => Ending::Failed(FailureReason::ChatNotFound, None),
        ConnectorError::Chat(ChatProblem::Refused(text)) => {
            Ending::Failed(FailureReason::RefusedByMarketplace, Some(text))
        }
        ConnectorError::Account(AccountProblem::Other(text)) => {
            Ending::Failed(FailureReason::AccountProblem, Some(text))
        }
        _ => Ending::Failed(FailureReason::AccountProblem, None),
    }
}
