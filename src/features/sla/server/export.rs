//! The answers of a report as a table for other programs.

use super::report::{self, Told, answerer};
use super::rules::Rules;
use crate::context::session::SessionLookup;
use crate::context::{App, TraceId, allowed, told};
use crate::features::sla::address::query_of;
use crate::features::sla::figures::Verdict;
use crate::features::sla::types::{Answerer, ReportQuery};
use crate::platform::clock;
use crate::platform::fault::Outcome;
use crate::shared::error::AppError;
use crate::shared::i18n::Locale;
use crate::shared::ids::WorkspaceId;
use crate::shared::page::PageContext;
use crate::shared::role::Permission;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// GET `/reports/deadlines.csv`: the answers of the report with the same query.
pub async fn serve(
    State(app): State<App>,
    Extension(session): Extension<SessionLookup>,
    Extension(TraceId(trace_id)): Extension<TraceId>,
    Extension(page): Extension<PageContext>,
    Query(words): Query<BTreeMap<String, String>>,
) -> Response {
    let workspace = match allowed(&session, Permission::ReadChats, &trace_id) {
        Ok(user) => user.workspace,
        Err(error) => return status(&error),
    };
    let query = query_of(|word| words.get(word).cloned());
    match table(&app, workspace, &query, page.locale).await {
        Ok(text) => {
            let headers = [
                (CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
                (CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"deadlines.csv\"")),
                (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ];
            (headers, text).into_response()
        }
        Err(fault) => status(&told(fault, &trace_id)),
    }
}

fn status(error: &AppError) -> Response {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}

async fn table(app: &App, workspace: WorkspaceId, query: &ReportQuery, locale: Locale) -> Outcome<String> {
    let now = clock::now();
    let mut conn = app.db.get().await?;
    let period = report::read(&mut conn, workspace, query, now).await?;
    drop(conn);
    // Begins with the mark by which spreadsheets know the letters.
    let mut text = String::from("\u{feff}");
    line(&mut text, locale.report_columns().map(str::to_owned));
    for it in &period.told {
        line(&mut text, cells(it, &period.rules, locale, now));
    }
    Ok(text)
}

fn cells(it: &Told, rules: &Rules, locale: Locale, now: DateTime<Utc>) -> [String; 9] {
    let moment = |at: Option<DateTime<Utc>>| at.map(|at| local(at, rules)).unwrap_or_default();
    let policy = rules.book.policies.iter().find(|policy| Some(policy.id) == it.judged.policy);
    let took = it.turn.answered_at.map(|at| (at - it.turn.since).num_minutes().to_string());
    let person = match answerer(&it.turn) {
        Some(Answerer::Person(_)) => it.turn.person_name.clone().unwrap_or_default(),
        Some(Answerer::Cabinet) => locale.report_cabinet().to_owned(),
        None => String::new(),
    };
    let verdict = match it.judged.wait.verdict(now) {
        Verdict::Met => locale.report_met(),
        Verdict::Missed => locale.report_missed(),
        Verdict::Open => "",
    };
    [
        it.turn.name.clone(),
        it.turn.seller_name.clone(),
        person,
        policy.map(|policy| policy.name.clone()).unwrap_or_default(),
        local(it.turn.since, rules),
        moment(it.judged.wait.due_at),
        moment(it.turn.answered_at),
        took.unwrap_or_default(),
        verdict.to_owned(),
    ]
}

/// A moment of the workspace's clock, as spreadsheets read it.
fn local(at: DateTime<Utc>, rules: &Rules) -> String {
    let shown = at + TimeDelta::minutes(rules.zone.offset_minutes(at).into());
    shown.format("%Y-%m-%d %H:%M:%S").to_string()
}

fn line<const N: usize>(text: &mut String, cells: [String; N]) {
    text.push_str(&cells.map(|cell| quoted(&cell)).join(";"));
    text.push_str("\r\n");
}

/// A cell in quotes. What a spreadsheet would take for a formula begins with an apostrophe.
fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if is_formula { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_a_text_whatever_stands_in_it() {
        assert_eq!(quoted("a;\"b\""), "\"a;\"\"b\"\"\"");
        assert_eq!(quoted("=HYPERLINK(1)"), "\"'=HYPERLINK(1)\"");
    }
}
