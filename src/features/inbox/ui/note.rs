//! A note between the messages: of another colour than anything a buyer sees, and named as what it is.

use super::desk::Desk;
use super::mentions::{Piece, pieces};
use super::session::Session;
use crate::features::inbox::api;
use crate::features::inbox::types::NoteView;
use crate::shared::ids::NoteId;
use crate::shared::role::Permission;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::notice::use_toasts;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A note.
#[component]
pub fn NoteCard(desk: Desk, session: Session, id: NoteId) -> impl IntoView {
    let note = session.note(id)?;
    let (locale, zone) = (desk.locale, desk.zone);
    let first = note.get_untracked();
    let at = first.created_at;
    let edited = {
        let note = note.clone();
        move || {
            note.with(|note| note.edited_at).map(|at| {
                view! {
                    <span class="message-edited" title=locale.date_time(at, zone)>
                        {locale.message_edited()}
                    </span>
                }
            })
        }
    };
    let body = {
        let note = note.clone();
        move || {
            let NoteView { body, mentions, .. } = note.get();
            let piece = |piece: Piece<'_>| match piece {
                Piece::Text(text) => text.to_owned().into_any(),
                Piece::Mention(name) => view! { <b class="note-mention">{name.to_owned()}</b> }.into_any(),
            };
            pieces(&body, &mentions).into_iter().map(piece).collect_view()
        }
    };
    Some(view! {
        <li class="note-card" data-testid="note" data-note-id=id.to_string()>
            <p class="note-head">
                <Glyph icon=Icon::Note/>
                <span>{locale.note_by(&first.author.name)}</span>
                <time datetime=at.to_rfc3339() title=locale.date_time(at, zone)>{zone.clock(at)}</time>
                {edited}
            </p>
            <p class="bubble-text">{body}</p>
            <NoteActions desk session note first/>
        </li>
    })
}

/// What may be done with a note: its author changes it; its author and administrators delete it.
#[component]
fn NoteActions(desk: Desk, session: Session, note: ArcRwSignal<NoteView>, first: NoteView) -> impl IntoView {
    let locale = desk.locale;
    let viewer = desk.viewer.clone()?;
    let is_mine = viewer.user == first.author.id && desk.may_answer();
    let may_delete = is_mine || viewer.may(Permission::ManageShared);
    let (toasts, is_sure) = (use_toasts(), RwSignal::new(false));
    let (chat, id) = (session.chat, first.id);
    let editing = session.writing.clone();
    let edit = is_mine.then(|| {
        view! {
            <button
                type="button"
                class="note-action"
                data-action="edit"
                on:click=move |_| editing.change(note.get_untracked())
            >
                {locale.edit_note()}
            </button>
        }
    });
    let delete = move |_| {
        if !is_sure.get_untracked() {
            is_sure.set(true);
            return;
        }
        let session = session.clone();
        spawn_local(async move {
            match api::delete_note(chat, id).await {
                Ok(()) => {
                    session.drop_note(id);
                    toasts.say(locale.note_gone().to_owned());
                }
                Err(error) => {
                    _ = is_sure.try_set(false);
                    toasts.say(error.sentence(locale));
                }
            }
        });
    };
    let question =
        move || is_sure.get().then(|| view! { <span role="alert">{locale.delete_note_sure()}</span> });
    let leave = move || {
        is_sure.get().then(|| {
            view! {
                <button type="button" class="note-action" on:click=move |_| is_sure.set(false)>
                    {locale.cancel()}
                </button>
            }
        })
    };
    let delete = may_delete.then(|| {
        view! {
            {question}
            <button type="button" class="note-action" data-action="delete" on:click=delete>
                {locale.delete_note()}
            </button>
            {leave}
        }
    });
    Some(view! { <p class="note-actions">{edit} {delete}</p> })
}
