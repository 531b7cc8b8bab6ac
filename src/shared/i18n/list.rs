//! Texts of the list of chats.

use super::Locale;

texts! {
    view_waiting: "Ждут", "Waiting";
    view_mine: "Мои", "Mine";
    view_unassigned: "Ничьи", "Nobody's";
    view_open: "Открытые", "Open";
    view_starred: "Избранное", "Starred";
    view_snoozed: "Отложенные", "Snoozed";
    view_closed: "Закрытые", "Closed";
    view_spam: "Спам", "Spam";
    view_all: "Все чаты", "All chats";
    more_views: "Ещё", "More";

    sort_order: "Порядок чатов", "Order of chats";
    sort_deadline: "По сроку", "By deadline";
    sort_waiting: "По ожиданию", "By waiting time";
    sort_newest: "По новизне", "Newest first";
    find_seller: "Найти кабинет", "Find a seller account";

    next_chat: "Дай следующий", "Next chat";
    next_chat_hint:
        "Открыть самый срочный чат, которым никто не занят, и взять его себе",
        "Open the most urgent chat nobody works on and take it";
    nobody_left:
        "Свободных чатов, которые ждут ответа, не осталось.",
        "No chat is left that waits for an answer and is free.";

    urgency_overdue: "Просрочено", "Overdue";
    urgency_quarter: "До 15 минут", "Within 15 minutes";
    urgency_hour: "До часа", "Within an hour";
    urgency_today: "Сегодня", "Today";
    urgency_later: "Позже", "Later";
    urgency_no_deadline: "Старые, без срока", "Old, without a deadline";
    urgency_quiet: "Ждём покупателя", "Waiting for the buyer";

    priority_is_low: "Низкая важность", "Low priority";
    priority_is_high: "Высокая важность", "High priority";
    priority_is_urgent: "Очень важно", "Urgent";
    is_starred: "В избранном", "Starred";

    nothing_matches: "Под эти условия ничего не подходит", "Nothing matches";
    nothing_matches_text:
        "Выберите другой кабинет или уберите часть условий.",
        "Choose another seller account, or remove some of the conditions.";
    no_mine: "За вами нет чатов", "You have no chats";
    no_mine_text:
        "Нажмите «Дай следующий», чтобы взять самый срочный чат.",
        "Press Next chat to take the most urgent one.";
    no_unassigned: "Все чаты разобраны", "Every chat has somebody";
    no_unassigned_text:
        "Здесь появятся чаты, за которые пока никто не взялся.",
        "Chats that nobody has taken yet appear here.";
    no_starred: "В избранном пусто", "Nothing is starred";
    no_starred_text:
        "Отмечайте звёздочкой чаты, к которым хотите вернуться. Видите их только вы.",
        "Star the chats you want to come back to. Only you see them.";
    no_snoozed: "Отложенных чатов нет", "Nothing is snoozed";
    no_snoozed_text:
        "Отложенный чат вернётся в работу сам: в назначенное время или когда напишет покупатель.",
        "A snoozed chat comes back by itself: at its time, or when the buyer writes.";
    no_closed: "Закрытых чатов нет", "Nothing is closed";
    no_closed_text:
        "Закрытый чат откроется снова, если покупатель напишет.",
        "A closed chat opens again when the buyer writes.";
    no_spam: "Спама нет", "No spam";
    no_spam_text:
        "Чаты, отмеченные как спам, не попадают в другие списки.",
        "Chats marked as spam stay out of all other lists.";

}

impl Locale {
    /// What the number on a tab says: `3 чата ждут ответа`.
    pub fn waiting_count(self, n: i64) -> String {
        let chats = self.chats(n);
        let is_one = n % 10 == 1 && n % 100 != 11;
        let verb = match self {
            Locale::Ru if is_one => "ждёт ответа",
            Locale::Ru => "ждут ответа",
            Locale::En if n == 1 => "waits for an answer",
            Locale::En => "wait for an answer",
        };
        format!("{chats} {verb}")
    }

    /// Until when a chat is set aside: `отложен до завтра 09:00`.
    pub fn snoozed_until(self, when: &str) -> String {
        format!("{} {when}", self.pick("отложен:", "snoozed:"))
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn chats_wait_in_good_grammar() {
        let said = |n| Locale::Ru.waiting_count(n).replace('\u{a0}', " ");
        assert_eq!(said(1), "1 чат ждёт ответа");
        assert_eq!(said(3), "3 чата ждут ответа");
        assert_eq!(said(11), "11 чатов ждут ответа");
        assert_eq!(said(21), "21 чат ждёт ответа");
    }
}
