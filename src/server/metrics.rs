//! `/metrics` for Prometheus, on an address of its own: it is for the operator of the machine, not for browsers.

use crate::context::App;
use crate::features::sync::server::poll;
use crate::platform::clock::now;
use crate::platform::jobs::queue_status;
use crate::platform::telemetry;
use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;

/// Serves metrics until the server stops.
pub async fn serve(app: App, listener: TcpListener) {
    let Some(handle) = telemetry::init_metrics() else {
        tracing::error!("metrics are being collected by something else");
        return;
    };
    let cancel = app.cancel.clone();
    let router = Router::new().route("/metrics", get(render)).with_state((app, handle));
    if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(cancel.cancelled_owned()).await {
        tracing::error!(%error, "metrics cannot be served");
    }
}

async fn render(State((app, handle)): State<(App, PrometheusHandle)>) -> impl IntoResponse {
    metrics::gauge!("agentiq_live_streams").set(app.hub.streams() as f64);
    let (people, people_free, work, work_free) = app.db.pool_status();
    metrics::gauge!("agentiq_db_connections", "pool" => "people").set(people as f64);
    metrics::gauge!("agentiq_db_connections_free", "pool" => "people").set(people_free as f64);
    metrics::gauge!("agentiq_db_connections", "pool" => "work").set(work as f64);
    metrics::gauge!("agentiq_db_connections_free", "pool" => "work").set(work_free as f64);
    let asked = async {
        let mut conn = app.db.get().await?;
        let (waiting, age) = queue_status(&mut conn).await?;
        let lag = poll::worst_lag(&mut conn, now()).await?;
        let breakers = app.outbound.pace.open_breakers().await?;
        Ok::<_, crate::platform::fault::Fault>((waiting, age, lag, breakers))
    };
    match asked.await {
        Ok((waiting, age, lag, breakers)) => {
            metrics::gauge!("agentiq_up_database").set(1.0);
            metrics::gauge!("agentiq_jobs_waiting").set(waiting as f64);
            metrics::gauge!("agentiq_jobs_oldest_seconds").set(age);
            metrics::gauge!("agentiq_sync_lag_seconds").set(lag.map_or(0.0, |lag| lag.as_secs_f64()));
            metrics::gauge!("agentiq_breakers_open").set(breakers as f64);
        }
        Err(_) => metrics::gauge!("agentiq_up_database").set(0.0),
    }
    handle.render()
}
