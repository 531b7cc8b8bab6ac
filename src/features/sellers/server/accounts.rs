//! Opening a seller's account: the sealed credentials become a connector for one call.

use crate::connectors::Connector;
use crate::context::App;
use crate::features::sellers::types::SellerState;
use crate::platform::db::Db;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::schema::sellers;
use crate::platform::secret::{KeyRing, Secret};
use crate::shared::ids::{SellerId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, HasQuery, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use std::sync::Arc;

/// A seller as background work needs it.
#[derive(HasQuery, Clone, Debug)]
#[diesel(table_name = sellers)]
pub struct SellerAccount {
    pub workspace_id: WorkspaceId,
    pub id: SellerId,
    pub marketplace: Marketplace,
    pub external_account_id: String,
    pub state: SellerState,
    pub credentials: Option<Vec<u8>>,
    /// Messages sent before this are imported history.
    pub clock_from: DateTime<Utc>,
    pub last_walk_at: Option<DateTime<Utc>>,
    pub failures: i32,
}

/// Reads a seller; `None` when the workspace has none of that id.
///
/// # Errors
/// When the database refuses.
pub async fn find(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    seller: SellerId,
) -> Outcome<Option<SellerAccount>> {
    Ok(SellerAccount::query()
        .filter(sellers::workspace_id.eq(workspace))
        .filter(sellers::id.eq(seller))
        .first(conn)
        .await
        .optional()?)
}

impl SellerAccount {
    /// Opens the account.
    ///
    /// # Errors
    /// When the credentials are gone or do not open with the installation's keys.
    pub fn open(&self, app: &App) -> Outcome<Arc<dyn Connector>> {
        let sealed =
            self.credentials.as_deref().ok_or_else(|| Fault::broke("the seller has no credentials"))?;
        let key = open_key(&app.keys, sealed, self.workspace_id, self.id)?;
        Ok(app.connector(self.marketplace, &self.external_account_id, &key))
    }
}

/// The place a key belongs to: sealed for it, it opens nowhere else.
fn place(workspace: WorkspaceId, seller: SellerId) -> String {
    format!("{workspace}|seller key|{seller}")
}

/// Seals an API key for its seller.
///
/// # Errors
/// When the machine gives no random bytes.
pub fn seal_key(
    keys: &KeyRing,
    key: &Secret<String>,
    workspace: WorkspaceId,
    seller: SellerId,
) -> Outcome<Vec<u8>> {
    keys.seal(key.reveal().as_bytes(), &place(workspace, seller)).map_err(|error| Fault::Broke(error.into()))
}

fn open_key(
    keys: &KeyRing,
    sealed: &[u8],
    workspace: WorkspaceId,
    seller: SellerId,
) -> Outcome<Secret<String>> {
    let plain = keys.open(sealed, &place(workspace, seller)).map_err(|error| Fault::Broke(error.into()))?;
    let text = String::from_utf8(plain.reveal().clone()).map_err(|_| Fault::broke("the key is not text"))?;
    Ok(Secret::new(text))
}

/// Seals every seller's key anew with the ring's first key. Returns how many there were.
///
/// # Errors
/// When the database refuses, or a key does not open with the ring.
pub async fn reseal_all(db: &Db, keys: &KeyRing) -> Outcome<usize> {
    let mut conn = db.get().await?;
    conn.transaction(async |conn| {
        let rows: Vec<(WorkspaceId, SellerId, Option<Vec<u8>>)> = sellers::table
            .filter(sellers::credentials.is_not_null())
            .select((sellers::workspace_id, sellers::id, sellers::credentials))
            .for_update()
            .load(conn)
            .await?;
        let count = rows.len();
        for (workspace, seller, sealed) in rows {
            let key = open_key(keys, &sealed.unwrap_or_default(), workspace, seller)?;
            let sealed = seal_key(keys, &key, workspace, seller)?;
            diesel::update(sellers::table.find((workspace, seller)))
                .set(sellers::credentials.eq(Some(sealed)))
                .execute(conn)
                .await?;
        }
        Ok(count)
    })
    .await
}
