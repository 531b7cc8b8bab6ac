//! Texts about the clocks of chats: the timer, and why a deadline is what it is.

use super::Locale;
use crate::shared::marketplace::Marketplace;
use crate::shared::sla::clocks::{ClockKind, EndKind};
use crate::shared::sla::count::{PauseReason, Target, TimeKind};
use crate::shared::time::{Remaining, Zone, remaining};
use chrono::{DateTime, Utc};

texts! {
    why_deadline: "Почему этот срок?", "Why this deadline?";
    why_no_clock: "Сроки не идут: в чате никто не ждёт ответа с тех пор, как подключён магазин.",
        "No deadline runs: nobody has waited for an answer here since the shop was connected.";
    why_policy: "Правило", "Policy";
    why_marketplace: "Правило маркетплейса", "Rule of the marketplace";
    why_built_in: "встроенная версия", "the version that comes with the product";
    why_topic: "Тема", "Topic";
    why_urgency: "Срочность", "Urgency";
    why_start: "Начало", "Start";
    why_target: "Сколько дано", "Time allowed";
    why_pauses: "Паузы", "Pauses";
    why_no_pauses: "не было", "none";
    why_counted: "Прошло", "Passed";
    why_due: "Срок", "Deadline";
    why_result: "Итог", "Result";
    why_paused: "часы стоят: когда пойдут, неизвестно", "the clock stands still, nobody knows until when";
    why_dropped: "отвечать не понадобилось", "there was nothing to answer";
    why_late: "замечено позже: в момент срока программа не работала",
        "noticed later: the program was not running at the deadline";
    why_until_now: "до сих пор", "until now";

    rules_apply_title: "Чаты, которые уже ждут", "Chats that already wait";
    rules_apply_text:
        "Они считаются по правилам, которые действовали, когда покупатель написал. Прошлое отчётов не меняется.",
        "They go by the rules that were in force when the buyer wrote. Nothing past changes in reports.";
    rules_apply: "Применить к ним новые правила", "Apply the new rules to them";
}

impl Locale {
    /// What is waited for, where there is little room.
    pub fn clock_short(self, kind: ClockKind) -> &'static str {
        match kind {
            ClockKind::FirstReply => self.pick("1-й ответ", "1st reply"),
            ClockKind::NextReply => self.pick("Ответ", "Reply"),
            ClockKind::Resolution => self.pick("Решение", "Solution"),
            ClockKind::Rating => self.pick("Рейтинг", "Rating"),
            ClockKind::Window => self.pick("Окно", "Window"),
            ClockKind::Promise => self.pick("Обещание", "Promise"),
        }
    }

    /// What is waited for, in full.
    pub fn clock(self, kind: ClockKind, marketplace: Marketplace) -> String {
        let name = marketplace.name();
        match (self, kind) {
            (Locale::Ru, ClockKind::FirstReply) => "Первый ответ".to_owned(),
            (Locale::Ru, ClockKind::NextReply) => "Ответ на новое сообщение".to_owned(),
            (Locale::Ru, ClockKind::Resolution) => "Решение вопроса".to_owned(),
            (Locale::Ru, ClockKind::Rating) => format!("Ответ по правилам {name}"),
            (Locale::Ru, ClockKind::Window) => format!("{name} перестанет принимать сообщения"),
            (Locale::Ru, ClockKind::Promise) => "Обещание покупателю".to_owned(),
            (Locale::En, ClockKind::FirstReply) => "First reply".to_owned(),
            (Locale::En, ClockKind::NextReply) => "Reply to a new message".to_owned(),
            (Locale::En, ClockKind::Resolution) => "Solution".to_owned(),
            (Locale::En, ClockKind::Rating) => format!("Answer by the rules of {name}"),
            (Locale::En, ClockKind::Window) => format!("{name} stops taking messages"),
            (Locale::En, ClockKind::Promise) => "Promise to the buyer".to_owned(),
        }
    }

    /// The timer: `Ответ · 3 ч 12 мин`, `Ответ · просрочено 14 мин`.
    pub fn timer(self, kind: ClockKind, left: Remaining) -> String {
        let time = match left {
            Remaining::Left { minutes: 0 } => self.pick("меньше минуты", "less than a minute").to_owned(),
            Remaining::Left { minutes } => self.duration_short(minutes),
            Remaining::Over { minutes: 0 } => self.pick("просрочено", "overdue").to_owned(),
            Remaining::Over { minutes } => {
                format!("{} {}", self.pick("просрочено", "overdue"), self.duration_short(minutes))
            }
        };
        format!("{} · {time}", self.clock_short(kind))
    }

    /// The timer in full: which clock, how much is left, until when.
    pub fn timer_in_full(
        self,
        kind: ClockKind,
        marketplace: Marketplace,
        due: DateTime<Utc>,
        now: DateTime<Utc>,
        zone: Zone,
    ) -> String {
        let (clock, until) = (self.clock(kind, marketplace), self.at_day(due, now, zone));
        match (self, remaining(due, now)) {
            (Locale::Ru, Remaining::Left { minutes }) => {
                format!("{clock}: осталось {}, до {until}", self.duration(minutes))
            }
            (Locale::Ru, Remaining::Over { minutes }) => {
                format!("{clock}: срок прошёл {until}, просрочено на {}", self.duration(minutes))
            }
            (Locale::En, Remaining::Left { minutes }) => {
                format!("{clock}: {} left, until {until}", self.duration(minutes))
            }
            (Locale::En, Remaining::Over { minutes }) => {
                format!("{clock}: was due {until}, overdue by {}", self.duration(minutes))
            }
        }
    }

    /// How much time a clock allows: `1 час рабочего времени («Рабочие часы»)`, `24 часа подряд`.
    pub fn target(self, target: Target, calendar: Option<&str>) -> String {
        let length = self.duration(i64::from(target.minutes.get()));
        match (target.time, calendar) {
            (TimeKind::Wall, _) => format!("{length} {}", self.pick("подряд, днём и ночью", "day and night")),
            (TimeKind::Working, None) => {
                format!("{length} {}", self.pick("рабочего времени", "of working time"))
            }
            (TimeKind::Working, Some(name)) => format!(
                "{length} {} ({})",
                self.pick("рабочего времени", "of working time"),
                self.quoted(name)
            ),
        }
    }

    /// How much has counted, and how long nobody worked meanwhile.
    pub fn counted(self, counted: i64, closed: i64) -> String {
        let passed = self.duration(counted);
        match (self, closed) {
            (_, 0) => passed,
            (Locale::Ru, closed) => {
                format!("{passed}, не считая {} вне рабочих часов", self.duration(closed))
            }
            (Locale::En, closed) => {
                format!("{passed}, without {} outside of working hours", self.duration(closed))
            }
        }
    }

    /// Why a clock stood still.
    pub fn pause_reason(self, reason: PauseReason) -> &'static str {
        match reason {
            PauseReason::Snoozed => self.pick("чат отложен", "the chat was snoozed"),
            PauseReason::WaitsForBuyer => self.pick("ждали покупателя", "it was for the buyer to write"),
            PauseReason::Closed => self.pick("чат был закрыт", "the chat was closed"),
            PauseReason::Spam => self.pick("чат считался спамом", "the chat was held to be spam"),
            PauseReason::ByHand => self.pick("часы остановили вручную", "stopped by hand"),
        }
    }

    /// How a clock ended: `ответили 12 ноября в 14:20`; with whoever did it.
    pub fn clock_end(self, kind: EndKind, at: &str, who: Option<&str>) -> String {
        let how = match kind {
            EndKind::Answered => self.pick("ответ дан", "answered"),
            EndKind::Acknowledged => self.pick("ответил автомат", "answered automatically"),
            EndKind::Closed => self.pick("чат закрыт", "the chat was closed"),
            EndKind::Spam => self.pick("спам", "spam"),
            EndKind::Expired => {
                self.pick("маркетплейс больше не принимает ответ", "the marketplace takes no answer any more")
            }
            EndKind::Withdrawn => self.pick("обещание снято", "the promise was taken back"),
        };
        match who {
            Some(who) => format!("{how} {at}, {who}"),
            None => format!("{how} {at}"),
        }
    }

    /// A clock ended in time, or not.
    pub fn clock_kept(self, is_met: bool) -> &'static str {
        if is_met {
            self.pick("вовремя", "in time")
        } else {
            self.pick("с опозданием", "too late")
        }
    }

    /// How far new rules have been applied.
    pub fn rules_applying(self, done: i64, chats: i64) -> String {
        match self {
            Locale::Ru => format!("Применяем: {done} из {chats}"),
            Locale::En => format!("Applying: {done} of {chats}"),
        }
    }

    /// New rules have been applied.
    pub fn rules_applied(self, chats: i64, version: i32) -> String {
        let chats = self.count(chats, ["чату", "чатам", "чатам"], ["chat", "chats"]);
        match self {
            Locale::Ru => format!("Версия {version} применена к {chats}"),
            Locale::En => format!("Version {version} was applied to {chats}"),
        }
    }

    /// `«Все чаты», версия 3`.
    pub fn policy_told(self, name: &str, version: i32) -> String {
        let name = self.quoted(name);
        if version == 0 {
            format!("{name}, {}", self.why_built_in())
        } else {
            format!("{name}, {} {version}", self.pick("версия", "version"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: u32, minute: u32) -> DateTime<Utc> {
        use chrono::TimeZone;
        Utc.with_ymd_and_hms(2026, 11, 20, hour, minute, 0).single().expect("a real date")
    }

    #[test]
    fn a_timer_says_which_clock_and_how_long() {
        let plain = |text: String| text.replace('\u{a0}', " ");
        let full = Locale::Ru.timer_in_full(
            ClockKind::Rating,
            Marketplace::Ozon,
            at(12, 18),
            at(9, 6),
            Zone::fixed(180),
        );
        assert_eq!(plain(full), "Ответ по правилам Ozon: осталось 3 часа 12 минут, до сегодня в 15:18");
        assert_eq!(
            plain(Locale::Ru.timer(ClockKind::NextReply, remaining(at(9, 0), at(9, 14)))),
            "Ответ · просрочено 14 мин"
        );
        assert_eq!(
            plain(Locale::Ru.timer(ClockKind::Window, remaining(at(9, 0), at(8, 10)))),
            "Окно · 50 мин"
        );
        assert_eq!(
            plain(Locale::Ru.target(Target::working(60), Some("Рабочие часы"))),
            "1 час рабочего времени («Рабочие часы»)"
        );
        assert_eq!(
            plain(Locale::En.counted(61, 30)),
            "1 hour 1 minute, without 30 minutes outside of working hours"
        );
    }
}
