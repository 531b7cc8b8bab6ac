//! Sessions: a random token in a cookie, its hash in the database. The cookie names the workspace too, so that the
//! look-up is by primary key.

use crate::platform::db::Db;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::secret::{self, SecretError};
use crate::shared::ids::{UserId, WorkspaceId};
use crate::shared::role::Role;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{BigInt, Binary, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{ExpressionMethods, QueryDsl};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sha2::{Digest, Sha256};

/// A session ends after this long without a request.
const IDLE: TimeDelta = TimeDelta::hours(12);
/// A session ends after this long in any case.
const ABSOLUTE: TimeDelta = TimeDelta::days(14);
/// "Seen" is written at most this often.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(1);

/// The person behind a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionUser {
    pub workspace: WorkspaceId,
    pub workspace_name: String,
    /// IANA name of the workspace's zone.
    pub time_zone: String,
    pub id: UserId,
    pub name: String,
    pub role: Role,
    /// Number of the last event when the request came in.
    pub live_after: i64,
}

/// What the cookie of a request turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionLookup {
    Found(SessionUser),
    Nobody,
    /// The session may be good; nobody can tell now.
    DatabaseAway,
}

/// The value of a session cookie.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    workspace: WorkspaceId,
    secret: [u8; 32],
}

impl Token {
    /// A new token.
    ///
    /// # Errors
    /// When the machine gives no random bytes.
    pub fn new(workspace: WorkspaceId) -> Result<Self, SecretError> {
        Ok(Self { workspace, secret: secret::random()? })
    }

    /// Reads a cookie; `None` for anything we did not write.
    pub fn parse(cookie: &str) -> Option<Self> {
        let (workspace, secret) = cookie.split_once('.')?;
        let workspace: [u8; 16] = URL_SAFE_NO_PAD.decode(workspace).ok()?.try_into().ok()?;
        Some(Self {
            workspace: WorkspaceId(uuid::Uuid::from_bytes(workspace)),
            secret: URL_SAFE_NO_PAD.decode(secret).ok()?.try_into().ok()?,
        })
    }

    /// The value for the cookie.
    pub fn cookie_value(&self) -> String {
        format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(self.workspace.0.as_bytes()),
            URL_SAFE_NO_PAD.encode(self.secret)
        )
    }

    fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.secret).to_vec()
    }
}

/// Begins a session.
///
/// # Errors
/// When the database refuses or the machine gives no random bytes.
pub async fn begin(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    user: UserId,
    now: DateTime<Utc>,
) -> Outcome<Token> {
    use crate::platform::schema::sessions::dsl;
    let token = Token::new(workspace).map_err(|error| Fault::Broke(error.into()))?;
    diesel::insert_into(dsl::sessions)
        .values((
            dsl::workspace_id.eq(workspace.0),
            dsl::token_hash.eq(token.hash()),
            dsl::user_id.eq(user.0),
            dsl::created_at.eq(now),
            dsl::last_seen_at.eq(now),
            dsl::absolute_expires_at.eq(now + ABSOLUTE),
        ))
        .execute(conn)
        .await?;
    Ok(token)
}

/// Ends a session; nothing happens when there is none.
///
/// # Errors
/// When the database refuses.
pub async fn end(conn: &mut AsyncPgConnection, token: &Token) -> Outcome<()> {
    use crate::platform::schema::sessions::dsl;
    diesel::delete(dsl::sessions.find((token.workspace.0, token.hash()))).execute(conn).await?;
    Ok(())
}

#[derive(diesel::QueryableByName)]
struct SessionRow {
    #[diesel(sql_type = Text)]
    workspace_name: String,
    #[diesel(sql_type = Text)]
    time_zone: String,
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
    #[diesel(sql_type = Text)]
    user_name: String,
    #[diesel(sql_type = Text)]
    role: Role,
    #[diesel(sql_type = Timestamptz)]
    last_seen_at: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    live_after: i64,
}

/// Finds the person behind a token and notes that they are here.
pub async fn look_up(db: &Db, token: &Token, now: DateTime<Utc>) -> SessionLookup {
    match find(db, token, now).await {
        Ok(Some(user)) => SessionLookup::Found(user),
        Ok(None) => SessionLookup::Nobody,
        Err(fault) => {
            tracing::warn!(error = %fault, "cannot look up a session");
            SessionLookup::DatabaseAway
        }
    }
}

async fn find(db: &Db, token: &Token, now: DateTime<Utc>) -> Outcome<Option<SessionUser>> {
    let mut conn = db.get().await?;
    let rows: Vec<SessionRow> = diesel::sql_query(
        "SELECT w.name AS workspace_name, w.time_zone, u.id AS user_id, u.name AS user_name, u.role, s.last_seen_at, \
                coalesce((SELECT last_seq FROM event_counters c WHERE c.workspace_id = s.workspace_id), 0) AS live_after \
         FROM sessions s \
         JOIN users u ON u.workspace_id = s.workspace_id AND u.id = s.user_id \
         JOIN workspaces w ON w.id = s.workspace_id \
         WHERE s.workspace_id = $1 AND s.token_hash = $2 AND s.last_seen_at > $3 AND s.absolute_expires_at > $4",
    )
    .bind::<SqlUuid, _>(token.workspace)
    .bind::<Binary, _>(token.hash())
    .bind::<Timestamptz, _>(now - IDLE)
    .bind::<Timestamptz, _>(now)
    .load(&mut conn)
    .await?;
    let Some(row) = rows.into_iter().next() else { return Ok(None) };
    if now - row.last_seen_at > SEEN_EVERY {
        use crate::platform::schema::sessions::dsl;
        diesel::update(dsl::sessions.find((token.workspace.0, token.hash())))
            .set(dsl::last_seen_at.eq(now))
            .execute(&mut conn)
            .await?;
    }
    Ok(Some(SessionUser {
        workspace: token.workspace,
        workspace_name: row.workspace_name,
        time_zone: row.time_zone,
        id: row.user_id,
        name: row.user_name,
        role: row.role,
        live_after: row.live_after,
    }))
}

/// Deletes sessions that have ended by themselves.
///
/// # Errors
/// When the database refuses.
pub async fn prune(conn: &mut AsyncPgConnection, now: DateTime<Utc>) -> Outcome<usize> {
    use crate::platform::schema::sessions::dsl;
    Ok(diesel::delete(dsl::sessions)
        .filter(dsl::last_seen_at.lt(now - IDLE))
        .or_filter(dsl::absolute_expires_at.lt(now))
        .execute(conn)
        .await?)
}
