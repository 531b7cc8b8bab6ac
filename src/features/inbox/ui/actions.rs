//! What can be done with the open chat: a row of buttons under its head, and the commands of their keys.

use super::acting::{Acting, Aside};
use super::desk::Desk;
use super::exact::ExactMoment;
use super::session::Session;
use super::shelf::{fits, use_shelf};
use super::tag_chip::TagChip;
use super::work_words;
use crate::features::inbox::api;
use crate::features::inbox::types::{ChatRow, PersonView, Priority, TagColor, TagView, WorkState};
use crate::features::inbox::work::{check_tag_name, moment_text, moments, promise_times};
use crate::shared::commands::Command;
use crate::shared::i18n::Locale;
use crate::shared::ids::TagId;
use crate::shared::role::Permission;
use crate::ui::commands::use_commands;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::menu::{self, Menu, MenuItem};
use crate::ui::notice::use_toasts;
use chrono::Duration;
use leptos::prelude::*;
use leptos::task::spawn_local;

const ASSIGN: &str = "menu-assign";
const TAGS: &str = "menu-tags";
const PRIORITY: &str = "menu-priority";
const SNOOZE: &str = "menu-snooze";
const PROMISE: &str = "menu-promise";
const MORE: &str = "menu-more";

/// The buttons. Who may only look has the star.
#[component]
pub fn ChatActions(desk: Desk, session: Session) -> impl IntoView {
    let locale = desk.locale;
    let acting = Acting::new(&desk, &session);
    let may_answer = desk.may_answer();
    offer_commands(&desk, &acting, &session);
    let for_answering = may_answer.then(|| {
        view! {
            <AssignMenu desk=desk.clone() session=session.clone() acting=acting.clone()/>
            <TagsMenu desk=desk.clone() session=session.clone() acting=acting.clone()/>
            <PriorityMenu desk=desk.clone() session=session.clone() acting=acting.clone()/>
            <span class="actions-gap"></span>
            <PromiseMenu desk=desk.clone() session=session.clone() acting=acting.clone()/>
            <SnoozeMenu desk=desk.clone() acting=acting.clone()/>
            <CloseButton locale session=session.clone() acting=acting.clone()/>
            <MoreMenu locale session=session.clone() acting=acting.clone()/>
        }
    });
    view! {
        <div class="window-actions" role="group" aria-label=locale.chat_actions() data-testid="actions">
            <StarButton locale session acting/>
            {for_answering}
        </div>
    }
}

fn offer_commands(desk: &Desk, acting: &Acting, session: &Session) {
    let (commands, is_here) = (use_commands(), desk.is_at(session.chat));
    let offer = |command, run: fn(&Acting)| {
        let acting = acting.clone();
        commands.offer_while(command, is_here, move || run(&acting));
    };
    offer(Command::Star, Acting::toggle_star);
    if !desk.may_answer() {
        return;
    }
    offer(Command::CloseChat, close_or_reopen);
    offer(Command::CloseAndNext, |acting| acting.set_aside_and_next(Aside::Closed));
    offer(Command::Spam, mark_or_unmark_spam);
    for (command, menu) in [
        (Command::Snooze, SNOOZE),
        (Command::Promise, PROMISE),
        (Command::Assign, ASSIGN),
        (Command::Tags, TAGS),
        (Command::Priority, PRIORITY),
    ] {
        commands.offer_while(command, is_here, move || menu::toggle(menu));
    }
    if let Some(me) = me(desk) {
        let (acting, row, id) = (acting.clone(), session.row.clone(), me.id);
        let is_others = move || row.with(|row| row.assignee.as_ref().map(|it| it.id)) != Some(id);
        let is_ready = Signal::derive(move || is_here.get() && is_others());
        commands.offer_while(Command::AssignToMe, is_ready, move || acting.assign(Some(me.clone())));
    }
}

fn me(desk: &Desk) -> Option<PersonView> {
    desk.viewer.as_ref().map(|it| PersonView { id: it.user, name: it.user_name.clone() })
}

fn mark_or_unmark_spam(acting: &Acting) {
    if acting.row().work == WorkState::Spam {
        acting.reopen();
    } else {
        acting.set_aside(Aside::Spam);
    }
}

fn close_or_reopen(acting: &Acting) {
    if acting.row().work == WorkState::Open {
        acting.set_aside(Aside::Closed);
    } else {
        acting.reopen();
    }
}

/// What has become of the chat, beside its name.
#[component]
pub fn StateChip(desk: Desk, row: ArcRwSignal<ChatRow>) -> impl IntoView {
    let (locale, zone, now) = (desk.locale, desk.zone, desk.now);
    let state = Memo::new(move |_| {
        let (work, until) = row.with(|row| (row.work, row.snoozed_until));
        work_words::state(locale, work, until, now.get(), zone).map(|words| (work, words))
    });
    move || {
        state.get().map(|(work, words)| {
            view! {
                <span class="state-chip" data-testid="work-state" data-state=work.as_str()>
                    {words}
                </span>
            }
        })
    }
}

/// A part of the row that a button shows.
fn part<T>(session: &Session, of: impl Fn(&ChatRow) -> T + Send + Sync + 'static) -> Memo<T>
where
    T: PartialEq + Send + Sync + 'static,
{
    let row = session.row.clone();
    Memo::new(move |_| row.with(&of))
}

#[component]
fn StarButton(locale: Locale, session: Session, acting: Acting) -> impl IntoView {
    let is_starred = part(&session, |row| row.is_starred);
    let commands = use_commands();
    let label = move || if is_starred.get() { locale.unstar_chat() } else { locale.star_chat() };
    let icon = move || if is_starred.get() { Icon::StarFull } else { Icon::Star };
    view! {
        <button
            type="button"
            class="action action-star"
            data-testid="star"
            aria-label=label
            title=move || commands.hint(label(), Command::Star)
            aria-keyshortcuts=move || commands.keys_for_readers(Command::Star)
            aria-pressed=move || is_starred.get().to_string()
            on:click=move |_| acting.toggle_star()
        >
            {move || view! { <Glyph icon=icon()/> }}
        </button>
    }
}

/// Closes; opens again what was set aside.
#[component]
fn CloseButton(locale: Locale, session: Session, acting: Acting) -> impl IntoView {
    let is_open = part(&session, |row| row.work == WorkState::Open);
    let words = move || if is_open.get() { locale.close_chat() } else { locale.reopen_chat() };
    let hint = move || if is_open.get() { locale.close_chat_hint() } else { locale.reopen_chat_hint() };
    let icon = move || if is_open.get() { Icon::Check } else { Icon::Retry };
    let (going, commands) = (acting.clone(), use_commands());
    view! {
        <button
            type="button"
            class="action action-main"
            data-testid="close-chat"
            title=move || commands.hint(hint(), Command::CloseChat)
            aria-keyshortcuts=move || commands.keys_for_readers(Command::CloseChat)
            aria-label=words
            on:click=move |_| close_or_reopen(&acting)
        >
            {move || view! { <Glyph icon=icon()/> }}
            <span class="action-words">{words}</span>
        </button>
        <button
            type="button"
            class="action"
            data-testid="close-and-next"
            title=move || commands.hint(locale.close_and_next(), Command::CloseAndNext)
            aria-keyshortcuts=move || commands.keys_for_readers(Command::CloseAndNext)
            aria-label=locale.close_and_next()
            on:click=move |_| going.set_aside_and_next(Aside::Closed)
        >
            <Glyph icon=Icon::Skip/>
        </button>
    }
}

/// A field that narrows a menu down; it has the focus when the menu opens.
#[component]
pub fn MenuSearch(typed: RwSignal<String>, label: &'static str) -> impl IntoView {
    view! {
        <input
            type="text"
            class="field-input menu-search"
            aria-label=label
            placeholder=label
            autocomplete="off"
            spellcheck="false"
            autofocus
            prop:value=move || typed.get()
            on:input=move |event| typed.set(event_target_value(&event))
        />
    }
}

/// Who is responsible.
#[component]
fn AssignMenu(desk: Desk, session: Session, acting: Acting) -> impl IntoView {
    let locale = desk.locale;
    let holder = part(&session, |row| row.assignee.clone());
    let words = Signal::derive(move || {
        holder.with(|it| it.as_ref().map_or_else(|| locale.assign_chat().to_owned(), |it| it.name.clone()))
    });
    let (shelf, typed) = (use_shelf(), RwSignal::new(String::new()));
    let people = shelf.people.clone();
    let on_open = Callback::new(move |()| {
        typed.set(String::new());
        shelf.want_people();
    });
    let me = me(&desk);
    let my_id = me.as_ref().map(|it| it.id);
    let first = {
        let acting = acting.clone();
        move || {
            let is_looking = !typed.with(|typed| typed.trim().is_empty());
            let (acting, me) = (acting.clone(), me.clone());
            (!is_looking).then(move || {
                let (to_me, to_nobody) = (acting.clone(), acting);
                let is_mine = Signal::derive(move || holder.with(|it| it.as_ref().map(|it| it.id)) == my_id);
                let is_nobodys = Signal::derive(move || holder.with(Option::is_none));
                view! {
                    <MenuItem closes=Some(ASSIGN) pressed=is_mine on_press=move |()| to_me.assign(me.clone())>
                        {locale.assign_me()}
                    </MenuItem>
                    <MenuItem closes=Some(ASSIGN) pressed=is_nobodys on_press=move |()| to_nobody.assign(None)>
                        {locale.assign_nobody()}
                    </MenuItem>
                }
            })
        }
    };
    let found = move || {
        let found: Vec<PersonView> = typed.with(|typed| {
            people.with(|people| people.iter().filter(|it| fits(&it.name, typed)).cloned().collect())
        });
        if found.is_empty() && !typed.with(|typed| typed.is_empty()) {
            return view! { <p class="menu-none">{locale.nobody_found()}</p> }.into_any();
        }
        let others =
            found.into_iter().filter(|it| Some(it.id) != my_id || !typed.with(|typed| typed.is_empty()));
        let item = |person: PersonView| {
            let (acting, name, id) = (acting.clone(), person.name.clone(), person.id);
            let pressed = Signal::derive(move || holder.with(|it| it.as_ref().is_some_and(|it| it.id == id)));
            view! {
                <MenuItem
                    closes=Some(ASSIGN)
                    pressed
                    on_press=move |()| acting.assign(Some(person.clone()))
                >
                    {name}
                </MenuItem>
            }
        };
        others.map(item).collect_view().into_any()
    };
    view! {
        <Menu
            id=ASSIGN
            icon=Icon::Person
            words
            hint=locale.assign_chat_hint()
            command=Command::Assign
            label=locale.assign_chat()
            class="action-assign"
            on_open
        >
            <MenuSearch typed label=locale.find_person()/>
            <div class="menu-items">{first} {found}</div>
        </Menu>
    }
}

/// Which tags the chat wears.
#[component]
fn TagsMenu(desk: Desk, session: Session, acting: Acting) -> impl IntoView {
    let locale = desk.locale;
    let worn = part(&session, |row| row.tags.clone());
    let (shelf, typed) = (use_shelf(), RwSignal::new(String::new()));
    let may_make = desk.viewer.as_ref().is_some_and(|viewer| viewer.may(Permission::ManageShared));
    let on_open = {
        let shelf = shelf.clone();
        Callback::new(move |()| {
            typed.set(String::new());
            shelf.want_tags();
        })
    };
    let tags = shelf.tags.clone();
    let found = {
        let acting = acting.clone();
        move || {
            let found: Vec<TagView> = typed.with(|typed| {
                tags.with(|tags| tags.iter().filter(|it| fits(&it.name, typed)).cloned().collect())
            });
            if found.is_empty() {
                let words = if typed.with(|typed| typed.trim().is_empty()) {
                    locale.no_tags_yet()
                } else {
                    locale.no_tag_found()
                };
                return view! { <p class="menu-none">{words}</p> }.into_any();
            }
            let item = |tag: TagView| {
                let (acting, shown, id) = (acting.clone(), tag.clone(), tag.id);
                let pressed = Signal::derive(move || worn.with(|worn| worn.iter().any(|it| it.id == id)));
                view! {
                    <MenuItem closes=None pressed on_press=move |()| acting.toggle_tag(tag.clone())>
                        <TagChip tag=shown/>
                    </MenuItem>
                }
            };
            found.into_iter().map(item).collect_view().into_any()
        }
    };
    let make = may_make.then(|| {
        let tags = shelf.tags.clone();
        move || {
            let name = typed.with(|typed| check_tag_name(typed)).ok()?;
            let is_known =
                tags.with(|tags| tags.iter().any(|it| it.name.to_lowercase() == name.to_lowercase()));
            let (acting, shelf) = (acting.clone(), shelf.clone());
            (!is_known).then(move || view! { <MakeTag locale name acting shelf typed/> })
        }
    });
    let chips = move || worn.get().into_iter().map(|tag| view! { <TagChip tag/> }).collect_view();
    let words = Signal::derive(move || locale.tags_of_chat().to_owned());
    let label = if may_make { locale.find_or_make_tag() } else { locale.find_tag() };
    view! {
        <Menu
            id=TAGS
            icon=Icon::Tag
            words
            hint=locale.tags_of_chat_hint()
            command=Command::Tags
            label=locale.tags_of_chat()
            class="action-tags"
            on_open
        >
            <MenuSearch typed label/>
            <div class="menu-items">{found} {make}</div>
            <a class="menu-link" href="/settings/tags">{locale.manage_tags()}</a>
        </Menu>
        <span class="tag-chips" data-testid="tags-of-chat">{chips}</span>
    }
}

/// Makes the tag that was looked for in vain, and puts it on the chat.
#[component]
fn MakeTag(
    locale: Locale,
    name: String,
    acting: Acting,
    shelf: super::shelf::Shelf,
    typed: RwSignal<String>,
) -> impl IntoView {
    let toasts = use_toasts();
    let words = locale.make_tag_called(&name);
    let press = Callback::new(move |()| {
        let tag = TagView { id: TagId::new(), name: name.clone(), color: free_color(&shelf) };
        let (acting, shelf) = (acting.clone(), shelf.clone());
        spawn_local(async move {
            match api::make_tag(tag.id, tag.name.clone(), tag.color).await {
                Ok(()) => {
                    _ = typed.try_set(String::new());
                    shelf.want_tags();
                    acting.toggle_tag(tag);
                }
                Err(error) => toasts.say(error.sentence(locale)),
            }
        });
    });
    view! {
        <MenuItem closes=None on_press=press>
            <Glyph icon=Icon::Plus/>
            <span>{words}</span>
        </MenuItem>
    }
}

/// The colour that the fewest tags have.
fn free_color(shelf: &super::shelf::Shelf) -> TagColor {
    let used = |color: &TagColor| {
        shelf.tags.with_untracked(|tags| tags.iter().filter(|it| it.color == *color).count())
    };
    TagColor::ALL.iter().copied().min_by_key(used).unwrap_or(TagColor::Gray)
}

/// How urgent the chat is held to be.
#[component]
fn PriorityMenu(desk: Desk, session: Session, acting: Acting) -> impl IntoView {
    let locale = desk.locale;
    let priority = part(&session, |row| row.priority);
    let words = Signal::derive(move || match priority.get() {
        Priority::Normal => locale.priority_word().to_owned(),
        other => work_words::priority(locale, other).to_owned(),
    });
    view! {
        <Menu
            id=PRIORITY
            icon=Icon::Flag
            words
            hint=locale.priority_hint()
            command=Command::Priority
            label=locale.priority_word()
            class="action-priority"
        >
            <div class="menu-items">
                <Priorities locale priority acting closes=PRIORITY/>
            </div>
        </Menu>
    }
}

/// The choices of how urgent.
#[component]
fn Priorities(
    locale: Locale,
    priority: Memo<Priority>,
    acting: Acting,
    closes: &'static str,
) -> impl IntoView {
    [Priority::Urgent, Priority::High, Priority::Normal, Priority::Low].map(|it| {
        let acting = acting.clone();
        let pressed = Signal::derive(move || priority.get() == it);
        view! {
            <MenuItem closes=Some(closes) pressed on_press=move |()| acting.prioritise(it)>
                {work_words::priority(locale, it)}
            </MenuItem>
        }
    })
}

/// Until when the chat is put off.
#[component]
fn SnoozeMenu(desk: Desk, acting: Acting) -> impl IntoView {
    let (locale, zone, now) = (desk.locale, desk.zone, desk.now);
    let exact = RwSignal::new(String::new());
    // The moments of the time at which the menu was opened: they do not change under the pointer.
    let opened = RwSignal::new(now.get_untracked());
    let on_open = Callback::new(move |()| {
        let at = now.get_untracked();
        opened.set(at);
        exact.set(moment_text(at + Duration::hours(2), zone));
    });
    let presets = {
        let acting = acting.clone();
        move || {
            let now = opened.get();
            let item = |(later, until)| {
                let acting = acting.clone();
                view! {
                    <MenuItem closes=Some(SNOOZE) on_press=move |()| acting.set_aside(Aside::Snoozed(until))>
                        <span>{work_words::later(locale, later)}</span>
                        <span class="menu-time">{locale.coming(until, now, zone)}</span>
                    </MenuItem>
                }
            };
            moments(now, zone).into_iter().map(item).collect_view()
        }
    };
    let words = Signal::derive(move || locale.snooze_chat().to_owned());
    let choose = Callback::new(move |until| acting.set_aside(Aside::Snoozed(until)));
    view! {
        <Menu
            id=SNOOZE
            icon=Icon::Clock
            words
            hint=locale.snooze_chat_hint()
            command=Command::Snooze
            label=locale.snooze_chat()
            class="action-snooze"
            on_open
        >
            <p class="menu-title">{locale.snooze_until()}</p>
            <div class="menu-items">{presets}</div>
            <ExactMoment
                id="snooze-exact"
                menu=SNOOZE
                label=locale.snooze_exact()
                deed=locale.snooze_do()
                zone
                earliest=opened.into()
                typed=exact
                on_choose=choose
            />
        </Menu>
    }
}

/// By when the buyer is promised an answer.
#[component]
fn PromiseMenu(desk: Desk, session: Session, acting: Acting) -> impl IntoView {
    let (locale, zone, now) = (desk.locale, desk.zone, desk.now);
    let promised = part(&session, |row| row.promised_until);
    let exact = RwSignal::new(String::new());
    // The times do not change under the pointer.
    let opened = RwSignal::new(now.get_untracked());
    let on_open = Callback::new(move |()| {
        let at = now.get_untracked();
        opened.set(at);
        exact.set(moment_text(promised.get_untracked().unwrap_or(at + Duration::hours(2)), zone));
    });
    let times = {
        let acting = acting.clone();
        move || {
            let now = opened.get();
            let item = |until| {
                let acting = acting.clone();
                let pressed = Signal::derive(move || promised.get() == Some(until));
                view! {
                    <MenuItem closes=Some(PROMISE) pressed on_press=move |()| acting.promise(Some(until))>
                        {locale.promised_until(until, now, zone)}
                    </MenuItem>
                }
            };
            promise_times(now, zone).into_iter().map(item).collect_view()
        }
    };
    let drop_it = {
        let acting = acting.clone();
        move || {
            let acting = acting.clone();
            promised.get().map(|_| {
                view! {
                    <MenuItem closes=Some(PROMISE) on_press=move |()| acting.promise(None)>
                        {locale.promise_drop()}
                    </MenuItem>
                }
            })
        }
    };
    let words = Signal::derive(move || match promised.get() {
        Some(until) => locale.promised_until(until, now.get(), zone),
        None => locale.promise_chat().to_owned(),
    });
    let choose = Callback::new(move |until| acting.promise(Some(until)));
    view! {
        <Menu
            id=PROMISE
            icon=Icon::Calendar
            words
            hint=locale.promise_chat_hint()
            command=Command::Promise
            label=locale.promise_chat()
            class="action-promise"
            on_open
        >
            <p class="menu-title">{locale.promise_title()}</p>
            <div class="menu-items">{times} {drop_it}</div>
            <ExactMoment
                id="promise-exact"
                menu=PROMISE
                label=locale.promise_exact()
                deed=locale.promise_do()
                zone
                earliest=opened.into()
                typed=exact
                on_choose=choose
            />
            <p class="menu-none">{locale.promise_how()}</p>
        </Menu>
    }
}

/// What is rarely needed, and where there is little room what has no button of its own.
#[component]
fn MoreMenu(locale: Locale, session: Session, acting: Acting) -> impl IntoView {
    let is_spam = part(&session, |row| row.work == WorkState::Spam);
    let priority = part(&session, |row| row.priority);
    let (spam, going) = (acting.clone(), acting.clone());
    let press = Callback::new(move |()| mark_or_unmark_spam(&spam));
    let commands = use_commands();
    let spam_hint = move || commands.hint(locale.mark_spam_hint(), Command::Spam);
    let words = Signal::derive(move || locale.more_actions().to_owned());
    view! {
        <Menu
            id=MORE
            icon=Icon::More
            words
            hint=locale.more_actions()
            label=locale.chat_actions()
            class="action-more"
        >
            <div class="menu-items menu-narrow">
                <MenuItem
                    closes=Some(MORE)
                    on_press=move |()| going.set_aside_and_next(Aside::Closed)
                >
                    <Glyph icon=Icon::Skip/>
                    <span>{locale.close_and_next()}</span>
                </MenuItem>
                <p class="menu-title">{locale.priority_word()}</p>
                <Priorities locale priority acting closes=MORE/>
            </div>
            <div class="menu-items">
                <MenuItem closes=Some(MORE) on_press=press>
                    <Glyph icon=Icon::Ban/>
                    <span title=spam_hint>
                        {move || if is_spam.get() { locale.unmark_spam() } else { locale.mark_spam() }}
                    </span>
                </MenuItem>
            </div>
        </Menu>
    }
}
