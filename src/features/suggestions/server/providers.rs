//! The language models of a workspace: connected, put in order, disconnected, and opened for a question. Keys are sealed
//! for their row and never leave the server.

use super::calls::{self, PRICES, Used};
use super::settings;
use crate::connectors::models::fallback::Candidate;
use crate::connectors::models::{Account, GigachatScope, Model, ModelError, Usage};
use crate::context::{App, Ask};
use crate::features::knowledge::server::vectors;
use crate::features::suggestions::types::{
    MAX_PROVIDERS, ProviderForm, ProviderView, Readiness, SuggestionSettings,
};
use crate::platform::db::Db;
use crate::platform::fault::{Fault, Outcome};
use crate::platform::live;
use crate::platform::schema::model_providers;
use crate::platform::secret::{KeyRing, Secret};
use crate::shared::change::Change;
use crate::shared::error::Refusal;
use crate::shared::ids::{ProviderId, WorkspaceId};
use crate::shared::models::{ModelProblem, ProviderKind};
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, HasQuery, OptionalExtension, PgExpressionMethods, QueryDsl};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use std::sync::Arc;

/// A connected model.
#[derive(HasQuery, Clone, Debug, PartialEq, Eq)]
#[diesel(table_name = model_providers)]
pub struct ProviderRow {
    pub id: ProviderId,
    pub kind: ProviderKind,
    pub model: String,
    place: String,
    sealed_key: Option<Vec<u8>>,
    is_enabled: bool,
    daily_tokens: Option<i64>,
    daily_money: Option<i64>,
    problem: Option<String>,
    /// What makes vectors, where somebody wants that.
    pub vectors_model: Option<String>,
    vectors_problem: Option<String>,
}

impl ProviderRow {
    /// The account as a connector takes it.
    ///
    /// # Errors
    /// When the key does not open with the installation's keys.
    fn account(&self, keys: &KeyRing, workspace: WorkspaceId) -> Outcome<Account> {
        let key = match &self.sealed_key {
            Some(sealed) => Some(open_key(keys, sealed, workspace, self.id)?),
            None => None,
        };
        let needed = || key.clone().ok_or_else(|| Fault::broke("the model has no key"));
        Ok(match self.kind {
            ProviderKind::Deepseek => Account::Deepseek { key: needed()? },
            ProviderKind::Yandex => Account::Yandex { key: needed()?, folder: self.place.clone() },
            ProviderKind::Gigachat => {
                let scope = self.place.parse().unwrap_or(GigachatScope::Personal);
                Account::Gigachat { key: needed()?, scope }
            }
            ProviderKind::Openai => Account::Openai { key: needed()? },
            ProviderKind::Compatible => Account::Compatible { base_url: self.place.clone(), key },
        })
    }

    /// Opens the model.
    ///
    /// # Errors
    /// When the key does not open; within, when the address may not be called.
    pub fn open(&self, app: &App, workspace: WorkspaceId) -> Outcome<Result<Candidate, ModelError>> {
        let account = self.account(&app.keys, workspace)?;
        let model = app.models.open(&account, &self.model);
        Ok(model.map(|model| Candidate { provider: self.kind, model }))
    }

    /// Opens what makes vectors.
    ///
    /// # Errors
    /// When the key does not open; within, when the address may not be called.
    pub fn open_for_vectors(
        &self,
        app: &App,
        workspace: WorkspaceId,
    ) -> Outcome<Result<Arc<dyn Model>, ModelError>> {
        let account = self.account(&app.keys, workspace)?;
        Ok(app.models.open(&account, self.vectors_model.as_deref().unwrap_or_default()))
    }

    /// Which vectors can be compared with its: those of the same model at the same place.
    pub fn vectors_of(&self) -> Option<String> {
        let model = self.vectors_model.as_ref()?;
        Some(match self.kind {
            ProviderKind::Compatible => format!("{} {model} {}", self.kind, self.place),
            _ => format!("{} {model}", self.kind),
        })
    }

    fn problem(&self) -> Option<ModelProblem> {
        self.problem.as_deref().and_then(|word| word.parse().ok())
    }

    fn has_room(&self, used: &Used) -> bool {
        let (tokens, money) = used.of(self.id);
        self.daily_tokens.is_none_or(|most| tokens < most) && self.daily_money.is_none_or(|most| money < most)
    }

    /// As its page shows it.
    pub fn view(self, used: &Used, now: DateTime<Utc>) -> ProviderView {
        let (used_tokens, used_money) = used.of(self.id);
        let price = PRICES.cost(self.kind, &self.model, Usage::default(), now);
        ProviderView {
            problem: self.problem(),
            vectors_problem: self.vectors_problem.as_deref().and_then(|word| word.parse().ok()),
            vectors_model: self.vectors_model,
            id: self.id,
            kind: self.kind,
            model: self.model,
            place: self.place,
            has_key: self.sealed_key.is_some(),
            is_enabled: self.is_enabled,
            daily_tokens: self.daily_tokens,
            daily_money: self.daily_money,
            // What runs in the house costs nothing that could be limited.
            currency: price
                .filter(|_| self.kind != ProviderKind::Compatible)
                .map(|cost| cost.currency.as_str().to_owned()),
            used_tokens,
            used_money,
        }
    }
}

/// All models of a workspace, in the order in which they are asked.
///
/// # Errors
/// When the database refuses.
pub async fn all(conn: &mut AsyncPgConnection, workspace: WorkspaceId) -> Outcome<Vec<ProviderRow>> {
    Ok(ProviderRow::query()
        .filter(model_providers::workspace_id.eq(workspace))
        .order((model_providers::position, model_providers::id))
        .load(conn)
        .await?)
}

/// One model.
///
/// # Errors
/// `NotFound` when the workspace has none of that id.
pub async fn find(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    provider: ProviderId,
) -> Outcome<ProviderRow> {
    ProviderRow::query()
        .filter(model_providers::workspace_id.eq(workspace))
        .filter(model_providers::id.eq(provider))
        .first(conn)
        .await
        .optional()?
        .ok_or_else(Fault::not_found)
}

/// Models that may be asked now, in their order, and why there are none.
///
/// # Errors
/// When the database refuses.
pub async fn usable(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    settings: &SuggestionSettings,
    now: DateTime<Utc>,
) -> Outcome<(Vec<ProviderRow>, Readiness)> {
    let rows = all(conn, workspace).await?;
    let used = calls::used(conn, workspace, now).await?;
    Ok(choose(rows, settings, &used))
}

fn choose(
    rows: Vec<ProviderRow>,
    settings: &SuggestionSettings,
    used: &Used,
) -> (Vec<ProviderRow>, Readiness) {
    if used.calls >= i64::from(settings.daily_calls) && rows.iter().any(|row| row.is_enabled) {
        return (Vec::new(), Readiness::UsedUp);
    }
    type Test<'a> = &'a dyn Fn(&ProviderRow) -> bool;
    let tests: [(Test<'_>, Readiness); 4] = [
        (&|row| row.is_enabled, Readiness::NoModel),
        (&|row| settings.is_abroad_allowed || !row.kind.is_abroad(), Readiness::OnlyAbroad),
        (&|row| row.problem().is_none(), Readiness::Troubled),
        (&|row| row.has_room(used), Readiness::UsedUp),
    ];
    let mut left = rows;
    for (test, why) in tests {
        left.retain(|row| test(row));
        if left.is_empty() {
            return (left, why);
        }
    }
    (left, Readiness::Ready)
}

/// Who says what texts mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seer {
    Nobody,
    /// Somebody who has had all that a day may have.
    UsedUp,
    /// This one, and whose vectors can be compared with its.
    Ready(Box<ProviderRow>, String),
}

/// Who says what texts mean now.
///
/// # Errors
/// When the database refuses.
pub async fn seer(conn: &mut AsyncPgConnection, workspace: WorkspaceId, now: DateTime<Utc>) -> Outcome<Seer> {
    let rows = all(conn, workspace).await?;
    if rows.iter().all(|row| row.vectors_model.is_none()) {
        return Ok(Seer::Nobody);
    }
    let settings = settings::read(conn, workspace).await?;
    let used = calls::used(conn, workspace, now).await?;
    Ok(choose_seer(rows, &settings, &used))
}

/// The first in the order that can and may. One whose day is used up is waited for: articles would have to be looked at anew by the next
/// one today and by this one again tomorrow.
fn choose_seer(rows: Vec<ProviderRow>, settings: &SuggestionSettings, used: &Used) -> Seer {
    let first =
        rows.into_iter().filter(|row| row.is_enabled && row.vectors_problem.is_none()).find_map(|row| {
            let model = row.vectors_of()?;
            (settings.is_abroad_allowed || !row.kind.is_abroad()).then_some((row, model))
        });
    match first {
        None => Seer::Nobody,
        Some((row, _)) if !row.has_room(used) => Seer::UsedUp,
        Some((row, model)) => Seer::Ready(Box::new(row), model),
    }
}

/// Connects a model, or changes one. What was wrong with it is forgotten: somebody has looked.
///
/// # Errors
/// A refusal that says what to put right.
pub async fn save(ask: &Ask, form: ProviderForm) -> Outcome<()> {
    save_for(&ask.app, ask.workspace(), form, ask.now).await
}

/// The same where no person is logged in.
///
/// # Errors
/// A refusal that says what to put right.
pub async fn save_for(
    app: &App,
    workspace: WorkspaceId,
    form: ProviderForm,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let mut conn = app.db.get().await?;
    conn.transaction(async |conn| {
        let rows = all(conn, workspace).await?;
        let old = rows.iter().find(|row| row.id == form.id);
        // Another provider would be shown a key that is none of its business.
        let kept = old.filter(|old| old.kind == form.kind).and_then(|old| old.sealed_key.clone());
        // And so would another server.
        let kept = kept.filter(|_| {
            form.kind != ProviderKind::Compatible || old.is_some_and(|old| old.place == form.place.trim())
        });
        if old.is_none() && rows.len() >= MAX_PROVIDERS {
            return Err(Refusal::TooManyModels { max: MAX_PROVIDERS as u32 }.into());
        }
        let form = form.clone().checked(kept.is_some())?;
        let sealed = match form.key.as_str() {
            "" => kept,
            key => Some(seal_key(&app.keys, key, workspace, form.id)?),
        };
        let values = (
            model_providers::kind.eq(form.kind),
            model_providers::model.eq(&form.model),
            model_providers::place.eq(&form.place),
            model_providers::sealed_key.eq(sealed),
            model_providers::is_enabled.eq(form.is_enabled),
            model_providers::daily_tokens.eq(form.daily_tokens),
            model_providers::daily_money.eq(form.daily_money),
            model_providers::problem.eq(None::<String>),
            model_providers::vectors_model.eq(&form.vectors_model),
            model_providers::vectors_problem.eq(None::<String>),
        );
        diesel::insert_into(model_providers::table)
            .values((
                model_providers::workspace_id.eq(workspace),
                model_providers::id.eq(form.id),
                model_providers::position.eq(rows.len() as i32),
                model_providers::created_at.eq(now),
                values.clone(),
            ))
            .on_conflict((model_providers::workspace_id, model_providers::id))
            .do_update()
            .set(values)
            .execute(conn)
            .await?;
        vectors::want(conn, workspace, now).await?;
        live::append(conn, workspace, &[Change::SuggestionSettings]).await
    })
    .await
}

/// Puts the models into an order; those that are not named stay behind in theirs.
///
/// # Errors
/// When the database refuses.
pub async fn arrange(ask: &Ask, order: &[ProviderId]) -> Outcome<()> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let mut rows = all(conn, workspace).await?;
        rows.sort_by_key(|row| order.iter().position(|id| *id == row.id).unwrap_or(order.len()));
        for (position, row) in rows.iter().enumerate() {
            diesel::update(model_providers::table.find((workspace, row.id)))
                .set(model_providers::position.eq(position as i32))
                .execute(conn)
                .await?;
        }
        vectors::want(conn, workspace, ask.now).await?;
        live::append(conn, workspace, &[Change::SuggestionSettings]).await
    })
    .await
}

/// Disconnects a model. What it has cost is kept.
///
/// # Errors
/// `NotFound` when the workspace has none of that id.
pub async fn remove(ask: &Ask, provider: ProviderId) -> Outcome<()> {
    let workspace = ask.workspace();
    let mut conn = ask.conn().await?;
    conn.transaction(async |conn| {
        let removed =
            diesel::delete(model_providers::table.find((workspace, provider))).execute(conn).await?;
        if removed == 0 {
            return Err(Fault::not_found());
        }
        vectors::want(conn, workspace, ask.now).await?;
        live::append(conn, workspace, &[Change::SuggestionSettings]).await
    })
    .await
}

/// Notes what only a person can put right, or that it is put right. The model is left alone meanwhile.
///
/// # Errors
/// When the database refuses.
pub async fn note_problem(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    provider: ProviderId,
    problem: Option<ModelProblem>,
) -> Outcome<()> {
    let changed = diesel::update(model_providers::table.find((workspace, provider)))
        .filter(model_providers::problem.is_distinct_from(problem.map(ModelProblem::as_str)))
        .set(model_providers::problem.eq(problem.map(ModelProblem::as_str)))
        .execute(conn)
        .await?;
    if changed > 0 {
        live::append(conn, workspace, &[Change::SuggestionSettings]).await?;
    }
    Ok(())
}

/// The same of vectors. When it is put right, articles are looked at that were not meanwhile.
///
/// # Errors
/// When the database refuses.
pub async fn note_vectors_problem(
    conn: &mut AsyncPgConnection,
    workspace: WorkspaceId,
    provider: ProviderId,
    problem: Option<ModelProblem>,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let changed = diesel::update(model_providers::table.find((workspace, provider)))
        .filter(model_providers::vectors_problem.is_distinct_from(problem.map(ModelProblem::as_str)))
        .set(model_providers::vectors_problem.eq(problem.map(ModelProblem::as_str)))
        .execute(conn)
        .await?;
    if changed > 0 {
        vectors::want(conn, workspace, now).await?;
        live::append(conn, workspace, &[Change::SuggestionSettings]).await?;
    }
    Ok(())
}

/// The models that may be asked now, and why there are none.
///
/// # Errors
/// When the database refuses.
pub async fn ready(ask: &Ask) -> Outcome<(Vec<ProviderRow>, Readiness)> {
    let mut conn = ask.conn().await?;
    let settings = settings::read(&mut conn, ask.workspace()).await?;
    usable(&mut conn, ask.workspace(), &settings, ask.now).await
}

/// The settings of the workspace and the models that may be asked now.
///
/// # Errors
/// When the database refuses.
pub async fn line_up(ask: &Ask) -> Outcome<(SuggestionSettings, Vec<ProviderRow>)> {
    let mut conn = ask.conn().await?;
    let settings = settings::read(&mut conn, ask.workspace()).await?;
    let (rows, _) = usable(&mut conn, ask.workspace(), &settings, ask.now).await?;
    Ok((settings, rows))
}

/// The place a key belongs to: sealed for it, it opens nowhere else.
fn place(workspace: WorkspaceId, provider: ProviderId) -> String {
    format!("{workspace}|model key|{provider}")
}

fn seal_key(keys: &KeyRing, key: &str, workspace: WorkspaceId, provider: ProviderId) -> Outcome<Vec<u8>> {
    keys.seal(key.as_bytes(), &place(workspace, provider)).map_err(|error| Fault::Broke(error.into()))
}

fn open_key(
    keys: &KeyRing,
    sealed: &[u8],
    workspace: WorkspaceId,
    provider: ProviderId,
) -> Outcome<Secret<String>> {
    let plain = keys.open(sealed, &place(workspace, provider)).map_err(|error| Fault::Broke(error.into()))?;
    let text = String::from_utf8(plain.reveal().clone()).map_err(|_| Fault::broke("the key is not text"))?;
    Ok(Secret::new(text))
}

/// Seals every model's key anew with the ring's first key. Returns how many there were.
///
/// # Errors
/// When the database refuses, or a key does not open with the ring.
pub async fn reseal_all(db: &Db, keys: &KeyRing) -> Outcome<usize> {
    let mut conn = db.get().await?;
    conn.transaction(async |conn| {
        let rows: Vec<(WorkspaceId, ProviderId, Option<Vec<u8>>)> = model_providers::table
            .filter(model_providers::sealed_key.is_not_null())
            .select((model_providers::workspace_id, model_providers::id, model_providers::sealed_key))
            .for_update()
            .load(conn)
            .await?;
        let count = rows.len();
        for (workspace, provider, sealed) in rows {
            let key = open_key(keys, &sealed.unwrap_or_default(), workspace, provider)?;
            let sealed = seal_key(keys, key.reveal(), workspace, provider)?;
            diesel::update(model_providers::table.find((workspace, provider)))
                .set(model_providers::sealed_key.eq(Some(sealed)))
                .execute(conn)
                .await?;
        }
        Ok(count)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(kind: ProviderKind) -> ProviderRow {
        ProviderRow {
            id: ProviderId::new(),
            kind,
            model: "m".into(),
            place: String::new(),
            sealed_key: None,
            is_enabled: true,
            daily_tokens: None,
            daily_money: None,
            problem: None,
            vectors_model: None,
            vectors_problem: None,
        }
    }

    #[test]
    fn why_nobody_may_be_asked_is_told() {
        let usual = SuggestionSettings::default();
        let why = |rows: Vec<ProviderRow>, settings: &SuggestionSettings, used: &Used| {
            let (left, why) = choose(rows, settings, used);
            (left.len(), why)
        };
        let none = Used::default();
        assert_eq!(why(Vec::new(), &usual, &none), (0, Readiness::NoModel));
        let off = ProviderRow { is_enabled: false, ..row(ProviderKind::Yandex) };
        assert_eq!(why(vec![off.clone()], &usual, &none), (0, Readiness::NoModel));
        let abroad = row(ProviderKind::Deepseek);
        assert_eq!(why(vec![abroad.clone(), off.clone()], &usual, &none), (0, Readiness::OnlyAbroad));
        let allowed = SuggestionSettings { is_abroad_allowed: true, ..usual.clone() };
        assert_eq!(why(vec![abroad.clone(), off], &allowed, &none), (1, Readiness::Ready));
        let troubled = ProviderRow { problem: Some("no_balance".into()), ..row(ProviderKind::Yandex) };
        assert_eq!(why(vec![troubled, abroad], &usual, &none), (0, Readiness::Troubled));
        let small = ProviderRow { daily_tokens: Some(100), ..row(ProviderKind::Yandex) };
        let used = Used { calls: 1, by_provider: [(small.id, (100, 0))].into() };
        assert_eq!(why(vec![small.clone()], &usual, &none), (1, Readiness::Ready));
        assert_eq!(why(vec![small.clone()], &usual, &used), (0, Readiness::UsedUp));
        assert_eq!(why(vec![small.clone(), row(ProviderKind::Yandex)], &usual, &used), (1, Readiness::Ready));
        let few = SuggestionSettings { daily_calls: 1, ..usual };
        assert_eq!(why(vec![small], &few, &used), (0, Readiness::UsedUp));
    }

    #[test]
    fn the_first_that_can_and_may_says_what_texts_mean() {
        let usual = SuggestionSettings::default();
        let none = Used::default();
        let seer = |rows: &[&ProviderRow], settings: &SuggestionSettings, used: &Used| match choose_seer(
            rows.iter().map(|row| (*row).clone()).collect(),
            settings,
            used,
        ) {
            Seer::Ready(row, model) => Ok((row.id, model)),
            other => Err(other),
        };
        let giving = |kind, model: &str| ProviderRow { vectors_model: Some(model.into()), ..row(kind) };
        let (abroad, yandex) = (giving(ProviderKind::Openai, "e"), giving(ProviderKind::Yandex, "t"));
        let own = ProviderRow { place: "http://a/v1".into(), ..giving(ProviderKind::Compatible, "b") };
        let silent = row(ProviderKind::Yandex);
        assert_eq!(seer(&[&silent], &usual, &none), Err(Seer::Nobody));
        assert_eq!(
            seer(&[&silent, &abroad, &yandex, &own], &usual, &none),
            Ok((yandex.id, "yandex t".into()))
        );
        let allowed = SuggestionSettings { is_abroad_allowed: true, ..usual.clone() };
        assert_eq!(seer(&[&abroad, &yandex], &allowed, &none), Ok((abroad.id, "openai e".into())));
        let off = ProviderRow { is_enabled: false, ..yandex.clone() };
        let troubled = ProviderRow { vectors_problem: Some("denied".into()), ..yandex.clone() };
        let answers_badly = ProviderRow { problem: Some("unknown_model".into()), ..own.clone() };
        assert_eq!(
            seer(&[&off, &troubled, &answers_badly], &usual, &none),
            Ok((own.id, "compatible b http://a/v1".into())),
            "vectors have troubles of their own"
        );
        let small = ProviderRow { daily_tokens: Some(100), ..yandex };
        let used = Used { calls: 0, by_provider: [(small.id, (100, 0))].into() };
        assert_eq!(seer(&[&small, &own], &usual, &used), Err(Seer::UsedUp), "waited for");
    }
}
