//! `/reports/suggestions`: what became of drafts, what they saved and cost, and what to write an article about.

use crate::features::suggestions::api;
use crate::features::suggestions::report::{
    DAYS, Day, Figures, Group, MUCH_EDITED, READ_A_MINUTE, Spent, SuggestionReport, TYPED_A_MINUTE, Worst,
};
use crate::features::suggestions::types::Fate;
use crate::features::understanding::words as understood;
use crate::shared::i18n::Locale;
use crate::shared::role::Permission;
use crate::ui::context::{use_locale, use_viewer};
use crate::ui::notice::ErrorNote;
use crate::ui::resource::resource;
use leptos::prelude::*;
use leptos_meta::Title;

/// The longest title that a link suggests for an article, in characters.
const LONGEST_TITLE: usize = 80;

/// The page.
#[component]
pub fn SuggestionReportPage() -> impl IntoView {
    let locale = use_locale();
    let may_manage = use_viewer().is_some_and(|viewer| viewer.may(Permission::ManageModels));
    view! {
        <Title text=locale.tab_title(locale.measured_page())/>
        <div class="page report">
            <div class="page-head">
                <h1>{locale.measured_page()}</h1>
                <p class="quiet">{locale.measured_text(DAYS)}</p>
            </div>
            <Show when=move || may_manage fallback=move || view! { <p class="note note-info">{locale.forbidden()}</p> }>
                <Loaded/>
            </Show>
        </div>
    }
}

#[component]
fn Loaded() -> impl IntoView {
    let report = resource(|| (), |()| api::report());
    let again = Callback::new(move |()| report.refetch());
    view! {
        <Transition fallback=|| view! { <div class="skeleton" aria-hidden="true"></div> }>
            {move || Suspend::new(async move {
                match report.await {
                    Ok(report) => view! { <Shown report/> }.into_any(),
                    Err(error) => view! { <ErrorNote error on_retry=Some(again)/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Shown(report: SuggestionReport) -> impl IntoView {
    let locale = use_locale();
    let SuggestionReport { all, people, categories, makers, articles, days, spent, worst } = report;
    if all.all() == 0 && spent.is_empty() {
        return view! { <p data-testid="measured-empty">{locale.models_outcomes_none()}</p> }.into_any();
    }
    let makers = lines(makers, |maker| match maker.provider {
        Some(kind) => format!("{} · {}", locale.provider(kind), maker.model.clone().unwrap_or_default()),
        None => locale.measured_templates().to_owned(),
    });
    let categories = lines(categories, |category| understood::category(locale, *category).to_owned());
    let people = lines(people, |person| person.name.clone());
    let articles = lines(articles, |leant| leant.title.clone());
    view! {
        <Whole figures=all/>
        <Days days/>
        <Table id="by-person" title=locale.measured_by_person() lines=people/>
        <Table id="by-category" title=locale.measured_by_category() lines=categories/>
        <Table id="by-maker" title=locale.measured_by_maker() lines=makers/>
        <Table id="by-article" title=locale.measured_by_article() lines=articles/>
        <Costs spent/>
        <WorstQuestions worst/>
    }
    .into_any()
}

/// The figures of everything, and how the saved time is reckoned.
#[component]
fn Whole(figures: Figures) -> impl IntoView {
    let locale = use_locale();
    let tiles = [
        ("all", locale.measured_all(), locale.number(figures.all())),
        ("accepted", locale.measured_accepted(), part(locale, figures.accepted, figures)),
        ("edited", locale.measured_edited(), part(locale, figures.edited, figures)),
        ("rejected", locale.measured_rejected(), part(locale, figures.rejected, figures)),
        ("saved", locale.measured_saved(), saved(locale, figures)),
    ];
    let tiles = tiles.map(|(word, name, value)| {
        view! {
            <div class="tile">
                <dt>{name}</dt>
                <dd data-testid=format!("measured-{word}")>{value}</dd>
            </div>
        }
    });
    view! {
        <dl class="tiles">{tiles.collect_view()}</dl>
        <p class="quiet" data-testid="measured-how">
            {locale.measured_how(TYPED_A_MINUTE.into(), READ_A_MINUTE.into())}
        </p>
    }
}

fn part(locale: Locale, part: i64, figures: Figures) -> String {
    format!("{} · {}", locale.number(part), locale.percent_of(part, figures.all()))
}

fn saved(locale: Locale, figures: Figures) -> String {
    locale.duration_short(figures.saved_seconds / 60)
}

/// A line of a table: its name and its figures.
type Line = (String, Figures);

fn lines<K>(groups: Vec<Group<K>>, name: impl Fn(&K) -> String) -> Vec<Line> {
    groups.iter().map(|group| (name(&group.key), group.figures)).collect()
}

/// Drafts that have something in common.
#[component]
fn Table(id: &'static str, title: &'static str, lines: Vec<Line>) -> impl IntoView {
    let locale = use_locale();
    if lines.is_empty() {
        return ().into_any();
    }
    let rows = lines.into_iter().map(|(name, figures)| {
        let cells = [
            locale.number(figures.all()),
            part(locale, figures.accepted, figures),
            part(locale, figures.edited, figures),
            part(locale, figures.rejected, figures),
            saved(locale, figures),
        ];
        let cells = cells.map(|cell| view! { <td class="number">{cell}</td> });
        view! {
            <tr>
                <th scope="row">{name}</th>
                {cells.collect_view()}
            </tr>
        }
    });
    let columns = [
        locale.measured_all(),
        locale.measured_accepted(),
        locale.measured_edited(),
        locale.measured_rejected(),
        locale.measured_saved(),
    ];
    let columns = columns.map(|column| view! { <th scope="col" class="number">{column}</th> });
    view! {
        <section class="card" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            <div class="table-box" role="group" aria-labelledby=id tabindex="0">
                <table class="figures" data-testid=id>
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
    .into_any()
}

/// Day by day: how many drafts there were, how many of them were used, and what models have cost.
#[component]
fn Days(days: Vec<Day>) -> impl IntoView {
    let locale = use_locale();
    if days.is_empty() {
        return ().into_any();
    }
    let most = days.iter().map(|day| day.figures.all()).max().unwrap_or(1).max(1);
    let rows = days.into_iter().map(|day| {
        let figures = day.figures;
        let used = figures.accepted + figures.edited;
        let wide = |part: i64| format!("inline-size: {}%", part * 100 / most);
        view! {
            <tr>
                <th scope="row">{locale.date(day.day)}</th>
                <td class="number">{locale.number(figures.all())}</td>
                <td class="number">{locale.percent_of(used, figures.all())}</td>
                <td class="number" data-testid="day-cost">{cost_of_day(locale, &day)}</td>
                <td class="trend" aria-hidden="true">
                    <span class="trend-used" style=wide(used)></span>
                    <span class="trend-rest" style=wide(figures.rejected)></span>
                </td>
            </tr>
        }
    });
    view! {
        <section class="card" aria-labelledby="by-day">
            <h2 id="by-day">{locale.measured_by_day()}</h2>
            <div class="table-box" role="group" aria-labelledby="by-day" tabindex="0">
                <table class="figures" data-testid="by-day">
                    <thead>
                        <tr>
                            <th scope="col">{locale.measured_day()}</th>
                            <th scope="col" class="number">{locale.measured_all()}</th>
                            <th scope="col" class="number">{locale.measured_used()}</th>
                            <th scope="col" class="number">{locale.measured_cost()}</th>
                            <td></td>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// What a day has cost.
fn cost_of_day(locale: Locale, day: &Day) -> String {
    let costs: Vec<String> =
        day.costs.iter().map(|(millionths, currency)| money(locale, *millionths, currency)).collect();
    match (day.calls, costs.is_empty()) {
        (0, _) => "—".to_owned(),
        (_, true) => locale.measured_no_price().to_owned(),
        (_, false) => costs.join(" + "),
    }
}

fn money(locale: Locale, millionths: i64, currency: &str) -> String {
    locale.money(&format!("{:.2}", millionths as f64 / 1_000_000.0), currency)
}

/// What the questions have cost.
#[component]
fn Costs(spent: Vec<Spent>) -> impl IntoView {
    let locale = use_locale();
    if spent.is_empty() {
        return ().into_any();
    }
    let rows = spent.into_iter().map(|spent| {
        let cost = spent.cost.map_or_else(
            || locale.measured_no_price().to_owned(),
            |(millionths, currency)| money(locale, millionths, &currency),
        );
        view! {
            <tr>
                <th scope="row">{format!("{} · {}", locale.provider(spent.provider), spent.model)}</th>
                <td class="number">{locale.number(spent.calls)}</td>
                <td class="number">{locale.number(spent.tokens)}</td>
                <td class="number">{cost}</td>
            </tr>
        }
    });
    view! {
        <section class="card" aria-labelledby="costs">
            <h2 id="costs">{locale.measured_costs()}</h2>
            <div class="table-box" role="group" aria-labelledby="costs" tabindex="0">
                <table class="figures" data-testid="costs">
                    <thead>
                        <tr>
                            <th scope="col">{locale.measured_model()}</th>
                            <th scope="col" class="number">{locale.measured_calls()}</th>
                            <th scope="col" class="number">{locale.measured_tokens()}</th>
                            <th scope="col" class="number">{locale.measured_cost()}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// Questions that no draft was good enough for: what to write an article about.
#[component]
fn WorstQuestions(worst: Vec<Worst>) -> impl IntoView {
    let locale = use_locale();
    let is_empty = worst.is_empty();
    let items = worst.into_iter().map(|worst| {
        let fate = match worst.fate {
            Fate::Rejected => locale.worst_rejected().to_owned(),
            Fate::Accepted | Fate::Edited => locale.worst_edited(worst.changed),
        };
        let category = worst.category.map(|category| understood::category(locale, category));
        let about = [category.map(str::to_owned), Some(fate)];
        let about = about.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let title: String = worst.question.chars().take(LONGEST_TITLE).collect();
        view! {
            <li class="worst" data-testid="worst">
                <q class="worst-question">{worst.question}</q>
                <p class="quiet">{about}</p>
                <p class="worst-links">
                    <a href=format!("/settings/knowledge?new={}", encoded(&title))>{locale.worst_write_article()}</a>
                    <a href=format!("/inbox/{}", worst.chat)>{locale.worst_to_chat()}</a>
                </p>
            </li>
        }
    });
    let items = items.collect_view();
    view! {
        <section class="card" aria-labelledby="worst">
            <h2 id="worst">{locale.worst_title()}</h2>
            <p class="quiet">{locale.worst_text(MUCH_EDITED.into())}</p>
            <p class="quiet" hidden=!is_empty>{locale.worst_none()}</p>
            <ul class="worst-list">{items}</ul>
        </section>
    }
    .into_any()
}

/// A text as a value of an address.
fn encoded(text: &str) -> String {
    let sign = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(sign).collect()
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn a_question_stands_in_an_address() {
        assert_eq!(encoded("a-1 & б?"), "a-1%20%26%20%D0%B1%3F");
    }
}
