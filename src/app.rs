//! The HTML around every page, and which page stands at which address.

mod keys_page;
mod settings;

use crate::features::inbox::ui::{FiltersPage, InboxPage, PeoplePage, TagsPage};
use crate::features::knowledge::ui::KnowledgePage;
use crate::features::notices::ui::{NoticeBell, NoticeSettingsPage, UnseenTitle, provide_notices};
use crate::features::quick_replies::ui::QuickRepliesPage;
use crate::features::search::ui::SearchPage;
use crate::features::sellers::ui::{SellersPage, StoppedBanner};
use crate::features::sla::ui::{CalendarsPage, DeadlineReportPage, DeadlinesPage};
use crate::features::suggestions::ui::{ModelsPage, SuggestionReportPage};
use crate::features::users::ui::{LogInPage, SetUpPage, WorkspacePage, follow_workspace};
use crate::features::wording::ui::WordingPage;
use crate::shared::page::Theme;
use crate::ui::commands::{CommandHost, provide_commands};
use crate::ui::context::{page_of_request, provide_page_context, use_locale, use_viewer};
use crate::ui::layout::{Frame, NotFoundPage};
use crate::ui::live::provide_live;
use crate::ui::notice::{ToastRegion, provide_toasts};
use keys_page::KeysPage;
use leptos::attr::custom::CustomAttribute;
use leptos::hydration::HydrationScripts;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::components::{Outlet, ParentRoute, Route, Router, Routes};
use leptos_router::path;
use settings::{SettingsFrame, SettingsIndex};

/// The document, drawn by the server only. The browser takes over `<body>`.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let page = page_of_request();
    let data = serde_json::to_string(&page).unwrap_or_default();
    view! {
        <!DOCTYPE html>
        <html lang=page.locale.tag() data-theme=page.theme.as_str() data-density=page.density.as_str() data-page=data>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content"/>
                <meta name="color-scheme" content=page.theme.color_scheme()/>
                {Theme::FRAME_COLORS
                    .map(|(media, color)| leptos::html::meta().name("theme-color").content(color).attr("media", media))}
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/icon-192.png"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <HashedStylesheet id="leptos" options=options.clone()/>
                <HydrationScripts options=options/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// Everything inside `<body>`, the same on both sides.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_page_context();
    provide_commands();
    provide_toasts();
    if let Some(viewer) = use_viewer() {
        provide_live(viewer.live_after);
        provide_notices();
        follow_workspace();
    }
    let locale = use_locale();
    view! {
        <Title text=locale.product()/>
        <UnseenTitle/>
        <Router>
            <Routes fallback=|| view! { <NotFoundPage/> }.into_any()>
                <Route path=path!("/login") view=|| view! { <LogInPage/> }.into_any()/>
                <Route path=path!("/setup") view=|| view! { <SetUpPage/> }.into_any()/>
                <ParentRoute path=path!("") view=|| view! { <Frame banner=StoppedBanner bell=NoticeBell><Outlet/></Frame><CommandHost/> }.into_any()>
                    // The server sends people from / to /inbox; the route is there for links inside the program.
                    <Route path=path!("/") view=|| view! { <InboxPage/> }.into_any()/>
                    <Route path=path!("/inbox/:chat?") view=|| view! { <InboxPage/> }.into_any()/>
                    <Route path=path!("/search") view=|| view! { <SearchPage/> }.into_any()/>
                    <Route path=path!("/sellers") view=|| view! { <SellersPage/> }.into_any()/>
                    <Route path=path!("/reports/suggestions") view=|| view! { <SuggestionReportPage/> }.into_any()/>
                    <Route path=path!("/reports/deadlines") view=|| view! { <DeadlineReportPage/> }.into_any()/>
                    <ParentRoute path=path!("/settings") view=|| view! { <SettingsFrame/> }.into_any()>
                        <Route path=path!("") view=|| view! { <SettingsIndex/> }.into_any()/>
                        <Route path=path!("workspace") view=|| view! { <WorkspacePage/> }.into_any()/>
                        <Route path=path!("keys") view=|| view! { <KeysPage/> }.into_any()/>
                        <Route path=path!("/filters") view=|| view! { <FiltersPage/> }.into_any()/>
                        <Route path=path!("quick-replies") view=|| view! { <QuickRepliesPage/> }.into_any()/>
                        <Route path=path!("wording") view=|| view! { <WordingPage/> }.into_any()/>
                        <Route path=path!("deadlines") view=|| view! { <DeadlinesPage/> }.into_any()/>
                        <Route path=path!("calendars") view=|| view! { <CalendarsPage/> }.into_any()/>
                        <Route path=path!("knowledge") view=|| view! { <KnowledgePage/> }.into_any()/>
                        <Route path=path!("models") view=|| view! { <ModelsPage/> }.into_any()/>
                        <Route path=path!("notices") view=|| view! { <NoticeSettingsPage/> }.into_any()/>
                        <Route path=path!("/tags") view=|| view! { <TagsPage/> }.into_any()/>
                        <Route path=path!("/people") view=|| view! { <PeoplePage/> }.into_any()/>
                    </ParentRoute>
                </ParentRoute>
            </Routes>
        </Router>
        <ToastRegion/>
    }
}
