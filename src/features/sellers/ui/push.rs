//! Whether a seller's messages come at once: how its pushes are doing, and what can be done about them.

use super::book::Book;
use super::words::{push_state_icon, push_state_name};
use crate::features::sellers::api;
use crate::features::sellers::types::{IfTaken, PushState, PushView, SellerView};
use crate::shared::error::{AppError, Refusal};
use crate::shared::i18n::Locale;
use crate::shared::ids::SellerId;
use crate::shared::marketplace::Marketplace;
use crate::ui::button::{Button, ButtonKind};
use crate::ui::context::{use_locale, use_now, use_zone};
use crate::ui::dialog::Dialog;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::notice::{ErrorNote, use_toasts};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The question whether to take the pushes from another program.
#[derive(Clone, Copy)]
pub struct TakeOver {
    open: RwSignal<bool>,
    /// Whose pushes, and the origin of the other program.
    about: RwSignal<Option<(SellerId, String)>>,
    error: RwSignal<Option<AppError>>,
    busy: RwSignal<bool>,
}

impl TakeOver {
    /// Nothing is asked yet.
    pub fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            about: RwSignal::new(None),
            error: RwSignal::new(None),
            busy: RwSignal::new(false),
        }
    }

    fn ask(self, seller: SellerId, address: String) {
        self.error.set(None);
        self.about.set(Some((seller, address)));
        self.open.set(true);
    }
}

/// The section of a seller's card.
#[component]
pub fn Pushes(
    seller: Memo<Option<SellerView>>,
    book: Book,
    take_over: TakeOver,
    may_manage: bool,
) -> impl IntoView {
    let locale = use_locale();
    // While the state stays, the buttons stay too, and with them the focus.
    let about = Memo::new(move |_| {
        seller.with(|seller| {
            let seller = seller.as_ref().filter(|seller| seller.is_connected())?;
            Some((seller.id, seller.pushes.state, seller.pushes.can_turn_on))
        })
    });
    let view = move || seller.get().map(|seller| (seller.marketplace, seller.pushes));
    move || {
        about.get().map(|(id, state, can_turn_on)| {
            let actions = may_manage.then(|| {
                view! { <Actions id state can_turn_on book take_over/> }
            });
            view! {
                <section class="pushes" data-testid="pushes" data-state=state.as_str()>
                    <h3 class="pushes-title">
                        {locale.pushes()}
                        <span class="badge" data-pushes=state.as_str()>
                            <Glyph icon=push_state_icon(state)/>
                            {push_state_name(state, locale)}
                        </span>
                    </h3>
                    {move || view().map(|(marketplace, pushes)| view! { <How marketplace pushes may_manage/> })}
                    {actions}
                </section>
            }
        })
    }
}

/// How the pushes are doing, in sentences.
#[component]
fn How(marketplace: Marketplace, pushes: PushView, may_manage: bool) -> impl IntoView {
    let locale = use_locale();
    let zone = use_zone();
    let now = use_now();
    let trouble = trouble(&pushes, marketplace, locale);
    let is_off = pushes.state == PushState::Off;
    let (heard, received) = (pushes.last_heard_at, pushes.received);
    let when = move || match heard {
        None => locale.pushes_not_heard().to_owned(),
        Some(at) => locale.pushes_heard(&locale.ago(at, now.get(), zone), received),
    };
    view! {
        {trouble
            .map(|text| {
                view! {
                    <div class="note note-warning">
                        <Glyph icon=Icon::Alert/>
                        <div class="note-text">
                            <p>{text}</p>
                            {(pushes.state == PushState::Suspended)
                                .then(|| {
                                    pushes
                                        .problem
                                        .clone()
                                        .map(|text| {
                                            view! {
                                                <p class="quiet">
                                                    {locale.marketplace_words(marketplace.name(), &text)}
                                                </p>
                                            }
                                        })
                                })}
                        </div>
                    </div>
                }
            })}
        {is_off
            .then(|| {
                let text =
                    if pushes.can_turn_on { locale.pushes_off_text() } else { locale.pushes_need_public_address() };
                view! { <p class="quiet">{text}</p> }
            })}
        {(!is_off).then(|| view! { <p class="quiet">{when}</p> })}
        {pushes
            .address
            .filter(|_| may_manage)
            .map(|address| view! { <p class="quiet push-address">{locale.pushes_address(&address)}</p> })}
    }
}

/// What is the matter; `None` when all is well.
fn trouble(pushes: &PushView, marketplace: Marketplace, locale: Locale) -> Option<String> {
    let name = marketplace.name();
    match pushes.state {
        PushState::Off | PushState::Starting | PushState::On => None,
        PushState::Silent => Some(locale.pushes_silent_text(name)),
        PushState::Suspended => Some(locale.pushes_suspended_text(name)),
        PushState::Taken => Some(locale.pushes_taken_text(name, pushes.problem.as_deref())),
    }
}

/// What can be done about them.
#[component]
fn Actions(
    id: SellerId,
    state: PushState,
    can_turn_on: bool,
    book: Book,
    take_over: TakeOver,
) -> impl IntoView {
    let locale = use_locale();
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<AppError>);
    let carry_out = move |deed: Deed| {
        busy.set(true);
        error.set(None);
        spawn_local(async move {
            match deed.of(id).await {
                Ok(()) => toasts.say(deed.done(locale).to_owned()),
                Err(AppError::Refused(Refusal::PushesTaken { address })) if deed == Deed::TurnOn => {
                    take_over.ask(id, address);
                }
                Err(reason) => error.set(Some(reason)),
            }
            busy.set(false);
            book.refresh();
        });
    };
    let press = move |deed: Deed| Callback::new(move |()| carry_out(deed));
    let is_off = state == PushState::Off;
    let can_begin = can_turn_on && matches!(state, PushState::Off | PushState::Taken);
    view! {
        <div class="actions">
            {can_begin
                .then(|| {
                    view! {
                        <Button icon=Icon::Play busy on_press=press(Deed::TurnOn)>{locale.push_turn_on()}</Button>
                    }
                })}
            {(!is_off)
                .then(|| {
                    view! {
                        <Button icon=Icon::Retry busy on_press=press(Deed::Check)>{locale.push_check()}</Button>
                        <Button kind=ButtonKind::Quiet busy on_press=press(Deed::TurnOff)>
                            {locale.push_turn_off()}
                        </Button>
                    }
                })}
        </div>
        {move || error.get().map(|error| view! { <ErrorNote error on_retry=None/> })}
    }
}

/// What a button does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    TurnOn,
    Check,
    TurnOff,
}

impl Deed {
    async fn of(self, seller: SellerId) -> Result<(), AppError> {
        match self {
            Deed::TurnOn => api::push_on(seller, IfTaken::Ask).await,
            Deed::Check => api::push_check(seller).await,
            Deed::TurnOff => api::push_off(seller).await,
        }
    }

    fn done(self, locale: Locale) -> &'static str {
        match self {
            Deed::TurnOn => locale.push_turned_on(),
            Deed::Check => locale.push_checked(),
            Deed::TurnOff => locale.push_turned_off(),
        }
    }
}

/// Asks whether to take the pushes from another program, and names it.
#[component]
pub fn TakeOverDialog(book: Book, take_over: TakeOver) -> impl IntoView {
    let locale = use_locale();
    let toasts = use_toasts();
    let address = move || take_over.about.with(|about| about.as_ref().map(|(_, address)| address.clone()));
    let replace = Callback::new(move |()| {
        let Some((id, _)) = take_over.about.get_untracked() else { return };
        take_over.busy.set(true);
        take_over.error.set(None);
        spawn_local(async move {
            match api::push_on(id, IfTaken::Replace).await {
                Ok(()) => {
                    take_over.open.set(false);
                    toasts.say(locale.push_turned_on().to_owned());
                }
                Err(reason) => take_over.error.set(Some(reason)),
            }
            take_over.busy.set(false);
            book.refresh();
        });
    });
    view! {
        <Dialog id="replace-pushes" open=take_over.open title=locale.push_replace_title().to_owned()>
            <p><strong>{address}</strong></p>
            <p>{locale.push_replace_explains()}</p>
            {move || take_over.error.get().map(|error| view! { <ErrorNote error on_retry=None/> })}
            <div class="actions">
                <Button kind=ButtonKind::Danger busy=take_over.busy on_press=replace>{locale.push_replace()}</Button>
                <Button on_press=Callback::new(move |()| take_over.open.set(false))>{locale.cancel()}</Button>
            </div>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trouble_is_told_as_trouble() {
        let told = |state| {
            let problem = Some("https://other.example".to_owned());
            trouble(&PushView { state, problem, ..PushView::default() }, Marketplace::Ozon, Locale::En)
        };
        for well in [PushState::Off, PushState::Starting, PushState::On] {
            assert_eq!(told(well), None, "{well}");
        }
        for bad in [PushState::Silent, PushState::Suspended, PushState::Taken] {
            assert!(told(bad).is_some_and(|text| text.contains("Nothing is lost")), "{bad}");
        }
        assert!(told(PushState::Taken).is_some_and(|text| text.contains("https://other.example")));
    }
}
