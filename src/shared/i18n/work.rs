//! Texts about acting on chats, notes and tags.

use super::Locale;
use crate::shared::time::Zone;
use chrono::{DateTime, Datelike, Days, Utc};

texts! {
    chat_actions: "Действия с чатом", "Actions on the chat";
    more_actions: "Ещё действия", "More actions";

    close_chat: "Закрыть", "Close";
    close_chat_hint: "Закрыть чат: он вернётся, если покупатель напишет",
        "Close the chat: it comes back when the buyer writes";
    close_and_next: "Закрыть и открыть следующий", "Close and open the next one";
    reopen_chat: "Открыть снова", "Reopen";
    reopen_chat_hint: "Вернуть чат в работу", "Take the chat up again";
    snooze_chat: "Отложить", "Snooze";
    snooze_chat_hint: "Отложить чат: он вернётся в выбранное время или когда покупатель напишет",
        "Snooze the chat: it comes back at the time you choose or when the buyer writes";
    snooze_until: "Вернуть чат", "Bring the chat back";
    snooze_in_an_hour: "Через час", "In an hour";
    snooze_this_evening: "Сегодня вечером", "This evening";
    snooze_tomorrow: "Завтра утром", "Tomorrow morning";
    snooze_monday: "В понедельник", "On Monday";
    snooze_exact: "В точное время", "At an exact time";
    snooze_do: "Отложить до этого времени", "Snooze until then";
    assign_chat: "Назначить", "Assign";
    assign_chat_hint: "Кто отвечает за чат", "Who is responsible for the chat";
    assign_me: "Мне", "To me";
    assign_nobody: "Никому", "To nobody";
    find_person: "Найти сотрудника", "Find a person";
    nobody_found: "Никого не нашлось", "Nobody found";
    tags_of_chat: "Метки", "Tags";
    tags_of_chat_hint: "Метки чата", "Tags of the chat";
    find_tag: "Найти метку", "Find a tag";
    find_or_make_tag: "Найти или создать метку", "Find or make a tag";
    no_tags_yet: "Меток пока нет. Их создаёт администратор в настройках.",
        "No tags yet. An administrator makes them in the settings.";
    no_tag_found: "Такой метки нет", "There is no such tag";
    manage_tags: "Настроить метки", "Manage the tags";
    priority_word: "Приоритет", "Priority";
    priority_hint: "Приоритет чата", "Priority of the chat";
    priority_low: "Низкий", "Low";
    priority_normal: "Обычный", "Normal";
    priority_high: "Высокий", "High";
    priority_urgent: "Срочный", "Urgent";
    mark_spam: "Спам", "Spam";
    mark_spam_hint: "Пометить как спам: чат больше не появится в работе",
        "Mark as spam: the chat does not come back to work";
    unmark_spam: "Не спам", "Not spam";
    star_chat: "Добавить в избранное", "Star it";
    unstar_chat: "Убрать из избранного", "Unstar it";

    state_closed: "Закрыт", "Closed";
    state_spam: "Спам", "Spam";
    undo: "Отменить", "Undo";
    show_chat: "Открыть чат", "Open the chat";
    done_closed: "Чат закрыт", "The chat is closed";
    done_spam: "Чат помечен как спам", "The chat is marked as spam";
    undone: "Отменено", "Undone";

    same_order: "Ещё чаты по этому заказу", "Other chats about this order";

    deed_closed: "Закрыт", "Closed";
    deed_spam: "Помечен как спам", "Marked as spam";
    deed_not_spam: "Больше не спам", "No longer spam";
    deed_reopened: "Снова открыт", "Reopened";
    deed_woke: "Снова открыт: подошло время", "Reopened: its time has come";
    deed_buyer_returned: "Снова открыт: покупатель написал", "Reopened: the buyer wrote";
    deed_nobody: "Снято назначение", "Assigned to nobody";
    deed_taken: "Взят в работу", "Taken";

    write_to_buyer: "Ответ", "Answer";
    write_to_buyer_hint: "Ответ увидит покупатель", "The buyer sees the answer";
    write_note: "Заметка", "Note";
    write_note_hint: "Заметку видят только свои", "Only your team sees a note";
    writing_mode: "Что написать", "What to write";
    your_note: "Заметка для своих", "Note for your team";
    note_placeholder: "Заметка для своих, покупатель её не увидит. @ — обратиться к сотруднику",
        "A note for your team; the buyer never sees it. @ speaks to a person";
    save_note: "Сохранить", "Save";
    save_note_hint: "Сохранить заметку", "Save the note";
    note_only_for_us: "Видят только свои", "Only your team sees this";
    edit_note: "Изменить", "Edit";
    delete_note: "Удалить", "Delete";
    delete_note_sure: "Удалить заметку? Вернуть её будет нельзя.", "Delete the note? It cannot be brought back.";
    note_gone: "Заметка удалена", "The note is deleted";
    people_to_mention: "К кому обратиться", "Whom to speak to";

    tags_page: "Метки", "Tags";
    tags_page_text: "Метками отмечают, о чём чат: брак, возврат, размер. Их видят все, а меняют владельцы и администраторы.",
        "Tags say what a chat is about: defect, return, size. Everybody sees them; owners and administrators change them.";
    tag_name: "Название", "Name";
    tag_name_hint: "Например: Брак", "For example: Defect";
    tag_color: "Цвет", "Colour";
    new_tag: "Новая метка", "New tag";
    make_tag: "Создать", "Make it";
    change_tag: "Изменить", "Change";
    save_tag: "Сохранить", "Save";
    delete_tag: "Удалить", "Delete";
    no_tags: "Меток пока нет", "No tags yet";
    color_gray: "серый", "gray";
    color_red: "красный", "red";
    color_orange: "оранжевый", "orange";
    color_yellow: "жёлтый", "yellow";
    color_green: "зелёный", "green";
    color_teal: "бирюзовый", "teal";
    color_blue: "синий", "blue";
    color_violet: "фиолетовый", "violet";

    chat_has_moved: "Покупатель только что написал. Прочитайте новое сообщение и решите снова.",
        "The buyer has just written. Read the new message and decide again.";
    person_cannot_answer: "У этого сотрудника роль наблюдателя: он не может отвечать за чат. Выберите другого.",
        "This person is a viewer and cannot be responsible for a chat. Choose somebody else.";
    moment_passed: "Это время уже прошло. Выберите время в будущем.",
        "This time has passed already. Choose a time to come.";
    tag_name_missing: "Напишите название метки.", "Write the name of the tag.";
    tag_name_taken: "Такая метка уже есть. Выберите другое название.",
        "There is such a tag already. Choose another name.";
    note_of_another: "Это чужая заметка: изменить её может только автор, удалить — автор или администратор.",
        "This is another person's note: its author changes it; its author or an administrator deletes it.";
    note_deleted: "Эту заметку уже удалили.", "This note has been deleted already.";
}

impl Locale {
    /// Somebody else has taken the chat, or given it away.
    pub fn holder_has_changed(self, holder: Option<&str>) -> String {
        match (self, holder) {
            (Locale::Ru, Some(name)) => {
                format!("За чат уже отвечает {name}. Если хотите назначить другого, выберите ещё раз.")
            }
            (Locale::En, Some(name)) => {
                format!(
                    "{name} is responsible for the chat by now. To assign somebody else, choose once more."
                )
            }
            (Locale::Ru, None) => {
                "С чата уже сняли ответственного. Если хотите назначить, выберите ещё раз.".to_owned()
            }
            (Locale::En, None) => {
                "The chat has been given away by now. To assign it, choose once more.".to_owned()
            }
        }
    }

    /// The workspace has enough of them.
    pub fn too_many_tags(self, max: i64) -> String {
        let tags = self.count(max, ["метка", "метки", "меток"], ["tag", "tags"]);
        match self {
            Locale::Ru => {
                format!("Уже есть {tags}, больше не поместится. Удалите те, которыми не пользуются.")
            }
            Locale::En => format!("There are {tags} already, which is the most. Delete those nobody uses."),
        }
    }

    /// A moment to come, seen from now: `18:00`, `завтра, 09:00`, `23 ноября, 09:00`, `6 мая 2031, 09:00`.
    pub fn coming(self, at: DateTime<Utc>, now: DateTime<Utc>, zone: Zone) -> String {
        let (day, today) = (zone.day(at), zone.day(now));
        if day == today {
            zone.clock(at)
        } else if Some(day) == today.checked_add_days(Days::new(1)) {
            format!("{}, {}", self.pick("завтра", "tomorrow"), zone.clock(at))
        } else if day.year() == today.year() {
            self.moment(at, zone)
        } else {
            let month = self.month_genitive(day.month());
            format!("{}\u{a0}{month} {}, {}", day.day(), day.year(), zone.clock(at))
        }
    }

    /// A moment whatever day it is: `23 ноября, 09:00`.
    pub fn moment(self, at: DateTime<Utc>, zone: Zone) -> String {
        let day = zone.day(at);
        format!("{}\u{a0}{}, {}", day.day(), self.month_genitive(day.month()), zone.clock(at))
    }

    /// `Отложен до завтра, 09:00`: the state of a chat.
    pub fn state_snoozed(self, at: DateTime<Utc>, now: DateTime<Utc>, zone: Zone) -> String {
        let moment = self.coming(at, now, zone);
        match self {
            Locale::Ru => format!("Отложен до {moment}"),
            Locale::En => format!("Snoozed until {moment}"),
        }
    }

    /// The chat has been put off.
    pub fn done_snoozed(self, at: DateTime<Utc>, now: DateTime<Utc>, zone: Zone) -> String {
        let moment = self.coming(at, now, zone);
        match self {
            Locale::Ru => format!("Чат отложен до {moment}"),
            Locale::En => format!("The chat is snoozed until {moment}"),
        }
    }

    /// Who is responsible, on the button that changes it.
    pub fn held_by(self, name: &str) -> String {
        match self {
            Locale::Ru => format!("Ответственный: {name}"),
            Locale::En => format!("Responsible: {name}"),
        }
    }

    /// A line about what was done, and who did it: `Закрыт · Анна`.
    pub fn deed_by(self, deed: &str, actor: Option<&str>) -> String {
        match actor {
            Some(name) => format!("{deed} · {name}"),
            None => deed.to_owned(),
        }
    }

    /// `Назначено: Борис`.
    pub fn deed_assigned(self, name: &str) -> String {
        match self {
            Locale::Ru => format!("Назначено: {name}"),
            Locale::En => format!("Assigned to {name}"),
        }
    }

    /// `Метка «Брак» добавлена`.
    pub fn deed_tag_added(self, tag: &str) -> String {
        let tag = self.quoted(tag);
        match self {
            Locale::Ru => format!("Метка {tag} добавлена"),
            Locale::En => format!("Tag {tag} added"),
        }
    }

    /// `Метка «Брак» снята`.
    pub fn deed_tag_removed(self, tag: &str) -> String {
        let tag = self.quoted(tag);
        match self {
            Locale::Ru => format!("Метка {tag} снята"),
            Locale::En => format!("Tag {tag} removed"),
        }
    }

    /// `Приоритет: высокий`.
    pub fn deed_priority(self, priority: &str) -> String {
        format!("{}: {}", self.priority_word(), priority.to_lowercase())
    }

    /// `Отложен до 23 ноября, 09:00`.
    pub fn deed_snoozed(self, at: DateTime<Utc>, zone: Zone) -> String {
        let moment = self.moment(at, zone);
        match self {
            Locale::Ru => format!("Отложен до {moment}"),
            Locale::En => format!("Snoozed until {moment}"),
        }
    }

    /// Several lines folded into one: `Ещё 5 действий`.
    pub fn more_deeds(self, n: i64) -> String {
        let deeds = self.count(n, ["действие", "действия", "действий"], ["action", "actions"]);
        match self {
            Locale::Ru => format!("Ещё {deeds}"),
            Locale::En => format!("{deeds} more"),
        }
    }

    /// Whose note it is.
    pub fn note_by(self, name: &str) -> String {
        match self {
            Locale::Ru => format!("Заметка · {name}"),
            Locale::En => format!("Note · {name}"),
        }
    }

    /// Offers to make a tag of this name.
    pub fn make_tag_called(self, name: &str) -> String {
        let name = self.quoted(name);
        match self {
            Locale::Ru => format!("Создать метку {name}"),
            Locale::En => format!("Make the tag {name}"),
        }
    }

    /// What deleting a tag takes away.
    pub fn delete_tag_sure(self, name: &str, chats: i64) -> String {
        let (name, chats_ru) =
            (self.quoted(name), self.count(chats, ["чата", "чатов", "чатов"], ["chat", "chats"]));
        match (self, chats) {
            (Locale::Ru, 0) => format!("Удалить метку {name}? Ни на одном чате её нет."),
            (Locale::En, 0) => format!("Delete the tag {name}? No chat wears it."),
            (Locale::Ru, _) => format!(
                "Удалить метку {name}? Она пропадёт с {chats_ru}, вернуть её туда будет нельзя. Записи о ней в переписке останутся."
            ),
            (Locale::En, _) => format!(
                "Delete the tag {name}? It disappears from {chats_ru} and cannot be put back. Lines about it in the conversations stay."
            ),
        }
    }

    /// Which tag a button is about.
    pub fn about_tag(self, verb: &str, name: &str) -> String {
        format!("{verb}: {name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOSCOW: Zone = Zone::fixed(180);

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment")
    }

    #[test]
    fn a_moment_to_come_is_named_as_people_name_it() {
        let now = at("2026-11-21T09:00:00Z");
        let coming = |text| Locale::Ru.coming(at(text), now, MOSCOW);
        assert_eq!(coming("2026-11-21T15:00:00Z"), "18:00");
        assert_eq!(coming("2026-11-22T06:00:00Z"), "завтра, 09:00");
        assert_eq!(coming("2026-11-23T06:00:00Z"), "23\u{a0}ноября, 09:00");
        assert_eq!(coming("2031-05-06T04:08:00Z"), "6\u{a0}мая 2031, 07:08");
    }

    #[test]
    fn what_a_deletion_breaks_is_said_in_the_right_case() {
        assert!(Locale::Ru.delete_tag_sure("Брак", 1).contains("с 1\u{a0}чата,"));
        assert!(Locale::Ru.delete_tag_sure("Брак", 2).contains("с 2\u{a0}чатов,"));
        assert!(Locale::Ru.delete_tag_sure("Брак", 21).contains("с 21\u{a0}чата,"));
    }
}
