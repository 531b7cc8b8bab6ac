//! How the way to a supervisor is set up, tried and forgotten.

use crate::connectors::telegram::{Bot, TelegramError, is_chat, is_token};
use crate::context::{App, Ask};
use crate::features::sla::supervisor::{SupervisorForm, SupervisorTry, SupervisorView};
use crate::platform::db::Db;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::live;
use crate::platform::schema::supervisor_channels;
use crate::platform::secret::{KeyRing, Secret};
use crate::shared::change::Change;
use crate::shared::i18n::Locale;
use crate::shared::ids::WorkspaceId;
use crate::shared::telegram::TelegramProblem;
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, HasQuery, OptionalExtension, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

/// A channel as it is stored.
#[derive(HasQuery, Clone, Debug)]
#[diesel(table_name = supervisor_channels)]
pub struct ChannelRow {
    sealed_token: Vec<u8>,
    pub chat: String,
    pub is_enabled: bool,
    problem: Option<String>,
    said: Option<String>,
    sent_at: Option<DateTime<Utc>>,
    pub paused_until: Option<DateTime<Utc>>,
}

impl ChannelRow {
    /// What only a person can put right, if there is anything.
    pub fn is_stopped(&self) -> bool {
        self.problem().is_some_and(TelegramProblem::needs_a_person)
    }

    fn problem(&self) -> Option<TelegramProblem> {
        self.problem.as_deref().and_then(|word| word.parse().ok())
    }

    /// The bot that writes there.
    ///
    /// # Errors
    /// When the token does not open with the installation's keys.
    pub fn bot(&self, app: &App, workspace: WorkspaceId) -> Outcome<Bot> {
        let token = open_token(&app.keys, &self.sealed_token, workspace)?;
        Ok(Bot::new(&app.outbound.client, &app.config.telegram_url, token))
    }
}

/// The channel of a workspace, if it has one.
///
/// # Errors
/// When the database refuses.
pub async fn find(conn: &mut AsyncPgConnection, workspace: WorkspaceId) -> Outcome<Option<ChannelRow>> {
    Ok(ChannelRow::query()
        .filter(supervisor_channels::workspace_id.eq(workspace))
        .first(conn)
        .await
        .optional()?)
}

/// How it is set up, as its form shows it.
///
/// # Errors
/// When the database refuses.
pub async fn read(ask: &Ask) -> Outcome<Option<SupervisorView>> {
    let row = find(&mut *ask.conn().await?, ask.workspace()).await?;
    Ok(row.map(|row| SupervisorView {
        problem: row.problem(),
        chat: row.chat,
        is_enabled: row.is_enabled,
        said: row.said,
        sent_at: row.sent_at,
    }))
}

/// Sets it up. What was wrong with it is forgotten: somebody has looked.
///
/// # Errors
/// A refusal that says what to put right.
pub async fn save(ask: &Ask, form: SupervisorForm) -> Outcome<()> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let before = find(conn, workspace).await?;
        let form = form.clone().checked(before.is_some(), is_token, is_chat)?;
        let sealed = match (form.token.as_str(), before) {
            ("", Some(before)) => before.sealed_token,
            (token, _) => seal_token(&ask.app.keys, token, workspace)?,
        };
        let values = (
            supervisor_channels::sealed_token.eq(sealed),
            supervisor_channels::chat.eq(&form.chat),
            supervisor_channels::is_enabled.eq(form.is_enabled),
            supervisor_channels::problem.eq(None::<String>),
            supervisor_channels::said.eq(None::<String>),
            supervisor_channels::paused_until.eq(None::<DateTime<Utc>>),
            supervisor_channels::changed_by.eq(ask.user.id),
            supervisor_channels::changed_at.eq(ask.now),
        );
        diesel::insert_into(supervisor_channels::table)
            .values((supervisor_channels::workspace_id.eq(workspace), values.clone()))
            .on_conflict(supervisor_channels::workspace_id)
            .do_update()
            .set(values)
            .execute(conn)
            .await?;
        live::append(conn, workspace, &[Change::Deadlines]).await
    })
    .await
}

/// Forgets it, token and all.
///
/// # Errors
/// When the database refuses.
pub async fn remove(ask: &Ask) -> Outcome<()> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        diesel::delete(supervisor_channels::table.find(workspace)).execute(conn).await?;
        live::append(conn, workspace, &[Change::Deadlines]).await
    })
    .await
}

/// Writes a message there to see whether it arrives.
///
/// # Errors
/// `NotFound` when nothing is set up; when the token does not open.
pub async fn try_out(ask: &Ask) -> Outcome<SupervisorTry> {
    let workspace = ask.workspace();
    let row = find(&mut *ask.conn().await?, workspace).await?.ok_or_else(Fault::not_found)?;
    let bot = row.bot(&ask.app, workspace)?;
    let text = Locale::default().supervisor_try_text(&ask.user.workspace_name);
    let ended = bot.write(&row.chat, &text).await;
    let mut conn = ask.conn().await?;
    note(&mut conn, workspace, &ended, None, ask.now).await?;
    Ok(match ended {
        Ok(()) => SupervisorTry { problem: None, said: None },
        Err(error) => SupervisorTry { problem: Some(error.problem), said: error.said },
    })
}

/// Notes how a message has ended, and until when nothing is to be sent.
///
/// # Errors
/// When the database refuses.
pub async fn note(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    ended: &Result<(), TelegramError>,
    paused_until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let problem = ended.as_ref().err();
    let values = (
        supervisor_channels::paused_until.eq(paused_until),
        supervisor_channels::problem.eq(problem.map(|error| error.problem.as_str())),
        supervisor_channels::said.eq(problem.and_then(|error| error.said.clone())),
    );
    let of_workspace = supervisor_channels::table.find(workspace);
    diesel::update(of_workspace).set(values).execute(conn).await?;
    if problem.is_none() {
        diesel::update(of_workspace).set(supervisor_channels::sent_at.eq(Some(now))).execute(conn).await?;
    }
    live::append(conn, workspace, &[Change::Deadlines]).await
}

/// The place a token belongs to: sealed for it, it opens nowhere else.
fn place(workspace: WorkspaceId) -> String {
    format!("{workspace}|supervisor's bot")
}

fn seal_token(keys: &KeyRing, token: &str, workspace: WorkspaceId) -> Outcome<Vec<u8>> {
    keys.seal(token.as_bytes(), &place(workspace)).map_err(|error| Fault::Broke(error.into()))
}

fn open_token(keys: &KeyRing, sealed: &[u8], workspace: WorkspaceId) -> Outcome<Secret<String>> {
    let plain = keys.open(sealed, &place(workspace)).map_err(|error| Fault::Broke(error.into()))?;
    let text =
        String::from_utf8(plain.reveal().clone()).map_err(|_| Fault::broke("the token is not text"))?;
    Ok(Secret::new(text))
}

/// Seals every token anew with the ring's first key. Returns how many there were.
///
/// # Errors
/// When the database refuses, or a token does not open with the ring.
pub async fn reseal_all(db: &Db, keys: &KeyRing) -> Outcome<usize> {
    let mut conn = db.get().await?;
    conn.transaction(async |conn| {
        let rows: Vec<(WorkspaceId, Vec<u8>)> = supervisor_channels::table
            .select((supervisor_channels::workspace_id, supervisor_channels::sealed_token))
            .for_update()
            .load(conn)
            .await?;
        let count = rows.len();
        for (workspace, sealed) in rows {
            let token = open_token(keys, &sealed, workspace)?;
            diesel::update(supervisor_channels::table.find(workspace))
                .set(supervisor_channels::sealed_token.eq(seal_token(keys, token.reveal(), workspace)?))
                .execute(conn)
                .await?;
        }
        Ok(count)
    })
    .await
}
