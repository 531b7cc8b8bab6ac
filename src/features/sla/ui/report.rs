//! `/reports/deadlines`: how soon buyers were answered. What the report is about stands in its address, so a group of it is a link.

use crate::features::sla::address::{USUAL_DAYS, query_of};
use crate::features::sla::api;
use crate::features::sla::figures::GOAL_PERCENT;
use crate::features::sla::types::{
    Answerer, Figures, Group, LateTurn, PromiseFigures, Report, ReportQuery, Share,
};
use crate::shared::i18n::Locale;
use crate::ui::context::{use_locale, use_now, use_zone};
use crate::ui::icon::{Glyph, Icon};
use crate::ui::notice::ErrorNote;
use crate::ui::resource::resource;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

/// Where the page is.
const PAGE: &str = "/reports/deadlines";
/// Periods to choose from, in days.
const PERIODS: [u16; 4] = [1, 7, USUAL_DAYS, 90];

/// The page.
#[component]
pub fn DeadlineReportPage() -> impl IntoView {
    let locale = use_locale();
    let query = use_query();
    let report = resource(move || query.get(), api::report);
    let again = Callback::new(move |()| report.refetch());
    view! {
        <Title text=locale.tab_title(locale.report())/>
        <div class="page report">
            <div class="page-head">
                <h1>{locale.report()}</h1>
                <p class="quiet">{locale.report_text()}</p>
            </div>
            <Periods query/>
            <Transition fallback=move || view! { <p role="status">{locale.loading()}</p> }>
                {move || Suspend::new(async move {
                    match report.await {
                        Ok(report) => {
                            let asked = query.get_untracked();
                            view! { <Shown report query=asked/> }.into_any()
                        }
                        Err(error) => view! { <ErrorNote error on_retry=Some(again)/> }.into_any(),
                    }
                })}
            </Transition>
        </div>
    }
}

/// What the address asks for.
fn use_query() -> Memo<ReportQuery> {
    let location = use_location();
    Memo::new(move |before: Option<&ReportQuery>| {
        // On the way to another page this one is still there for a moment; it stays as it was.
        let is_leaving = location.pathname.with(|path| path != PAGE);
        if let (true, Some(before)) = (is_leaving, before) {
            return *before;
        }
        let words = location.query.read();
        query_of(|word| words.get(word))
    })
}

fn href(query: ReportQuery) -> String {
    format!("{PAGE}{}", query.words())
}

/// The periods, what the report is narrowed down to, and the table to take along.
#[component]
fn Periods(query: Memo<ReportQuery>) -> impl IntoView {
    let locale = use_locale();
    let links = PERIODS.map(|days| {
        view! {
            <a
                class="choice-item"
                href=move || href(ReportQuery { days, day: None, ..query.get() })
                aria-current=move || (query.get().days == days).then_some("true")
            >
                {locale.last_days(days.into())}
            </a>
        }
    });
    let widen = move || {
        query.get().is_narrowed().then(|| {
            let days = query.get().days;
            view! {
                <p class="note note-info">
                    {locale.report_narrowed()}
                    " "
                    <a href=href(ReportQuery { days, ..query_of(|_| None) })>{locale.report_widen()}</a>
                </p>
            }
        })
    };
    view! {
        <div class="actions report-bar">
            <nav class="choice" aria-label=locale.report_period()>{links.collect_view()}</nav>
            <a class="button" href=move || format!("{PAGE}.csv{}", query.get().words()) download="deadlines.csv" rel="external">
                {locale.report_csv()}
            </a>
        </div>
        <div role="status">{widen}</div>
    }
}

#[component]
fn Shown(report: Report, query: ReportQuery) -> impl IntoView {
    let locale = use_locale();
    let shares = (!report.shares.is_empty()).then(|| view! { <Shares shares=report.shares/> });
    let promises = (report.promises.made > 0).then(|| view! { <Promises figures=report.promises/> });
    if report.all.turns == 0 {
        return view! {
            {shares}
            {promises}
            <p data-testid="report-empty">{locale.report_empty()}</p>
        }
        .into_any();
    }
    let person_name = move |group: &Group<Answerer>| match group.key {
        Answerer::Person(_) => group.name.clone(),
        Answerer::Cabinet => locale.report_cabinet().to_owned(),
    };
    let sellers =
        lines(report.sellers, |it| it.name.clone(), |seller| ReportQuery { seller: Some(seller), ..query });
    let people = lines(report.people, person_name, |person| ReportQuery { person: Some(person), ..query });
    let policies =
        lines(report.policies, |it| it.name.clone(), |policy| ReportQuery { policy: Some(policy), ..query });
    let hours = lines(
        report.hours,
        |it| format!("{:02}:00", it.key),
        |hour| ReportQuery { hour: Some(hour), ..query },
    );
    let days = lines(report.days, |it| locale.date(it.key), |day| ReportQuery { day: Some(day), ..query });
    let period = format!("{} – {}", locale.date(report.from), locale.date(report.to));
    view! {
        <p class="quiet">{period}</p>
        {report.is_cut.then(|| view! { <p class="note note-info">{locale.report_cut()}</p> })}
        <Whole figures=report.all/>
        {shares}
        {promises}
        <Table id="by-seller" title=locale.report_by_seller() lines=sellers/>
        <Table id="by-person" title=locale.report_by_person() lines=people/>
        <Table id="by-policy" title=locale.report_by_policy() lines=policies/>
        <Table id="by-day" title=locale.report_by_day() lines=days/>
        <Table id="by-hour" title=locale.report_by_hour() lines=hours/>
        <Late late=report.late/>
    }
    .into_any()
}

/// A line of a table: its name, where it leads, its figures.
type Line = (String, String, Figures);

fn lines<K: Copy>(
    groups: Vec<Group<K>>,
    name: impl Fn(&Group<K>) -> String,
    narrowed: impl Fn(K) -> ReportQuery,
) -> Vec<Line> {
    let line = |group: &Group<K>| (name(group), href(narrowed(group.key)), group.figures.clone());
    groups.iter().map(line).collect()
}

/// The figures of everything.
#[component]
fn Whole(figures: Figures) -> impl IntoView {
    let locale = use_locale();
    let share = locale.percent_of(figures.met, figures.judged);
    let tiles = [
        ("turns", locale.report_turns(), locale.number(figures.turns)),
        ("met", locale.report_met_share(), share),
        ("median", locale.report_median(), length(locale, figures.median)),
        ("p90", locale.report_p90(), length(locale, figures.p90)),
        ("p95", locale.report_p95(), length(locale, figures.p95)),
    ];
    let tiles = tiles.map(|(word, name, value)| {
        view! {
            <div class="tile">
                <dt>{name}</dt>
                <dd data-testid=format!("report-{word}")>{value}</dd>
            </div>
        }
    });
    view! { <dl class="tiles">{tiles.collect_view()}</dl> }
}

/// How promises were kept.
#[component]
fn Promises(figures: PromiseFigures) -> impl IntoView {
    let locale = use_locale();
    let tiles = [
        ("made", locale.report_promises_made(), figures.made),
        ("kept", locale.report_promises_kept(), figures.kept),
        ("broken", locale.report_promises_broken(), figures.broken),
        ("open", locale.report_promises_open(), figures.open),
        ("dropped", locale.report_promises_dropped(), figures.dropped),
    ];
    let tiles = tiles.map(|(word, name, count)| {
        view! {
            <div class="tile">
                <dt>{name}</dt>
                <dd data-testid=format!("promises-{word}")>{locale.number(count)}</dd>
            </div>
        }
    });
    view! {
        <section class="card" aria-labelledby="promises">
            <h2 id="promises">{locale.report_promises()}</h2>
            <p class="quiet">{locale.report_promises_text()}</p>
            <dl class="tiles">{tiles.collect_view()}</dl>
        </section>
    }
}

fn length(locale: Locale, minutes: Option<i64>) -> String {
    minutes.map_or_else(|| "—".to_owned(), |minutes| locale.duration_short(minutes))
}

/// How marketplaces see each seller.
#[component]
fn Shares(shares: Vec<Share>) -> impl IntoView {
    let locale = use_locale();
    let lines = shares.into_iter().map(|share| {
        let is_low = share.may_miss < 0;
        let icon = if is_low { Icon::Alert } else { Icon::Check };
        view! {
            <li class="share" data-testid="share" data-low=is_low.then_some("true")>
                <h3 class="policy-title">{share.name} " · " {share.marketplace.name()}</h3>
                <p>{locale.share_line(share.within_hours, share.met, share.judged)}</p>
                <p class="share-left">
                    <Glyph icon/>
                    <span>{locale.may_miss(share.may_miss, GOAL_PERCENT)}</span>
                </p>
                <p class="quiet">{locale.share_waiting(share.waiting)}</p>
            </li>
        }
    });
    view! {
        <section class="card" aria-labelledby="shares">
            <h2 id="shares">{locale.report_shares()}</h2>
            <ul class="policy-list">{lines.collect_view()}</ul>
        </section>
    }
}

/// The groups of a report.
#[component]
fn Table(id: &'static str, title: &'static str, lines: Vec<Line>) -> impl IntoView {
    let locale = use_locale();
    let rows = lines.into_iter().map(|(name, href, figures)| {
        let cells = [
            locale.number(figures.turns),
            locale.percent_of(figures.met, figures.judged),
            length(locale, figures.median),
            length(locale, figures.p90),
            length(locale, figures.p95),
        ];
        let cells = cells.map(|cell| view! { <td class="number">{cell}</td> });
        view! {
            <tr>
                <th scope="row"><a href=href>{name}</a></th>
                {cells.collect_view()}
            </tr>
        }
    });
    let columns = [
        locale.report_turns(),
        locale.report_met_share(),
        locale.report_median(),
        locale.report_p90(),
        locale.report_p95(),
    ];
    let columns = columns.map(|column| view! { <th scope="col" class="number">{column}</th> });
    view! {
        <section class="card" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            <div class="table-box" role="group" aria-labelledby=id tabindex="0">
                <table class="figures">
                    <thead>
                        <tr>
                            <td></td>
                            {columns.collect_view()}
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}

/// Buyers who waited too long, as links into their chats.
#[component]
fn Late(late: Vec<LateTurn>) -> impl IntoView {
    let (locale, zone, now) = (use_locale(), use_zone(), use_now());
    let now = now.get_untracked();
    let is_empty = late.is_empty();
    let rows = late.into_iter().map(|turn| {
        let answered = match turn.answered_at {
            Some(at) => locale.at_day(at, now, zone),
            None => locale.report_unanswered().to_owned(),
        };
        view! {
            <tr data-testid="late-turn">
                <th scope="row"><a href=format!("/inbox/{}", turn.chat)>{turn.name}</a></th>
                <td>{turn.seller}</td>
                <td>{locale.at_day(turn.since, now, zone)}</td>
                <td>{locale.at_day(turn.due_at, now, zone)}</td>
                <td>{answered}</td>
            </tr>
        }
    });
    let columns = [
        locale.report_chat(),
        locale.condition_seller(),
        locale.report_since(),
        locale.report_due(),
        locale.report_answered(),
    ];
    let columns = columns.map(|column| view! { <th scope="col">{column}</th> });
    let body = if is_empty {
        view! { <p class="quiet">{locale.report_late_none()}</p> }.into_any()
    } else {
        view! {
            <div class="table-box" role="group" aria-labelledby="late" tabindex="0">
                <table class="figures">
                    <thead>
                        <tr>{columns.collect_view()}</tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="card" aria-labelledby="late">
            <h2 id="late">{locale.report_late()}</h2>
            {body}
        </section>
    }
}
