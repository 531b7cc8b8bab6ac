//! Texts about doing something to many chats.

use super::Locale;

texts! {
    bulk_choose: "Выбрать", "Select";
    bulk_choose_hint: "Отметить несколько чатов и сделать что-то со всеми сразу",
        "Select several chats and do something to all of them";
    bulk_leave: "Закончить выбор", "Stop selecting";
    bulk_bar: "Действия с выбранными чатами", "Actions on the selected chats";
    bulk_choose_none: "Снять выбор", "Clear";
    bulk_tag_to_add: "Поставить метку", "Add a tag";
    bulk_tag_to_remove: "Снять метку", "Remove a tag";
    bulk_reply: "Быстрый ответ", "Quick reply";
    bulk_find_reply: "Найти быстрый ответ", "Find a quick reply";
    bulk_no_reply_found: "Такого быстрого ответа нет", "There is no such quick reply";
    bulk_close: "Закрыть", "Close";
    bulk_reopen: "Открыть снова", "Reopen";
    bulk_spam: "Пометить как спам", "Mark as spam";
    bulk_planning: "Считаем чаты…", "Counting the chats…";

    bulk_note_unseen: "Если покупатель успеет написать, его чат не тронем: он останется в работе.",
        "When a buyer writes meanwhile, their chat is left alone: it stays to be worked on.";
    bulk_note_taken: "Чаты, которые успеет взять кто-то другой, останутся за ним.",
        "Chats that somebody else takes meanwhile stay with them.";
    bulk_note_undo: "Отменить можно в течение 24 часов. Чаты, которые до этого изменит кто-то ещё, останутся как есть.",
        "It can be undone for 24 hours. Chats that somebody changes before that stay as they are.";
    bulk_note_sent: "Отправленный ответ отменить нельзя. Отменить можно только те ответы, которые ещё не ушли.",
        "A sent answer cannot be undone. Only answers that have not left yet can.";
    bulk_sample: "Так увидит первый покупатель", "What the first buyer will read";
    bulk_nobody_gets_it: "Этот ответ сейчас никому не уйдёт.", "Nobody would get this answer now.";
    bulk_skips: "Кому ответ не уйдёт", "Who will not get it";

    bulk_progress: "Действие с чатами", "Action on chats";
    bulk_stop: "Остановить", "Stop";
    bulk_details: "Подробнее", "Details";
    bulk_undo: "Отменить", "Undo";
    bulk_dismiss: "Скрыть", "Hide";
    bulk_report: "Что получилось", "What was done";
    bulk_all_went_well: "Все чаты обработаны, пропущенных нет.", "All chats are done, none was skipped.";
    bulk_stopped: "Остановлено.", "Stopped.";
    bulk_undo_over: "Прошло больше суток, отменить уже нельзя. Измените чаты ещё раз, если нужно.",
        "More than a day has passed and it cannot be undone. Change the chats once more if you need to.";
    bulk_empty: "Подходящих чатов уже нет. Обновите список и выберите снова.",
        "No chat fits any more. Refresh the list and select again.";

    bulk_reason_buyer_wrote: "Покупатель написал новое сообщение", "The buyer has written";
    bulk_reason_colleague_wrote: "Коллега уже ответил", "A colleague has answered already";
    bulk_reason_holder_changed: "Ответственный сменился", "Somebody else has become responsible";
    bulk_reason_person_cannot_answer: "Сотрудник больше не может отвечать за чаты",
        "The person cannot be responsible any more";
    bulk_reason_moment_passed: "Выбранное время уже прошло", "The chosen time has passed";
    bulk_reason_gone: "Чата или метки больше нет", "The chat or the tag is gone";
    bulk_reason_window_closed: "Маркетплейс больше не принимает сообщения", "The marketplace takes no more messages";
    bulk_reason_window_uncertain: "Неизвестно, примет ли маркетплейс сообщение: решите в самом чате",
        "Nobody knows whether the marketplace takes it: decide in the chat";
    bulk_reason_variable_missing: "Нет данных для подстановки", "Something to fill in is not known";
    bulk_reason_risky_words: "В тексте есть рискованные слова", "The text has risky words";
    bulk_reason_text_unfit: "Текст пустой или слишком длинный", "The text is empty or too long";
    bulk_reason_file_gone: "Файл быстрого ответа больше не хранится", "A file of the quick reply is not kept any more";
    bulk_reason_other_seller: "Быстрый ответ для другого кабинета", "The quick reply is for another seller account";
    bulk_reason_seller_removed: "Кабинет отключён", "The seller account is not connected";
    bulk_reason_not_allowed: "Ваша роль больше этого не позволяет", "Your role does not allow it any more";
    bulk_reason_changed_since: "Кто-то изменил чат после вас", "Somebody has changed the chat since";
    bulk_reason_already_sent: "Ответ уже ушёл", "The answer has left already";
    bulk_reason_broke: "Ошибка на нашей стороне", "Something broke on our side";

    bulk_doing_assign: "Назначаем", "Assigning";
    bulk_doing_add_tag: "Ставим метку", "Adding the tag";
    bulk_doing_remove_tag: "Снимаем метку", "Removing the tag";
    bulk_doing_prioritise: "Меняем приоритет", "Setting the priority";
    bulk_doing_close: "Закрываем", "Closing";
    bulk_doing_snooze: "Откладываем", "Snoozing";
    bulk_doing_spam: "Помечаем как спам", "Marking as spam";
    bulk_doing_reopen: "Открываем", "Reopening";
    bulk_doing_reply: "Отправляем", "Sending";
    bulk_doing_undo: "Отменяем", "Undoing";

    bulk_done_assign: "Назначено", "Assigned";
    bulk_done_add_tag: "Метка поставлена", "Tag added";
    bulk_done_remove_tag: "Метка снята", "Tag removed";
    bulk_done_prioritise: "Приоритет изменён", "Priority set";
    bulk_done_close: "Закрыто", "Closed";
    bulk_done_snooze: "Отложено", "Snoozed";
    bulk_done_spam: "Помечено как спам", "Marked as spam";
    bulk_done_reopen: "Открыто", "Reopened";
    bulk_done_reply: "Передано в отправку", "Handed over for sending";
    bulk_done_undo: "Отменено", "Undone";

    bulk_send: "Отправить", "Send";
    bulk_set_priority: "Поставить приоритет", "Set the priority";
    bulk_do: "Выполнить", "Do it";
}

impl Locale {
    /// How many are chosen: `Выбрано 12`.
    pub fn bulk_chosen(self, n: i64) -> String {
        let number = self.number(n);
        match self {
            Locale::Ru if n == 0 => "Отметьте чаты".to_owned(),
            Locale::Ru if is_one(n) => format!("Выбран {number}"),
            Locale::Ru => format!("Выбрано {number}"),
            Locale::En if n == 0 => "Select chats".to_owned(),
            Locale::En => format!("{number} selected"),
        }
    }

    /// Which files go with a reply.
    pub fn bulk_with_files(self, names: &[&str]) -> String {
        let listed = names.join(", ");
        match (self, names.len()) {
            (Locale::Ru, 1) => format!("Вместе с ответом уйдёт файл: {listed}"),
            (Locale::Ru, _) => format!("Вместе с ответом уйдут файлы: {listed}"),
            (Locale::En, 1) => format!("A file goes with it: {listed}"),
            (Locale::En, _) => format!("Files that go with it: {listed}"),
        }
    }

    /// `Выбрать все 3 418 подходящих`.
    pub fn bulk_choose_all(self, n: Option<i64>) -> String {
        match (self, n) {
            (Locale::Ru, Some(n)) if is_one(n) => format!("Выбрать {} подходящий", self.number(n)),
            (Locale::Ru, Some(n)) => format!("Выбрать все {} подходящих", self.number(n)),
            (Locale::Ru, None) => "Выбрать все подходящие".to_owned(),
            (Locale::En, Some(n)) => format!("Select all {} that fit", self.number(n)),
            (Locale::En, None) => "Select all that fit".to_owned(),
        }
    }

    /// `Выбраны все 3 418 подходящих`.
    pub fn bulk_all_chosen(self, n: Option<i64>) -> String {
        match (self, n) {
            (Locale::Ru, Some(n)) if is_one(n) => format!("Выбран {} подходящий", self.number(n)),
            (Locale::Ru, Some(n)) => format!("Выбраны все {} подходящих", self.number(n)),
            (Locale::Ru, None) => "Выбраны все подходящие".to_owned(),
            (Locale::En, Some(n)) => format!("All {} that fit are selected", self.number(n)),
            (Locale::En, None) => "All that fit are selected".to_owned(),
        }
    }

    /// What the box in a line is called: `Выбрать чат 1a2b3c4d`.
    pub fn bulk_choose_chat(self, short_name: &str) -> String {
        match self {
            Locale::Ru => format!("Выбрать чат {short_name}"),
            Locale::En => format!("Select chat {short_name}"),
        }
    }

    /// Asks whether to assign.
    pub fn bulk_ask_assign(self, n: i64, to: Option<&str>) -> String {
        match (self, to) {
            (Locale::Ru, Some(name)) => format!("Назначить {}. Ответственный: {name}", self.chats(n)),
            (Locale::Ru, None) => format!("Снять ответственного с {}", self.of_chats(n)),
            (Locale::En, Some(name)) => format!("Assign {} to {name}", self.chats(n)),
            (Locale::En, None) => format!("Assign {} to nobody", self.chats(n)),
        }
    }

    /// Asks whether to put a tag on.
    pub fn bulk_ask_add_tag(self, n: i64, tag: &str) -> String {
        let tag = self.quoted(tag);
        match self {
            Locale::Ru => format!("Поставить метку {tag} {}", self.to_chats(n)),
            Locale::En => format!("Add the tag {tag} to {}", self.chats(n)),
        }
    }

    /// Asks whether to take a tag off.
    pub fn bulk_ask_remove_tag(self, n: i64, tag: &str) -> String {
        let tag = self.quoted(tag);
        match self {
            Locale::Ru => format!("Снять метку {tag} с {}", self.of_chats(n)),
            Locale::En => format!("Remove the tag {tag} from {}", self.chats(n)),
        }
    }

    /// Asks whether to set a priority.
    pub fn bulk_ask_prioritise(self, n: i64, priority: &str) -> String {
        let priority = self.quoted(priority);
        match self {
            Locale::Ru => format!("Поставить приоритет {priority} {}", self.to_chats(n)),
            Locale::En => format!("Set the priority {priority} for {}", self.chats(n)),
        }
    }

    /// Asks whether to close.
    pub fn bulk_ask_close(self, n: i64) -> String {
        format!("{} {}", self.pick("Закрыть", "Close"), self.chats(n))
    }

    /// Asks whether to snooze.
    pub fn bulk_ask_snooze(self, n: i64, until: &str) -> String {
        match self {
            Locale::Ru => format!("Отложить {} до {until}", self.chats(n)),
            Locale::En => format!("Snooze {} until {until}", self.chats(n)),
        }
    }

    /// Asks whether to mark as spam.
    pub fn bulk_ask_spam(self, n: i64) -> String {
        match self {
            Locale::Ru => format!("Пометить как спам {}", self.chats(n)),
            Locale::En => format!("Mark {} as spam", self.chats(n)),
        }
    }

    /// Asks whether to reopen.
    pub fn bulk_ask_reopen(self, n: i64) -> String {
        format!("{} {}", self.pick("Открыть снова", "Reopen"), self.chats(n))
    }

    /// Asks whether to send.
    pub fn bulk_ask_reply(self, n: i64, title: &str) -> String {
        let title = self.quoted(title);
        match self {
            Locale::Ru => format!("Отправить {title} в {}", self.chats(n)),
            Locale::En => format!("Send {title} to {}", self.chats(n)),
        }
    }

    /// How far something has got: `Закрываем: 1200 из 3418`.
    pub fn bulk_so_far(self, what: &str, reached: i64, all: i64) -> String {
        format!("{what}: {} {} {}", self.number(reached), self.pick("из", "of"), self.number(all))
    }

    /// What else has become of chats: `уже было так: 3`.
    pub fn bulk_unchanged(self, n: i64) -> String {
        format!("{}: {}", self.pick("уже было так", "already so"), self.number(n))
    }

    /// `пропущено: 18`.
    pub fn bulk_skipped(self, n: i64) -> String {
        format!("{}: {}", self.pick("пропущено", "skipped"), self.number(n))
    }

    /// `не удалось: 2`.
    pub fn bulk_failed(self, n: i64) -> String {
        format!("{}: {}", self.pick("не удалось", "failed"), self.number(n))
    }

    /// `осталось как есть: 4`.
    pub fn bulk_left_alone(self, n: i64) -> String {
        format!("{}: {}", self.pick("осталось как есть", "left as they are"), self.number(n))
    }

    /// `и ещё 30`.
    pub fn bulk_and_more(self, n: i64) -> String {
        format!("{} {}", self.pick("и ещё", "and"), self.number(n)) + self.pick("", " more")
    }

    /// A reason and how many chats it is about.
    pub fn bulk_group(self, reason: &str, n: i64) -> String {
        format!("{reason}: {}", self.chats(n))
    }

    /// More chats than can be done something to at once.
    pub fn bulk_too_large(self, max: i64) -> String {
        match self {
            Locale::Ru => format!(
                "За один раз можно обработать не больше {}. Сузьте список фильтром и выберите снова.",
                self.of_chats(max)
            ),
            Locale::En => format!(
                "No more than {} can be done at once. Narrow the list by a filter and select again.",
                self.chats(max)
            ),
        }
    }

    /// In the genitive: `21 чата`, `12 чатов`.
    fn of_chats(self, n: i64) -> String {
        self.count(n, ["чата", "чатов", "чатов"], ["chat", "chats"])
    }

    /// In the dative: `21 чату`, `12 чатам`.
    fn to_chats(self, n: i64) -> String {
        self.count(n, ["чату", "чатам", "чатам"], ["chat", "chats"])
    }
}

fn is_one(n: i64) -> bool {
    n % 10 == 1 && n % 100 != 11
}

#[cfg(test)]
mod tests {
    use super::Locale;

    fn plain(text: String) -> String {
        text.replace('\u{a0}', " ")
    }

    #[test]
    fn chats_are_asked_about_in_good_grammar() {
        let ru = Locale::Ru;
        assert_eq!(plain(ru.bulk_choose_all(Some(34_180))), "Выбрать все 34 180 подходящих");
        assert_eq!(ru.bulk_choose_all(Some(21)), "Выбрать 21 подходящий");
        assert_eq!(ru.bulk_chosen(11), "Выбрано 11");
        assert_eq!(ru.bulk_chosen(1), "Выбран 1");
        assert_eq!(plain(ru.bulk_ask_close(3)), "Закрыть 3 чата");
        assert_eq!(plain(ru.bulk_ask_assign(1, None)), "Снять ответственного с 1 чата");
        assert_eq!(plain(ru.bulk_ask_add_tag(22, "Брак")), "Поставить метку «Брак» 22 чатам");
        assert_eq!(plain(ru.bulk_ask_remove_tag(2, "Брак")), "Снять метку «Брак» с 2 чатов");
        assert_eq!(Locale::En.bulk_and_more(3), "and 3 more");
    }
}
