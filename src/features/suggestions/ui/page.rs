//! The page on which models are connected, put in order and tried, and on which it is said how drafts are made.

use super::provider::{ProviderForm, form_of, new_form};
use super::words;
use crate::features::suggestions::api;
use crate::features::suggestions::prompt::Tone;
use crate::features::suggestions::types::{
    self, ModelsPage as Loaded, ProviderTest, ProviderView, SuggestionSettings,
};
use crate::shared::error::AppError;
use crate::shared::i18n::Locale;
use crate::shared::ids::ProviderId;
use crate::shared::role::Permission;
use crate::ui::button::{Button, ButtonKind, IconButton};
use crate::ui::context::{use_locale, use_viewer};
use crate::ui::icon::Icon;
use crate::ui::notice::{ErrorNote, use_toasts};
use crate::ui::resource::resource;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use std::collections::HashMap;

/// What came of tests, by model.
type Tests = RwSignal<HashMap<ProviderId, Result<ProviderTest, AppError>>>;

/// The page `/settings/models`.
#[component]
pub fn ModelsPage() -> impl IntoView {
    let locale = use_locale();
    let may_manage = use_viewer().is_some_and(|viewer| viewer.may(Permission::ManageModels));
    let loaded = resource(|| (), |()| api::models());
    let again = Callback::new(move |()| loaded.refetch());
    // They stay when the list is asked for again.
    let tests: Tests = RwSignal::new(HashMap::new());
    view! {
        <Title text=locale.tab_title(locale.models_page())/>
        <div class="page-head">
            <h1>{locale.models_page()}</h1>
            <p class="quiet">{locale.models_page_text()}</p>
        </div>
        <Show when=move || may_manage fallback=move || view! { <p class="note note-info">{locale.forbidden()}</p> }>
            <Transition fallback=|| view! { <div class="skeleton" aria-hidden="true"></div> }>
                {move || Suspend::new(async move {
                    match loaded.await {
                        Ok(page) => view! { <Content page tests again/> }.into_any(),
                        Err(error) => view! { <ErrorNote error on_retry=Some(again)/> }.into_any(),
                    }
                })}
            </Transition>
        </Show>
    }
}

#[component]
fn Content(page: Loaded, tests: Tests, again: Callback<()>) -> impl IntoView {
    let locale = use_locale();
    let Loaded { settings, providers, used_calls } = page;
    let is_abroad_allowed = settings.is_abroad_allowed;
    view! {
        <How settings used_calls/>
        <section class="card" aria-labelledby="models-list">
            <h2 id="models-list">{locale.models_list()}</h2>
            <p class="quiet">{locale.models_list_text()}</p>
            <List providers is_abroad_allowed tests again/>
        </section>
        <p><a href="/reports/suggestions">{locale.measured_page()}</a></p>
    }
}

/// How drafts are made.
#[component]
fn How(settings: SuggestionSettings, used_calls: i64) -> impl IntoView {
    let locale = use_locale();
    let toasts = use_toasts();
    let automatic = RwSignal::new(settings.is_automatic);
    let abroad = RwSignal::new(settings.is_abroad_allowed);
    let calls = RwSignal::new(settings.daily_calls.to_string());
    let tone = RwSignal::new(settings.tone);
    let understood = RwSignal::new(settings.is_understood_by_model);
    let error = RwSignal::new(None::<AppError>);
    let busy = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let settings = SuggestionSettings {
            is_automatic: automatic.get_untracked(),
            is_abroad_allowed: abroad.get_untracked(),
            daily_calls: calls.with_untracked(|text| text.trim().parse().unwrap_or(settings.daily_calls)),
            tone: tone.get_untracked(),
            is_understood_by_model: understood.get_untracked(),
        };
        busy.set(true);
        spawn_local(async move {
            let answer = api::save_settings(settings).await;
            if answer.is_ok() {
                toasts.say(locale.models_saved().to_owned());
            }
            _ = error.try_set(answer.err());
            _ = busy.try_set(false);
        });
    };
    let tones = Tone::ALL.iter().map(|choice| {
        let choice = *choice;
        view! {
            <option value=choice.as_str() selected=move || tone.get() == choice>{words::tone(locale, choice)}</option>
        }
    });
    view! {
        <section class="card" aria-labelledby="models-how">
            <h2 id="models-how">{locale.models_how()}</h2>
            <form class="form" novalidate on:submit=submit>
                <div class="field">
                    <label class="check">
                        <input
                            type="checkbox"
                            name="automatic"
                            aria-describedby="models-automatic-hint"
                            prop:checked=move || automatic.get()
                            on:change=move |event| automatic.set(event_target_checked(&event))
                        />
                        <span>{locale.models_automatic()}</span>
                    </label>
                    <p class="field-hint" id="models-automatic-hint">{locale.models_automatic_hint()}</p>
                </div>
                <div class="field">
                    <label class="check">
                        <input
                            type="checkbox"
                            name="abroad"
                            aria-describedby="models-abroad-hint"
                            prop:checked=move || abroad.get()
                            on:change=move |event| abroad.set(event_target_checked(&event))
                        />
                        <span>{locale.models_abroad()}</span>
                    </label>
                    <p class="field-hint" id="models-abroad-hint">{locale.provider_abroad()}</p>
                </div>
                <div class="field">
                    <label class="check">
                        <input
                            type="checkbox"
                            name="understanding"
                            aria-describedby="models-understanding-hint"
                            prop:checked=move || understood.get()
                            on:change=move |event| understood.set(event_target_checked(&event))
                        />
                        <span>{locale.models_understanding()}</span>
                    </label>
                    <p class="field-hint" id="models-understanding-hint">{locale.models_understanding_hint()}</p>
                </div>
                <div class="field">
                    <label class="field-label" for="models-calls">{locale.models_daily_calls()}</label>
                    <input
                        id="models-calls"
                        class="field-input"
                        type="number"
                        min="0"
                        max=types::MAX_DAILY_CALLS.to_string()
                        aria-describedby="models-calls-hint"
                        prop:value=move || calls.get()
                        on:input=move |event| calls.set(event_target_value(&event))
                    />
                    <p class="field-hint" id="models-calls-hint">{locale.models_used(used_calls)}</p>
                </div>
                <div class="field">
                    <label class="field-label" for="models-tone">{locale.models_tone()}</label>
                    <select
                        id="models-tone"
                        class="field-input"
                        on:change=move |event| tone.set(event_target_value(&event).parse().unwrap_or(Tone::Neutral))
                    >
                        {tones.collect_view()}
                    </select>
                </div>
                <p class="field-error" role="alert">{move || error.get().map(|error| error.sentence(locale))}</p>
                <div class="actions">
                    <Button kind=ButtonKind::Primary busy>{locale.models_save()}</Button>
                </div>
            </form>
        </section>
    }
}

/// The models in their order, and the form that is open.
#[component]
fn List(
    providers: Vec<ProviderView>,
    is_abroad_allowed: bool,
    tests: Tests,
    again: Callback<()>,
) -> impl IntoView {
    let locale = use_locale();
    let editing = RwSignal::new(None::<types::ProviderForm>);
    let order: Vec<ProviderId> = providers.iter().map(|provider| provider.id).collect();
    let known = StoredValue::new(providers.clone());
    let is_empty = providers.is_empty();
    let lines = providers
        .into_iter()
        .enumerate()
        .map(|(place, provider)| {
            let order = order.clone();
            view! { <Line provider place order is_abroad_allowed editing tests again/> }
        })
        .collect_view();
    let close = Callback::new(move |()| {
        editing.set(None);
        again.run(());
    });
    let form = move || {
        editing.get().map(|form| {
            let old = known.with_value(|known| known.iter().find(|known| known.id == form.id).cloned());
            view! { <ProviderForm form old on_close=close/> }
        })
    };
    view! {
        <p class="quiet" hidden=!is_empty>{locale.models_none()}</p>
        <ol class="shelf" data-testid="models">{lines}</ol>
        {form}
        <div class="actions" hidden=move || editing.with(Option::is_some)>
            <Button icon=Icon::Plus on_press=Callback::new(move |()| editing.set(Some(new_form())))>
                {locale.models_add()}
            </Button>
        </div>
    }
}

/// A connected model: what it is, what it has used, whether it works.
#[component]
fn Line(
    provider: ProviderView,
    place: usize,
    order: Vec<ProviderId>,
    is_abroad_allowed: bool,
    editing: RwSignal<Option<types::ProviderForm>>,
    tests: Tests,
    again: Callback<()>,
) -> impl IntoView {
    let locale = use_locale();
    let toasts = use_toasts();
    let (id, last) = (provider.id, order.len().saturating_sub(1));
    let name = format!("{} · {}", locale.provider(provider.kind), provider.model);
    let is_testing = RwSignal::new(false);
    let run_test = Callback::new(move |()| {
        is_testing.set(true);
        spawn_local(async move {
            let answer = api::test_provider(id).await;
            _ = tests.try_update(|tests| tests.insert(id, answer));
            _ = is_testing.try_set(false);
        });
    });
    let order = StoredValue::new(order);
    let move_to = move |to: usize| {
        let mut order = order.get_value();
        order.swap(place, to);
        spawn_local(async move {
            match api::arrange(order).await {
                Ok(()) => again.run(()),
                Err(error) => toasts.say(error.sentence(locale)),
            }
        });
    };
    let edit = {
        let provider = provider.clone();
        Callback::new(move |()| editing.set(Some(form_of(&provider))))
    };
    let notes = notes(locale, &provider, is_abroad_allowed);
    // A test that was made since knows better.
    let known = move || {
        if tests.with(|tests| tests.contains_key(&id)) {
            return None;
        }
        let answers = provider.problem.map(|problem| locale.model_problem(problem).to_owned());
        let finds = provider.vectors_problem.map(|problem| locale.model_vectors_problem(problem));
        let sentences = [answers, finds].into_iter().flatten();
        Some(sentences.map(|sentence| view! { <p class="field-error">{sentence}</p> }).collect_view())
    };
    let result = move || tests.with(|tests| tests.get(&id).cloned()).map(|test| told(locale, test));
    view! {
        <li class="model" data-testid="model" data-kind=provider.kind.as_str()>
            <div class="shelf-head">
                <strong class="shelf-title">{name.clone()}</strong>
                <span class="quiet">{notes}</span>
                <span class="shelf-actions">
                    <IconButton
                        icon=Icon::Up
                        label=locale.model_up(&name)
                        disabled=Signal::stored(place == 0)
                        on_press=Callback::new(move |()| move_to(place.saturating_sub(1)))
                    />
                    <IconButton
                        icon=Icon::Down
                        label=locale.model_down(&name)
                        disabled=Signal::stored(place == last)
                        on_press=Callback::new(move |()| move_to((place + 1).min(last)))
                    />
                    <Button kind=ButtonKind::Quiet busy=is_testing on_press=run_test>{locale.models_test()}</Button>
                    <Button kind=ButtonKind::Quiet on_press=edit>{locale.models_change()}</Button>
                </span>
            </div>
            {known}
            <p class="model-test" role="status" data-testid="model-test">{result}</p>
        </li>
    }
}

fn notes(locale: Locale, provider: &ProviderView, is_abroad_allowed: bool) -> String {
    let money = provider.currency.as_deref().map(|currency| (provider.used_money, currency));
    let mut notes = vec![locale.model_used(provider.used_tokens, money)];
    if !provider.is_enabled {
        notes.push(locale.model_off().to_owned());
    } else if provider.kind.is_abroad() && !is_abroad_allowed {
        notes.push(locale.model_not_allowed().to_owned());
    }
    if provider.vectors_model.is_some() {
        notes.push(locale.model_vectors_on().to_owned());
    }
    notes.join(" · ")
}

fn told(locale: Locale, test: Result<ProviderTest, AppError>) -> String {
    let test = match test {
        Ok(test) => test,
        Err(error) => return error.sentence(locale),
    };
    let names = (!test.models.is_empty()).then(|| locale.models_of_key(&test.models.join(", ")));
    let said = match test.problem {
        Some(problem) => locale.model_problem(problem).to_owned(),
        None => locale.model_answered(test.took_ms),
    };
    let vectors = test.vectors.map(|test| match test.problem {
        Some(problem) => locale.model_vectors_problem(problem),
        None => locale.model_vectors_work().to_owned(),
    });
    [Some(said), vectors, names].into_iter().flatten().collect::<Vec<_>>().join(" ")
}
