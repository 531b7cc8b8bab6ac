//! The form that connects a model or changes one. What a provider does not need is not asked for.

use crate::features::suggestions::api;
use crate::features::suggestions::types::{self, MAX_KEY, MAX_MODEL, MAX_PLACE, ProviderView};
use crate::shared::error::AppError;
use crate::shared::ids::ProviderId;
use crate::shared::models::{GigachatScope, ProviderKind};
use crate::ui::button::{Button, ButtonKind};
use crate::ui::context::use_locale;
use crate::ui::field::Field;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Millionths of a unit of money.
const UNIT: f64 = 1_000_000.0;

/// A form for a new model: the one that costs least and stays in the country.
pub fn new_form() -> types::ProviderForm {
    let kind = ProviderKind::Yandex;
    types::ProviderForm {
        id: ProviderId::new(),
        kind,
        model: kind.usual_model().unwrap_or_default().to_owned(),
        place: String::new(),
        key: String::new(),
        is_enabled: true,
        daily_tokens: None,
        daily_money: None,
        vectors_model: None,
    }
}

/// A form for a model that is there.
pub fn form_of(provider: &ProviderView) -> types::ProviderForm {
    types::ProviderForm {
        id: provider.id,
        kind: provider.kind,
        model: provider.model.clone(),
        place: provider.place.clone(),
        key: String::new(),
        is_enabled: provider.is_enabled,
        daily_tokens: provider.daily_tokens,
        daily_money: provider.daily_money,
        vectors_model: provider.vectors_model.clone(),
    }
}

/// The form.
#[component]
pub fn ProviderForm(
    form: types::ProviderForm,
    /// The model as it is connected; `None` for a new one.
    #[prop(optional_no_strip)]
    old: Option<ProviderView>,
    on_close: Callback<()>,
) -> impl IntoView {
    let locale = use_locale();
    let id = form.id;
    let kind = RwSignal::new(form.kind);
    let (model, place) = (RwSignal::new(form.model), RwSignal::new(form.place));
    let key = RwSignal::new(String::new());
    let enabled = RwSignal::new(form.is_enabled);
    // A name, or any text where the provider has one model for it: empty is off.
    let vectors = RwSignal::new(form.vectors_model.unwrap_or_default());
    let tokens = RwSignal::new(form.daily_tokens.map(|tokens| tokens.to_string()).unwrap_or_default());
    let money =
        RwSignal::new(form.daily_money.map(|money| (money as f64 / UNIT).to_string()).unwrap_or_default());
    let (error, busy, is_sure) =
        (RwSignal::new(None::<AppError>), RwSignal::new(false), RwSignal::new(false));
    let (is_new, has_key) = (old.is_none(), old.as_ref().is_some_and(|old| old.has_key));
    let currency = old.and_then(|old| old.currency);
    let choose = move |chosen: ProviderKind| {
        let (before, now) = (kind.get_untracked().usual_model(), chosen.usual_model());
        // What nobody has typed is replaced with what the other provider usually has.
        if model.with_untracked(|model| model.is_empty() || Some(model.as_str()) == before) {
            model.set(now.unwrap_or_default().to_owned());
        }
        place.set(String::new());
        vectors.set(String::new());
        kind.set(chosen);
    };
    let done = move |answer: Result<(), AppError>| {
        _ = busy.try_set(false);
        match answer {
            Ok(()) => on_close.run(()),
            Err(why) => _ = error.try_set(Some(why)),
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let millionths = |text: &String| text.trim().replace(',', ".").parse::<f64>().ok();
        let form = types::ProviderForm {
            id,
            kind: kind.get_untracked(),
            model: model.get_untracked(),
            place: place.get_untracked(),
            key: key.get_untracked(),
            is_enabled: enabled.get_untracked(),
            daily_tokens: tokens.with_untracked(|text| text.trim().parse().ok()),
            daily_money: money.with_untracked(millionths).map(|money| (money * UNIT) as i64),
            vectors_model: Some(vectors.get_untracked()).filter(|name| !name.is_empty()),
        };
        busy.set(true);
        spawn_local(async move { done(api::save_provider(form).await) });
    };
    let remove = Callback::new(move |()| {
        if is_sure.get_untracked() {
            busy.set(true);
            spawn_local(async move { done(api::remove_provider(id).await) });
        } else {
            is_sure.set(true);
        }
    });
    let kinds = ProviderKind::ALL.iter().map(|choice| {
        let choice = *choice;
        view! {
            <option value=choice.as_str() selected=move || kind.get() == choice>{locale.provider(choice)}</option>
        }
    });
    let where_it_is = move || {
        match kind.get() {
        ProviderKind::Yandex => view! {
            <Field id="model-place" name="place" label=locale.model_folder() value=place maxlength=MAX_PLACE required=true/>
        }
        .into_any(),
        ProviderKind::Compatible => view! {
            <Field
                id="model-place"
                name="place"
                label=locale.model_address()
                hint=locale.model_address_hint()
                value=place
                maxlength=MAX_PLACE
                required=true
            />
        }
        .into_any(),
        ProviderKind::Gigachat => {
            let scopes = GigachatScope::ALL.iter().map(|scope| {
                let scope = *scope;
                let is_chosen = move || place.with(|place| place == scope.as_str());
                view! { <option value=scope.as_str() selected=is_chosen>{locale.gigachat_scope(scope)}</option> }
            });
            view! {
                <div class="field">
                    <label class="field-label" for="model-scope">{locale.model_scope()}</label>
                    <select id="model-scope" class="field-input" on:change=move |event| place.set(event_target_value(&event))>
                        {scopes.collect_view()}
                    </select>
                </div>
            }
            .into_any()
        }
        ProviderKind::Deepseek | ProviderKind::Openai => ().into_any(),
    }
    };
    let search = move || {
        if kind.get() == ProviderKind::Compatible {
            return view! {
                <Field
                    id="model-vectors"
                    name="vectors"
                    label=locale.model_vectors_name()
                    hint=locale.model_vectors_name_hint()
                    value=vectors
                    maxlength=MAX_MODEL
                />
            }
            .into_any();
        }
        let usual = kind.get().vectors_model();
        usual.map(|usual| view! { <VectorsSwitch usual vectors/> }).into_any()
    };
    let money_field = currency.map(|currency| {
        view! {
            <Field
                id="model-money"
                name="money"
                label=locale.model_daily_money(&currency)
                hint=locale.model_no_limit()
                inputmode="decimal"
                value=money
            />
        }
    });
    let key_hint = if has_key { locale.model_key_kept() } else { locale.model_key_hint() };
    view! {
        <form class="form model-form" novalidate on:submit=submit data-testid="model-form">
            <h3>{if is_new { locale.models_new() } else { locale.models_change() }}</h3>
            <div class="field">
                <label class="field-label" for="model-kind">{locale.model_kind()}</label>
                <select
                    id="model-kind"
                    class="field-input"
                    on:change=move |event| {
                        if let Ok(chosen) = event_target_value(&event).parse() {
                            choose(chosen);
                        }
                    }
                >
                    {kinds.collect_view()}
                </select>
                <p class="field-hint">{move || kind.get().is_abroad().then(|| locale.provider_abroad())}</p>
            </div>
            <Field id="model-name" name="model" label=locale.model_name() hint=locale.model_name_hint() value=model maxlength=MAX_MODEL required=true/>
            {where_it_is}
            <Field id="model-key" name="key" kind="password" label=locale.model_key() hint=key_hint value=key maxlength=MAX_KEY/>
            <Field id="model-tokens" name="tokens" label=locale.model_daily_tokens() hint=locale.model_no_limit() inputmode="numeric" value=tokens/>
            {money_field}
            {search}
            <label class="check">
                <input
                    type="checkbox"
                    name="enabled"
                    prop:checked=move || enabled.get()
                    on:change=move |event| enabled.set(event_target_checked(&event))
                />
                <span>{locale.model_enabled()}</span>
            </label>
            <p class="field-error" role="alert">{move || error.get().map(|error| error.sentence(locale))}</p>
            <div class="actions">
                <Button kind=ButtonKind::Primary busy>{locale.models_save()}</Button>
                <Button kind=ButtonKind::Quiet on_press=on_close>{locale.models_cancel()}</Button>
                {(!is_new).then(|| view! {
                    <Button kind=ButtonKind::Danger on_press=remove>
                        {move || if is_sure.get() { locale.models_remove_sure() } else { locale.models_remove() }}
                    </Button>
                })}
            </div>
        </form>
    }
}

/// Whether articles are found by what the provider's one model says that texts mean.
#[component]
fn VectorsSwitch(usual: &'static str, vectors: RwSignal<String>) -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="field">
            <label class="check">
                <input
                    type="checkbox"
                    name="vectors"
                    aria-describedby="model-vectors-hint"
                    prop:checked=move || vectors.with(|name| !name.is_empty())
                    on:change=move |event| {
                        vectors.set(if event_target_checked(&event) { usual.to_owned() } else { String::new() });
                    }
                />
                <span>{locale.model_vectors()}</span>
            </label>
            <p class="field-hint" id="model-vectors-hint">{locale.model_vectors_hint()}</p>
        </div>
    }
}
