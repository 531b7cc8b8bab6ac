//! Texts of the inbox.

use super::Locale;
use crate::shared::marketplace::Marketplace;

texts! {
    chat_list: "Список чатов", "List of chats";
    chat_window: "Переписка", "Conversation";
    seller_filter: "Кабинет", "Seller account";
    all_sellers: "Все кабинеты", "All seller accounts";
    new_order: "Обновить порядок", "Update the order";
    load_more: "Показать ещё", "Show more";
    end_of_list: "Это все чаты", "These are all the chats";
    look_on: "Искать дальше", "Look further";
    looking: "Ищем подходящие чаты…", "Looking for chats that match…";

    first_seller: "Подключите магазин Ozon", "Connect an Ozon shop";
    first_seller_step_key:
        "В кабинете Ozon Seller откройте «Настройки» → «API-ключи» и создайте ключ с ролью для чатов.",
        "In Ozon Seller open Settings → API keys and create a key with a role for chats.";
    first_seller_step_form:
        "Впишите Client-Id и ключ на странице «Кабинеты»: мы проверим, что они подходят.",
        "Enter the Client-Id and the key on the seller accounts page: we check that they work.";
    first_seller_step_wait:
        "Через минуту здесь появятся чаты покупателей, самые срочные сверху.",
        "In a minute the buyers' chats appear here, the most urgent first.";
    connect_seller: "Подключить магазин", "Connect a shop";
    nobody_waits_now: "Сейчас никто не ждёт ответа", "Nobody is waiting for an answer";
    nobody_waits_text:
        "Новые вопросы покупателей появятся здесь сами, обновлять страницу не нужно.",
        "New questions appear here by themselves; there is no need to reload.";
    no_chats: "Чатов пока нет", "No chats yet";
    no_chats_text:
        "Как только покупатель напишет в подключённый магазин, чат появится здесь.",
        "As soon as a buyer writes to a connected shop, the chat appears here.";
    choose_chat: "Выберите чат слева", "Choose a chat on the left";
    choose_chat_text:
        "Вверху списка — те, кто ждёт ответа дольше всего и у кого срок ближе. Стрелки ↑ и ↓ переходят между чатами, Enter открывает.",
        "At the top of the list are those whose deadline is nearest. The arrow keys move between chats, Enter opens one.";

    by_us: "Вы:", "You:";
    by_bot: "Автоответ:", "Auto-reply:";
    attachment_only: "Вложение", "Attachment";
    history_coming: "Сообщения ещё загружаются…", "The messages are still loading…";
    history_refused: "Переписка недоступна", "The messages cannot be read";
    history_refused_text:
        "Маркетплейс не отдаёт переписку этого чата. Мы попробуем снова, когда в нём появится новое сообщение; прочитать \
         его сейчас можно в кабинете маркетплейса.",
        "The marketplace does not give the messages of this chat. We try again when a new one comes; until then it can be \
         read in the marketplace's cabinet.";
    draft_word: "Черновик", "Draft";
    buyer_waits: "ждёт ответа", "waiting for an answer";
    chat_closed: "Чат закрыт", "The chat is closed";
    back_to_list: "К списку чатов", "Back to the list";

    message_list: "Сообщения", "Messages";
    no_messages: "В этом чате пока нет сообщений", "There are no messages in this chat yet";
    older_messages: "Показать более ранние", "Show earlier messages";
    loading_older: "Загружаем более ранние…", "Loading earlier messages…";
    new_messages_below: "Новые сообщения", "New messages";
    to_newest: "К новым сообщениям", "To the newest messages";
    unparsed_message: "Не удалось разобрать сообщение. Показываем, как его прислал маркетплейс.",
        "This message could not be read. It is shown as the marketplace sent it.";
    message_edited: "изменено", "edited";
    empty_message: "Сообщение без текста", "A message without text";
    image: "Изображение", "Image";
    download_file: "Скачать файл", "Download the file";
    opens_in_new_tab: "откроется в новой вкладке", "opens in a new tab";

    your_answer: "Ответ покупателю", "Answer to the buyer";
    answer_placeholder: "Напишите ответ", "Write an answer";
    send: "Отправить", "Send";
    viewer_cannot_answer:
        "У вас роль наблюдателя: переписку видно, отвечать могут операторы и администраторы.",
        "You are a viewer: you can read the conversation; operators and administrators can answer.";

    send_again: "Отправить ещё раз", "Send again";
    edit_again: "Изменить", "Edit";
    not_sent: "Не отправлено", "Not sent";

    author_buyer: "Покупатель", "Buyer";
    author_operator: "Оператор", "Operator";
    author_bot: "Автоответ", "Auto-reply";

    reply_queued: "В очереди", "Queued";
    reply_sending: "Отправляется", "Sending";
    reply_sent: "Отправлено", "Sent";
    reply_read: "Прочитано", "Read";
    reply_unsure: "Не знаем, дошло ли", "We cannot tell whether it arrived";
    cannot_seller_paused:
        "Кабинет на паузе. Возобновите его на странице «Кабинеты», и ответы снова будут уходить.",
        "The seller account is paused. Resume it on the seller accounts page and answers will be sent again.";
    cannot_seller_removed:
        "Кабинет отключён. Переписку можно читать, отвечать уже нельзя.",
        "The seller account is disconnected. The conversation can be read but not answered.";

    connection_connecting: "Соединяемся…", "Connecting…";
    connection_online: "На связи", "Online";
    connection_offline:
        "Нет связи с сервером. Черновики сохраняются, ответы уйдут, когда связь вернётся.",
        "The server cannot be reached. Drafts are kept, answers will be sent when the connection is back.";
    connection_session_ended:
        "Сеанс закончился. Черновики и неотправленные ответы сохранены в этом браузере.",
        "The session has ended. Drafts and unsent answers are kept in this browser.";
    log_in_again: "Войти снова", "Log in again";
}

/// Declares texts that name the marketplace: `{name}` stands for it.
macro_rules! marketplace_texts {
    ($($(#[$doc:meta])* $name:ident: $ru:literal, $en:literal;)+) => {
        impl Locale {
            $(
                #[doc = $en]
                pub fn $name(self, marketplace: Marketplace) -> String {
                    self.pick($ru, $en).replace("{name}", marketplace.name())
                }
            )+
        }
    };
}

marketplace_texts! {
    author_elsewhere: "Ответ из кабинета {name}", "Answered in the {name} cabinet";
    reply_visible: "Доставлено в {name}", "Delivered to {name}";
    reply_rejected: "{name} снял сообщение, покупатель его не видит", "{name} withdrew the message, the buyer does not see it";
    reply_unsure_advice:
        "Связь с {name} оборвалась, когда сообщение уже уходило. Проверьте чат в кабинете {name}: если сообщения там нет, отправьте ещё раз.",
        "The connection to {name} broke while the message was leaving. Look into the chat in the {name} cabinet: if the message is not there, send it again.";
    cannot_window_closed:
        "Срок ответа в этом чате {name} прошёл. Можно ответить, когда покупатель напишет снова.",
        "The time to answer in this {name} chat is over. You can answer when the buyer writes again.";
    cannot_wait_for_buyer:
        "По правилам {name} нужно дождаться ответа покупателя. Можно написать после его сообщения.",
        "By the rules of {name} you have to wait for the buyer. You can write after their next message.";
    cannot_find_chat:
        "{name} не находит этот чат. Проверьте его в кабинете {name}.",
        "{name} does not find this chat. Check it in the {name} cabinet.";
    cannot_refused:
        "{name} не принял сообщение. Покупатель его не увидит. Измените текст и отправьте ещё раз.",
        "{name} did not take the message. The buyer will not see it. Change the text and send it again.";
    cannot_account_problem:
        "{name} не пускает нас в кабинет. Проверьте ключ на странице «Кабинеты».",
        "{name} does not let us into the account. Check the key on the seller accounts page.";
    cannot_pass_moderation:
        "{name} проверил изображение и снял его: покупатель его не увидит. Чат снова ждёт ответа — отправьте другой файл или напишите текстом.",
        "{name} checked the picture and withdrew it: the buyer will not see it. The chat waits for an answer again: send another file or write a text.";
    reply_in_moderation: "На проверке в {name}", "Being checked by {name}";
    cannot_tell:
        "Связь с {name} оборвалась, когда сообщение уже уходило.",
        "The connection to {name} broke while the message was leaving.";
}

impl Locale {
    /// How far a list was looked through: `Просмотрены чаты новее 14 марта 2026`.
    pub fn looked_to(self, day: &str) -> String {
        match self {
            Locale::Ru => format!("Просмотрены чаты новее {day}"),
            Locale::En => format!("Looked at chats newer than {day}"),
        }
    }

    /// The button that brings chats which have appeared above: `3 новых`.
    pub fn new_chats(self, n: i64) -> String {
        self.count(n, ["новый", "новых", "новых"], ["new", "new"])
    }

    /// How many messages the person has not looked at; the cap is said as `99+`.
    pub fn unseen_messages(self, n: i64) -> String {
        self.count(
            n,
            ["непрочитанное сообщение", "непрочитанных сообщения", "непрочитанных сообщений"],
            ["unread message", "unread messages"],
        )
    }

    /// How a chat without a buyer's name is called: `Чат 8f3c12ab`.
    pub fn chat_called(self, short_name: &str) -> String {
        format!("{} {short_name}", self.pick("Чат", "Chat"))
    }

    /// The order a chat is about.
    pub fn order_number(self, number: &str) -> String {
        format!("{} {number}", self.pick("Заказ", "Order"))
    }

    /// Read out when messages of a buyer arrive in the open chat.
    pub fn messages_arrived(self, n: i64, newest: &str) -> String {
        let what = self.count(
            n,
            ["новое сообщение", "новых сообщения", "новых сообщений"],
            ["new message", "new messages"],
        );
        format!("{what}: {newest}")
    }

    /// How much of the marketplace's limit is used, for readers.
    pub fn characters_used(self, used: i64, max: i64) -> String {
        match self {
            Locale::Ru => format!("{used} из {max} символов"),
            Locale::En => format!("{used} of {max} characters"),
        }
    }

    /// By how much a text is longer than the marketplace takes.
    pub fn characters_over(self, over: i64, marketplace: Marketplace) -> String {
        let name = marketplace.name();
        let n = self.count(over, ["символ", "символа", "символов"], ["character", "characters"]);
        match self {
            Locale::Ru => format!("{name} не примет: длиннее на {n}"),
            Locale::En => format!("{name} will not take it: {n} too long"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_choose_their_words() {
        let plain = |text: String| text.replace('\u{a0}', " ");
        assert_eq!(plain(Locale::Ru.new_chats(1)), "1 новый");
        assert_eq!(plain(Locale::Ru.new_chats(3)), "3 новых");
        assert_eq!(
            plain(Locale::Ru.characters_over(2, Marketplace::Ozon)),
            "Ozon не примет: длиннее на 2 символа"
        );
        assert_eq!(plain(Locale::Ru.unseen_messages(21)), "21 непрочитанное сообщение");
    }
}
