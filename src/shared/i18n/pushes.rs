//! Texts about instant notifications: what a marketplace pushes to us.

use super::Locale;

texts! {
    pushes: "Мгновенные уведомления", "Instant notifications";
    pushes_off_text:
        "Выключены: о новых сообщениях мы узнаём, когда спрашиваем маркетплейс. С уведомлениями они приходят сразу.",
        "Off: we learn of new messages when we ask the marketplace. With notifications they arrive at once.";
    pushes_starting: "Включаем…", "Turning on…";
    pushes_on: "Включены", "On";
    pushes_not_heard: "уведомлений ещё не было", "nothing has arrived yet";
    pushes_silent: "Молчат", "Silent";
    pushes_suspended: "Приостановлены", "Suspended";
    pushes_lost: "Уходят другой программе", "Go to another program";
    pushes_off: "Выключены", "Off";
    push_turn_on: "Включить уведомления", "Turn notifications on";
    push_check: "Проверить уведомления", "Check notifications";
    push_turn_off: "Выключить уведомления", "Turn notifications off";
    push_turned_on: "Уведомления включены.", "Notifications are on.";
    push_checked: "Проверили: уведомления доходят.", "Checked: notifications arrive.";
    push_turned_off: "Уведомления выключены. Сообщения по-прежнему приходят при каждом опросе.",
        "Notifications are off. Messages still arrive with every poll.";
    push_replace_title: "Забрать уведомления у другой программы?", "Take the notifications from another program?";
    push_replace: "Забрать уведомления", "Take the notifications";
    push_replace_explains:
        "Маркетплейс отправляет уведомления о чатах только по одному адресу. Программа по этому адресу перестанет \
         получать их и будет узнавать о новых сообщениях позже, если умеет спрашивать сама.",
        "The marketplace sends chat notifications to one address only. The program at this address stops getting them \
         and learns of new messages later, if it knows how to ask.";
    pushes_need_public_address:
        "Маркетплейс присылает уведомления только по адресу с https, а у этого сервера его нет. Попросите того, кто его \
         устанавливал, задать AGENTIQ_PUBLIC_URL=https://… До тех пор сообщения приходят при каждом опросе.",
        "The marketplace sends notifications to an https address only, and this server has none. Ask whoever installed \
         it to set AGENTIQ_PUBLIC_URL=https://… Until then messages arrive with every poll.";
    pushes_not_allowed:
        "Ключу не разрешено настраивать уведомления. Создайте в кабинете ключ с ролью, в которую они входят, например \
         Admin, нажмите «Заменить ключ» и попробуйте снова. Сообщения приходят при каждом опросе.",
        "The key may not set up notifications. Create a key with a role that includes them, for example Admin, press \
         “Replace key” and try again. Messages arrive with every poll.";
}

impl Locale {
    /// When something was last heard, and how much in all: `последнее 5 минут назад, всего 12 уведомлений`. A check is
    /// heard too, but it is no notification.
    pub fn pushes_heard(self, ago: &str, received: i64) -> String {
        if received == 0 {
            return match self {
                Locale::Ru => format!("проверены {ago}, уведомлений ещё не было"),
                Locale::En => format!("checked {ago}, no notifications yet"),
            };
        }
        let count = self.count(
            received,
            ["уведомление", "уведомления", "уведомлений"],
            ["notification", "notifications"],
        );
        match self {
            Locale::Ru => format!("последнее {ago}, всего {count}"),
            Locale::En => format!("the last one {ago}, {count} in all"),
        }
    }

    /// Messages come that nobody pushed.
    pub fn pushes_silent_text(self, marketplace: &str) -> String {
        match self {
            Locale::Ru => format!(
                "Сообщения от покупателей есть, а уведомлений о них {marketplace} не присылал. Ничего не потеряно, но \
                 сообщения приходят позже. Нажмите «Проверить уведомления»."
            ),
            Locale::En => format!(
                "Buyers have written, but {marketplace} has not sent notifications about it. Nothing is lost, but \
                 messages arrive later. Press “Check notifications”."
            ),
        }
    }

    /// The marketplace has stopped pushing.
    pub fn pushes_suspended_text(self, marketplace: &str) -> String {
        match self {
            Locale::Ru => format!(
                "{marketplace} перестал присылать уведомления. Ничего не потеряно, но сообщения приходят позже, при \
                 опросе. Мы пробуем включить их снова каждые полчаса; если не хотите ждать, нажмите «Проверить \
                 уведомления»."
            ),
            Locale::En => format!(
                "{marketplace} has stopped sending notifications. Nothing is lost, but messages arrive later, with the \
                 poll. We try to turn them on again every half an hour; if you would rather not wait, press “Check \
                 notifications”."
            ),
        }
    }

    /// The marketplace pushes to another program; whose address it is, if that can be told.
    pub fn pushes_taken_text(self, marketplace: &str, address: Option<&str>) -> String {
        let whose = address.map(|address| format!(" ({address})")).unwrap_or_default();
        match self {
            Locale::Ru => format!(
                "{marketplace} отправляет уведомления другой программе{whose}. Ничего не потеряно, но сообщения \
                 приходят позже, при опросе. Чтобы вернуть уведомления сюда, нажмите «Включить уведомления»."
            ),
            Locale::En => format!(
                "{marketplace} sends the notifications to another program{whose}. Nothing is lost, but messages arrive \
                 later, with the poll. To have them come here again, press “Turn notifications on”."
            ),
        }
    }

    /// Why pushes were not turned on: another program has them.
    pub fn pushes_taken(self, address: &str) -> String {
        match self {
            Locale::Ru => format!(
                "Уведомления о чатах уже получает другая программа: {address}. Здесь ничего не изменилось. Чтобы \
                 забрать их сюда, нажмите «Включить уведомления» и подтвердите."
            ),
            Locale::En => format!(
                "Another program gets the chat notifications already: {address}. Nothing has changed here. To take \
                 them, press “Turn notifications on” and confirm."
            ),
        }
    }

    /// Why pushes were not turned on: the marketplace was not content with our address.
    pub fn push_address_refused(self, said: &str) -> String {
        let words = if said.trim().is_empty() { String::new() } else { format!(" ({})", said.trim()) };
        match self {
            Locale::Ru => format!(
                "Маркетплейс проверил адрес этого сервера, и проверка не прошла{words}. Сообщения приходят при каждом \
                 опросе. Проверьте, что AGENTIQ_PUBLIC_URL открывается из интернета по https, и попробуйте снова."
            ),
            Locale::En => format!(
                "The marketplace tried the address of this server and was not content{words}. Messages arrive with \
                 every poll. See that AGENTIQ_PUBLIC_URL can be opened from the internet by https, and try again."
            ),
        }
    }

    /// Where notifications go to.
    pub fn pushes_address(self, address: &str) -> String {
        match self {
            Locale::Ru => format!("Адрес: {address}/…"),
            Locale::En => format!("Address: {address}/…"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn notifications_are_counted_in_words() {
        let heard = |n| Locale::Ru.pushes_heard("только что", n).replace('\u{a0}', " ");
        assert_eq!(heard(1), "последнее только что, всего 1 уведомление");
        assert_eq!(heard(12), "последнее только что, всего 12 уведомлений");
    }

    #[test]
    fn a_refused_address_is_told_with_the_marketplaces_words_where_there_are_any() {
        assert!(Locale::Ru.push_address_refused("REQUEST_TIMEOUT").contains("не прошла (REQUEST_TIMEOUT)."));
        assert!(Locale::Ru.push_address_refused(" ").contains("не прошла. "));
    }
}
