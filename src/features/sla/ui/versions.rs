//! What the rules have been: each version with who made it and when. An old one can be opened, and brought back by saving it.

use super::draft::Draft;
use crate::features::sla::api;
use crate::features::sla::types::VersionLine;
use crate::shared::error::AppError;
use crate::ui::context::{use_locale, use_zone};
use crate::ui::notice::ErrorNote;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// All versions.
#[component]
pub fn Versions(draft: Draft) -> impl IntoView {
    let locale = use_locale();
    // A new version is one more line.
    let lines = LocalResource::new(move || {
        draft.version.track();
        api::versions()
    });
    let again = Callback::new(move |()| lines.refetch());
    let shown = move || {
        lines.get().map(|answer| match answer {
            Ok(lines) if lines.is_empty() => {
                view! { <p class="quiet">{locale.versions_none()}</p> }.into_any()
            }
            Ok(lines) => view! { <Lines draft lines/> }.into_any(),
            Err(error) => view! { <ErrorNote error on_retry=Some(again)/> }.into_any(),
        })
    };
    view! {
        <section class="card" aria-labelledby="versions">
            <h2 id="versions">{locale.versions()}</h2>
            {shown}
        </section>
    }
}

#[component]
fn Lines(draft: Draft, lines: Vec<VersionLine>) -> impl IntoView {
    let (locale, zone) = (use_locale(), use_zone());
    let error = RwSignal::new(None::<AppError>);
    let open = move |version: i32| {
        spawn_local(async move {
            match api::version(version).await {
                Ok(book) => {
                    if error.try_set(None).is_none() {
                        draft.is_old.set(version != draft.version.get_untracked());
                        draft.show(book);
                    }
                }
                Err(why) => _ = error.try_set(Some(why)),
            }
        });
    };
    let lines = lines.into_iter().map(|line| {
        let version = line.version;
        let words = locale.version_line(version.into(), &line.author, &locale.date_time(line.at, zone));
        let label = format!("{}: {words}", locale.version_open());
        view! {
            <li class="version" data-testid="version">
                <span>{words}</span>
                <button type="button" class="button button-quiet" aria-label=label on:click=move |_| open(version)>
                    {locale.version_open()}
                </button>
            </li>
        }
    });
    view! {
        <p class="field-error" role="alert">{move || error.get().map(|error| error.sentence(locale))}</p>
        <ul class="version-list">{lines.collect_view()}</ul>
    }
}
