//! Texts of search, and of the ways through a chat.

use super::Locale;

texts! {
    search: "Поиск", "Search";
    search_everywhere: "Поиск по всем чатам", "Search all chats";
    search_placeholder: "Слова, заказ, артикул, чат", "Words, order, article, chat";
    search_hint:
        "Ищем по всей переписке и заметкам: слова в любой форме, номер заказа или отправления, SKU, артикул, начало номера чата, метку.",
        "Everything ever written is searched, notes too: words in any form, the number of an order or a parcel, SKU, article, the \
         beginning of a chat's id, a tag.";
    search_keys: "↑ и ↓ переходят между результатами, Enter открывает.", "The arrow keys move between results, Enter opens one.";
    found_chats: "Чаты", "Chats";
    found_notes: "Заметки коллег", "Notes of colleagues";
    found_messages: "Сообщения", "Messages";
    nothing_found: "Ничего не нашлось", "Nothing found";
    only_common_words:
        "Такие слова есть почти в каждом сообщении. Добавьте слово, по которому сообщение можно отличить.",
        "Such words stand in nearly every message. Add a word that tells the message from others.";
    nothing_found_text:
        "Проверили все сообщения по этим словам и их формам, похожие слова на случай опечатки и другую раскладку, номера \
         заказов, отправлений и чатов, SKU, артикулы и метки. Попробуйте меньше слов или часть номера.",
        "All messages were searched for these words in any form, for similar words in case of a slip and for the other \
         keyboard layout; also numbers of orders, parcels and chats, SKUs, articles and tags. Try fewer words or a part of \
         the number.";
    end_of_results: "Это всё, что нашлось", "This is all that was found";
    why_chat: "номер чата", "chat id";
    why_order: "заказ", "order";
    why_product: "товар", "product";
    why_tag: "метка", "tag";

    find_in_chat: "Найти в этом чате", "Find in this chat";
    find_older: "Раньше", "Earlier";
    find_newer: "Позже", "Later";
    nothing_in_chat: "В чате этого нет", "Not in this chat";

    places_in_chat: "Перейти в чате", "Go to a place in this chat";
    go_to_day: "К дате", "To the day";
    go: "Перейти", "Go";
    to_first_unseen: "К первому непрочитанному", "To the first unread message";
    unseen_from_here: "Новые сообщения", "New messages";
    message_not_found: "Этого сообщения в чате нет: возможно, ссылка неполная.", "There is no such message in this chat; the link may be incomplete.";
    copy_link_to_marked: "Скопировать ссылку на сообщение", "Copy the link to the message";
    copy_link: "Скопировать ссылку", "Copy the link";
    link_copied: "Ссылка скопирована", "The link was copied";
    link_not_copied: "Браузер не дал скопировать ссылку: скопируйте её из адресной строки.",
        "The browser did not allow copying; copy the link from the address bar.";

    picture_viewer: "Просмотр изображения", "Picture viewer";
    previous_picture: "Предыдущее изображение", "Previous picture";
    next_picture: "Следующее изображение", "Next picture";
    zoom_in: "Увеличить", "Zoom in";
    zoom_out: "Уменьшить", "Zoom out";
}

impl Locale {
    /// Which of the places that were found in a chat is shown.
    pub fn find_place(self, place: usize, count: usize, is_cut: bool) -> String {
        let more = if is_cut { "+" } else { "" };
        match self {
            Locale::Ru => format!("{place} из {count}{more}"),
            Locale::En => format!("{place} of {count}{more}"),
        }
    }

    /// Says that another word was looked for than the one that was typed. `meant` are stems.
    pub fn meant_instead(self, typed: &str, meant: &[String]) -> String {
        let meant: Vec<String> = meant.iter().map(|stem| format!("{stem}…")).collect();
        let meant = meant.join(", ");
        match self {
            Locale::Ru => format!("Показаны и похожие на «{typed}»: {meant}"),
            Locale::En => format!("Including words like “{typed}”: {meant}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn the_place_among_finds_says_when_there_are_more() {
        assert_eq!(Locale::Ru.find_place(3, 17, false), "3 из 17");
        assert_eq!(Locale::En.find_place(1, 500, true), "1 of 500+");
    }
}
