//! Pages that a browser fetches when somebody opens them, so that the inbox is loaded without them.
//!
//! `cargo leptos build --split` makes a file of its own of what only [`draw`] reaches. Hence one function draws all of these
//! pages, and nothing else names them.

use super::keys_page::KeysPage;
use super::settings::{SettingsFrame, SettingsIndex};
use crate::features::inbox::ui::{FiltersPage, PeoplePage, TagsPage, chats_be_here};
use crate::features::knowledge::ui::KnowledgePage;
use crate::features::notices::ui::NoticeSettingsPage;
use crate::features::quick_replies::ui::QuickRepliesPage;
use crate::features::search::ui::SearchPage;
use crate::features::sellers::ui::SellersPage;
use crate::features::sla::ui::{CalendarsPage, DeadlineReportPage, DeadlinesPage};
use crate::features::suggestions::ui::{ModelsPage, SuggestionReportPage};
use crate::features::users::ui::WorkspacePage;
use crate::features::wording::ui::WordingPage;
use crate::ui::late::{NotFetched, NotFetchedPage};
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use leptos_router::ChooseView;

/// Where late pages stand: an address of one begins so.
const PLACES: [&str; 4] = ["/search", "/sellers", "/reports", "/settings"];

/// Whether a late page stands at this path.
fn is_late(path: &str) -> bool {
    PLACES
        .iter()
        .any(|place| path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// A page, or the frame of some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LatePage {
    Calendars,
    DeadlineReport,
    Deadlines,
    Filters,
    Keys,
    Knowledge,
    Models,
    Notices,
    People,
    QuickReplies,
    Search,
    Sellers,
    SettingsFrame,
    SettingsIndex,
    SuggestionReport,
    Tags,
    Wording,
    Workspace,
}

impl ChooseView for LatePage {
    async fn choose(self) -> AnyView {
        #[cfg(feature = "ssr")]
        leptos::prefetch_lazy_fn_on_server("late_pages");
        draw(self).await.unwrap_or_else(|NotFetched| view! { <NotFetchedPage/> }.into_any())
    }

    async fn preload(&self) {
        // Without them the page says so itself.
        _ = fetch().await;
    }
}

/// Has here what the page at this path is drawn with at once.
///
/// # Errors
/// [`NotFetched`]; asking again tries again.
pub async fn be_here(path: &str) -> Result<(), NotFetched> {
    if is_late(path) {
        fetch().await?;
    } else if path.starts_with("/inbox/") {
        chats_be_here().await?;
    }
    Ok(())
}

#[wasm_split(late_pages, wasm_split_path = ::leptos::wasm_split, fallible, preload(#[doc = "Fetches late pages."] fetch))]
fn draw(page: LatePage) -> Result<AnyView, NotFetched> {
    Ok(match page {
        LatePage::Calendars => view! { <CalendarsPage/> }.into_any(),
        LatePage::DeadlineReport => view! { <DeadlineReportPage/> }.into_any(),
        LatePage::Deadlines => view! { <DeadlinesPage/> }.into_any(),
        LatePage::Filters => view! { <FiltersPage/> }.into_any(),
        LatePage::Keys => view! { <KeysPage/> }.into_any(),
        LatePage::Knowledge => view! { <KnowledgePage/> }.into_any(),
        LatePage::Models => view! { <ModelsPage/> }.into_any(),
        LatePage::Notices => view! { <NoticeSettingsPage/> }.into_any(),
        LatePage::People => view! { <PeoplePage/> }.into_any(),
        LatePage::QuickReplies => view! { <QuickRepliesPage/> }.into_any(),
        LatePage::Search => view! { <SearchPage/> }.into_any(),
        LatePage::Sellers => view! { <SellersPage/> }.into_any(),
        LatePage::SettingsFrame => view! { <SettingsFrame/> }.into_any(),
        LatePage::SettingsIndex => view! { <SettingsIndex/> }.into_any(),
        LatePage::SuggestionReport => view! { <SuggestionReportPage/> }.into_any(),
        LatePage::Tags => view! { <TagsPage/> }.into_any(),
        LatePage::Wording => view! { <WordingPage/> }.into_any(),
        LatePage::Workspace => view! { <WorkspacePage/> }.into_any(),
    })
}

#[cfg(test)]
mod tests {
    use super::is_late;

    #[test]
    fn the_inbox_is_not_late() {
        assert!(
            ["/search", "/settings", "/settings/tags", "/reports/deadlines", "/sellers"]
                .into_iter()
                .all(is_late)
        );
        assert!(!["/", "/inbox", "/inbox/1", "/login", "/setup", "/settingsx"].into_iter().any(is_late));
    }
}
