//! Texts of notices. The words of kinds are given by name, because `shared` does not know the feature.

use super::Locale;
use super::plural_ru;

texts! {
    notices: "Уведомления", "Notices";
    notices_empty: "Здесь появятся новые сообщения в ваших чатах, упоминания и назначения.",
        "New messages in your chats, mentions and assignments will appear here.";
    notices_all_seen: "Отметить все", "Mark all as seen";
    notices_arrange: "Настроить", "Arrange";
    notice_unseen: "не просмотрено", "not seen";

    notice_settings: "Уведомления", "Notices";
    notice_settings_lead:
        "Что и как вам сообщать. Настройки действуют только для вас, на всех ваших устройствах.",
        "What you are told and how. It concerns you alone, on all your devices.";
    notice_events: "О чём", "About what";
    channel_centre: "В списке", "In the list";
    channel_sound: "Звук", "Sound";
    channel_browser: "В браузере", "Browser";

    kind_message: "Новое сообщение в моём чате", "A new message in my chat";
    kind_waiting: "Новый чат без ответственного ждёт ответа", "A new unassigned chat waits for an answer";
    kind_mention: "Меня упомянули в заметке", "Somebody mentioned me in a note";
    kind_assigned: "Мне назначили чат", "A chat was assigned to me";
    kind_deadline: "Срок ответа близко или прошёл", "A deadline is near or has passed";
    kind_seller_stopped: "Кабинет остановился", "A seller account has stopped";
    kind_reply_trouble: "Мой ответ не отправлен или неизвестно", "My reply was not sent, or nobody can tell";

    quiet_hours: "Тихие часы", "Quiet hours";
    quiet_hours_on: "Не звучать и не показывать в браузере с", "No sounds and no browser notices from";
    quiet_hours_to: "до", "to";
    quiet_hours_hint: "По часам рабочего пространства. В списке уведомления остаются.",
        "By the workspace's clock. The list keeps the notices.";
    sound: "Звук", "Sound";
    tone_drop: "Капля", "Drop";
    tone_bell: "Колокольчик", "Bell";
    tone_knock: "Стук", "Knock";
    sound_volume: "Громкость", "Volume";
    sound_repeats: "Повторять, пока не посмотрю", "Repeat until I look";
    notice_test: "Проверить", "Test";
    browser_notices: "Уведомления браузера", "Browser notices";
    browser_notices_allow: "Разрешить в этом браузере", "Allow in this browser";
    browser_notices_allowed: "Разрешены в этом браузере.", "Allowed in this browser.";
    browser_notices_denied:
        "Запрещены в этом браузере. Разрешите уведомления для этого сайта в настройках браузера.",
        "Denied in this browser. Allow notifications for this site in the browser's settings.";
    browser_notices_absent:
        "Этот браузер их здесь не показывает: нужен защищённый адрес (https).",
        "This browser does not show them here: a secure address (https) is needed.";
    notice_test_text: "Так будут выглядеть уведомления.", "This is how notices will look.";
    settings_saved: "Сохранено", "Saved";
}

impl Locale {
    /// The button that opens the notices.
    pub fn notices_unseen(self, n: i64) -> String {
        match self {
            _ if n == 0 => self.notices().to_owned(),
            Locale::Ru => format!("{}: {n} {}", self.notices(), plural_ru(n, "новое", "новых", "новых")),
            Locale::En => format!("{}: {n} new", self.notices()),
        }
    }

    /// The buyer wrote in the person's chat.
    pub fn notice_messages(self, n: i64) -> String {
        self.count(
            n,
            ["новое сообщение", "новых сообщения", "новых сообщений"],
            ["new message", "new messages"],
        )
    }

    /// Chats wait that nobody is responsible for.
    pub fn notice_waiting(self, n: i64) -> String {
        match self {
            Locale::Ru => {
                let verb = plural_ru(n, "ждёт", "ждут", "ждут");
                format!(
                    "{} {verb} ответа",
                    self.count(n, ["новый чат", "новых чата", "новых чатов"], ["", ""])
                )
            }
            Locale::En => {
                let verb = if n == 1 { "waits" } else { "wait" };
                format!("{} {verb} for an answer", self.count(n, ["", "", ""], ["new chat", "new chats"]))
            }
        }
    }

    /// Somebody named the person in a note.
    pub fn notice_mention(self, who: Option<&str>) -> String {
        match (self, who) {
            (Locale::Ru, Some(who)) => format!("{who}: упоминание в заметке"),
            (Locale::Ru, None) => "Вас упомянули в заметке".to_owned(),
            (Locale::En, Some(who)) => format!("{who} mentioned you in a note"),
            (Locale::En, None) => "You were mentioned in a note".to_owned(),
        }
    }

    /// Somebody made the person responsible.
    pub fn notice_assigned(self, count: i64, who: Option<&str>) -> String {
        if count > 1 {
            return self.notice_assigned_many(count, who);
        }
        match (self, who) {
            (Locale::Ru, Some(who)) => format!("{who}: чат теперь ваш"),
            (Locale::Ru, None) => "Вам назначен чат".to_owned(),
            (Locale::En, Some(who)) => format!("{who} assigned a chat to you"),
            (Locale::En, None) => "A chat was assigned to you".to_owned(),
        }
    }

    fn notice_assigned_many(self, count: i64, who: Option<&str>) -> String {
        let chats = self.chats(count);
        let yours = if count % 10 == 1 && count % 100 != 11 { "ваш" } else { "ваши" };
        match (self, who) {
            (Locale::Ru, Some(who)) => format!("{who}: {chats} теперь {yours}"),
            (Locale::Ru, None) => format!("Вам назначено: {chats}"),
            (Locale::En, Some(who)) => format!("{who} assigned {chats} to you"),
            (Locale::En, None) => format!("{chats} were assigned to you"),
        }
    }

    /// Deadlines are near or have passed.
    pub fn notice_deadline(self, n: i64) -> String {
        match self {
            Locale::Ru if n == 1 => "Срок ответа подходит или прошёл".to_owned(),
            Locale::Ru => format!("Сроки ответа подходят или прошли: {n}"),
            Locale::En if n == 1 => "The deadline is near or has passed".to_owned(),
            Locale::En => format!("Deadlines are near or have passed: {n}"),
        }
    }

    /// A seller account needs a person.
    pub fn notice_seller_stopped(self, name: &str) -> String {
        match self {
            Locale::Ru => format!("Кабинет {} остановлен: нужно ваше участие", self.quoted(name)),
            Locale::En => format!("The account {} has stopped and needs you", self.quoted(name)),
        }
    }

    /// A reply was not sent, or nobody can tell.
    pub fn notice_reply_trouble(self, n: i64) -> String {
        match self {
            Locale::Ru if n == 1 => "Ваш ответ не отправлен или неизвестно, дошёл ли он".to_owned(),
            Locale::Ru => {
                let replies = self.count(n, ["ответ", "ответа", "ответов"], ["", ""]);
                format!("{replies} не отправлено или неизвестно, дошли ли они")
            }
            Locale::En if n == 1 => "Your reply was not sent, or nobody can tell".to_owned(),
            Locale::En => format!("{n} replies were not sent, or nobody can tell"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn numbers_and_verbs_agree() {
        let waiting = |n| Locale::Ru.notice_waiting(n).replace('\u{a0}', " ");
        assert_eq!(waiting(1), "1 новый чат ждёт ответа");
        assert_eq!(waiting(21), "21 новый чат ждёт ответа");
        assert_eq!(waiting(3), "3 новых чата ждут ответа");
        assert_eq!(Locale::En.notice_waiting(2).replace('\u{a0}', " "), "2 new chats wait for an answer");
    }
}
