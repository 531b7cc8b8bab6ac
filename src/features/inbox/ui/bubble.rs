//! One message.

use super::attachment::Attachments;
use super::composer::COMPOSER;
use super::desk::Desk;
use super::held::PlannedActions;
use super::links::{self, Piece};
use super::session::{Drawn, Session};
use super::tools::MessageLink;
use super::words::{self, Progress};
use crate::features::inbox::types::{Author, Delivery, Direction, FailureReason, ReplyState};
use crate::shared::error::AppError;
use crate::shared::i18n::Locale;
use crate::shared::ids::ReplyId;
use crate::shared::marketplace::Marketplace;
use crate::ui::browser;
use crate::ui::icon::{Glyph, Icon};
use leptos::prelude::*;

/// A message, or a reply on its way.
#[component]
pub fn MessageBubble(desk: Desk, session: Session, id: String) -> impl IntoView {
    let drawn = session.drawn(&id)?;
    let (external_id, direction, status, author) =
        (drawn.clone(), drawn.clone(), drawn.clone(), drawn.clone());
    Some(view! {
        <li
            class="message"
            data-testid="message"
            data-external-id=move || external_id.with(|it| it.view.external_id.clone())
            data-direction=move || direction.with(|it| it.view.author.direction().as_str())
            data-status=move || status.with(|it| status_word(it.view.delivery.as_ref()))
            data-author=move || author.with(|it| it.view.author.as_str())
        >
            <AuthorLine desk=desk.clone() session=session.clone() drawn=drawn.clone()/>
            <div class="bubble">
                <Body drawn=drawn.clone() locale=desk.locale/>
                <Attachments drawn=drawn.clone() session=session.clone() locale=desk.locale/>
                <Foot desk=desk.clone() session=session.clone() drawn=drawn.clone()/>
            </div>
            <Trouble desk=desk.clone() session=session.clone() drawn=drawn.clone()/>
            <PlannedActions desk session drawn/>
        </li>
    })
}

/// The word for tests and style sheets: how far our own message has got.
fn status_word(delivery: Option<&Delivery>) -> &'static str {
    match delivery {
        None => "",
        Some(delivery) if delivery.is_read => "read",
        Some(delivery) => delivery.state.as_str(),
    }
}

/// Who wrote it, over the first of a group. Our side is named, the buyer stands on the other side.
#[component]
fn AuthorLine(desk: Desk, session: Session, drawn: ArcRwSignal<Drawn>) -> impl IntoView {
    let (locale, marketplace) = (desk.locale, session.row.with_untracked(|row| row.marketplace));
    let name = Memo::new(move |_| {
        drawn.with(|it| {
            let name = it.view.author_name.as_deref();
            let words = words::author(locale, it.view.author, name, marketplace);
            (words, it.is_leading && it.view.author != Author::Buyer)
        })
    });
    move || {
        let (words, is_shown) = name.get();
        // Readers hear the author of every message; the eye finds it by the side.
        let class = if is_shown { "message-author" } else { "reader-only" };
        view! { <span class=class>{words}</span> }
    }
}

/// The text, with its line breaks and links.
#[component]
fn Body(drawn: ArcRwSignal<Drawn>, locale: Locale) -> impl IntoView {
    let body = Memo::new(move |_| {
        drawn.with(|it| (it.view.body.clone(), it.view.is_unparsed, it.view.attachments.is_empty()))
    });
    move || {
        let (text, is_unparsed, is_alone) = body.get();
        let note = is_unparsed.then(|| view! { <p class="bubble-note">{locale.unparsed_message()}</p> });
        let text = match text.is_empty() {
            false => Some(view! { <p class="bubble-text">{linked(&text, locale)}</p> }.into_any()),
            true if is_alone => {
                Some(view! { <p class="bubble-note">{locale.empty_message()}</p> }.into_any())
            }
            true => None,
        };
        view! {
            {note}
            {text}
        }
    }
}

/// A text whose web addresses are links. Everything stays text; nothing becomes markup.
fn linked(text: &str, locale: Locale) -> Vec<AnyView> {
    links::pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned().into_any(),
            Piece::Link(link) => {
                view! { <OutsideLink href=link.to_owned() text=link.to_owned() locale/> }.into_any()
            }
        })
        .collect()
}

/// A link that leaves us: it learns nothing about where it was clicked.
#[component]
pub(super) fn OutsideLink(href: String, text: String, locale: Locale) -> impl IntoView {
    view! {
        <a
            class="outside-link"
            href=href
            target="_blank"
            rel="noopener noreferrer nofollow external"
            title=locale.opens_in_new_tab()
        >
            {text}
        </a>
    }
}

/// When, and how far it has got.
#[component]
fn Foot(desk: Desk, session: Session, drawn: ArcRwSignal<Drawn>) -> impl IntoView {
    let (locale, zone) = (desk.locale, desk.zone);
    let marketplace = session.row.with_untracked(|row| row.marketplace);
    let link = drawn.clone();
    let at = {
        let drawn = drawn.clone();
        Memo::new(move |_| drawn.with(|it| it.view.sent_at))
    };
    let edited_at = {
        let drawn = drawn.clone();
        Memo::new(move |_| drawn.with(|it| it.view.edited_at))
    };
    let planned = drawn.clone();
    let leaves_at = Memo::new(move |_| {
        planned.with(|it| {
            let delivery = it.view.delivery.as_ref()?;
            delivery.leaves_at.filter(|_| delivery.state == ReplyState::Scheduled)
        })
    });
    let delivery = Memo::new(move |_| drawn.with(|it| it.view.delivery.as_ref().map(Progress::from)));
    let now = desk.now;
    let status = move || {
        delivery.get().map(|progress| {
            let words = match leaves_at.get() {
                Some(at) => locale.leaves_at(&locale.at_day(at, now.get_untracked(), zone)),
                None => words::reply_state(locale, progress, marketplace),
            };
            view! {
                <span class="message-status" data-state=progress.state.as_str() title=words.clone()>
                    <Glyph icon=status_icon(progress)/>
                    <span class="message-status-words">{words.clone()}</span>
                </span>
            }
        })
    };
    view! {
        <span class="message-foot">
            {move || {
                edited_at
                    .get()
                    .map(|at| {
                        view! {
                            <span class="message-edited" title=locale.date_time(at, zone)>
                                {locale.message_edited()}
                            </span>
                        }
                    })
            }}
            <MessageLink session=session.clone() drawn=link/>
            <time datetime=move || at.get().to_rfc3339() title=move || locale.date_time(at.get(), zone)>
                {move || zone.clock(at.get())}
            </time>
            {status}
        </span>
    }
}

fn status_icon(progress: Progress) -> Icon {
    match progress.state {
        _ if progress.is_in_moderation => Icon::Clock,
        _ if progress.is_read => Icon::CheckDouble,
        ReplyState::Scheduled | ReplyState::Queued | ReplyState::Sending => Icon::Clock,
        ReplyState::Sent => Icon::Check,
        ReplyState::Visible => Icon::CheckDouble,
        ReplyState::Unsure => Icon::Question,
        ReplyState::Rejected | ReplyState::Failed | ReplyState::Withdrawn => Icon::Alert,
    }
}

/// What went wrong with a reply.
#[derive(Clone, Debug, PartialEq)]
struct Problem {
    state: ReplyState,
    reply: Option<ReplyId>,
    reason: Option<FailureReason>,
    words: Option<String>,
    is_waiting_here: bool,
    is_file: bool,
    refused: Option<AppError>,
}

impl Problem {
    fn of(drawn: &Drawn) -> Option<Self> {
        let delivery = drawn.view.delivery.as_ref()?;
        let is_problem =
            matches!(delivery.state, ReplyState::Failed | ReplyState::Unsure | ReplyState::Rejected);
        is_problem.then(|| Problem {
            state: delivery.state,
            reply: delivery.reply,
            reason: delivery.reason,
            words: delivery.reason_detail.clone(),
            is_waiting_here: drawn.is_waiting_here,
            is_file: !drawn.view.attachments.is_empty(),
            refused: drawn.refused.clone(),
        })
    }

    /// What happened, and what it means.
    fn sentence(&self, locale: Locale, marketplace: Marketplace) -> Option<String> {
        match (self.state, &self.refused, self.reason) {
            (_, Some(error), _) => Some(error.sentence(locale)),
            (ReplyState::Unsure, _, _) => Some(locale.reply_unsure_advice(marketplace)),
            (_, _, Some(reason)) => Some(words::failure(locale, reason, marketplace)),
            _ => None,
        }
    }
}

/// Why a reply was not sent and what can be done about it.
#[component]
fn Trouble(desk: Desk, session: Session, drawn: ArcRwSignal<Drawn>) -> impl IntoView {
    let (locale, may_answer) = (desk.locale, desk.may_answer());
    let marketplace = session.row.with_untracked(|row| row.marketplace);
    let problem = Memo::new(move |_| {
        drawn.with(|it| if it.view.author.direction() == Direction::Out { Problem::of(it) } else { None })
    });
    move || {
        let problem = problem.get()?;
        let sentence = problem.sentence(locale, marketplace);
        let quoted =
            problem.words.as_deref().map(|words| locale.marketplace_words(marketplace.name(), words));
        let actions = may_answer.then(|| view! { <Actions session=session.clone() problem locale/> });
        Some(view! {
            <div class="message-trouble">
                {sentence.map(|text| view! { <p>{text}</p> })}
                {quoted.map(|text| view! { <p class="message-quote">{text}</p> })}
                {actions}
            </div>
        })
    }
}

#[component]
fn Actions(session: Session, problem: Problem, locale: Locale) -> impl IntoView {
    // What the marketplace withdrew would be withdrawn again.
    let reply = problem.reply.filter(|_| problem.state != ReplyState::Rejected)?;
    let is_waiting_here = problem.is_waiting_here;
    let words = if problem.state == ReplyState::Unsure { locale.send_again() } else { locale.retry() };
    let (editing, leaving) = (session.clone(), session.clone());
    let discard = (is_waiting_here && problem.is_file).then(|| {
        view! {
            <button
                type="button"
                class="message-action"
                data-action="discard"
                on:click=move |_| {
                    leaving.discard(reply);
                    browser::focus(COMPOSER);
                }
            >
                <Glyph icon=Icon::Close/>
                <span>{locale.discard()}</span>
            </button>
        }
    });
    let edit = (is_waiting_here && !problem.is_file).then(|| {
        view! {
            <button
                type="button"
                class="message-action"
                on:click=move |_| {
                    editing.edit_again(reply);
                    browser::focus(COMPOSER);
                }
            >
                <Glyph icon=Icon::Pencil/>
                <span>{locale.edit_again()}</span>
            </button>
        }
    });
    Some(view! {
        <div class="message-actions">
            <button
                type="button"
                class="message-action"
                data-action="retry"
                on:click=move |_| session.send_again(reply, is_waiting_here)
            >
                <Glyph icon=Icon::Retry/>
                <span>{words}</span>
            </button>
            {edit}
            {discard}
        </div>
    })
}

#[cfg(test)]
mod tests {
    use super::{linked, status_word};
    use crate::features::inbox::types::{Delivery, ReplyState};
    use crate::shared::i18n::Locale;
    use leptos::prelude::*;

    #[test]
    fn what_a_buyer_writes_never_becomes_markup() {
        let hostile = "<img src=x onerror=alert(1)> https://a.ru/\"><script>alert(2)</script>";
        let html = Owner::new().with(|| linked(hostile, Locale::Ru).to_html());
        assert!(!html.contains("<img") && !html.contains("<script"), "{html}");
        assert!(html.contains("href=\"https://a.ru/\""), "{html}");
    }

    #[test]
    fn a_read_message_is_read_whatever_else_it_is() {
        let mut delivery = Delivery {
            reply: None,
            state: ReplyState::Visible,
            is_in_moderation: false,
            is_read: false,
            reason: None,
            reason_detail: None,
            leaves_at: None,
            author: None,
        };
        assert_eq!(status_word(Some(&delivery)), "visible");
        delivery.is_read = true;
        assert_eq!(status_word(Some(&delivery)), "read");
        assert_eq!(status_word(None), "");
    }
}
