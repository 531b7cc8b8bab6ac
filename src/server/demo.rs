//! Demo mode: a sandbox shop with living buyers and a log-in that is ready to use.

use super::StartError;
use crate::connectors::sandbox::buyers::{BuyerPace, Tempo};
use crate::connectors::sandbox::models::{DEMO_FOLDER, DEMO_MODEL_KEY, ModelFaults};
use crate::connectors::sandbox::ozon::{
    DEMO_API_KEY, DEMO_CLIENT_ID, DEMO_SHOP, OzonSandbox, SandboxOptions,
};
use crate::context::App;
use crate::features::sellers::server::connect::connect_account;
use crate::features::sellers::types::ConnectForm;
use crate::features::suggestions::server::providers;
use crate::features::suggestions::types::ProviderForm;
use crate::features::users::server::accounts::{self, AccountError, NewUser};
use crate::platform::clock;
use crate::platform::config::Config;
use crate::platform::fault::Fault;
use crate::platform::schema::{sellers, workspaces};
use crate::platform::secret;
use crate::shared::error::{AppError, Refusal};
use crate::shared::ids::{ProviderId, WorkspaceId};
use crate::shared::marketplace::Marketplace;
use crate::shared::models::ProviderKind;
use crate::shared::role::Role;
use diesel::{ExpressionMethods, JoinOnDsl, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use std::path::PathBuf;
use std::time::Duration;

const EMAIL: &str = "demo@agentiq.example";
const WORKSPACE: &str = "Demo";
const OWNER: &str = "Demo";

/// Starts the sandbox and points the configuration at it.
///
/// # Errors
/// When the sandbox cannot listen or read its state.
pub fn start_sandbox(config: &mut Config) -> Result<OzonSandbox, StartError> {
    let state_file = config.data_dir.join("sandbox-ozon.json");
    std::fs::create_dir_all(&config.data_dir).map_err(|error| StartError::Other(error.to_string()))?;
    let sandbox = OzonSandbox::start(SandboxOptions {
        state_file: Some(state_file),
        buyers: Some(BuyerPace::new(Tempo::Normal, 1)),
        ..SandboxOptions::default()
    })
    .map_err(|error| StartError::Other(format!("the sandbox cannot start: {error}")))?;
    config.ozon_url = sandbox.url();
    config.telegram_url = format!("{}/telegram", sandbox.url());
    config.models.point_to_sandbox(&sandbox.url());
    // As fast as a model that somebody would use.
    sandbox.models().set_faults(ModelFaults { delay_ms: 500, piece_ms: 30, ..ModelFaults::default() });
    // Somebody watches: news should come at once.
    config.poll_interval = config.poll_interval.min(Duration::from_secs(5));
    config.urgent_poll_interval = config.urgent_poll_interval.min(Duration::from_secs(5));
    Ok(sandbox)
}

/// The log-in to print.
pub struct Welcome {
    password: String,
}

impl Welcome {
    /// What to print.
    pub fn text(&self, url: &str) -> String {
        format!("\n  AgentIQ demo:  {url}\n  e-mail:        {EMAIL}\n  password:      {}\n", self.password)
    }
}

/// Makes the demo's workspace, owner and seller; those that are there stay.
///
/// # Errors
/// When the data dir holds a real workspace, or something could not be made.
pub async fn prepare(app: &App) -> Result<Welcome, StartError> {
    let password = password(app)?;
    let owner =
        NewUser { email: EMAIL.into(), name: OWNER.into(), role: Role::Owner, password: password.clone() };
    match accounts::set_up(&app.db, WORKSPACE, owner).await {
        Ok(_) => {}
        Err(AccountError::Form(crate::features::users::types::FormProblem::AlreadySetUp)) => {}
        Err(error) => return Err(StartError::Other(format!("the demo's log-in cannot be made: {error}"))),
    }
    let other = |fault: Fault| StartError::Other(fault.to_string());
    let workspace = demo_workspace(app).await.map_err(other)?.ok_or_else(|| {
        StartError::Other(
            "this database belongs to a real workspace; start the demo with another AGENTIQ_DATA_DIR".into(),
        )
    })?;
    let form = ConnectForm {
        name: DEMO_SHOP.into(),
        client_id: DEMO_CLIENT_ID.into(),
        api_key: DEMO_API_KEY.into(),
    };
    match connect_account(app, workspace, Marketplace::Ozon, form).await {
        Ok(_) | Err(Fault::Told(AppError::Refused(Refusal::AccountAlreadyConnected { .. }))) => {}
        Err(fault) => return Err(other(fault)),
    }
    connect_model(app, workspace).await.map_err(other)?;
    Ok(Welcome { password })
}

/// Connects the sandbox's model, so that drafts are seen without a key. What somebody has arranged since stays.
async fn connect_model(app: &App, workspace: WorkspaceId) -> Result<(), Fault> {
    if !providers::all(&mut *app.db.get().await?, workspace).await?.is_empty() {
        return Ok(());
    }
    let kind = ProviderKind::Yandex;
    let form = ProviderForm {
        id: ProviderId::new(),
        kind,
        model: kind.usual_model().unwrap_or_default().into(),
        place: DEMO_FOLDER.into(),
        key: DEMO_MODEL_KEY.into(),
        is_enabled: true,
        daily_tokens: None,
        daily_money: None,
        vectors_model: kind.vectors_model().map(str::to_owned),
    };
    providers::save_for(app, workspace, form, clock::now()).await
}

async fn demo_workspace(app: &App) -> Result<Option<WorkspaceId>, Fault> {
    use crate::platform::schema::sign_in_names;
    let mut conn = app.db.get().await?;
    let workspace: Option<WorkspaceId> = sign_in_names::table
        .find(EMAIL)
        .select(sign_in_names::workspace_id)
        .first(&mut conn)
        .await
        .optional()?;
    // Chats of the demo never mix with real ones.
    let Some(workspace) = workspace else { return Ok(None) };
    let real: i64 = sellers::table
        .inner_join(workspaces::table.on(workspaces::id.eq(sellers::workspace_id)))
        .filter(sellers::external_account_id.ne(DEMO_CLIENT_ID))
        .count()
        .get_result(&mut conn)
        .await?;
    Ok((real == 0).then_some(workspace))
}

/// The demo's password, made once and kept in the data dir.
fn password(app: &App) -> Result<String, StartError> {
    let file: PathBuf = app.config.data_dir.join("demo-password");
    if let Ok(password) = std::fs::read_to_string(&file) {
        return Ok(password.trim().to_owned());
    }
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let bytes = secret::random::<14>()?;
    let password: String =
        bytes.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect();
    std::fs::write(&file, &password).map_err(|error| StartError::Other(error.to_string()))?;
    Ok(password)
}
