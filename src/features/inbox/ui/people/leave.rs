//! Letting a person go: what it means is said before.

use super::Staff;
use crate::features::inbox::api as inbox;
use crate::features::inbox::saved_filter::Leaving;
use crate::features::users::api;
use crate::shared::error::AppError;
use crate::shared::ids::UserId;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::context::use_locale;
use crate::ui::dialog::Dialog;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::notice::{ErrorNote, Toasts, use_toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A person whom somebody is about to let go.
#[derive(Clone, Copy)]
pub(super) struct Leave {
    open: RwSignal<bool>,
    about: RwSignal<Option<UserId>>,
    /// What it changes, once that is known.
    means: RwSignal<Leaving>,
    error: RwSignal<Option<AppError>>,
    busy: RwSignal<bool>,
}

impl Leave {
    pub fn new() -> Self {
        Leave {
            open: RwSignal::new(false),
            about: RwSignal::new(None),
            means: RwSignal::default(),
            error: RwSignal::new(None),
            busy: RwSignal::new(false),
        }
    }

    pub fn ask(self, person: UserId) {
        self.about.set(Some(person));
        self.means.set(Leaving::default());
        self.error.set(None);
        self.open.set(true);
        spawn_local(async move {
            let answer = inbox::before_leaving(person).await;
            if self.about.try_get_untracked() == Some(Some(person)) {
                match answer {
                    Ok(means) => self.means.set(means),
                    Err(error) => self.error.set(Some(error)),
                }
            }
        });
    }

    fn carry_out(self, staff: Staff, toasts: Toasts, done: String) {
        let Some(person) = self.about.get_untracked() else { return };
        self.busy.set(true);
        spawn_local(async move {
            let answer = api::let_go(person).await;
            self.busy.set(false);
            match answer {
                // Somebody else was faster.
                Ok(()) | Err(AppError::NotFound) => {
                    self.open.set(false);
                    staff.refresh();
                    toasts.say(done);
                }
                Err(error) => self.error.set(Some(error)),
            }
        });
    }
}

/// Says what becomes of chats and saved lists, and asks.
#[component]
pub(super) fn LeaveDialog(staff: Staff, leave: Leave) -> impl IntoView {
    let (locale, toasts) = (use_locale(), use_toasts());
    let name = move || leave.about.get().and_then(|id| staff.person(id)).map(|it| it.name);
    let sentence = move || Some(locale.let_go_sure(&name()?, leave.means.get().chats));
    let problem = move || leave.error.get().map(|error| view! { <ErrorNote error/> });
    let broken = move || {
        let filters = leave.means.get().filters;
        let sentence = locale.filters_broken(&filters.names, filters.of_others)?;
        Some(view! {
            <div class="note note-warning" data-testid="broken-filters">
                <Glyph icon=Icon::Alert/>
                <p class="note-text">{sentence}</p>
            </div>
        })
    };
    let carry_out = Callback::new(move |()| {
        let done = untrack(name).map(|name| locale.let_go_done(&name)).unwrap_or_default();
        leave.carry_out(staff, toasts, done);
    });
    view! {
        <Dialog id="leave-dialog" open=leave.open title=Signal::stored(locale.person_let_go_yes().to_owned())>
            <p>{sentence}</p>
            <div role="status">{broken}</div>
            {problem}
            <div class="actions">
                <Button kind=ButtonKind::Danger busy=leave.busy on_press=carry_out>{locale.person_let_go_yes()}</Button>
                <Button on_press=Callback::new(move |()| leave.open.set(false))>{locale.cancel()}</Button>
            </div>
        </Dialog>
    }
}
