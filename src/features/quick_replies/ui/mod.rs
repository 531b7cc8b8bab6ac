//! The page of quick replies: one's own, and those of the workspace.

mod form;

use super::api;
use super::types::{QuickReply, QuickReplyForm, Scope};
use crate::features::files::types::FileView;
use crate::features::quick_replies::ranking::ranked;
use crate::features::sellers::api as sellers_api;
use crate::features::sellers::types::SellerView;
use crate::shared::i18n::Locale;
use crate::shared::ids::{QuickReplyId, SellerId};
use crate::shared::role::Permission;
use crate::ui::button::{Button, ButtonKind, IconButton};
use crate::ui::context::{use_locale, use_viewer};
use crate::ui::dialog::Dialog;
use crate::ui::field::Field;
use crate::ui::icon::Icon;
use crate::ui::notice::{ErrorNote, use_toasts};
use crate::ui::resource::resource;
use form::ReplyForm;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use std::collections::BTreeSet;

/// Sellers by name, for scopes.
pub(super) type Sellers = Vec<(SellerId, String)>;

/// The page `/settings/quick-replies`.
#[component]
pub fn QuickRepliesPage() -> impl IntoView {
    let locale = use_locale();
    let may_reply = use_viewer().is_some_and(|viewer| viewer.may(Permission::ReplyToChats));
    let content = resource(
        || (),
        |()| async {
            let replies = api::list().await?;
            Ok::<_, crate::shared::error::AppError>((replies, sellers_api::list().await?))
        },
    );
    let again = Callback::new(move |()| content.refetch());
    view! {
        <Title text=locale.tab_title(locale.quick_replies())/>
        <h1>{locale.quick_replies()}</h1>
        <p class="quiet">{locale.quick_replies_text()}</p>
        <Show when=move || may_reply fallback=move || view! { <p class="note note-info">{locale.viewer_cannot_answer()}</p> }>
            <Transition>
                {move || Suspend::new(async move {
                    match content.await {
                        Ok((replies, sellers)) => {
                            let sellers = sellers.into_iter().filter(SellerView::is_connected);
                            let sellers: Sellers = sellers.map(|seller| (seller.id, seller.name)).collect();
                            view! { <Shelf replies sellers again/> }.into_any()
                        }
                        Err(error) => view! { <ErrorNote error on_retry=Some(again)/> }.into_any(),
                    }
                })}
            </Transition>
        </Show>
    }
}

/// What is on the page and what is asked over it.
#[derive(Clone, Copy)]
struct Editing {
    open: RwSignal<bool>,
    form: RwSignal<QuickReplyForm>,
    is_new: RwSignal<bool>,
    /// The files of the one that is changed.
    files: RwSignal<Vec<(String, FileView)>>,
}

/// The list with its search, and the form over it.
#[component]
fn Shelf(replies: Vec<QuickReply>, sellers: Sellers, again: Callback<()>) -> impl IntoView {
    let locale = use_locale();
    let toasts = use_toasts();
    let may_share = use_viewer().is_some_and(|viewer| viewer.may(Permission::ManageShared));
    let query = RwSignal::new(String::new());
    let folder = RwSignal::new(None::<String>);
    let empty = QuickReplyForm {
        id: QuickReplyId::new(),
        scope: Scope::Mine,
        title: String::new(),
        shortcut: String::new(),
        folder: String::new(),
        body: String::new(),
        files: Vec::new(),
    };
    let editing = Editing {
        open: RwSignal::new(false),
        form: RwSignal::new(empty.clone()),
        is_new: RwSignal::new(true),
        files: RwSignal::new(Vec::new()),
    };
    let begin = Callback::new(move |()| {
        editing.is_new.set(true);
        editing.files.set(Vec::new());
        editing.form.set(QuickReplyForm { id: QuickReplyId::new(), ..empty.clone() });
        editing.open.set(true);
    });
    let folders: BTreeSet<String> =
        replies.iter().map(|reply| reply.folder.clone()).filter(|folder| !folder.is_empty()).collect();
    let folder_names: Vec<String> = folders.iter().cloned().collect();
    let is_empty = replies.is_empty();
    let replies = StoredValue::new(replies);
    let shown = Memo::new(move |_| {
        replies.with_value(|replies| {
            let typed = query.get();
            let all: Vec<QuickReply> = if typed.trim().is_empty() {
                replies.clone()
            } else {
                ranked(replies, &typed).into_iter().cloned().collect()
            };
            let wanted = folder.get();
            all.into_iter()
                .filter(|reply| wanted.as_ref().is_none_or(|folder| reply.folder == *folder))
                .collect::<Vec<_>>()
        })
    });
    let is_nothing = Memo::new(move |_| shown.with(Vec::is_empty));
    let named = StoredValue::new(sellers.clone());
    let doomed = RwSignal::new(None::<QuickReplyId>);
    let asks = RwSignal::new(false);
    let delete = Callback::new(move |()| {
        let Some(id) = doomed.get_untracked() else { return };
        asks.set(false);
        spawn_local(async move {
            match api::delete(id).await {
                Ok(()) => toasts.say(locale.quick_reply_deleted().to_owned()),
                Err(error) => toasts.say(error.sentence(locale)),
            }
            again.run(());
        });
    });
    let saved = Callback::new(move |()| {
        editing.open.set(false);
        toasts.say(locale.quick_reply_saved().to_owned());
        again.run(());
    });
    let line = move |reply: QuickReply| {
        let edit = reply.clone();
        let id = reply.id;
        let on_edit = Callback::new(move |()| {
            editing.is_new.set(false);
            editing.files.set(edit.files.clone());
            editing.form.set(form_of(&edit));
            editing.open.set(true);
        });
        let on_delete = Callback::new(move |()| {
            doomed.set(Some(id));
            asks.set(true);
        });
        let scope = named.with_value(|sellers| scope_words(locale, reply.scope, sellers));
        view! { <ReplyCard reply scope on_edit on_delete/> }
    };
    let options: Vec<_> = folder_names
        .iter()
        .map(|name| view! { <option value=name.clone()>{name.clone()}</option> })
        .collect();
    view! {
        {(!may_share).then(|| view! { <p class="note note-info">{locale.quick_replies_only_own()}</p> })}
        <div class="shelf-tools">
            <Field id="quick-reply-search" name="search" label=locale.quick_reply_find() value=query/>
            <div class="field">
                <label class="field-label" for="quick-reply-folder-filter">{locale.quick_reply_folder()}</label>
                <select
                    id="quick-reply-folder-filter"
                    class="field-input"
                    on:change=move |event| {
                        let chosen = event_target_value(&event);
                        folder.set((!chosen.is_empty()).then_some(chosen));
                    }
                >
                    <option value="">{locale.quick_reply_all_folders()}</option>
                    {options}
                </select>
            </div>
            <Button kind=ButtonKind::Primary icon=Icon::Plus on_press=begin>{locale.quick_reply_new()}</Button>
        </div>
        <ul class="shelf" data-testid="quick-replies">
            <For each=move || shown.get() key=|reply| (reply.id, reply.clone().use_count, reply.body.clone()) children=line/>
        </ul>
        <div hidden=move || !is_nothing.get()>
            <p class="quiet">
                {if is_empty { locale.quick_replies_none_text() } else { locale.quick_replies_not_found() }}
            </p>
        </div>
        <Dialog
            id="quick-reply-dialog"
            open=editing.open
            title=Signal::derive(move || {
                if editing.is_new.get() { locale.quick_reply_new() } else { locale.quick_reply_edit() }.to_owned()
            })
        >
            <ReplyForm form=editing.form files=editing.files sellers folders=folder_names may_share on_saved=saved on_cancel=Callback::new(move |()| editing.open.set(false))/>
        </Dialog>
        <Dialog id="quick-reply-delete" open=asks title=Signal::derive(move || locale.quick_reply_delete().to_owned())>
            <p>{locale.quick_reply_delete_asks()}</p>
            <div class="actions">
                <Button kind=ButtonKind::Danger on_press=delete>{locale.quick_reply_delete()}</Button>
                <Button on_press=Callback::new(move |()| asks.set(false))>{locale.cancel()}</Button>
            </div>
        </Dialog>
    }
}

fn form_of(reply: &QuickReply) -> QuickReplyForm {
    QuickReplyForm {
        id: reply.id,
        scope: reply.scope,
        title: reply.title.clone(),
        shortcut: reply.shortcut.clone().unwrap_or_default(),
        folder: reply.folder.clone(),
        body: reply.body.clone(),
        files: reply.files.iter().map(|(_, file)| file.id).collect(),
    }
}

fn scope_words(locale: Locale, scope: Scope, sellers: &Sellers) -> String {
    match scope {
        Scope::Mine => locale.scope_mine().to_owned(),
        Scope::All => locale.scope_all().to_owned(),
        Scope::Marketplace { marketplace } => locale.scope_of_marketplace(marketplace),
        Scope::Seller { seller } => match sellers.iter().find(|(id, _)| *id == seller) {
            Some((_, name)) => locale.scope_of_seller(name),
            None => locale.scope_seller().to_owned(),
        },
    }
}

/// One quick reply.
#[component]
fn ReplyCard(
    reply: QuickReply,
    scope: String,
    on_edit: Callback<()>,
    on_delete: Callback<()>,
) -> impl IntoView {
    let locale = use_locale();
    let folder =
        (!reply.folder.is_empty()).then(|| view! { <span class="badge">{reply.folder.clone()}</span> });
    let actions = reply.may_edit.then(|| {
        let named = |verb: &str| format!("{verb}: {}", reply.title);
        view! {
            <div class="shelf-actions">
                <IconButton icon=Icon::Pencil label=named(locale.quick_reply_change()) on_press=on_edit/>
                <IconButton icon=Icon::Trash label=named(locale.quick_reply_delete()) on_press=on_delete/>
            </div>
        }
    });
    view! {
        <li class="card shelf-card">
            <div class="shelf-head">
                <h2 class="shelf-title">{reply.title.clone()}</h2>
                {reply.shortcut.clone().map(|code| view! { <code class="shelf-code">{format!("/{code}")}</code> })}
                {folder}
                {actions}
            </div>
            <p class="shelf-body">{reply.body.clone()}</p>
            <p class="quiet shelf-foot">
                {scope} " · " {locale.times_used(reply.use_count)}
                {(!reply.files.is_empty()).then(|| format!(" · {}", locale.with_files(reply.files.len() as i64)))}
            </p>
        </li>
    }
}
