//! The page of the workspace, and how open pages take over what somebody else has changed on it.

use crate::features::users::api;
use crate::features::users::types::{MAX_NAME_CHARS, WorkspaceView, ZoneView};
use crate::shared::change::Change;
use crate::shared::error::AppError;
use crate::shared::i18n::Locale;
use crate::shared::i18n::letters::folded;
use crate::shared::i18n::workspace::{home_place, russian_city};
use crate::shared::role::Permission;
use crate::shared::time::Zone;
use crate::ui::browser;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::context::{use_locale, use_now, use_viewer, use_workspace_name, use_zone};
use crate::ui::field::Field;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::live::{LiveNews, use_live};
use crate::ui::notice::{ErrorNote, use_toasts};
use crate::ui::picker::{Picker, PickerLine};
use crate::ui::resource::resource;
use leptos::ev::{self, SubmitEvent};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use std::time::Duration;

/// The button that shows the zone.
const ZONE_BUTTON: &str = "workspace-zone";
/// Hands that have not typed for so long are free; and so long there is time to read that something was saved.
const PAUSE: Duration = Duration::from_secs(3);
/// How often a page that waits for free hands looks.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// `/settings/workspace`.
#[component]
pub fn WorkspacePage() -> impl IntoView {
    let locale = use_locale();
    let first = resource(|| (), |()| first_load());
    let retry = Callback::new(move |()| first.refetch());
    view! {
        <Title text=locale.tab_title(locale.workspace_page())/>
        <div class="page-head">
            <h1>{locale.workspace_page()}</h1>
            <p class="quiet">{locale.workspace_page_text()}</p>
        </div>
        <Transition fallback=|| view! { <div class="skeleton" aria-hidden="true"></div> }>
            {move || Suspend::new(async move {
                match first.await {
                    Ok((workspace, zones)) => view! { <Form workspace zones/> }.into_any(),
                    Err(error) => view! { <ErrorNote error on_retry=Some(retry)/> }.into_any(),
                }
            })}
        </Transition>
    }
}

async fn first_load() -> Result<(WorkspaceView, Vec<ZoneView>), AppError> {
    let workspace = api::workspace().await?;
    let mut zones = api::zones().await?;
    // Those in which most workspaces are stand first; the others keep their order.
    zones.sort_by_key(|zone| home_place(&zone.name));
    Ok((workspace, zones))
}

#[component]
fn Form(workspace: WorkspaceView, zones: Vec<ZoneView>) -> impl IntoView {
    let locale = use_locale();
    let toasts = use_toasts();
    let may_manage = use_viewer().is_some_and(|viewer| viewer.may(Permission::ManageShared));
    let name = RwSignal::new(workspace.name.clone());
    let chosen = RwSignal::new(workspace.time_zone);
    let zones = StoredValue::new(zones);
    if !may_manage {
        return view! {
            <dl class="workspace-facts">
                <dt>{locale.workspace_name()}</dt>
                <dd>{workspace.name}</dd>
                <dt>{locale.time_zone()}</dt>
                <dd><ZoneName chosen zones/></dd>
            </dl>
            <p class="quiet">{locale.workspace_read_only()}</p>
        }
        .into_any();
    }
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<AppError>);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = api::change_workspace(name.get_untracked(), chosen.get_untracked()).await;
            _ = busy.try_set(false);
            if answer.is_ok() {
                toasts.say(locale.workspace_saved().to_owned());
            }
            _ = error.try_set(answer.err());
        });
    };
    let problem = Signal::derive(move || error.get().map(|error| error.sentence(locale)));
    view! {
        <form class="form workspace-form" on:submit=submit novalidate>
            <Field
                id="workspace-name"
                name="name"
                label=locale.workspace_name()
                hint=locale.workspace_hint()
                error=problem
                autocomplete="organization"
                maxlength=MAX_NAME_CHARS
                value=name
            />
            <ZoneField chosen zones/>
            <div class="actions">
                <Button kind=ButtonKind::Primary busy>{locale.workspace_save()}</Button>
            </div>
        </form>
    }
    .into_any()
}

/// The zone: a button that shows it, and a list to choose from.
#[component]
fn ZoneField(chosen: RwSignal<String>, zones: StoredValue<Vec<ZoneView>>) -> impl IntoView {
    let locale = use_locale();
    let (open, query) = (RwSignal::new(false), RwSignal::new(String::new()));
    let lines = Memo::new(move |_| {
        let wanted = compared(&query.get());
        zones.with_value(|zones| {
            zones
                .iter()
                .filter(|zone| is_meant(zone, &wanted, locale))
                .map(|zone| line(zone, locale))
                .collect()
        })
    });
    let close = move || browser::focus(ZONE_BUTTON);
    let choose = Callback::new(move |zone: String| {
        chosen.set(zone);
        close();
    });
    view! {
        <div class="field">
            <span class="field-label" id="workspace-zone-label">{locale.time_zone()}</span>
            <div class="zone-choice">
                <button
                    type="button"
                    id=ZONE_BUTTON
                    class="field-input zone-button"
                    aria-haspopup="dialog"
                    aria-expanded=move || open.get().to_string()
                    aria-labelledby="workspace-zone-label workspace-zone-name"
                    data-testid="zone"
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    <span id="workspace-zone-name"><ZoneName chosen zones/></span>
                    <Glyph icon=Icon::Down/>
                </button>
                <Picker
                    id="zones"
                    open
                    query
                    lines
                    label=locale.time_zone()
                    placeholder=locale.time_zone_search()
                    nothing=locale.time_zone_nothing()
                    on_choose=choose
                    on_leave=Callback::new(move |()| close())
                />
            </div>
            <p class="field-hint">{locale.time_zone_hint()}</p>
        </div>
    }
}

/// A zone and the time there: `Москва · UTC+3 · сейчас 15:42`.
#[component]
fn ZoneName(chosen: RwSignal<String>, zones: StoredValue<Vec<ZoneView>>) -> impl IntoView {
    let (locale, now) = (use_locale(), use_now());
    move || {
        let name = chosen.get();
        let city = locale.zone_city(&name);
        let offset = zones
            .with_value(|zones| zones.iter().find(|zone| zone.name == name).map(|zone| zone.offset_minutes));
        match offset {
            Some(offset) => {
                let clock = locale.now_is(&Zone::fixed(offset).clock(now.get()));
                format!("{city} · {} · {clock}", locale.utc_offset(offset))
            }
            None => city,
        }
    }
}

fn line(zone: &ZoneView, locale: Locale) -> PickerLine {
    PickerLine {
        key: zone.name.clone(),
        title: locale.zone_city(&zone.name),
        name: None,
        mark: Some(locale.utc_offset(zone.offset_minutes)),
        detail: Some(zone.name.clone()),
    }
}

/// Whether somebody who typed this means the zone: its city in either language, its name or its distance.
fn is_meant(zone: &ZoneView, wanted: &str, locale: Locale) -> bool {
    let city = russian_city(&zone.name).unwrap_or_default();
    let offset = locale.utc_offset(zone.offset_minutes);
    [&zone.name, city, &offset].into_iter().any(|text| compared(text).contains(wanted))
}

/// A text as it is compared: letters as in searching, and the kind of a dash says nothing.
fn compared(text: &str) -> String {
    folded(text.trim()).replace('−', "-").replace('_', " ")
}

/// Lets the page follow the workspace: its name at once, its clock as soon as the person's hands are free. All that is
/// on screen is drawn by the clock, so the page is loaded anew; drafts and replies on their way outlive that.
pub fn follow_workspace() {
    let (zone, name) = (use_zone(), use_workspace_name());
    let typed_at = StoredValue::new(f64::MIN);
    Effect::new(move |_| {
        let handle = window_event_listener(ev::keydown, move |_| typed_at.set_value(browser::page_age_ms()));
        on_cleanup(move || handle.remove());
    });
    use_live().on_change(move |news| {
        let concerns_us = match &news {
            LiveNews::Resync => true,
            LiveNews::Changes(events) => events.iter().any(|event| event.change == Change::Workspace),
        };
        if !concerns_us {
            return;
        }
        spawn_local(async move {
            // Without an answer the page stays as it is: the next one that is opened is right.
            let Ok(now) = api::workspace().await else { return };
            _ = name.try_set(now.name);
            if now.zone != zone {
                set_timeout(move || load_anew_when_free(typed_at), PAUSE);
            }
        });
    });
}

/// Loads the page anew, once nobody is in the middle of something.
fn load_anew_when_free(typed_at: StoredValue<f64>) {
    let since = browser::page_age_ms() - typed_at.try_get_value().unwrap_or(f64::MIN);
    let paused = since > PAUSE.as_millis() as f64;
    if paused && browser::is_idle() {
        browser::reload();
    } else {
        set_timeout(move || load_anew_when_free(typed_at), LOOK_EVERY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_found_by_what_people_type() {
        let zone = ZoneView { name: "Europe/Chisinau".into(), offset_minutes: 120 };
        for wanted in ["Кишинев", "кишинёв", "chisin", "UTC+2", "europe/ch", ""] {
            assert!(is_meant(&zone, &compared(wanted), Locale::Ru), "{wanted}");
        }
        assert!(!is_meant(&zone, &compared("Омск"), Locale::Ru));
        let west = ZoneView { name: "America/New_York".into(), offset_minutes: -300 };
        for wanted in ["new york", "utc-5"] {
            assert!(is_meant(&west, &compared(wanted), Locale::En), "{wanted}");
        }
    }
}
