//! Filters: quick ones, the builder, what is applied in words, and those that are kept.

use super::Locale;

texts! {
    filter: "Фильтр", "Filter";
    filter_quick: "Быстрые фильтры", "Quick filters";
    filter_quick_unanswered: "Без ответа", "Unanswered";
    filter_quick_unseen: "Новые", "New";
    filter_quick_mine: "Мои", "Mine";
    filter_quick_overdue: "Просрочено", "Overdue";
    filter_quick_hour: "Меньше часа", "Within an hour";
    filter_quick_important: "Важные", "Important";
    filter_quick_window: "Скоро закроются", "Closing soon";
    filter_quick_order: "С заказом", "With an order";

    filter_applied: "Отобраны чаты", "Chats are filtered by";
    filter_clear: "Сбросить", "Clear";
    filter_save: "Сохранить", "Save";
    filter_save_changes: "Сохранить изменения", "Save changes";
    filter_save_as_new: "Сохранить как новый", "Save as new";
    filter_unreadable:
        "Фильтр в ссылке не удалось прочитать, поэтому показан весь список. Соберите фильтр заново или попросите ссылку ещё раз.",
        "The filter in the link could not be read, so the whole list is shown. Build the filter anew or ask for the link again.";
    filter_gone:
        "Такого сохранённого фильтра нет: его удалили, или он чей-то личный. Показаны чаты, которые ждут ответа.",
        "There is no such saved filter: it was deleted, or it is somebody's own. Shown are the chats that wait for an answer.";
    filter_nothing: "Под фильтр ничего не подошло", "Nothing matches the filter";
    filter_nothing_text:
        "Уберите одно из условий над списком, и чаты появятся.",
        "Take away one of the conditions over the list and chats will appear.";

    filter_build: "Собрать фильтр", "Build a filter";
    filter_show: "Показать чаты", "Show the chats";
    filter_add_condition: "Добавить условие", "Add a condition";
    filter_add_group: "Добавить группу", "Add a group";
    filter_remove_condition: "Убрать условие", "Take the condition away";
    filter_remove_group: "Убрать группу", "Take the group away";
    filter_turned: "не", "not";
    filter_turned_hint: "Условие не должно выполняться", "The condition must not hold";
    filter_join: "Какие условия должны выполняться", "Which conditions must hold";
    filter_join_all: "Все условия", "All conditions";
    filter_join_any: "Хотя бы одно", "At least one";
    filter_about: "О чём условие", "What the condition is about";
    filter_no_conditions: "Условий пока нет: добавьте первое.", "There are no conditions yet: add the first one.";
    filter_choose_some: "Отметьте хотя бы одно, иначе условие не учитывается.",
        "Mark at least one, otherwise the condition does not count.";
    filter_none_to_choose: "Выбирать пока не из чего.", "There is nothing to choose from yet.";

    filter_about_seller: "Кабинет", "Seller account";
    filter_about_marketplace: "Маркетплейс", "Marketplace";
    filter_about_kind: "Вид чата", "Kind of chat";
    filter_about_work: "Состояние", "State";
    filter_about_unanswered: "Ждёт ответа", "Waits for an answer";
    filter_about_unseen: "Новые сообщения", "New messages";
    filter_about_assignee: "Ответственный", "Responsible";
    filter_about_tag: "Метка", "Tag";
    filter_about_priority: "Важность", "Priority";
    filter_about_deadline: "Срок ответа", "Deadline";
    filter_about_window: "Можно ли писать", "May be written to";
    filter_about_last_message: "Последнее сообщение", "Newest message";
    filter_about_began: "Чат начат", "Chat began";
    filter_about_order: "Заказ", "Order";
    filter_about_text: "Текст или номер", "Text or number";

    filter_kind_dialog: "чат с покупателем", "chat with a buyer";
    filter_work_open: "в работе", "to be worked on";
    filter_work_snoozed: "отложен", "snoozed";
    filter_work_closed: "закрыт", "closed";
    filter_work_spam: "спам", "spam";
    filter_unanswered_yes: "Ждут ответа", "Wait for an answer";
    filter_unanswered_no: "Не ждут ответа", "Do not wait for an answer";
    filter_unseen_yes: "Есть новые сообщения", "Have new messages";
    filter_unseen_no: "Нет новых сообщений", "Have no new messages";
    filter_order_yes: "Есть заказ", "Have an order";
    filter_order_no: "Нет заказа", "Have no order";
    filter_me: "я", "me";
    filter_nobody: "никто", "nobody";
    filter_priority_low: "низкая", "low";
    filter_priority_normal: "обычная", "normal";
    filter_priority_high: "высокая", "high";
    filter_priority_urgent: "срочная", "urgent";
    filter_deadline_overdue: "просрочен", "overdue";
    filter_deadline_soon: "меньше 15 минут", "within 15 minutes";
    filter_deadline_hour: "меньше часа", "within an hour";
    filter_deadline_set: "есть", "there is one";
    filter_deadline_none: "нет", "there is none";
    filter_window_open: "можно", "yes";
    filter_window_ending: "осталось меньше 6 часов", "less than 6 hours left";
    filter_window_closed: "нельзя", "no";
    filter_days_last: "за последние дни", "in the last days";
    filter_days_before: "раньше, чем столько дней назад", "longer ago than so many days";
    filter_days_between: "с … по …", "from … to …";
    filter_days_how: "За какое время", "Of which time";
    filter_days_number: "Сколько дней", "How many days";
    filter_days_from: "С какого дня", "From which day";
    filter_days_to: "По какой день", "To which day";
    filter_today: "сегодня", "today";
    filter_text_hint: "Слова из последнего сообщения, номер заказа или чата",
        "Words of the newest message, the number of the order or of the chat";
    filter_none_chosen: "ничего не выбрано", "nothing chosen";
    filter_deleted_seller: "удалённый кабинет", "deleted seller account";
    filter_deleted_tag: "удалённая метка", "deleted tag";
    filter_deleted_person: "удалённый сотрудник", "deleted person";

    filters_saved: "Сохранённые фильтры", "Saved filters";
    filters_more: "Ещё", "More";
    filters_arrange: "Настроить фильтры", "Arrange the filters";
    filters_text:
        "Списки, которые вы сохранили: закреплённые стоят над чатами со счётчиком. Ссылка на фильтр всегда показывает его последнее состояние.",
        "Lists that you have saved: pinned ones stand over the chats with a counter. A link to a filter always shows its latest state.";
    filters_of_all: "Для всех", "For everybody";
    filters_own: "Только для меня", "For me alone";
    filters_of_all_none: "Общих фильтров пока нет.", "There are no filters for everybody yet.";
    filters_own_none:
        "Своих фильтров пока нет. Отберите чаты в списке и нажмите «Сохранить».",
        "You have no filters of your own yet. Filter the chats in the list and press “Save”.";
    filters_only_look: "Общие фильтры меняют владелец и администраторы.",
        "Filters for everybody are changed by the owner and the admins.";
    filter_name: "Название", "Name";
    filter_name_hint: "Например: «Возвраты без ответа»", "For example: “Unanswered returns”";
    filter_save_title: "Сохранить фильтр", "Save the filter";
    filter_share: "Показывать всем", "Show to everybody";
    filter_keep_to_me: "Оставить только мне", "Keep to me alone";
    filter_for_all: "Фильтр увидят все сотрудники", "Everybody will see the filter";
    filter_pinned: "Над списком", "Over the list";
    filter_rename: "Переименовать", "Rename";
    filter_delete: "Удалить", "Delete";
    filter_up: "Выше", "Move up";
    filter_down: "Ниже", "Move down";
    filter_undo_delete: "Вернуть", "Bring back";
    filter_saved_note: "Фильтр сохранён", "The filter is saved";


    filter_name_missing: "Напишите название фильтра: по нему вы его найдёте.",
        "Write a name for the filter: you will find it by that.";
    filter_too_large:
        "Фильтр слишком велик: в нём больше 40 условий или слишком много вложенных групп. Разделите его на два.",
        "The filter is too large: it has more than 40 conditions or too many groups within groups. Make two of it.";
}

impl Locale {
    /// Which saved lists ask for something that is about to go; `None` when there are none.
    pub fn filters_broken(self, names: &[String], of_others: i64) -> Option<String> {
        let quoted: Vec<String> = names.iter().map(|name| self.quoted(name)).collect();
        let others = self.count(
            of_others,
            ["личный фильтр коллег", "личных фильтра коллег", "личных фильтров коллег"],
            ["filter of a colleague", "filters of colleagues"],
        );
        let mut parts = quoted;
        if of_others > 0 {
            parts.push(others);
        }
        let last = parts.pop()?;
        let all = match parts.is_empty() {
            true => last,
            false => format!("{} {} {last}", parts.join(", "), self.pick("и", "and")),
        };
        Some(match self {
            Locale::Ru => format!("По ней ищут сохранённые фильтры: {all}. Они перестанут её находить."),
            Locale::En => format!("Saved filters ask for it: {all}. They will find nothing by it."),
        })
    }

    /// A name that is too long.
    pub fn filter_name_too_long(self, max: i64) -> String {
        match self {
            Locale::Ru => format!("Название длиннее, чем {}. Сократите его.", self.characters(max)),
            Locale::En => format!("The name is longer than {}. Shorten it.", self.characters(max)),
        }
    }

    /// More saved filters than anybody can tell apart.
    pub fn too_many_filters(self, max: i64) -> String {
        match self {
            Locale::Ru => {
                let filters = self.count(max, ["фильтр", "фильтра", "фильтров"], ["filter", "filters"]);
                format!("Уже сохранено {filters}, больше не поместится. Удалите ненужные в настройках.")
            }
            Locale::En => {
                format!(
                    "{max} filters are saved already, there is no room for more. Delete some in the settings."
                )
            }
        }
    }

    /// One of several: `брак или возврат`.
    pub fn filter_or(self, words: &[String]) -> String {
        words.join(self.pick(" или ", " or "))
    }

    /// All of them: `ждут ответа и есть заказ`.
    pub fn filter_and(self, words: &[String]) -> String {
        words.join(self.pick(" и ", " and "))
    }

    /// The opposite: `не возврат`.
    pub fn filter_not(self, words: &str) -> String {
        format!("{} {words}", self.filter_turned())
    }

    /// What the newest message, the order or the chat is called.
    pub fn filter_holds_text(self, text: &str, is_turned: bool) -> String {
        let text = self.quoted(text);
        match (self, is_turned) {
            (Locale::Ru, false) => format!("Есть {text}"),
            (Locale::Ru, true) => format!("Нет {text}"),
            (Locale::En, false) => format!("Has {text}"),
            (Locale::En, true) => format!("Does not have {text}"),
        }
    }

    /// Today and the days before it, `days` in all.
    pub fn filter_last_days(self, days: i64) -> String {
        match self {
            _ if days <= 1 => self.filter_today().to_owned(),
            Locale::Ru => {
                let last = super::plural_ru(days, "последний", "последние", "последние");
                format!("за {last} {}", self.count(days, ["день", "дня", "дней"], ["day", "days"]))
            }
            Locale::En => format!("in the last {}", self.count(days, ["", "", ""], ["day", "days"])),
        }
    }

    /// Longer ago than so many days.
    pub fn filter_before_days(self, days: i64) -> String {
        match self {
            Locale::Ru => {
                format!("больше {} назад", self.count(days, ["дня", "дней", "дней"], ["", ""]))
            }
            Locale::En => format!("more than {} ago", self.count(days, ["", "", ""], ["day", "days"])),
        }
    }

    /// From one day to another.
    pub fn filter_between_days(self, from: &str, to: &str) -> String {
        match self {
            Locale::Ru => format!("с {from} по {to}"),
            Locale::En => format!("from {from} to {to}"),
        }
    }

    /// Takes an applied condition away.
    pub fn filter_take_away(self, words: &str) -> String {
        format!("{}: {words}", self.filter_remove_condition())
    }

    /// A condition of the builder, for readers.
    pub fn filter_condition_number(self, number: i64) -> String {
        format!("{} {number}", self.pick("Условие", "Condition"))
    }

    /// A group of the builder, for readers.
    pub fn filter_group_number(self, number: i64) -> String {
        format!("{} {number}", self.pick("Группа", "Group"))
    }

    /// A number of chats that is not known further than a cap: `1000+`.
    pub fn filter_count(self, chats: i64, cap: i64) -> String {
        if chats > cap { format!("{cap}+") } else { chats.to_string() }
    }

    /// A filter is gone and can be brought back.
    pub fn filter_deleted(self, name: &str) -> String {
        match self {
            Locale::Ru => format!("Фильтр {} удалён.", self.quoted(name)),
            Locale::En => format!("The filter {} is deleted.", self.quoted(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn filters_that_a_deletion_breaks_are_named() {
        let broken = |names: &[&str], of_others| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            Locale::Ru.filters_broken(&names, of_others).map(|text| text.replace('\u{a0}', " "))
        };
        assert_eq!(broken(&[], 0), None);
        let one = broken(&["Брак"], 0).unwrap_or_default();
        assert_eq!(one, "По ней ищут сохранённые фильтры: «Брак». Они перестанут её находить.");
        assert!(broken(&["А", "Б"], 2).unwrap_or_default().contains("«А», «Б» и 2 личных фильтра коллег."));
        assert!(broken(&[], 5).unwrap_or_default().contains(": 5 личных фильтров коллег."));
    }

    #[test]
    fn days_are_told_with_the_right_endings() {
        let plain = |text: String| text.replace('\u{a0}', " ");
        let last = |days| plain(Locale::Ru.filter_last_days(days));
        assert_eq!(last(1), "сегодня");
        assert_eq!(last(2), "за последние 2 дня");
        assert_eq!(last(7), "за последние 7 дней");
        assert_eq!(last(21), "за последний 21 день");
        let before = |days| plain(Locale::Ru.filter_before_days(days));
        assert_eq!(before(1), "больше 1 дня назад");
        assert_eq!(before(2), "больше 2 дней назад");
        assert_eq!(before(21), "больше 21 дня назад");
        assert_eq!(plain(Locale::En.filter_last_days(2)), "in the last 2 days");
        assert_eq!(plain(Locale::En.filter_before_days(1)), "more than 1 day ago");
    }

    #[test]
    fn a_counter_says_when_it_stopped() {
        assert_eq!(Locale::Ru.filter_count(1000, 1000), "1000");
        assert_eq!(Locale::Ru.filter_count(1001, 1000), "1000+");
    }
}
