//! What can be done with the chosen chats.

use super::super::actions::MenuSearch;
use super::super::desk::Desk;
use super::super::exact::ExactMoment;
use super::super::shelf::{fits, use_shelf};
use super::super::tag_chip::TagChip;
use super::super::work_words;
use super::ask::Asking;
use super::choice::Choice;
use crate::features::inbox::api;
use crate::features::inbox::bulk::BulkAct;
use crate::features::inbox::types::{Holder, ListQuery, PersonView, Priority, TagView};
use crate::features::inbox::work::{moment_text, moments};
use crate::features::quick_replies::api as quick_replies;
use crate::features::quick_replies::ranking::ranked;
use crate::features::quick_replies::types::QuickReply;
use crate::shared::commands::Command;
use crate::shared::role::Permission;
use crate::ui::button::IconButton;
use crate::ui::commands::use_commands;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::menu::{Menu, MenuItem};
use chrono::Duration;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

const ASSIGN: &str = "bulk-assign";
const TAGS: &str = "bulk-tags";
const SNOOZE: &str = "bulk-snooze";
const MORE: &str = "bulk-more";
const REPLY: &str = "bulk-reply";

/// The bar below the list while chats are chosen.
#[component]
pub fn Bar(desk: Desk, choice: Choice, asking: Asking) -> impl IntoView {
    let locale = desk.locale;
    let closing = asking.clone();
    let may_reply = desk.viewer.as_ref().is_some_and(|viewer| viewer.may(Permission::ReplyInBulk));
    let leaving = choice.clone();
    use_commands().offer(Command::ActOnChosen, focus_actions);
    view! {
        <section class="bulk-bar" data-testid="bulk-bar" aria-label=locale.bulk_bar()>
            <div class="bulk-count">
                <HowMany desk=desk.clone() choice/>
                <IconButton
                    icon=Icon::Close
                    label=locale.bulk_leave().to_owned()
                    on_press=move |()| leaving.leave()
                />
            </div>
            <div class="bulk-actions" role="group" aria-label=locale.bulk_bar()>
                <AssignMenu desk=desk.clone() asking=asking.clone()/>
                <TagsMenu desk=desk.clone() asking=asking.clone()/>
                <button
                    type="button"
                    class="action"
                    data-testid="bulk-close"
                    aria-label=locale.bulk_close()
                    title=locale.bulk_close()
                    on:click=move |_| closing.ask(BulkAct::Close)
                >
                    <Glyph icon=Icon::Check/>
                </button>
                <SnoozeMenu desk=desk.clone() asking=asking.clone()/>
                {may_reply.then(|| view! { <ReplyMenu desk=desk.clone() asking=asking.clone()/> })}
                <MoreMenu desk asking/>
            </div>
        </section>
    }
}

/// Brings the focus to the first action: there are many lines on the way to it.
fn focus_actions() {
    let button = document().query_selector(".bulk-actions button").ok().flatten();
    if let Some(button) = button.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
        // What cannot be focused leaves the focus where it was.
        _ = button.focus();
    }
}

/// `Выбрано 12 · Выбрать все 3 418 подходящих`.
#[component]
fn HowMany(desk: Desk, choice: Choice) -> impl IntoView {
    let locale = desk.locale;
    let size = list_size(&desk);
    let is_all = choice.is_all.clone();
    let (counted, choosing, clearing) = (choice.clone(), choice.clone(), choice);
    let said = {
        let is_all = is_all.clone();
        move || {
            if is_all.get() {
                locale.bulk_all_chosen(size.get())
            } else {
                locale.bulk_chosen(i64::try_from(counted.count()).unwrap_or(i64::MAX))
            }
        }
    };
    let other = move || {
        let (choosing, clearing) = (choosing.clone(), clearing.clone());
        if is_all.get() {
            view! {
                <button type="button" class="text-action" on:click=move |_| clearing.clear()>
                    {locale.bulk_choose_none()}
                </button>
            }
            .into_any()
        } else {
            view! {
                <button
                    type="button"
                    class="text-action"
                    data-testid="bulk-choose-all"
                    on:click=move |_| choosing.choose_all()
                >
                    {move || locale.bulk_choose_all(size.get())}
                </button>
            }
            .into_any()
        }
    };
    view! {
        <p class="bulk-chosen" role="status" data-testid="bulk-chosen">{said}</p>
        {other}
    }
}

/// How many chats the list holds: what the numbers over the lists say, or, of a filter, what the server counts.
fn list_size(desk: &Desk) -> Signal<Option<i64>> {
    let (address, counts) = (desk.address, desk.list.counts.clone());
    let filtered = RwSignal::new(None::<(ListQuery, Option<i64>)>);
    let query = Memo::new(move |_| address.with(|here| here.query.clone()));
    Effect::new(move |_| {
        let asked = query.get();
        if asked.filter.is_none() {
            return;
        }
        spawn_local(async move {
            // Without a number everything can be chosen all the same.
            if let Ok(size) = api::count_bulk(asked.clone()).await {
                _ = filtered.try_set(Some((asked, size)));
            }
        });
    });
    Signal::derive(move || {
        query.with(|query| match &query.filter {
            None => Some(counts.with(|counts| counts.of(query.view))),
            Some(_) => {
                filtered.with(|it| it.as_ref().filter(|(of, _)| of == query).and_then(|(_, size)| *size))
            }
        })
    })
}

/// Who is to be responsible.
#[component]
fn AssignMenu(desk: Desk, asking: Asking) -> impl IntoView {
    let locale = desk.locale;
    let (shelf, typed) = (use_shelf(), RwSignal::new(String::new()));
    let people = shelf.people.clone();
    let on_open = Callback::new(move |()| {
        typed.set(String::new());
        shelf.want_people();
    });
    let (to_me, to_nobody) = (asking.clone(), asking.clone());
    let me = desk.viewer.as_ref().map(|viewer| viewer.user);
    let found = move || {
        let found: Vec<PersonView> = typed.with(|typed| {
            people.with(|people| people.iter().filter(|it| fits(&it.name, typed)).cloned().collect())
        });
        let item = |person: PersonView| {
            let asking = asking.clone();
            view! {
                <MenuItem
                    closes=Some(ASSIGN)
                    on_press=move |()| asking.ask(BulkAct::Assign(Holder::Person(person.id)))
                >
                    {person.name}
                </MenuItem>
            }
        };
        found.into_iter().filter(|person| Some(person.id) != me).map(item).collect_view()
    };
    let words = Signal::derive(move || locale.assign_chat().to_owned());
    view! {
        <Menu id=ASSIGN icon=Icon::Person words hint=locale.assign_chat() label=locale.assign_chat() on_open>
            <MenuSearch typed label=locale.find_person()/>
            <div class="menu-items">
                <MenuItem closes=Some(ASSIGN) on_press=move |()| to_me.ask(BulkAct::Assign(Holder::Me))>
                    {locale.assign_me()}
                </MenuItem>
                <MenuItem closes=Some(ASSIGN) on_press=move |()| to_nobody.ask(BulkAct::Assign(Holder::Nobody))>
                    {locale.assign_nobody()}
                </MenuItem>
                {found}
            </div>
        </Menu>
    }
}

/// Which tag, and whether to put it on or take it off.
#[component]
fn TagsMenu(desk: Desk, asking: Asking) -> impl IntoView {
    let locale = desk.locale;
    let (shelf, typed, takes_off) = (use_shelf(), RwSignal::new(String::new()), RwSignal::new(false));
    let tags = shelf.tags.clone();
    let on_open = Callback::new(move |()| {
        typed.set(String::new());
        takes_off.set(false);
        shelf.want_tags();
    });
    let found = move || {
        let found: Vec<TagView> = typed.with(|typed| {
            tags.with(|tags| tags.iter().filter(|it| fits(&it.name, typed)).cloned().collect())
        });
        if found.is_empty() {
            return view! { <p class="menu-none">{locale.no_tag_found()}</p> }.into_any();
        }
        let item = |tag: TagView| {
            let (asking, id) = (asking.clone(), tag.id);
            let press = move |()| {
                let act =
                    if takes_off.get_untracked() { BulkAct::RemoveTag(id) } else { BulkAct::AddTag(id) };
                asking.ask(act);
            };
            view! {
                <MenuItem closes=Some(TAGS) on_press=press>
                    <TagChip tag/>
                </MenuItem>
            }
        };
        found.into_iter().map(item).collect_view().into_any()
    };
    let words = Signal::derive(move || locale.tags_of_chat().to_owned());
    let choice = move |is_off: bool, words: &'static str| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="bulk-tag-way"
                    prop:checked=move || takes_off.get() == is_off
                    on:change=move |_| takes_off.set(is_off)
                />
                <span>{words}</span>
            </label>
        }
    };
    view! {
        <Menu id=TAGS icon=Icon::Tag words hint=locale.tags_of_chat() label=locale.tags_of_chat() on_open>
            <div class="bulk-ways" role="radiogroup" aria-label=locale.tags_of_chat()>
                {choice(false, locale.bulk_tag_to_add())}
                {choice(true, locale.bulk_tag_to_remove())}
            </div>
            <MenuSearch typed label=locale.find_tag()/>
            <div class="menu-items">{found}</div>
        </Menu>
    }
}

/// Until when they are put off.
#[component]
fn SnoozeMenu(desk: Desk, asking: Asking) -> impl IntoView {
    let (locale, zone, now) = (desk.locale, desk.zone, desk.now);
    let exact = RwSignal::new(String::new());
    let opened = RwSignal::new(now.get_untracked());
    let on_open = Callback::new(move |()| {
        let at = now.get_untracked();
        opened.set(at);
        exact.set(moment_text(at + Duration::hours(2), zone));
    });
    let choose = Callback::new(move |until| asking.ask(BulkAct::Snooze(until)));
    let presets = move || {
        let now = opened.get();
        let item = |(later, until)| {
            view! {
                <MenuItem closes=Some(SNOOZE) on_press=move |()| choose.run(until)>
                    <span>{work_words::later(locale, later)}</span>
                    <span class="menu-time">{locale.coming(until, now, zone)}</span>
                </MenuItem>
            }
        };
        moments(now, zone).into_iter().map(item).collect_view()
    };
    let words = Signal::derive(move || locale.snooze_chat().to_owned());
    view! {
        <Menu id=SNOOZE icon=Icon::Clock words hint=locale.snooze_chat() label=locale.snooze_chat() on_open>
            <div class="menu-items">{presets}</div>
            <ExactMoment
                id="bulk-snooze-exact"
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

/// Which quick reply they get.
#[component]
fn ReplyMenu(desk: Desk, asking: Asking) -> impl IntoView {
    let locale = desk.locale;
    let (typed, replies) = (RwSignal::new(String::new()), RwSignal::new(Vec::<QuickReply>::new()));
    let on_open = Callback::new(move |()| {
        typed.set(String::new());
        spawn_local(async move {
            // Without an answer the menu shows what was known; the next opening asks again.
            if let Ok(told) = quick_replies::list().await {
                _ = replies.try_set(told);
            }
        });
    });
    let found = move || {
        let found: Vec<QuickReply> =
            typed.with(|typed| replies.with(|all| ranked(all, typed).into_iter().cloned().collect()));
        if found.is_empty() {
            return view! { <p class="menu-none">{locale.bulk_no_reply_found()}</p> }.into_any();
        }
        let item = |reply: QuickReply| {
            let asking = asking.clone();
            view! {
                <MenuItem closes=Some(REPLY) on_press=move |()| asking.ask(BulkAct::Reply(reply.id))>
                    {reply.title}
                </MenuItem>
            }
        };
        found.into_iter().map(item).collect_view().into_any()
    };
    let words = Signal::derive(move || locale.bulk_reply().to_owned());
    view! {
        <Menu id=REPLY icon=Icon::Slash words hint=locale.bulk_reply() label=locale.bulk_reply() on_open>
            <MenuSearch typed label=locale.bulk_find_reply()/>
            <div class="menu-items">{found}</div>
        </Menu>
    }
}

/// What is rarely needed.
#[component]
fn MoreMenu(desk: Desk, asking: Asking) -> impl IntoView {
    let locale = desk.locale;
    let (reopening, spam) = (asking.clone(), asking.clone());
    let priorities = [Priority::Urgent, Priority::High, Priority::Normal, Priority::Low].map(|priority| {
        let asking = asking.clone();
        view! {
            <MenuItem closes=Some(MORE) on_press=move |()| asking.ask(BulkAct::Prioritise(priority))>
                {work_words::priority(locale, priority)}
            </MenuItem>
        }
    });
    let words = Signal::derive(move || locale.more_actions().to_owned());
    view! {
        <Menu id=MORE icon=Icon::More words hint=locale.more_actions() label=locale.more_actions()>
            <div class="menu-items">
                <MenuItem closes=Some(MORE) on_press=move |()| reopening.ask(BulkAct::Reopen)>
                    <Glyph icon=Icon::Retry/>
                    <span>{locale.bulk_reopen()}</span>
                </MenuItem>
                <MenuItem closes=Some(MORE) on_press=move |()| spam.ask(BulkAct::MarkSpam)>
                    <Glyph icon=Icon::Ban/>
                    <span>{locale.bulk_spam()}</span>
                </MenuItem>
                <p class="menu-title">{locale.priority_word()}</p>
                {priorities}
            </div>
        </Menu>
    }
}
