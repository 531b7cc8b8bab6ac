//! Until when the marketplace takes messages: the countdown over the composer, and what is possible when it has run out.

use super::desk::Desk;
use super::session::Session;
use crate::features::inbox::api;
use crate::features::inbox::send_window::{Possible, SendWindow, WindowReason, send_window};
use crate::shared::i18n::Locale;
use crate::shared::marketplace::Marketplace;
use crate::shared::time::{Remaining, remaining};
use crate::ui::button::{Button, ButtonKind};
use crate::ui::icon::{Glyph, Icon};
use crate::ui::notice::use_toasts;
use chrono::SecondsFormat;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;

/// An end this near is shown as urgent, in minutes.
const SOON_MINUTES: i64 = 60;

/// What the rule says now: it closes in the second in which the time runs out.
pub fn watch(desk: &Desk, session: &Session) -> Memo<SendWindow> {
    let (facts, now) = (session.window.clone(), desk.now);
    Memo::new(move |_| facts.with(|facts| send_window(facts, now.get())))
}

/// The countdown while the window is open; when it is closed, why, and what can be done.
#[component]
pub fn WindowNote(
    desk: Desk,
    session: Session,
    window: Memo<SendWindow>,
    /// Sends what is typed although the rule says that it is too late.
    on_anyway: Callback<()>,
) -> impl IntoView {
    let is_closed = Memo::new(move |_| window.with(SendWindow::is_closed));
    let open = {
        let desk = desk.clone();
        move || (!is_closed.get()).then(|| view! { <OpenNote desk=desk.clone() window/> })
    };
    let closed = move || {
        is_closed.get().then(|| {
            view! { <ClosedWindow desk=desk.clone() session=session.clone() window on_anyway/> }
        })
    };
    let state = move || if is_closed.get() { "closed" } else { "open" };
    view! {
        <div class="send-window" data-testid="send-window" data-state=state>
            {open}
            // There from the start, so that readers hear what appears in it.
            <div role="status">{closed}</div>
        </div>
    }
}

/// How long one may still write. Read out only by those who look for it.
#[component]
fn OpenNote(desk: Desk, window: Memo<SendWindow>) -> impl IntoView {
    let (locale, now, zone) = (desk.locale, desk.now, desk.zone);
    let left = Memo::new(move |_| {
        let until = window.with(|window| window.until.filter(|_| is_counted(window.reason)))?;
        Some((until, remaining(until, now.get())))
    });
    let words = move || match left.get() {
        Some((until, left)) => Some(locale.window_open_for(left, until, now.get_untracked(), zone)),
        None => window.with(|window| open_words(locale, window)).map(str::to_owned),
    };
    let urgency = move || match left.get() {
        Some((_, Remaining::Left { minutes })) if minutes < SOON_MINUTES => "soon",
        _ => "fine",
    };
    let until = move || left.get().map(|(until, _)| until.to_rfc3339_opts(SecondsFormat::Secs, true));
    move || {
        words().map(|words| {
            view! {
                <p class="send-window-open" data-urgency=urgency data-until=until>
                    <Glyph icon=Icon::Clock/>
                    <span>{words}</span>
                </p>
            }
        })
    }
}

/// Whether the end is near enough in nature to be counted down. A delivery that has not happened moves it on.
fn is_counted(reason: WindowReason) -> bool {
    matches!(reason, WindowReason::BuyerWrote | WindowReason::AfterDelivery)
}

fn open_words(locale: Locale, window: &SendWindow) -> Option<&'static str> {
    match window.reason {
        WindowReason::UntilDelivery => Some(locale.window_until_delivery()),
        // Without an order it may as well be that the messages have not been read yet.
        WindowReason::FirstMessage if window.is_certain => Some(locale.window_first_message()),
        _ => None,
    }
}

/// Why the window is closed, and the ways on.
#[component]
fn ClosedWindow(
    desk: Desk,
    session: Session,
    window: Memo<SendWindow>,
    on_anyway: Callback<()>,
) -> impl IntoView {
    let (locale, now, zone) = (desk.locale, desk.now, desk.zone);
    let marketplace = session.row.with_untracked(|row| row.marketplace);
    let why = move || {
        window.with(|window| {
            let until = window.until.map(|until| locale.at_day(until, now.get_untracked(), zone));
            closed_words(locale, window, marketplace, until.as_deref())
        })
    };
    let ways = move || {
        window
            .get()
            .possible
            .into_iter()
            .map(|way| match way {
                Possible::TryAnyway => {
                    let press = Callback::new(move |()| on_anyway.run(()));
                    view! { <Button on_press=press>{locale.send_anyway()}</Button> }.into_any()
                }
                Possible::StartChat { posting } => {
                    view! { <StartChat desk=desk.clone() session=session.clone() posting/> }.into_any()
                }
                Possible::WaitForBuyer => {
                    view! { <span class="send-window-wait">{locale.window_wait_for_buyer()}</span> }
                        .into_any()
                }
            })
            .collect_view()
    };
    view! {
        <div class="send-window-closed">
            <p class="send-window-why">
                <Glyph icon=Icon::Info/>
                <span>{why}</span>
            </p>
            <div class="send-window-ways">{ways}</div>
        </div>
    }
}

fn closed_words(
    locale: Locale,
    window: &SendWindow,
    marketplace: Marketplace,
    until: Option<&str>,
) -> String {
    let until = until.unwrap_or_default();
    let why = match window.reason {
        WindowReason::BuyerWrote => locale.window_over_after_buyer(marketplace, until),
        WindowReason::UntilDelivery => locale.window_over_unknown_delivery(marketplace),
        WindowReason::AfterDelivery | WindowReason::FirstMessage => {
            locale.window_over_after_delivery(marketplace, until)
        }
        WindowReason::WaitForBuyer => locale.window_one_message(marketplace),
        WindowReason::BuyerStarts => locale.window_buyer_starts(marketplace),
        WindowReason::RefusedOver => locale.window_refused_over(marketplace),
        WindowReason::RefusedWait => locale.window_refused_wait(marketplace),
        WindowReason::ChatClosed => locale.window_chat_closed(marketplace),
    };
    if window.is_certain { why } else { format!("{why} {}", locale.window_uncertain(marketplace)) }
}

/// Begins a chat about a posting and goes there.
#[component]
fn StartChat(desk: Desk, session: Session, posting: String) -> impl IntoView {
    let locale = desk.locale;
    let (chat, toasts, navigate) = (session.chat, use_toasts(), use_navigate());
    let is_busy = RwSignal::new(false);
    let name = locale.start_chat_about(&posting);
    let press = Callback::new(move |()| {
        let (posting, navigate, address) = (posting.clone(), navigate.clone(), desk.address);
        is_busy.set(true);
        spawn_local(async move {
            match api::start_chat(chat, posting).await {
                Ok(begun) => {
                    let href = address.try_with_untracked(|here| here.with_chat(Some(begun)).href());
                    if let Some(href) = href {
                        navigate(&href, Default::default());
                    }
                }
                Err(error) => toasts.say(error.sentence(locale)),
            }
            _ = is_busy.try_set(false);
        });
    });
    view! {
        <Button kind=ButtonKind::Plain icon=Icon::Chat busy=is_busy on_press=press>
            {name}
        </Button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::inbox::send_window::WindowFacts;
    use chrono::DateTime;

    #[test]
    fn an_uncertain_end_says_that_it_is() {
        let at = |hour: i64| DateTime::from_timestamp(hour * 3600, 0).expect("an instant");
        let facts = WindowFacts { buyer_wrote_at: Some(at(0)), ..WindowFacts::default() };
        let window = send_window(&facts, at(48));
        let words = closed_words(Locale::Ru, &window, Marketplace::Ozon, Some("then"));
        assert!(words.contains("then"), "{words}");
        assert!(words.contains(&Locale::Ru.window_uncertain(Marketplace::Ozon)), "{words}");
        let certain = SendWindow { is_certain: true, ..window };
        let words = closed_words(Locale::Ru, &certain, Marketplace::Ozon, Some("then"));
        assert!(!words.contains(&Locale::Ru.window_uncertain(Marketplace::Ozon)), "{words}");
    }
}
