//! The page on which rules are switched, graded and added, with a box to try sentences out.

use super::Findings;
use crate::features::wording::api;
use crate::features::wording::check::Checker;
use crate::features::wording::types::{Changes, OwnRule, Rule, RuleId, Severity, WordingSettings};
use crate::shared::error::AppError;
use crate::shared::i18n::Locale;
use crate::shared::role::Permission;
use crate::ui::button::{Button, ButtonKind, IconButton};
use crate::ui::context::{use_locale, use_viewer, use_zone};
use crate::ui::icon::Icon;
use crate::ui::notice::{ErrorNote, use_toasts};
use crate::ui::resource::resource;
use crate::ui::text_area::TextArea;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The page `/settings/wording`.
#[component]
pub fn WordingPage() -> impl IntoView {
    let locale = use_locale();
    let may_manage = use_viewer().is_some_and(|viewer| viewer.may(Permission::ManageShared));
    let settings = resource(|| (), |()| api::settings());
    let again = Callback::new(move |()| settings.refetch());
    view! {
        <Title text=locale.tab_title(locale.wording_rules())/>
        <h1>{locale.wording_rules()}</h1>
        <p class="quiet">{locale.wording_rules_text()}</p>
        <Show when=move || may_manage fallback=move || view! { <p class="note note-info">{locale.forbidden()}</p> }>
            <Transition>
                {move || Suspend::new(async move {
                    match settings.await {
                        Ok(settings) => view! { <Editor settings again/> }.into_any(),
                        Err(error) => view! { <ErrorNote error on_retry=Some(again)/> }.into_any(),
                    }
                })}
            </Transition>
        </Show>
    }
}

/// A rule of one's own while it is edited.
#[derive(Clone)]
struct OwnDraft {
    id: RuleId,
    title: RwSignal<String>,
    advice: RwSignal<String>,
    severity: RwSignal<Severity>,
    patterns: ArcRwSignal<String>,
}

impl OwnDraft {
    fn new(rule: OwnRule) -> Self {
        OwnDraft {
            id: rule.id,
            title: RwSignal::new(rule.title),
            advice: RwSignal::new(rule.advice),
            severity: RwSignal::new(rule.severity),
            patterns: ArcRwSignal::new(rule.patterns.join("\n")),
        }
    }

    fn rule(&self) -> OwnRule {
        let lines = self.patterns.get();
        OwnRule {
            id: self.id.clone(),
            title: self.title.get().trim().to_owned(),
            advice: self.advice.get().trim().to_owned(),
            severity: self.severity.get(),
            patterns: lines
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .map(str::to_owned)
                .collect(),
        }
    }
}

#[component]
fn Editor(settings: WordingSettings, again: Callback<()>) -> impl IntoView {
    let locale = use_locale();
    let toasts = use_toasts();
    let zone = use_zone();
    let WordingSettings { version, changed, built_in, changes } = settings;
    let severities = RwSignal::new(changes.severities.clone());
    let own = RwSignal::new(changes.own.iter().cloned().map(OwnDraft::new).collect::<Vec<_>>());
    let edited = Memo::new(move |_| Changes {
        severities: severities.get(),
        own: own.with(|own| own.iter().map(OwnDraft::rule).collect()),
    });
    let saved = changes;
    let is_unsaved = Memo::new(move |_| edited.with(|edited| *edited != saved));
    let error = RwSignal::new(None::<AppError>);
    let is_busy = RwSignal::new(false);
    let save = Callback::new(move |()| {
        let changes = edited.get_untracked();
        if let Err(refusal) = changes.check() {
            error.set(Some(refusal.into()));
            return;
        }
        is_busy.set(true);
        spawn_local(async move {
            match api::save(version, changes).await {
                Ok(_) => {
                    toasts.say(locale.wording_saved().to_owned());
                    again.run(());
                }
                Err(why) => _ = error.try_set(Some(why)),
            }
            _ = is_busy.try_set(false);
        });
    });
    let add = Callback::new(move |()| {
        let rule = OwnRule {
            id: RuleId(format!("own.{}", Uuid::now_v7().simple())),
            title: String::new(),
            advice: String::new(),
            severity: Severity::Warn,
            patterns: Vec::new(),
        };
        own.update(|own| own.push(OwnDraft::new(rule)));
    });
    let standing = match changed {
        Some((who, when)) => locale.wording_version(i64::from(version), &who, &locale.date_time(when, zone)),
        None => locale.wording_unchanged().to_owned(),
    };
    let lines = built_in.iter().cloned().map(|rule| view! { <BuiltIn rule severities/> }).collect_view();
    let no_own = Memo::new(move |_| own.with(Vec::is_empty));
    view! {
        <p class="quiet" data-testid="wording-version">{standing}</p>
        <TryOut built_in edited/>
        <section class="card" aria-labelledby="wording-built-in">
            <h2 id="wording-built-in">{locale.wording_built_in()}</h2>
            <ul class="rule-list">{lines}</ul>
        </section>
        <section class="card" aria-labelledby="wording-own">
            <h2 id="wording-own">{locale.wording_own()}</h2>
            <p class="quiet" hidden=move || !no_own.get()>{locale.wording_own_none()}</p>
            <ul class="rule-list">
                <For
                    each=move || own.get()
                    key=|draft| draft.id.clone()
                    children=move |draft| view! { <Own draft own/> }
                />
            </ul>
            <Button icon=Icon::Plus on_press=add>{locale.wording_add()}</Button>
        </section>
        <p class="field-error" role="alert">{move || error.get().map(|error| error.sentence(locale))}</p>
        <div class="actions">
            <Button kind=ButtonKind::Primary busy=is_busy on_press=save>{locale.quick_reply_save()}</Button>
            <span class="quiet" role="status">{move || is_unsaved.get().then(|| locale.wording_unsaved())}</span>
        </div>
    }
}

/// A sentence and what the rules, as they are edited now, find in it.
#[component]
fn TryOut(built_in: Vec<Rule>, edited: Memo<Changes>) -> impl IntoView {
    let locale = use_locale();
    let sentence = RwSignal::new(String::new());
    let hits = Memo::new(move |_| {
        let rules = edited.with(|changes| changes.applied_to(built_in.clone(), 0));
        sentence.with(|sentence| Checker::new(rules).check(sentence))
    });
    let is_fine = move || {
        let is_typed = sentence.with(|sentence| !sentence.trim().is_empty());
        (is_typed && hits.with(Vec::is_empty)).then(|| locale.wording_nothing_found())
    };
    view! {
        <section class="card" aria-labelledby="wording-try">
            <h2 id="wording-try">
                <label for="wording-sentence">{locale.wording_try()}</label>
            </h2>
            <input
                id="wording-sentence"
                class="field-input"
                autocomplete="off"
                placeholder=locale.wording_try_placeholder()
                prop:value=move || sentence.get()
                on:input=move |event| sentence.set(event_target_value(&event))
            />
            <div role="status">
                <Findings hits locale/>
                <p class="quiet">{is_fine}</p>
            </div>
        </section>
    }
}

/// A rule of the program: only what happens can be chosen.
#[component]
fn BuiltIn(rule: Rule, severities: RwSignal<BTreeMap<RuleId, Severity>>) -> impl IntoView {
    let locale = use_locale();
    let (id, changed_id, usual) = (rule.id.clone(), rule.id.clone(), rule.severity);
    let severity = Signal::derive(move || severities.with(|all| all.get(&id).copied()).unwrap_or(usual));
    let choose = Callback::new(move |severity: Severity| {
        severities.update(|all| {
            if severity == usual {
                all.remove(&changed_id);
            } else {
                all.insert(changed_id.clone(), severity);
            }
        });
    });
    let field = format!("severity-{}", rule.id.0.replace('.', "-"));
    view! {
        <li class="rule" data-rule=rule.id.0.clone()>
            <div class="rule-head">
                <strong>{locale.wording_kind(rule.kind)}</strong>
                <SeverityChoice id=field label=format!("{}: {}", locale.wording_kind(rule.kind), rule.id.0) severity on_choose=choose/>
            </div>
            <p class="quiet">{locale.wording_advice(rule.kind)}</p>
            <details>
                <summary>{locale.wording_patterns()}</summary>
                <p class="rule-patterns">{rule.patterns.join("\n")}</p>
            </details>
        </li>
    }
}

/// A rule of the workspace's own.
#[component]
fn Own(draft: OwnDraft, own: RwSignal<Vec<OwnDraft>>) -> impl IntoView {
    let locale = use_locale();
    let (id, key) = (draft.id.clone(), draft.id.0.replace('.', "-"));
    let remove = Callback::new(move |()| own.update(|own| own.retain(|other| other.id != id)));
    let (severity, area) = (draft.severity, NodeRef::<html::Textarea>::new());
    let ids = ["title", "advice", "patterns", "severity", "hint"].map(|part| format!("{part}-{key}"));
    let [title_id, advice_id, patterns_id, severity_id, hint_id] = ids;
    view! {
        <li class="rule" data-rule=draft.id.0.clone()>
            <div class="rule-head">
                <TextField id=title_id label=locale.wording_rule_title() value=draft.title/>
                <SeverityChoice
                    id=severity_id
                    label=locale.wording_severity().to_owned()
                    severity=severity.into()
                    on_choose=Callback::new(move |chosen| severity.set(chosen))
                />
                <IconButton icon=Icon::Trash label=locale.quick_reply_delete().to_owned() on_press=remove/>
            </div>
            <div class="field">
                <label class="field-label" for=patterns_id.clone()>{locale.wording_rule_patterns()}</label>
                <TextArea
                    element=area
                    id=patterns_id
                    testid="rule-patterns"
                    label=locale.wording_rule_patterns()
                    placeholder=""
                    text=draft.patterns
                    on_typed=Callback::new(|_| ())
                    disabled=Signal::stored(false)
                    invalid=Signal::stored(false)
                    described_by=hint_id.clone()
                />
                <p class="field-hint" id=hint_id>{locale.wording_patterns_hint()}</p>
            </div>
            <TextField id=advice_id label=locale.wording_rule_advice() value=draft.advice/>
        </li>
    }
}

#[component]
fn TextField(id: String, label: &'static str, value: RwSignal<String>) -> impl IntoView {
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{label}</label>
            <input
                id=id
                class="field-input"
                autocomplete="off"
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
        </div>
    }
}

/// What happens to a text that a rule finds something in.
#[component]
fn SeverityChoice(
    id: String,
    label: String,
    severity: Signal<Severity>,
    on_choose: Callback<Severity>,
) -> impl IntoView {
    let locale = use_locale();
    let options = Severity::ALL.iter().map(|choice| {
        let choice = *choice;
        view! {
            <option value=choice.as_str() selected=move || severity.get() == choice>
                {severity_words(locale, choice)}
            </option>
        }
    });
    view! {
        <select
            id=id
            class="field-input rule-severity"
            aria-label=label
            on:change=move |event| {
                if let Ok(chosen) = event_target_value(&event).parse() {
                    on_choose.run(chosen);
                }
            }
        >
            {options.collect_view()}
        </select>
    }
}

fn severity_words(locale: Locale, severity: Severity) -> &'static str {
    match severity {
        Severity::Off => locale.severity_off(),
        Severity::Hint => locale.severity_hint(),
        Severity::Warn => locale.severity_warn(),
        Severity::Block => locale.severity_block(),
    }
}
