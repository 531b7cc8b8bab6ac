//! What was found, on the page: chats by their numbers, then messages, newest first, without end.

use super::results::{HitLine, Results};
use crate::features::search::types::{ChatHit, ChatName, NoteHit, Piece, Why};
use crate::shared::address;
use crate::shared::i18n::Locale;
use crate::shared::time::Zone;
use crate::ui::browser;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::context::{use_locale, use_zone};
use crate::ui::notice::ErrorNote;
use leptos::html;
use leptos::prelude::*;

/// So near to the end of the results more are asked for, in pixels.
const NEAR_END: f64 = 800.0;

/// Everything below the box.
#[component]
pub fn Hits(
    results: Results,
    /// Counts the scrolls of the page.
    scrolled: RwSignal<u32>,
    /// What holds the results, for the keys.
    list: NodeRef<html::Div>,
) -> impl IntoView {
    let locale = use_locale();
    let zone = use_zone();
    let (messages, busy) = (results.messages.clone(), results.is_loading.clone());
    load_more_near_end(&results, list, scrolled);
    let has_messages = {
        let messages = results.messages.clone();
        Memo::new(move |_| messages.with(|messages| !messages.is_empty()))
    };
    view! {
        <div class="search-results" node_ref=list aria-busy=move || busy.get().then_some("true") data-testid="search-results">
            <Notes results=results.clone() locale/>
            <Chats results=results.clone() locale zone/>
            <HouseNotes results=results.clone() locale zone/>
            {move || has_messages.get().then(|| view! { <h2 class="search-heading">{locale.found_messages()}</h2> })}
            <ol class="search-list">
                <For
                    each=move || messages.get()
                    key=|line| (line.hit.chat.id, line.hit.message.clone(), line.hit.snippet.clone())
                    children=move |line| view! { <Hit line locale zone/> }
                />
            </ol>
            <End results locale/>
        </div>
    }
}

/// What was looked for beside the typed words, and what went wrong.
#[component]
fn Notes(results: Results, locale: Locale) -> impl IntoView {
    let (corrections, problem) = (results.corrections.clone(), results.problem.clone());
    let again = Callback::new(move |()| results.again());
    let corrected = move || {
        corrections
            .get()
            .into_iter()
            .map(|it| view! { <p class="search-note" data-testid="correction">{locale.meant_instead(&it.typed, &it.meant)}</p> })
            .collect_view()
    };
    view! {
        {move || problem.get().map(|error| view! { <ErrorNote error on_retry=Some(again)/> })}
        <div role="status">{corrected}</div>
    }
}

/// Chats whose number or tag was typed.
#[component]
fn Chats(results: Results, locale: Locale, zone: Zone) -> impl IntoView {
    let chats = results.chats;
    move || {
        let chats = chats.get();
        (!chats.is_empty()).then(|| {
            let rows = chats.into_iter().map(|hit| view! { <ChatLine hit locale zone/> }).collect_view();
            view! {
                <h2 class="search-heading">{locale.found_chats()}</h2>
                <ul class="search-list">{rows}</ul>
            }
        })
    }
}

/// What ours have noted beside chats.
#[component]
fn HouseNotes(results: Results, locale: Locale, zone: Zone) -> impl IntoView {
    let notes = results.notes;
    move || {
        let notes = notes.get();
        (!notes.is_empty()).then(|| {
            let rows = notes.into_iter().map(|hit| view! { <NoteLine hit locale zone/> }).collect_view();
            view! {
                <h2 class="search-heading">{locale.found_notes()}</h2>
                <ul class="search-list">{rows}</ul>
            }
        })
    }
}

#[component]
fn NoteLine(hit: NoteHit, locale: Locale, zone: Zone) -> impl IntoView {
    let at = hit.created_at;
    // The chat opens where the note was written.
    let href = match &hit.above {
        Some(message) => address::of_message(hit.chat.id, message),
        None => format!("/inbox/{}?view=all", hit.chat.id),
    };
    view! {
        <li>
            <a class="search-hit" data-testid="note-hit" href=href>
                <span class="search-hit-head">
                    <Name chat=hit.chat locale/>
                    <span class="search-why">{locale.note_by(&hit.author)}</span>
                    <time datetime=at.to_rfc3339()>{locale.date_time(at, zone)}</time>
                </span>
                <span class="search-snippet" data-note="true">
                    <Snippet pieces=hit.snippet/>
                </span>
            </a>
        </li>
    }
}

#[component]
fn ChatLine(hit: ChatHit, locale: Locale, zone: Zone) -> impl IntoView {
    let why = match hit.why {
        Why::Chat => locale.why_chat(),
        Why::Order => locale.why_order(),
        Why::Product => locale.why_product(),
        Why::Tag => locale.why_tag(),
    };
    let at = hit.last_message_at;
    let href = format!("/inbox/{}?view=all", hit.chat.id);
    view! {
        <li>
            <a class="search-hit" data-testid="chat-hit" href=href>
                <span class="search-hit-head">
                    <Name chat=hit.chat locale/>
                    <span class="search-why">{format!("{why} {}", hit.what)}</span>
                    <time datetime=at.to_rfc3339()>{locale.date_time(at, zone)}</time>
                </span>
                <span class="search-snippet">{hit.preview}</span>
            </a>
        </li>
    }
}

/// Whose chat it is.
#[component]
fn Name(chat: ChatName, locale: Locale) -> impl IntoView {
    let order = chat.order_number.as_deref().map(|number| locale.order_number(number));
    view! {
        <span class="mark" data-marketplace=chat.marketplace.as_str() aria-hidden="true"></span>
        <strong class="search-chat">{locale.chat_called(chat.short())}</strong>
        <span class="search-seller">{chat.seller_name.clone()}</span>
        {order.map(|order| view! { <span class="search-seller">{order}</span> })}
    }
}

/// One message.
#[component]
fn Hit(line: HitLine, locale: Locale, zone: Zone) -> impl IntoView {
    let HitLine { hit, opens_chat } = line;
    let href = address::of_message(hit.chat.id, &hit.message);
    let at = hit.sent_at;
    let name = opens_chat
        .then(|| view! { <span class="search-hit-head"><Name chat=hit.chat.clone() locale/></span> });
    view! {
        <li data-opens-chat=opens_chat.then_some("true")>
            <a class="search-hit" data-testid="message-hit" data-external-id=hit.message href=href>
                {name}
                <span class="search-snippet" data-direction=hit.author.direction().as_str()>
                    <Snippet pieces=hit.snippet/>
                </span>
                <time datetime=at.to_rfc3339()>{locale.date_time(at, zone)}</time>
            </a>
        </li>
    }
}

/// The part of the text that shows why. Every piece is text; the marks around words are elements of ours.
#[component]
fn Snippet(pieces: Vec<Piece>) -> impl IntoView {
    pieces
        .into_iter()
        .map(|piece| match piece.is_hit {
            true => view! { <mark>{piece.text}</mark> }.into_any(),
            false => piece.text.into_any(),
        })
        .collect_view()
}

/// What stands below: more, the end, or what to do when there is nothing.
#[component]
fn End(results: Results, locale: Locale) -> impl IntoView {
    let more = {
        let results = results.clone();
        Callback::new(move |()| results.load_more())
    };
    let busy = Signal::from(results.is_loading.clone());
    move || {
        let is_asked = results.query.with(|query| !query.text.trim().is_empty());
        let has_messages = results.messages.with(|messages| !messages.is_empty());
        let has_chats =
            results.chats.with(|chats| !chats.is_empty()) || results.notes.with(|notes| !notes.is_empty());
        let failed = results.problem.with(Option::is_some);
        if !is_asked {
            view! { <p class="search-hint">{locale.search_hint()} " " {locale.search_keys()}</p> }.into_any()
        } else if results.next.with(Option::is_some) {
            view! {
                <div class="list-more">
                    <Button kind=ButtonKind::Quiet busy on_press=more>
                        {locale.load_more()}
                    </Button>
                </div>
            }
            .into_any()
        } else if has_messages || has_chats {
            view! { <p class="list-end">{locale.end_of_results()}</p> }.into_any()
        } else if failed {
            ().into_any()
        } else {
            let why = if results.only_common_words.get() {
                locale.only_common_words()
            } else {
                locale.nothing_found_text()
            };
            view! {
                <div class="empty-note" data-testid="nothing-found" role="status">
                    <p class="empty-title">{locale.nothing_found()}</p>
                    <p class="empty-text">{why}</p>
                </div>
            }
            .into_any()
        }
    }
}

/// Near the end of the page more is asked for.
fn load_more_near_end(results: &Results, list: NodeRef<html::Div>, scrolled: RwSignal<u32>) {
    let results = results.clone();
    Effect::watch(move || scrolled.get(), move |_, _, _| near_end(&results, list), false);
}

fn near_end(results: &Results, list: NodeRef<html::Div>) {
    let Some(list) = list.get_untracked() else { return };
    let height = f64::from(document().document_element().map_or(0, |root| root.client_height()));
    if browser::room_of(&list).bottom() - height < NEAR_END {
        results.load_more();
    }
}

#[cfg(test)]
mod tests {
    use super::{Piece, Snippet, SnippetProps};
    use leptos::prelude::*;

    #[test]
    fn what_a_buyer_writes_never_becomes_markup() {
        let piece = |text: &str, is_hit| Piece { text: text.to_owned(), is_hit };
        let pieces = vec![piece("<img src=x onerror=alert(1)>", false), piece("</mark><script>", true)];
        let html = Owner::new().with(|| Snippet(SnippetProps { pieces }).to_html());
        assert!(!html.contains("<img") && !html.contains("<script"), "{html}");
        // Leptos marks where a text ends.
        let text = html.replace("<!>", "");
        assert!(text.contains("<mark>&lt;/mark&gt;&lt;script&gt;</mark>"), "{html}");
    }
}
