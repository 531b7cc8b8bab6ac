//! The HTML around every page, and which page stands at which address.

mod keys_page;
pub mod late;
mod settings;

use crate::features::inbox::ui::InboxPage;
use crate::features::notices::ui::{NoticeBell, UnseenTitle, provide_notices};
use crate::features::sellers::ui::StoppedBanner;
use crate::features::users::ui::{LogInPage, SetUpPage, follow_workspace};
use crate::shared::page::Theme;
use crate::ui::commands::{CommandHost, provide_commands};
use crate::ui::context::{page_of_request, provide_page_context, use_locale, use_viewer};
use crate::ui::layout::{Frame, NotFoundPage};
use crate::ui::live::provide_live;
use crate::ui::notice::{ToastRegion, provide_toasts};
use late::LatePage;
use leptos::attr::custom::CustomAttribute;
use leptos::hydration::HydrationScripts;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, Title, provide_meta_context};
use leptos_router::components::{Outlet, ParentRoute, Route, Router, Routes};
use leptos_router::path;

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
                    <Route path=path!("/search") view=LatePage::Search/>
                    <Route path=path!("/sellers") view=LatePage::Sellers/>
                    <Route path=path!("/reports/suggestions") view=LatePage::SuggestionReport/>
                    <Route path=path!("/reports/deadlines") view=LatePage::DeadlineReport/>
                    <ParentRoute path=path!("/settings") view=LatePage::SettingsFrame>
                        <Route path=path!("") view=LatePage::SettingsIndex/>
                        <Route path=path!("workspace") view=LatePage::Workspace/>
                        <Route path=path!("keys") view=LatePage::Keys/>
                        <Route path=path!("/filters") view=LatePage::Filters/>
                        <Route path=path!("quick-replies") view=LatePage::QuickReplies/>
                        <Route path=path!("wording") view=LatePage::Wording/>
                        <Route path=path!("deadlines") view=LatePage::Deadlines/>
                        <Route path=path!("calendars") view=LatePage::Calendars/>
                        <Route path=path!("knowledge") view=LatePage::Knowledge/>
                        <Route path=path!("models") view=LatePage::Models/>
                        <Route path=path!("notices") view=LatePage::Notices/>
                        <Route path=path!("/tags") view=LatePage::Tags/>
                        <Route path=path!("/people") view=LatePage::People/>
                    </ParentRoute>
                </ParentRoute>
            </Routes>
        </Router>
        <ToastRegion/>
    }
}
