//! The list of job kinds.

use crate::context::App;
use crate::features::files::server::{fetch, prune};
use crate::features::inbox::server::bulk::run as bulk;
use crate::features::inbox::server::hand_over;
use crate::features::inbox::server::outbox::DELIVER_JOB;
use crate::features::inbox::server::receive::{OLDER_JOB, READ_CHAT_JOB};
use crate::features::inbox::server::wake;
use crate::features::knowledge::server::vectors;
use crate::features::orders::server::store::FETCH_JOB;
use crate::features::sellers::server::connect::SYNC_JOB;
use crate::features::sellers::server::push as push_address;
use crate::features::sla::server::apply;
use crate::features::sla::server::supervisor::send as supervisor;
use crate::features::suggestions::server::{ahead, meaning, understand};
use crate::features::sync::server::{deliver, older, orders, poll, push, read, walk};
use crate::features::users::server::staff::HAND_OVER_JOB;
use crate::platform::jobs::{Registry, Workers};
use std::time::Duration;

/// The workers of this process. More slots than database connections: most jobs wait for a marketplace.
pub fn workers(app: &App) -> Workers<App> {
    Workers {
        app: app.for_work(),
        db: app.db.for_work(),
        registry: Registry::default()
            .on(SYNC_JOB, poll::run)
            .on(DELIVER_JOB, deliver::run)
            .on(walk::JOB, walk::run)
            .on(read::JOB, read::run)
            .on(READ_CHAT_JOB, read::run_chat)
            .on(OLDER_JOB, older::run)
            .on(older::JOB, older::run_all)
            .on(push::JOB, push::run)
            .on(push_address::WATCH_JOB, push_address::run)
            .on(FETCH_JOB, orders::run)
            .on(fetch::JOB, fetch::run)
            .on(prune::JOB, prune::run)
            .on(wake::JOB, wake::run)
            .on(HAND_OVER_JOB, hand_over::run)
            .on(bulk::JOB, bulk::run)
            .on(apply::JOB, apply::run)
            .on(ahead::JOB, ahead::run)
            .on(vectors::JOB, meaning::run)
            .on(understand::JOB, understand::run)
            .on(supervisor::JOB, supervisor::run),
        slots: 32,
        // A send is over after its limit, so a lease of twice that never passes on while one is under way.
        lease: (app.config.send_timeout * 2).max(Duration::from_secs(1)),
        wake: app.hub.jobs.clone(),
        cancel: app.cancel.clone(),
    }
}
