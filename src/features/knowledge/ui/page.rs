//! The page on which articles are read, written and brought from files.

use super::file;
use super::form::{ArticleForm, form_of, new_form};
use crate::features::knowledge::api;
use crate::features::knowledge::types::{self, ArticleView, ImportKind, MAX_TITLE};
use crate::features::sellers::api as sellers_api;
use crate::features::sellers::types::SellerView;
use crate::shared::change::Change;
use crate::shared::error::AppError;
use crate::shared::role::Permission;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::context::{use_locale, use_viewer, use_zone};
use crate::ui::icon::Icon;
use crate::ui::live::{LiveNews, use_live};
use crate::ui::notice::{ErrorNote, use_toasts};
use crate::ui::resource::resource;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

type Content = (Vec<ArticleView>, Vec<SellerView>);

/// The page `/settings/knowledge`.
#[component]
pub fn KnowledgePage() -> impl IntoView {
    let locale = use_locale();
    let viewer = use_viewer();
    let may = move |permission| viewer.as_ref().is_some_and(|viewer| viewer.may(permission));
    let (may_read, may_manage) = (may(Permission::ReplyToChats), may(Permission::ManageShared));
    let words = RwSignal::new(String::new());
    let editing = RwSignal::new(None::<types::ArticleForm>);
    let content = resource(move || words.get(), load);
    // A report leads here with the question that lacks an article. Servers draw no form: its id is the browser's.
    let wanted = use_query_map();
    Effect::new(move |_| {
        if let Some(title) = wanted.with(|words| words.get("new")).filter(|_| may_manage) {
            let title = title.chars().take(MAX_TITLE).collect();
            editing.set(Some(types::ArticleForm { title, ..new_form() }));
        }
    });
    let again = Callback::new(move |()| content.refetch());
    use_live().on_change(move |news| {
        let is_ours = match &news {
            LiveNews::Resync => true,
            LiveNews::Changes(events) => events.iter().any(|event| event.change == Change::Articles),
        };
        if is_ours {
            again.run(());
        }
    });
    view! {
        <Title text=locale.tab_title(locale.knowledge())/>
        <div class="page-head">
            <h1>{locale.knowledge()}</h1>
            <p class="quiet">{locale.knowledge_text()}</p>
        </div>
        <Show when=move || may_read fallback=move || view! { <p class="note note-info">{locale.viewer_cannot_answer()}</p> }>
            <Tools words editing may_manage/>
            <Transition fallback=|| view! { <div class="skeleton" aria-hidden="true"></div> }>
                {move || Suspend::new(async move {
                    match content.await {
                        Ok(content) => view! { <Shelf content editing may_manage/> }.into_any(),
                        Err(error) => view! { <ErrorNote error on_retry=Some(again)/> }.into_any(),
                    }
                })}
            </Transition>
        </Show>
    }
}

async fn load(words: String) -> Result<Content, AppError> {
    let articles = api::list(words).await?;
    let sellers = sellers_api::list().await?;
    Ok((articles, sellers.into_iter().filter(SellerView::is_connected).collect()))
}

/// Looking for articles, writing a new one, bringing some from a file.
#[component]
fn Tools(
    words: RwSignal<String>,
    editing: RwSignal<Option<types::ArticleForm>>,
    may_manage: bool,
) -> impl IntoView {
    let locale = use_locale();
    let toasts = use_toasts();
    let bring = move |event: leptos::ev::Event| {
        file::read(&event, move |name, text| {
            let kind =
                if name.to_lowercase().ends_with(".csv") { ImportKind::Csv } else { ImportKind::Markdown };
            spawn_local(async move {
                match api::import(kind, text).await {
                    Ok(imported) => toasts.say(locale.articles_imported(
                        imported.added,
                        imported.changed,
                        imported.skipped,
                    )),
                    Err(error) => toasts.say(error.sentence(locale)),
                }
            });
        });
    };
    let writing = may_manage.then(|| {
        view! {
            <Button icon=Icon::Plus on_press=Callback::new(move |()| editing.set(Some(new_form())))>
                {locale.article_new()}
            </Button>
            <div class="field">
                <label class="field-label" for="article-file">{locale.articles_import()}</label>
                <input
                    id="article-file"
                    class="field-input"
                    type="file"
                    accept=".md,.markdown,.txt,.csv"
                    aria-describedby="article-file-hint"
                    on:change=bring
                />
                <p class="field-hint" id="article-file-hint">{locale.articles_import_hint()}</p>
            </div>
        }
    });
    view! {
        <div class="shelf-tools">
            <div class="field">
                <label class="field-label" for="article-words">{locale.articles_find()}</label>
                <input
                    id="article-words"
                    class="field-input"
                    type="search"
                    autocomplete="off"
                    prop:value=move || words.get()
                    on:change=move |event| words.set(event_target_value(&event))
                />
            </div>
            {writing}
        </div>
    }
}

#[component]
fn Shelf(content: Content, editing: RwSignal<Option<types::ArticleForm>>, may_manage: bool) -> impl IntoView {
    let locale = use_locale();
    let zone = use_zone();
    let (articles, sellers) = content;
    let sellers = StoredValue::new(sellers);
    let known = StoredValue::new(articles.iter().map(|article| article.id).collect::<Vec<_>>());
    let is_empty = articles.is_empty();
    let close = Callback::new(move |()| editing.set(None));
    let form = move || {
        editing.get().map(|form| {
            let is_there = known.with_value(|known| known.contains(&form.id));
            view! { <ArticleForm form is_there sellers=sellers.get_value() on_close=close/> }
        })
    };
    let lines = articles.into_iter().map(move |article| {
        let seller = article.seller.and_then(|id| {
            sellers
                .with_value(|all| all.iter().find(|seller| seller.id == id).map(|seller| seller.name.clone()))
        });
        let scope = [seller, article.sku.clone(), Some(article.tags.join(", "))];
        let scope: Vec<String> = scope.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        let standing = locale.article_standing(
            i64::from(article.version),
            &article.updated_by,
            &locale.date_time(article.updated_at, zone),
            article.use_count,
        );
        let form = form_of(&article);
        let edit = Callback::new(move |()| editing.set(Some(form.clone())));
        view! {
            <li class="card shelf-card" data-testid="article">
                <div class="shelf-head">
                    <h2 class="shelf-title">{article.title}</h2>
                    <span class="quiet">{scope.join(" · ")}</span>
                    {may_manage.then(|| view! {
                        <span class="shelf-actions">
                            <Button kind=ButtonKind::Quiet on_press=edit>{locale.models_change()}</Button>
                        </span>
                    })}
                </div>
                <p class="shelf-body">{article.body}</p>
                <p class="quiet">{standing}</p>
            </li>
        }
    });
    view! {
        {form}
        <p class="quiet" hidden=!is_empty>{locale.articles_none()}</p>
        <ul class="shelf" data-testid="articles">{lines.collect_view()}</ul>
    }
}
