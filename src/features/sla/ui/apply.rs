//! Bringing new rules to chats that already wait. They keep the rules of their beginning unless somebody asks for this.

use crate::features::sla::api;
use crate::features::sla::explanation::Application;
use crate::shared::change::Change;
use crate::shared::error::AppError;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::context::use_locale;
use crate::ui::live::{LiveNews, use_live};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The button, and how far it has come.
#[component]
pub fn ApplyPanel(may_manage: bool) -> impl IntoView {
    let locale = use_locale();
    let told = LocalResource::new(api::applied);
    use_live().on_change(move |news| {
        let is_ours = match &news {
            LiveNews::Resync => true,
            LiveNews::Changes(events) => events.iter().any(|event| event.change == Change::Deadlines),
        };
        if is_ours {
            told.refetch();
        }
    });
    let error = RwSignal::new(None::<AppError>);
    let begin = move |()| {
        spawn_local(async move {
            let failed = api::apply().await.err();
            // The page may have been left meanwhile.
            _ = error.try_set(failed);
        });
    };
    let progress = move || match told.get()? {
        Ok(Some(Application { is_finished: true, version, done, .. })) => {
            Some(locale.rules_applied(done, version))
        }
        Ok(Some(Application { done, chats, .. })) => Some(locale.rules_applying(done, chats)),
        Ok(None) | Err(_) => None,
    };
    view! {
        <section class="card" aria-labelledby="apply-rules" data-testid="apply-rules">
            <h2 id="apply-rules">{locale.rules_apply_title()}</h2>
            <p>{locale.rules_apply_text()}</p>
            {may_manage.then(|| view! { <Button kind=ButtonKind::Quiet on_press=begin>{locale.rules_apply()}</Button> })}
            <p role="status">{progress}</p>
            <p class="field-error" role="alert">{move || error.get().map(|error| error.sentence(locale))}</p>
        </section>
    }
}
