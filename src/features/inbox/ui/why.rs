//! Why the deadlines of the open chat are what they are: each clock with its rule, start, pauses and result.

use super::clock::SlaTimer;
use super::desk::Desk;
use super::session::Session;
use super::work_words;
use crate::features::inbox::api;
use crate::features::sla::explanation::{ClockView, PolicyTold};
use crate::features::sla::ui::words as sla_words;
use crate::shared::commands::Command;
use crate::shared::error::AppError;
use crate::shared::i18n::Locale;
use crate::shared::marketplace::Marketplace;
use crate::shared::sla::clocks::{ClockKind, Standing};
use crate::shared::sla::count::Pause;
use crate::shared::time::{Zone, remaining};
use crate::ui::commands::use_commands;
use crate::ui::icon::{Glyph, Icon};
use crate::ui::menu;
use crate::ui::notice::ErrorNote;
use chrono::{DateTime, Utc};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The panel.
const WHY: &str = "why-deadline";
const TITLE: &str = "why-deadline-title";

type Answer = Result<Vec<ClockView>, AppError>;

/// The timer of the open chat, as a button that opens the panel.
#[component]
pub fn WhyDeadline(desk: Desk, session: Session) -> impl IntoView {
    let (locale, chat) = (desk.locale, session.chat);
    let (commands, panel) = (use_commands(), NodeRef::<html::Div>::new());
    let answer = ArcRwSignal::new(None::<Answer>);
    let is_open = RwSignal::new(false);
    let ask = {
        let answer = answer.clone();
        move || {
            let answer = answer.clone();
            spawn_local(async move { answer.set(Some(api::explain(chat).await)) });
        }
    };
    let on_toggle = {
        let ask = ask.clone();
        move |_| {
            let open = panel.get_untracked().is_some_and(|it| it.matches(":popover-open").unwrap_or(false));
            is_open.set(open);
            if open {
                menu::take_focus(panel);
                ask();
            }
        }
    };
    let row = session.row.clone();
    // Whatever moves a clock moves the chat.
    Effect::watch(
        move || row.track(),
        move |_, _, _| {
            if is_open.get_untracked() {
                ask();
            }
        },
        false,
    );
    commands.offer_while(Command::WhyDeadline, desk.is_at(chat), || menu::toggle(WHY));
    let has_timer = {
        let row = session.row.clone();
        Memo::new(move |_| row.with(|row| row.due_at.is_some()))
    };
    let (row, marketplace) = (session.row.clone(), session.row.with_untracked(|row| row.marketplace));
    let face = move || {
        if has_timer.get() {
            view! { <SlaTimer row=row.clone()/> }.into_any()
        } else {
            view! {
                <Glyph icon=Icon::Clock/>
                <span class="reader-only">{locale.why_deadline()}</span>
            }
            .into_any()
        }
    };
    let (zone, now) = (desk.zone, desk.now);
    let content = move || match answer.get() {
        None => ().into_any(),
        Some(Err(error)) => view! { <ErrorNote error/> }.into_any(),
        Some(Ok(clocks)) if clocks.is_empty() => view! { <p>{locale.why_no_clock()}</p> }.into_any(),
        Some(Ok(clocks)) => {
            let telling = Telling { locale, zone, now: now.get_untracked(), marketplace };
            clocks.into_iter().map(|clock| view! { <Told telling clock/> }).collect_view().into_any()
        }
    };
    view! {
        <button
            type="button"
            id=menu::button_id(WHY)
            class="clock-button"
            data-testid="why-button"
            popovertarget=WHY
            title=move || commands.hint(locale.why_deadline(), Command::WhyDeadline)
            aria-keyshortcuts=move || commands.keys_for_readers(Command::WhyDeadline)
        >
            {face}
        </button>
        <div
            node_ref=panel
            id=WHY
            class="menu action-menu why-panel"
            data-testid="why-panel"
            popover="auto"
            role="dialog"
            aria-labelledby=TITLE
            on:toggle=on_toggle
        >
            <h3 id=TITLE class="why-title">{locale.why_deadline()}</h3>
            <div class="why-clocks" tabindex="0" autofocus role="group" aria-labelledby=TITLE>
                {content}
            </div>
        </div>
    }
}

/// In which words it is told.
#[derive(Clone, Copy)]
struct Telling {
    locale: Locale,
    zone: Zone,
    now: DateTime<Utc>,
    marketplace: Marketplace,
}

impl Telling {
    fn at(self, at: DateTime<Utc>) -> String {
        self.locale.at_day(at, self.now, self.zone)
    }

    fn pauses(self, pauses: &[Pause]) -> String {
        if pauses.is_empty() {
            return self.locale.why_no_pauses().to_owned();
        }
        let pause = |pause: &Pause| {
            let to = pause.to.map_or_else(|| self.locale.why_until_now().to_owned(), |to| self.at(to));
            format!("{} – {to}: {}", self.at(pause.from), self.locale.pause_reason(pause.reason))
        };
        pauses.iter().map(pause).collect::<Vec<_>>().join("; ")
    }

    fn result(self, clock: &ClockView) -> String {
        let locale = self.locale;
        let ended = clock
            .end
            .map(|end| locale.clock_end(end.kind, &self.at(end.at), clock.answered_by.as_deref()))
            .unwrap_or_default();
        match (clock.standing, clock.due_at) {
            (Standing::Left(_) | Standing::Over(_), Some(due)) => {
                locale.timer(clock.kind, remaining(due, self.now))
            }
            (Standing::Missed { .. }, _) if clock.is_late => {
                format!("{ended}, {} ({})", locale.clock_kept(false), locale.why_late())
            }
            (Standing::Missed { .. }, _) => format!("{ended}, {}", locale.clock_kept(false)),
            (Standing::Met, _) => format!("{ended}, {}", locale.clock_kept(true)),
            (Standing::Dropped, _) => format!("{ended}: {}", locale.why_dropped()),
            _ => locale.why_paused().to_owned(),
        }
    }

    fn urgency(self, policy: &PolicyTold) -> String {
        let reasons: Vec<&str> =
            policy.reasons.iter().map(|it| sla_words::reason(self.locale, *it)).collect();
        let urgency = work_words::priority(self.locale, policy.priority);
        format!("{urgency}: {}", reasons.join(", "))
    }
}

/// One clock.
#[component]
fn Told(telling: Telling, clock: ClockView) -> impl IntoView {
    let locale = telling.locale;
    let (by_what, rule) = match (&clock.policy, clock.kind) {
        (Some(policy), _) => (locale.why_policy(), locale.policy_told(&policy.name, policy.version)),
        (None, ClockKind::Promise) => (locale.promise_by(), clock.promised_by.clone().unwrap_or_default()),
        (None, _) => (locale.why_policy(), locale.why_marketplace().to_owned()),
    };
    let urgency = clock.policy.as_ref().map(|policy| {
        view! {
            <dt>{locale.why_topic()}</dt>
            <dd>{sla_words::intent(locale, policy.intent)}</dd>
            <dt>{locale.why_urgency()}</dt>
            <dd>{telling.urgency(policy)}</dd>
        }
    });
    let target = clock.target.map(|target| {
        view! {
            <dt>{locale.why_target()}</dt>
            <dd>{locale.target(target, clock.calendar.as_deref())}</dd>
        }
    });
    let due = clock.due_at.map_or_else(|| locale.why_paused().to_owned(), |due| telling.at(due));
    let result = telling.result(&clock);
    let said = clock.started_with.as_ref().map(|text| view! { <q class="why-said">{text.clone()}</q> });
    view! {
        <section class="why-clock" data-clock=clock.kind.as_str() data-open=clock.end.is_none().then_some("true")>
            <h4 class="why-name">
                <Glyph icon=super::clock::icon(clock.kind)/>
                <span>{locale.clock(clock.kind, telling.marketplace)}</span>
            </h4>
            <dl class="why-facts">
                <dt>{by_what}</dt>
                <dd>{rule}</dd>
                {urgency}
                <dt>{locale.why_start()}</dt>
                <dd>{telling.at(clock.started_at)} " " {said}</dd>
                {target}
                <dt>{locale.why_pauses()}</dt>
                <dd>{telling.pauses(&clock.pauses)}</dd>
                <dt>{locale.why_counted()}</dt>
                <dd>{locale.counted(clock.counted, clock.closed)}</dd>
                <dt>{locale.why_due()}</dt>
                <dd>{due}</dd>
                <dt>{locale.why_result()}</dt>
                <dd>{result}</dd>
            </dl>
        </section>
    }
}
