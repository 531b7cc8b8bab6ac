//! `/settings/calendars`: when people work.

use super::draft::{Draft, SaveBar, Standing};
use super::fields::{Choice, HoursField, LineField};
use super::words;
use crate::features::sla::api;
use crate::features::sla::book::NamedCalendar;
use crate::features::sla::types::DeadlineSettings;
use crate::features::sla::written;
use crate::features::users::api as users;
use crate::features::users::types::ZoneView;
use crate::shared::i18n::Locale;
use crate::shared::ids::CalendarId;
use crate::shared::sla::calendar::{Day, DayKind};
use crate::shared::sla::production::{self, CalendarPlan, Following};
use crate::shared::sla::zone::ZoneRules;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::context::{use_locale, use_now, use_zone};
use crate::ui::icon::{Glyph, Icon};
use crate::ui::notice::ErrorNote;
use crate::ui::resource::resource;
use chrono::{Datelike, Days, NaiveDate};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;

/// So many days are previewed.
const PREVIEWED: u64 = 14;

/// The page.
#[component]
pub fn CalendarsPage() -> impl IntoView {
    let locale = use_locale();
    let settings = resource(|| (), |()| api::settings());
    let again = Callback::new(move |()| settings.refetch());
    view! {
        <Title text=locale.tab_title(locale.calendars())/>
        <div class="page-head">
            <h1>{locale.calendars()}</h1>
            <p class="quiet">{locale.calendars_text()}</p>
        </div>
        <Transition fallback=move || view! { <p role="status">{locale.loading()}</p> }>
            {move || Suspend::new(async move {
                match settings.await {
                    Ok(settings) => view! { <Editor settings/> }.into_any(),
                    Err(error) => view! { <ErrorNote error on_retry=Some(again)/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Editor(settings: DeadlineSettings) -> impl IntoView {
    let locale = use_locale();
    let draft = Draft::open(&settings);
    let lines = Memo::new(move |_| {
        let shape = draft.shape.get();
        let ids = draft.book.with(|book| book.calendars.iter().map(|it| it.id).collect::<Vec<_>>());
        ids.into_iter().map(|id| (shape, id)).collect::<Vec<_>>()
    });
    let add = Callback::new(move |()| {
        let usual = draft.book.with_untracked(|book| {
            book.calendars.iter().find(|it| it.id == book.usual).map(|it| it.plan.clone())
        });
        let (id, name, zone) = (CalendarId::new(), locale.calendar_new().to_owned(), None);
        let plan = usual.unwrap_or_default();
        draft.book.update(|book| book.calendars.push(NamedCalendar { id, name, plan, zone }));
    });
    let zones = RwSignal::new(Vec::new());
    // In browsers only: the list is long, and nobody waits for it.
    Effect::new(move |_| {
        spawn_local(async move {
            if let Ok(known) = users::zones().await {
                _ = zones.try_set(known);
            }
        });
    });
    view! {
        <Standing draft/>
        <For
            each=move || lines.get()
            key=|line| *line
            children=move |(_, id)| view! { <CalendarCard draft id zones/> }
        />
        {draft
            .may_manage
            .then(|| view! { <div class="actions"><Button icon=Icon::Plus on_press=add>{locale.calendar_add()}</Button></div> })}
        <LoudHours draft/>
        <SaveBar draft/>
    }
}

/// A part of a calendar, while there is such a calendar.
fn of<T>(draft: Draft, id: CalendarId, part: impl Fn(&NamedCalendar) -> T + Send + Sync + 'static) -> Memo<T>
where
    T: Default + PartialEq + Send + Sync + 'static,
{
    Memo::new(move |_| {
        let found = draft.book.with(|book| book.calendars.iter().find(|it| it.id == id).map(&part));
        found.unwrap_or_default()
    })
}

#[component]
fn CalendarCard(draft: Draft, id: CalendarId, zones: Zones) -> impl IntoView {
    let locale = use_locale();
    let name = of(draft, id, |calendar| calendar.name.clone());
    let rename = Callback::new(move |name| draft.edit_calendar(id, |calendar| calendar.name = name));
    let is_usual = Memo::new(move |_| draft.book.with(|book| book.usual == id));
    let is_in_use = Memo::new(move |_| {
        draft.book.with(|book| {
            let policies = book.policies.iter().any(|policy| policy.calendar == Some(id));
            policies || book.usual == id || book.loud == Some(id)
        })
    });
    let remove = move |_| {
        if !is_in_use.get_untracked() {
            draft.book.update(|book| book.calendars.retain(|calendar| calendar.id != id));
        }
    };
    let heading = format!("calendar-{id}");
    let labelled_by = heading.clone();
    view! {
        <section class="card" aria-labelledby=labelled_by data-testid="calendar" data-calendar=id.to_string()>
            <h2 id=heading>{move || name.get()}</h2>
            <fieldset class="plain-set" disabled=!draft.may_manage>
                <LineField id=format!("calendar-name-{id}") label=locale.calendar_name() value=name on_typed=rename/>
                <label class="choice-box">
                    <input
                        type="radio"
                        name="usual-calendar"
                        prop:checked=move || is_usual.get()
                        on:change=move |_| draft.book.update(|book| book.usual = id)
                    />
                    <span>{locale.calendar_usual()}</span>
                </label>
                <ZoneChoice draft id zones/>
                <Week draft id/>
                <Official draft id/>
                <OwnDays draft id/>
            </fieldset>
            <Ahead draft id/>
            {draft
                .may_manage
                .then(|| {
                    view! {
                        <div class="actions">
                            <button
                                type="button"
                                class="button button-danger"
                                disabled=move || is_in_use.get()
                                on:click=remove
                            >
                                {locale.calendar_delete()}
                            </button>
                            <span class="quiet" hidden=move || is_usual.get() || !is_in_use.get()>
                                {locale.calendar_in_use()}
                            </span>
                        </div>
                    }
                })}
        </section>
    }
}

/// The zones of the world, once they are known.
type Zones = RwSignal<Vec<ZoneView>>;

/// Whose wall clocks count.
#[component]
fn ZoneChoice(draft: Draft, id: CalendarId, zones: Zones) -> impl IntoView {
    let locale = use_locale();
    let value = of(draft, id, |calendar| calendar.zone.clone());
    let choose =
        Callback::new(move |zone: Option<String>| draft.edit_calendar(id, |calendar| calendar.zone = zone));
    move || {
        let known = zones.get();
        let named = |name: &str, offset: Option<i32>| {
            let offset = offset.map(|offset| format!(" · {}", locale.utc_offset(offset)));
            format!("{}{}", locale.zone_city(name), offset.unwrap_or_default())
        };
        let own = (None, locale.calendar_zone_own().to_owned());
        // What is chosen stands there also before the others are known.
        let chosen = value.get_untracked().filter(|name| known.iter().all(|zone| zone.name != *name));
        let chosen = chosen.map(|name| (Some(name.clone()), named(&name, None)));
        let others =
            known.iter().map(|zone| (Some(zone.name.clone()), named(&zone.name, Some(zone.offset_minutes))));
        let options = std::iter::once(own).chain(chosen).chain(others).collect();
        view! {
            <Choice
                id=format!("calendar-zone-{id}")
                label=locale.calendar_zone()
                options
                value
                on_choose=choose
            />
        }
    }
}

/// The usual hours of each weekday.
#[component]
fn Week(draft: Draft, id: CalendarId) -> impl IntoView {
    let locale = use_locale();
    let hint = format!("hours-hint-{id}");
    let week = plan(draft, id).week;
    let days = locale.weekdays().into_iter().zip(week).enumerate().map(|(number, (name, day))| {
        let change = Callback::new(move |day| {
            draft.edit_calendar(id, |calendar| {
                if let Some(it) = calendar.plan.week.get_mut(number) {
                    *it = day;
                }
            });
        });
        view! {
            <li class="week-day">
                <span aria-hidden="true">{name}</span>
                <HoursField
                    draft
                    id=format!("hours-{id}-{number}")
                    label=name
                    day
                    described_by=hint.clone()
                    on_change=change
                />
            </li>
        }
    });
    let days = days.collect_view();
    view! {
        <p class="field-hint" id=hint>{locale.calendar_hours_hint()}</p>
        <ul class="week">{days}</ul>
    }
}

/// The plan as it is when something is drawn for it.
fn plan(draft: Draft, id: CalendarId) -> CalendarPlan {
    draft.book.with_untracked(|book| {
        book.calendars.iter().find(|it| it.id == id).map(|it| it.plan.clone()).unwrap_or_default()
    })
}

/// How the official calendar is followed.
#[component]
fn Official(draft: Draft, id: CalendarId) -> impl IntoView {
    let locale = use_locale();
    let following = of(draft, id, |calendar| calendar.plan.following);
    let switch = move |words: &'static str, read: fn(Following) -> bool, write: fn(&mut Following, bool)| {
        view! {
            <label class="choice-box">
                <input
                    type="checkbox"
                    prop:checked=move || read(following.get())
                    on:change=move |event| {
                        let is_on = event_target_checked(&event);
                        draft.edit_calendar(id, |calendar| write(&mut calendar.plan.following, is_on));
                    }
                />
                <span>{words}</span>
            </label>
        }
    };
    view! {
        {switch(locale.calendar_holidays(), |it| it.holidays, |it, is_on| it.holidays = is_on)}
        {switch(locale.calendar_shortened(), |it| it.shortened, |it, is_on| it.shortened = is_on)}
    }
}

/// Dates with hours of their own.
#[component]
fn OwnDays(draft: Draft, id: CalendarId) -> impl IntoView {
    let (locale, now, zone) = (use_locale(), use_now(), use_zone());
    let dates = of(draft, id, |calendar| calendar.plan.own.keys().copied().collect::<Vec<_>>());
    let lines = Memo::new(move |_| {
        let shape = draft.shape.get();
        dates.get().into_iter().map(|date| (shape, date)).collect::<Vec<_>>()
    });
    let typed = RwSignal::new(String::new());
    let add = Callback::new(move |()| {
        let date = typed.get_untracked().parse().unwrap_or_else(|_| zone.day(now.get_untracked()));
        draft.edit_calendar(id, |calendar| {
            calendar.plan.own.entry(date).or_default();
        });
        typed.set(String::new());
    });
    let field = format!("own-date-{id}");
    view! {
        <fieldset class="plain-set">
            <legend class="set-title">{locale.calendar_own()}</legend>
            <ul class="week">
                <For
                    each=move || lines.get()
                    key=|line| *line
                    children=move |(_, date)| view! { <OwnDay draft id date/> }
                />
            </ul>
            <div class="range">
                <div class="field">
                    <label class="field-label" for=field.clone()>{locale.calendar_own_date()}</label>
                    <input
                        id=field
                        class="field-input"
                        type="date"
                        prop:value=move || typed.get()
                        on:input=move |event| typed.set(event_target_value(&event))
                    />
                </div>
                <Button kind=ButtonKind::Quiet icon=Icon::Plus on_press=add>{locale.calendar_own_add()}</Button>
            </div>
        </fieldset>
    }
}

#[component]
fn OwnDay(draft: Draft, id: CalendarId, date: NaiveDate) -> impl IntoView {
    let locale = use_locale();
    let day = plan(draft, id).own.get(&date).cloned().unwrap_or_default();
    let change = Callback::new(move |day| {
        draft.edit_calendar(id, |calendar| drop(calendar.plan.own.insert(date, day)))
    });
    let field = format!("own-{id}-{date}");
    let removed = field.clone();
    let remove = move |_| {
        draft.mark(&removed, true);
        draft.edit_calendar(id, |calendar| drop(calendar.plan.own.remove(&date)));
    };
    let name = locale.date(date);
    view! {
        <li class="week-day">
            <span>{name.clone()}</span>
            <HoursField
                draft
                id=field
                label=format!("{}: {name}", locale.calendar_own_hours())
                day
                described_by=format!("hours-hint-{id}")
                on_change=change
            />
            <button
                type="button"
                class="icon-button"
                aria-label=locale.policy_action(locale.calendar_own_delete(), &name)
                on:click=remove
            >
                <Glyph icon=Icon::Trash/>
            </button>
        </li>
    }
}

/// The next two weeks as they follow from what stands above.
#[component]
fn Ahead(draft: Draft, id: CalendarId) -> impl IntoView {
    let (locale, now, zone) = (use_locale(), use_now(), use_zone());
    let plan = of(draft, id, |calendar| calendar.plan.clone());
    let today = Memo::new(move |_| zone.day(now.get()));
    let days = move || {
        plan.with(|plan| ahead(plan, today.get()))
            .into_iter()
            .map(|(date, day, kind)| {
                let hours = if day.is_off() {
                    locale.calendar_day_off().to_owned()
                } else {
                    written::hours_text(&day)
                };
                let name = format!("{}, {}", weekday(locale, date), locale.date(date));
                let kind =
                    kind.map(|kind| view! { <span class="badge">{words::day_kind(locale, kind)}</span> });
                view! {
                    <li class="ahead-day" data-off=day.is_off().then_some("true") data-date=date.to_string()>
                        <span>{name}</span>
                        <span>{hours}</span>
                        {kind}
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <h3 class="set-title">{locale.calendar_preview()}</h3>
        <ol class="ahead" data-testid="calendar-ahead">{days}</ol>
    }
}

fn ahead(plan: &CalendarPlan, today: NaiveDate) -> Vec<(NaiveDate, Day, Option<DayKind>)> {
    // A day's hours do not depend on where its clock stands.
    let official = production::russia().unwrap_or_default();
    let calendar = plan.calendar(ZoneRules::fixed("UTC", 0), &official);
    let dates = (0..PREVIEWED).filter_map(|days| today.checked_add_days(Days::new(days)));
    dates
        .map(|date| (date, calendar.day(date).clone(), calendar.special(date).map(|special| special.kind)))
        .collect()
}

fn weekday(locale: Locale, date: NaiveDate) -> &'static str {
    locale.weekdays().get(date.weekday().num_days_from_monday() as usize).copied().unwrap_or_default()
}

/// In whose hours reminders may make a sound.
#[component]
fn LoudHours(draft: Draft) -> impl IntoView {
    let locale = use_locale();
    let value = Signal::derive(move || draft.book.with(|book| book.loud));
    let choose = Callback::new(move |loud| draft.book.update(|book| book.loud = loud));
    let names = Memo::new(move |_| {
        draft.book.with(|book| book.calendars.iter().map(|it| (it.id, it.name.clone())).collect::<Vec<_>>())
    });
    let choice = move || {
        let always = (None, locale.calendar_loud_always().to_owned());
        let calendars = names.get().into_iter().map(|(id, name)| (Some(id), name));
        let options = std::iter::once(always).chain(calendars).collect();
        view! { <Choice id="loud-hours" label=locale.calendar_loud() options value on_choose=choose/> }
    };
    view! {
        <fieldset class="plain-set card" disabled=!draft.may_manage>
            {choice}
            <p class="field-hint">{locale.calendar_loud_hint()}</p>
        </fieldset>
    }
}
