//! Texts about what buyers are promised.

use super::Locale;
use crate::shared::time::Zone;
use chrono::{DateTime, Utc};

texts! {
    promise_chat: "Обещать ответ", "Promise an answer";
    promise_chat_hint: "Обещать покупателю ответ к сроку: чат напомнит о нём сам",
        "Promise the buyer an answer by a time: the chat reminds of it by itself";
    promise_title: "Обещать ответ до", "Promise an answer by";
    promise_how: "Обещание сдержит следующее сообщение покупателю. То, что вы уже отправили, не считается.",
        "The next message to the buyer keeps the promise. What you have sent already does not count.";
    promise_exact: "До точного времени", "By an exact time";
    promise_do: "Обещать к этому времени", "Promise for this time";
    promise_drop: "Снять обещание", "Take the promise back";
    promise_by: "Кто обещал", "Who promised";
    done_promise_dropped: "Обещание снято", "The promise is taken back";
    deed_promise_dropped: "Обещание снято", "Promise taken back";

    report_promises: "Обещания покупателям", "Promises to buyers";
    report_promises_text: "Обещание сдержано, если следующее сообщение ушло до срока.",
        "A promise is kept when the next message left in time.";
    report_promises_made: "Дано", "Made";
    report_promises_kept: "Сдержано", "Kept";
    report_promises_broken: "Нарушено", "Broken";
    report_promises_open: "Ещё идут", "Still open";
    report_promises_dropped: "Снято или перенесено", "Taken back or moved";
}

impl Locale {
    /// `до 18:00`, `до завтра, 12:00`: a time that is offered, or what stands on the button.
    pub fn promised_until(self, at: DateTime<Utc>, now: DateTime<Utc>, zone: Zone) -> String {
        let moment = self.coming(at, now, zone);
        match self {
            Locale::Ru => format!("До {moment}"),
            Locale::En => format!("By {moment}"),
        }
    }

    /// The buyer has been promised an answer.
    pub fn done_promised(self, at: DateTime<Utc>, now: DateTime<Utc>, zone: Zone) -> String {
        let moment = self.coming(at, now, zone);
        match self {
            Locale::Ru => format!("Ответ обещан до {moment}"),
            Locale::En => format!("An answer is promised by {moment}"),
        }
    }

    /// `Обещан ответ до 23 ноября, 09:00`.
    pub fn deed_promised(self, at: DateTime<Utc>, zone: Zone) -> String {
        let moment = self.moment(at, zone);
        match self {
            Locale::Ru => format!("Обещан ответ до {moment}"),
            Locale::En => format!("Answer promised by {moment}"),
        }
    }

    /// `Обещание перенесено на 23 ноября, 09:00`.
    pub fn deed_promise_moved(self, at: DateTime<Utc>, zone: Zone) -> String {
        let moment = self.moment(at, zone);
        match self {
            Locale::Ru => format!("Обещание перенесено на {moment}"),
            Locale::En => format!("Promise moved to {moment}"),
        }
    }

    /// Nobody remembers a promise for so long.
    pub fn promise_too_far(self, days: i64) -> String {
        let days = self.count(days, ["день", "дня", "дней"], ["day", "days"]);
        match self {
            Locale::Ru => format!("Обещать можно не дальше, чем на {days} вперёд. Выберите время ближе."),
            Locale::En => format!("An answer can be promised within {days} at most. Choose a nearer time."),
        }
    }
}
