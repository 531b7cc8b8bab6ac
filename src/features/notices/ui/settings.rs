//! The page where a person arranges what they are told and how. Each change is kept at once.

use super::book::Book;
use super::words;
use crate::features::notices::types::{Channels, NoticeKind, NoticeSettings, QuietHours, Tone};
use crate::shared::i18n::Locale;
use crate::ui::button::Button;
use crate::ui::context::use_locale;
use crate::ui::notice::use_toasts;
use crate::ui::signals::{self, Permission};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;

/// What quiet hours begin with: nobody answers buyers at night.
const NIGHT: QuietHours = QuietHours { from: 22 * 60, to: 8 * 60 };

/// A way by which notices reach a person.
type Channel = (&'static str, fn(Locale) -> &'static str, fn(&mut Channels) -> &mut bool);

const CHANNELS: [Channel; 3] = [
    ("centre", Locale::channel_centre, |it| &mut it.centre),
    ("sound", Locale::channel_sound, |it| &mut it.sound),
    ("browser", Locale::channel_browser, |it| &mut it.browser),
];

/// The page's copy of the settings: what is changed here is kept on the server at once.
#[derive(Clone)]
struct Form {
    book: Book,
    locale: Locale,
    change: Callback<Change>,
}

type Change = Box<dyn FnOnce(&mut NoticeSettings) + Send + Sync>;

impl Form {
    fn change(&self, change: impl FnOnce(&mut NoticeSettings) + Send + Sync + 'static) {
        self.change.run(Box::new(change));
    }

    /// A part of the settings that follows them.
    fn follow<T: Send + Sync + PartialEq + 'static>(
        &self,
        part: impl Fn(&NoticeSettings) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        let book = self.book.clone();
        Memo::new(move |_| part(&book.settings()))
    }
}

/// `/settings/notices`.
#[component]
pub fn NoticeSettingsPage() -> impl IntoView {
    let locale = use_locale();
    let toasts = use_toasts();
    let book = use_context::<Book>()?;
    let saver = book.clone();
    let change = Callback::new(move |change: Change| {
        let mut settings = untrack(|| saver.settings());
        change(&mut settings);
        let saver = saver.clone();
        spawn_local(async move {
            match saver.save(settings.sane()).await {
                Ok(()) => toasts.say(locale.settings_saved().to_owned()),
                Err(error) => toasts.say(error.sentence(locale)),
            }
        });
    });
    let known = book.centre.clone();
    let form = Form { book, locale, change };
    Some(view! {
        <Title text=locale.tab_title(locale.notice_settings())/>
        <header class="page-head">
            <h1>{locale.notice_settings()}</h1>
            <p class="quiet">{locale.notice_settings_lead()}</p>
        </header>
        <fieldset class="notice-settings" disabled=move || known.with(Option::is_none)>
            <Matrix form=form.clone()/>
            <Quiet form=form.clone()/>
            <Sound form=form.clone()/>
            <InBrowser form/>
        </fieldset>
    })
}

/// Events by channels.
#[component]
fn Matrix(form: Form) -> impl IntoView {
    let locale = form.locale;
    let heads = CHANNELS.map(|(_, name, _)| view! { <th scope="col">{name(locale)}</th> }).collect_view();
    let rows = NoticeKind::ALL
        .iter()
        .map(|kind| {
            let kind = *kind;
            let cells = CHANNELS
                .map(|channel| view! { <td><Cell form=form.clone() kind channel/></td> })
                .collect_view();
            view! { <tr><th scope="row">{words::kind(locale, kind)}</th>{cells}</tr> }
        })
        .collect_view();
    view! {
        <table class="notice-matrix">
            <thead><tr><th scope="col">{locale.notice_events()}</th>{heads}</tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// Whether one kind of notice takes one way.
#[component]
fn Cell(form: Form, kind: NoticeKind, channel: Channel) -> impl IntoView {
    let (word, name, part) = channel;
    let locale = form.locale;
    let is_on = form.follow(move |settings| *part(&mut settings.of(kind)));
    let press = move |event| {
        let wanted = event_target_checked(&event);
        form.change(move |settings| {
            let mut channels = settings.of(kind);
            *part(&mut channels) = wanted;
            settings.set(kind, channels);
        });
    };
    view! {
        <label class="notice-cell">
            <input
                type="checkbox"
                name=format!("{kind}-{word}")
                aria-label=format!("{}: {}", words::kind(locale, kind), name(locale))
                prop:checked=move || is_on.get()
                on:change=press
            />
        </label>
    }
}

/// Hours in which nothing rings.
#[component]
fn Quiet(form: Form) -> impl IntoView {
    let locale = form.locale;
    let quiet = form.follow(|settings| settings.quiet);
    let switch = {
        let form = form.clone();
        move |event| {
            let is_on = event_target_checked(&event);
            form.change(move |settings| settings.quiet = is_on.then_some(NIGHT));
        }
    };
    let hours = move |label: &'static str, part: fn(&mut QuietHours) -> &mut u16| {
        let form = form.clone();
        let shown = move || clock(*part(&mut quiet.get().unwrap_or(NIGHT)));
        let set = move |event| {
            let Some(minutes) = minutes(&event_target_value(&event)) else { return };
            form.change(move |settings| {
                if let Some(quiet) = &mut settings.quiet {
                    *part(quiet) = minutes;
                }
            });
        };
        view! {
            <input
                type="time"
                class="field-input"
                aria-label=label
                disabled=move || quiet.get().is_none()
                prop:value=shown
                on:change=set
            />
        }
    };
    view! {
        <section class="notice-part">
            <h2>{locale.quiet_hours()}</h2>
            <div class="notice-line-of-fields">
                <label class="check">
                    <input type="checkbox" name="quiet" prop:checked=move || quiet.get().is_some() on:change=switch/>
                    <span>{locale.quiet_hours_on()}</span>
                </label>
                {hours(locale.quiet_hours_on(), |it| &mut it.from)}
                <span>{locale.quiet_hours_to()}</span>
                {hours(locale.quiet_hours_to(), |it| &mut it.to)}
            </div>
            <p class="quiet">{locale.quiet_hours_hint()}</p>
        </section>
    }
}

/// Which sound, how loud, and whether it comes again.
#[component]
fn Sound(form: Form) -> impl IntoView {
    let locale = form.locale;
    let (tone, volume) = (form.follow(|it| it.tone), form.follow(|it| it.volume));
    let repeats = form.follow(|it| it.repeats);
    let tones = Tone::ALL
        .iter()
        .map(|one| {
            let (one, form) = (*one, form.clone());
            let press = move |_| {
                signals::play(one.as_str(), volume.get_untracked());
                form.change(move |settings| settings.tone = one);
            };
            view! {
                <label class="check">
                    <input type="radio" name="tone" value=one.as_str() prop:checked=move || tone.get() == one on:change=press/>
                    <span>{words::tone(locale, one)}</span>
                </label>
            }
        })
        .collect_view();
    let louder = {
        let form = form.clone();
        move |event| {
            let Ok(volume) = event_target_value(&event).parse::<u8>() else { return };
            form.change(move |settings| settings.volume = volume);
        }
    };
    let repeat = {
        let form = form.clone();
        move |event| {
            let is_on = event_target_checked(&event);
            form.change(move |settings| settings.repeats = is_on);
        }
    };
    let test = Callback::new(move |()| form.book.ringer.test(&untrack(|| form.book.settings())));
    view! {
        <section class="notice-part">
            <h2>{locale.sound()}</h2>
            <div class="notice-line-of-fields" role="radiogroup" aria-label=locale.sound()>{tones}</div>
            <label class="notice-line-of-fields">
                <span>{locale.sound_volume()}</span>
                <input type="range" min="0" max="100" step="5" prop:value=move || volume.get().to_string() on:change=louder/>
            </label>
            <label class="check">
                <input type="checkbox" name="repeats" prop:checked=move || repeats.get() on:change=repeat/>
                <span>{locale.sound_repeats()}</span>
            </label>
            <div><Button on_press=test>{locale.notice_test()}</Button></div>
        </section>
    }
}

/// Whether this browser may show notices. Nobody is asked before they press the button.
#[component]
fn InBrowser(form: Form) -> impl IntoView {
    let locale = form.locale;
    let permission = RwSignal::new(None::<Permission>);
    Effect::new(move |_| permission.set(Some(signals::permission())));
    let ask = Callback::new(move |()| {
        signals::ask_permission(move || _ = permission.try_set(Some(signals::permission())));
    });
    let state = move || match permission.get() {
        None => ().into_any(),
        Some(Permission::Open) => {
            view! { <div><Button on_press=ask>{locale.browser_notices_allow()}</Button></div> }.into_any()
        }
        Some(Permission::Granted) => view! { <p>{locale.browser_notices_allowed()}</p> }.into_any(),
        Some(Permission::Denied) => view! { <p>{locale.browser_notices_denied()}</p> }.into_any(),
        Some(Permission::Absent) => view! { <p>{locale.browser_notices_absent()}</p> }.into_any(),
    };
    view! {
        <section class="notice-part">
            <h2>{locale.browser_notices()}</h2>
            {state}
        </section>
    }
}

/// `22:00`, as fields of browsers hold a time of day.
fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

fn minutes(clock: &str) -> Option<u16> {
    let (hours, minutes) = clock.split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.get(..2)?.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::{clock, minutes};

    #[test]
    fn a_time_of_day_comes_back() {
        for of_day in [0, 59, 60, 8 * 60 + 5, 23 * 60 + 59] {
            assert_eq!(minutes(&clock(of_day)), Some(of_day));
        }
        assert_eq!(minutes("08:05:30"), Some(485));
        assert_eq!((minutes("24:00"), minutes(""), minutes("8")), (None, None, None));
    }
}
