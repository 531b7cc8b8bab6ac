//! The walk through a seller's whole list: once after connecting, and now and then to find what was missed. Each page
//! commits together with the cursor that follows it, so a walk that is killed goes on where it was; a page is stored
//! while the next one is on its way.

use super::progress::{self, Onward, Walk, WalkKind};
use super::read;
use crate::connectors::{AccountProblem, ChatPage, ChatScope, Connector, ConnectorError};
use crate::context::App;
use crate::features::inbox::server::listing;
use crate::features::sellers::server::accounts::{self, SellerAccount};
use crate::features::sellers::server::health;
use crate::features::sellers::types::SellerState;
use crate::platform::clock::now;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::jobs::{self, NewJob, Run, Verdict, backoff};
use crate::platform::live;
use crate::shared::ids::{SellerId, WorkspaceId};
use diesel_async::{AsyncConnection, AsyncPgConnection};
use std::time::Duration;

/// Kind of the job.
pub const JOB: &str = "sync.walk";

/// Asks for the walk that has been begun to go on.
///
/// # Errors
/// When the database refuses.
pub async fn enqueue(conn: &mut AsyncPgConnection, workspace: WorkspaceId, seller: SellerId) -> Outcome<()> {
    jobs::enqueue(conn, NewJob::of_seller(workspace, seller, JOB, now()).in_background()).await
}

/// Runs the job of one seller.
///
/// # Errors
/// What our side could not do; it is tried again.
pub async fn run(run: Run<App>) -> Outcome<Verdict> {
    let id: SellerId = serde_json::from_value(run.payload["seller"].clone())?;
    let mut conn = run.app.db.get().await?;
    let seller = accounts::find(&mut conn, run.workspace, id).await?.ok_or_else(Fault::not_found)?;
    if seller.state != SellerState::Active {
        return Ok(Verdict::Done);
    }
    let Some(walk) = progress::current(&mut conn, run.workspace, id).await? else {
        return Ok(Verdict::Done);
    };
    drop(conn);
    let connector = seller.open(&run.app)?;
    Walker { app: &run.app, seller: &seller, connector: connector.as_ref() }.go(walk).await
}

struct Walker<'a> {
    app: &'a App,
    seller: &'a SellerAccount,
    connector: &'a dyn Connector,
}

/// What became of a page.
enum Stored {
    /// The walk goes on from here.
    On(Box<Walk>),
    /// It was the last.
    Ended,
    /// Somebody else has taken the walk over, or a person has stopped the seller.
    Over,
}

impl Walker<'_> {
    async fn go(&self, mut walk: Walk) -> Outcome<Verdict> {
        let mut page = match self.fetch(walk.cursor.as_deref()).await {
            Ok(page) => page,
            Err(error) => return self.stopped_by(error, &walk).await,
        };
        loop {
            if self.app.cancel.is_cancelled() {
                return Ok(Verdict::Again(Duration::ZERO));
            }
            // The next page is asked for while this one is stored. What this one leads to is known already.
            let next = page.next.clone();
            let ahead = async {
                match next.as_deref() {
                    Some(next) => Some(self.fetch(Some(next)).await),
                    None => None,
                }
            };
            let (stored, ahead) = tokio::join!(self.store(&walk, &page), ahead);
            walk = match stored? {
                Stored::On(moved) => *moved,
                Stored::Ended => return self.ended(&walk).await,
                Stored::Over => return Ok(Verdict::Done),
            };
            let asked = match ahead {
                Some(ahead) if walk.cursor == page.next => ahead,
                // The list is begun anew.
                _ => self.fetch(walk.cursor.as_deref()).await,
            };
            page = match asked {
                Ok(page) => page,
                Err(error) => return self.stopped_by(error, &walk).await,
            };
        }
    }

    async fn fetch(&self, cursor: Option<&str>) -> Result<ChatPage, ConnectorError> {
        self.connector.chats(ChatScope::All, cursor).await
    }

    /// Stores a page together with the cursor behind it.
    async fn store(&self, from: &Walk, page: &ChatPage) -> Outcome<Stored> {
        let (workspace, seller) = (self.seller.workspace_id, self.seller.id);
        let is_import = from.kind == WalkKind::Import;
        let mut conn = self.app.db.get().await?;
        conn.transaction(async |conn| {
            let now = now();
            if !progress::hold(conn, workspace, seller).await? {
                return Ok(Stored::Over);
            }
            let listed = listing::store(conn, workspace, seller, &page.chats, is_import, now).await?;
            let walk = progress::lock(conn, workspace, seller, from.kind).await?;
            let mut changes = listed.changes;
            let Some(mut walk) = walk.filter(|walk| is_at(walk, from)) else {
                live::append(conn, workspace, &changes).await?;
                return Ok(Stored::Over);
            };
            walk.chats += i64::try_from(listed.chats).unwrap_or(0);
            let onward = walk.pass(page.next.as_deref(), now);
            walk.measure(now);
            walk.is_untold |= is_import || listed.created > 0;
            let mut found = listed.fell_behind;
            if is_import {
                walk.histories_total += i64::try_from(std::mem::take(&mut found)).unwrap_or(0);
            }
            let is_last = onward == Onward::End;
            if walk.tells(now, is_last) {
                changes.push(walk.change());
            }
            progress::save(conn, &walk).await?;
            changes.extend(progress::count(conn, workspace, seller, found, 0).await?);
            if listed.fell_behind > 0 || is_last {
                read::enqueue(conn, workspace, seller, now).await?;
            }
            live::append(conn, workspace, &changes).await?;
            Ok(if is_last { Stored::Ended } else { Stored::On(Box::new(walk)) })
        })
        .await
    }

    async fn ended(&self, walk: &Walk) -> Outcome<Verdict> {
        let mut conn = self.app.db.get().await?;
        let (workspace, seller) = (self.seller.workspace_id, self.seller.id);
        health::note_success(&mut conn, workspace, seller, walk.started_at, now(), true).await?;
        Ok(Verdict::Done)
    }

    /// What a page that could not be had means for the walk: it goes on later from the same cursor, unless that is what
    /// the marketplace does not take.
    async fn stopped_by(&self, error: ConnectorError, walk: &Walk) -> Outcome<Verdict> {
        tracing::warn!(seller = %self.seller.id, pages = walk.pages, %error, "the walk through the list pauses");
        Ok(match error {
            ConnectorError::RateLimited { retry_after } => {
                Verdict::Again(retry_after.unwrap_or(Duration::from_secs(2)))
            }
            ConnectorError::Resting { retry_after } => Verdict::Again(retry_after),
            // Said of the first page it is about the account; said of a later one, about its cursor.
            ConnectorError::Account(AccountProblem::Other(_)) | ConnectorError::Chat(_)
                if walk.cursor.is_some() =>
            {
                self.begin_anew(walk).await?
            }
            error @ ConnectorError::Account(_) => {
                let mut conn = self.app.db.get().await?;
                health::note_failure(&mut conn, self.seller, &error, now()).await?;
                Verdict::Done
            }
            ConnectorError::Chat(_)
            | ConnectorError::Denied(_)
            | ConnectorError::Unreachable(_)
            | ConnectorError::Interrupted(_) => Verdict::Again(backoff(self.seller.failures)),
        })
    }

    async fn begin_anew(&self, from: &Walk) -> Outcome<Verdict> {
        let (workspace, seller) = (self.seller.workspace_id, self.seller.id);
        let mut conn = self.app.db.get().await?;
        let onward = conn
            .transaction(async |conn| {
                let walk = progress::lock(conn, workspace, seller, from.kind).await?;
                let Some(mut walk) = walk.filter(|walk| is_at(walk, from)) else { return Ok(Onward::On) };
                let onward = walk.begin_anew(now());
                if onward == Onward::End {
                    tracing::warn!(%seller, "the marketplace does not take its own cursors");
                    read::enqueue(conn, workspace, seller, now()).await?;
                }
                progress::save(conn, &walk).await?;
                live::append(conn, workspace, &[walk.change()]).await?;
                Ok::<_, Fault>(onward)
            })
            .await?;
        drop(conn);
        if onward == Onward::End { self.ended(from).await } else { Ok(Verdict::Again(Duration::ZERO)) }
    }
}

/// Whether a walk stands where it stood: nobody else has moved it.
fn is_at(walk: &Walk, from: &Walk) -> bool {
    walk.started_at == from.started_at && walk.cursor == from.cursor && walk.listed_at.is_none()
}
