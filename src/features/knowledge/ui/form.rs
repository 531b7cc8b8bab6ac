//! The form that writes an article or changes one.

use crate::features::knowledge::api;
use crate::features::knowledge::types::{self, ArticleView, MAX_SKU, MAX_TITLE};
use crate::features::sellers::types::SellerView;
use crate::shared::error::AppError;
use crate::shared::ids::ArticleId;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::context::use_locale;
use crate::ui::field::Field;
use crate::ui::text_area::TextArea;
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A form for a new article.
pub fn new_form() -> types::ArticleForm {
    types::ArticleForm {
        id: ArticleId::new(),
        title: String::new(),
        body: String::new(),
        tags: Vec::new(),
        seller: None,
        sku: None,
    }
}

/// A form for an article that is there.
pub fn form_of(article: &ArticleView) -> types::ArticleForm {
    types::ArticleForm {
        id: article.id,
        title: article.title.clone(),
        body: article.body.clone(),
        tags: article.tags.clone(),
        seller: article.seller,
        sku: article.sku.clone(),
    }
}

/// The form.
#[component]
pub fn ArticleForm(
    form: types::ArticleForm,
    /// There is an article that can be deleted.
    is_there: bool,
    sellers: Vec<SellerView>,
    on_close: Callback<()>,
) -> impl IntoView {
    let locale = use_locale();
    let id = form.id;
    let (title, sku) = (RwSignal::new(form.title), RwSignal::new(form.sku.unwrap_or_default()));
    let tags = RwSignal::new(form.tags.join(", "));
    let body = ArcRwSignal::new(form.body);
    let seller = RwSignal::new(form.seller.map(|seller| seller.to_string()).unwrap_or_default());
    let (error, busy, is_sure) =
        (RwSignal::new(None::<AppError>), RwSignal::new(false), RwSignal::new(false));
    let area = NodeRef::<html::Textarea>::new();
    let done = move |answer: Result<(), AppError>| {
        _ = busy.try_set(false);
        match answer {
            Ok(()) => on_close.run(()),
            Err(why) => _ = error.try_set(Some(why)),
        }
    };
    let typed = body.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let form = types::ArticleForm {
            id,
            title: title.get_untracked(),
            body: typed.get_untracked(),
            tags: tags.with_untracked(|tags| tags.split(',').map(str::to_owned).collect()),
            seller: seller.with_untracked(|seller| seller.parse().ok()),
            sku: Some(sku.get_untracked()),
        };
        let form = match form.checked() {
            Ok(form) => form,
            Err(refusal) => {
                error.set(Some(refusal.into()));
                return;
            }
        };
        busy.set(true);
        spawn_local(async move { done(api::save(form).await) });
    };
    let delete = Callback::new(move |()| {
        if is_sure.get_untracked() {
            busy.set(true);
            spawn_local(async move { done(api::delete(id).await) });
        } else {
            is_sure.set(true);
        }
    });
    let options = sellers.into_iter().map(|of| {
        let key = of.id.to_string();
        let (value, own) = (key.clone(), key);
        view! { <option value=value selected=move || seller.with(|seller| *seller == own)>{of.name}</option> }
    });
    view! {
        <form class="form article-form card" novalidate on:submit=submit data-testid="article-form">
            <h2>{if is_there { locale.article_change() } else { locale.article_new() }}</h2>
            <Field id="article-title" name="title" label=locale.article_title() value=title maxlength=MAX_TITLE required=true/>
            <div class="field">
                <label class="field-label" for="article-body">{locale.article_body()}</label>
                <TextArea
                    element=area
                    id="article-body"
                    testid="article-body"
                    label=locale.article_body()
                    placeholder=""
                    text=body
                    on_typed=Callback::new(|_| ())
                    disabled=Signal::stored(false)
                    invalid=Signal::stored(false)
                    described_by="article-problem"
                />
            </div>
            <Field id="article-tags" name="tags" label=locale.article_tags() hint=locale.article_tags_hint() value=tags/>
            <div class="field">
                <label class="field-label" for="article-seller">{locale.article_seller()}</label>
                <select
                    id="article-seller"
                    class="field-input"
                    on:change=move |event| seller.set(event_target_value(&event))
                >
                    <option value="" selected=move || seller.with(String::is_empty)>{locale.article_all_sellers()}</option>
                    {options.collect_view()}
                </select>
            </div>
            <Field id="article-sku" name="sku" label=locale.article_sku() hint=locale.article_sku_hint() value=sku maxlength=MAX_SKU/>
            <p class="field-error" id="article-problem" role="alert">
                {move || error.get().map(|error| error.sentence(locale))}
            </p>
            <div class="actions">
                <Button kind=ButtonKind::Primary busy>{locale.article_save()}</Button>
                <Button kind=ButtonKind::Quiet on_press=on_close>{locale.models_cancel()}</Button>
                {is_there.then(|| view! {
                    <Button kind=ButtonKind::Danger on_press=delete>
                        {move || if is_sure.get() { locale.article_delete_sure() } else { locale.article_delete() }}
                    </Button>
                })}
            </div>
        </form>
    }
}
