//! The form that makes or changes a quick reply, with what the buyer will see.

use super::Sellers;
use crate::features::files::types::FileView;
use crate::features::files::ui::tray::{AttachButton, ChosenFiles, Place, Tray};
use crate::features::quick_replies::api;
use crate::features::quick_replies::types::{
    MAX_FOLDER, MAX_SHORTCUT, MAX_TITLE, QuickReplyForm, Scope, ScopeKind,
};
use crate::features::quick_replies::variables::{self, Facts, Variable};
use crate::shared::error::AppError;
use crate::shared::marketplace::Marketplace;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::caret;
use crate::ui::context::use_locale;
use crate::ui::field::Field;
use crate::ui::text_area::TextArea;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The form.
#[component]
pub fn ReplyForm(
    /// What it begins with; set anew each time it opens.
    form: RwSignal<QuickReplyForm>,
    /// Its files, set with it.
    files: RwSignal<Vec<(String, FileView)>>,
    sellers: Sellers,
    folders: Vec<String>,
    may_share: bool,
    on_saved: Callback<()>,
    on_cancel: Callback<()>,
) -> impl IntoView {
    let locale = use_locale();
    let (title, shortcut, folder) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let body = ArcRwSignal::new(String::new());
    let scope = RwSignal::new(String::new());
    let error = RwSignal::new(None::<AppError>);
    let is_busy = RwSignal::new(false);
    let area = NodeRef::<html::Textarea>::new();
    let text = body.clone();
    let tray = Tray::new(Place::QuickReply, "quick-reply-body");
    let begun_tray = tray.clone();
    Effect::new(move |_| {
        let begun = form.get();
        begun_tray.begin_with(files.get_untracked());
        title.set(begun.title);
        shortcut.set(begun.shortcut);
        folder.set(begun.folder);
        text.set(begun.body);
        scope.set(scope_word(begun.scope));
        error.set(None);
    });
    let typed = body.clone();
    let chosen = tray.clone();
    let filled = Callback::new(move |()| {
        if let Some(note) = chosen.blocked() {
            chosen.say(note);
            return;
        }
        let form = QuickReplyForm {
            id: form.with_untracked(|form| form.id),
            scope: scope_of(&scope.get_untracked()),
            title: title.get_untracked(),
            shortcut: shortcut.get_untracked(),
            folder: folder.get_untracked(),
            body: typed.get_untracked(),
            files: chosen.ready(),
        };
        if let Err(refusal) = form.checked() {
            error.set(Some(refusal.into()));
            return;
        }
        is_busy.set(true);
        spawn_local(async move {
            match api::save(form).await {
                Ok(()) => on_saved.run(()),
                Err(why) => _ = error.try_set(Some(why)),
            }
            _ = is_busy.try_set(false);
        });
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !is_busy.get_untracked() {
            filled.run(());
        }
    };
    let chips = Variable::ALL.iter().map(|variable| {
        let words = format!("{{{{{}}}}}", variable.name(locale));
        let (inserted, into) = (words.clone(), body.clone());
        let press = Callback::new(move |()| {
            if let Some(whole) = caret::insert(area, &inserted) {
                into.set(whole);
            }
        });
        view! { <Button kind=ButtonKind::Quiet on_press=press>{words}</Button> }
    });
    let chips = chips.collect_view();
    let known = {
        let (body, facts) = (body.clone(), variables::sample_facts(locale));
        move || body.with(|body| variables::fill(body, &facts))
    };
    let unknown = {
        let body = body.clone();
        move || body.with(|body| variables::fill(body, &Facts::new()))
    };
    let shared = may_share.then(|| {
        let of_market = Marketplace::ALL.iter().map(|marketplace| {
            let scope = Scope::Marketplace { marketplace: *marketplace };
            view! { <option value=scope_word(scope)>{locale.scope_of_marketplace(*marketplace)}</option> }
        });
        let of_seller = sellers.into_iter().map(|(seller, name)| {
            view! { <option value=scope_word(Scope::Seller { seller })>{locale.scope_of_seller(&name)}</option> }
        });
        view! {
            <option value=scope_word(Scope::All)>{locale.scope_all()}</option>
            {of_market.collect_view()}
            {of_seller.collect_view()}
        }
    });
    let names: Vec<_> = folders.into_iter().map(|name| view! { <option value=name></option> }).collect();
    view! {
        <form class="form" novalidate on:submit=submit>
            <Field id="quick-reply-title" name="title" label=locale.quick_reply_title() value=title maxlength=MAX_TITLE required=true autofocus=true/>
            <Field
                id="quick-reply-shortcut"
                name="shortcut"
                label=locale.quick_reply_shortcut()
                hint=locale.quick_reply_shortcut_hint()
                value=shortcut
                maxlength=MAX_SHORTCUT
            />
            <div class="field">
                <label class="field-label" for="quick-reply-folder">{locale.quick_reply_folder()}</label>
                <input
                    id="quick-reply-folder"
                    class="field-input"
                    list="quick-reply-folders"
                    maxlength=MAX_FOLDER.to_string()
                    autocomplete="off"
                    aria-describedby="quick-reply-folder-hint"
                    prop:value=move || folder.get()
                    on:input=move |event| folder.set(event_target_value(&event))
                />
                <datalist id="quick-reply-folders">{names}</datalist>
                <p class="field-hint" id="quick-reply-folder-hint">{locale.quick_reply_folder_hint()}</p>
            </div>
            <div class="field">
                <label class="field-label" for="quick-reply-scope">{locale.quick_reply_scope()}</label>
                <select
                    id="quick-reply-scope"
                    class="field-input"
                    prop:value=move || scope.get()
                    on:change=move |event| scope.set(event_target_value(&event))
                >
                    <option value=scope_word(Scope::Mine)>{locale.scope_mine()}</option>
                    {shared}
                </select>
            </div>
            <div class="field">
                <label class="field-label" for="quick-reply-body">{locale.quick_reply_body()}</label>
                <TextArea
                    element=area
                    id="quick-reply-body"
                    testid="quick-reply-body"
                    label=locale.quick_reply_body()
                    placeholder=""
                    text=body
                    on_typed=Callback::new(|_| ())
                    disabled=Signal::stored(false)
                    invalid=Signal::stored(false)
                    described_by="quick-reply-variables"
                />
                <p class="field-hint" id="quick-reply-variables">{locale.variables_text()}</p>
                <div class="actions variable-chips" role="group" aria-label=locale.variables_title()>{chips}</div>
            </div>
            <div class="field quick-reply-files">
                <ChosenFiles tray=tray.clone() locale/>
                <AttachButton tray locale disabled=Signal::stored(false) is_ready=Signal::stored(false)/>
            </div>
            <dl class="reply-preview">
                <dt>{locale.quick_reply_preview()}</dt>
                <dd data-testid="preview-known">{known}</dd>
                <dt>{locale.quick_reply_preview_missing()}</dt>
                <dd data-testid="preview-missing">{unknown}</dd>
            </dl>
            <p class="field-error" role="alert">{move || error.get().map(|error| error.sentence(locale))}</p>
            <div class="actions">
                <Button kind=ButtonKind::Primary busy=is_busy>{locale.quick_reply_save()}</Button>
                <Button on_press=on_cancel>{locale.cancel()}</Button>
            </div>
        </form>
    }
}

/// A scope as a value of the choice.
fn scope_word(scope: Scope) -> String {
    let kind = scope.kind();
    match scope {
        Scope::Mine | Scope::All => kind.to_string(),
        Scope::Seller { seller } => format!("{kind} {seller}"),
        Scope::Marketplace { marketplace } => format!("{kind} {marketplace}"),
    }
}

/// The scope that a value stands for; what nobody can have chosen is one's own.
fn scope_of(word: &str) -> Scope {
    let (kind, of) = word.split_once(' ').unwrap_or((word, ""));
    match kind.parse() {
        Ok(ScopeKind::All) => Scope::All,
        Ok(ScopeKind::Seller) => of.parse().map_or(Scope::Mine, |seller| Scope::Seller { seller }),
        Ok(ScopeKind::Marketplace) => {
            of.parse().map_or(Scope::Mine, |marketplace| Scope::Marketplace { marketplace })
        }
        _ => Scope::Mine,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::ids::SellerId;

    #[test]
    fn a_scope_survives_the_choice() {
        for scope in [
            Scope::Mine,
            Scope::All,
            Scope::Seller { seller: SellerId::new() },
            Scope::Marketplace { marketplace: Marketplace::Ozon },
        ] {
            assert_eq!(scope_of(&scope_word(scope)), scope);
        }
        assert_eq!(scope_of("seller x"), Scope::Mine);
    }
}
