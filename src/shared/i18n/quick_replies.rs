//! Texts of quick replies and their variables.

use super::{Locale, plural_ru};
use crate::shared::marketplace::Marketplace;

texts! {
    quick_replies: "Быстрые ответы", "Quick replies";
    quick_replies_text:
        "Готовые тексты для ответов покупателям. В поле ответа нажмите «/» в начале слова и начните печатать.",
        "Texts kept ready for answers. Press / at the beginning of a word in the answer and start typing.";
    quick_replies_only_own:
        "Вы можете добавлять свои тексты. Общие меняют владелец и администраторы.",
        "You can add texts of your own. Shared ones are changed by the owner and administrators.";
    quick_reply_insert: "Вставить быстрый ответ", "Insert a quick reply";
    quick_reply_find: "Найти быстрый ответ", "Find a quick reply";
    quick_reply_placeholder: "Название, код или слово из текста", "Title, code or a word of the text";
    quick_reply_new: "Новый быстрый ответ", "New quick reply";
    quick_reply_edit: "Изменить быстрый ответ", "Change a quick reply";
    quick_reply_title: "Название", "Title";
    quick_reply_shortcut: "Код после «/»", "Code after /";
    quick_reply_shortcut_hint: "Необязательно. Например, «трек».", "Optional, e.g. “track”.";
    quick_reply_folder: "Папка", "Folder";
    quick_reply_folder_hint: "Необязательно. Новая появится сама.", "Optional. A new one appears by itself.";
    quick_reply_body: "Текст", "Text";
    quick_reply_scope: "Кому предлагать", "Who is offered it";
    quick_reply_no_folder: "Без папки", "No folder";
    quick_reply_all_folders: "Все папки", "All folders";
    quick_reply_preview: "Как увидит покупатель, если всё известно", "What the buyer sees when everything is known";
    quick_reply_preview_missing: "Если данных нет", "When nothing is known";
    quick_replies_none: "Быстрых ответов пока нет", "No quick replies yet";
    quick_replies_none_text:
        "Сохраните здесь тексты, которые пишете чаще всего, и вставляйте их одной клавишей.",
        "Keep the texts here that you write most often and insert them with one key.";
    quick_replies_not_found: "Ничего не нашлось", "Nothing found";
    quick_reply_saved: "Быстрый ответ сохранён", "The quick reply is saved";
    quick_reply_deleted: "Быстрый ответ удалён", "The quick reply is deleted";
    quick_reply_delete_asks: "Удалить этот быстрый ответ? Вернуть его будет нельзя.",
        "Delete this quick reply? It cannot be brought back.";
    scope_mine: "Только мне", "Only me";
    scope_all: "Всем", "Everybody";
    scope_seller: "Всем, в чатах кабинета", "Everybody, in chats of a seller account";
    scope_marketplace: "Всем, в чатах маркетплейса", "Everybody, in chats of a marketplace";
    variables_title: "Подстановки", "Variables";
    variables_text:
        "Нажмите, чтобы вставить в текст. После черты напишите слова на случай, когда данных нет: {{заказ: по заказу № *|по вашему заказу}}.",
        "Press to insert. Behind the bar say what stands there when nothing is known: {{order: about order *|about your order}}.";
    quick_reply_save: "Сохранить", "Save";
    quick_reply_change: "Изменить", "Edit";
    quick_reply_delete: "Удалить", "Delete";
    variable_order_name: "заказ", "order";
    variable_posting_name: "отправление", "posting";
    variable_product_name: "товар", "product";
    variable_shop_name: "магазин", "shop";
    variable_operator_name: "оператор", "operator";
    variable_deliver_by_name: "срок", "deliver by";
    variable_tracking_name: "трек", "track";
    variable_carrier_name: "перевозчик", "carrier";
    variable_order_sample: "12345678-0001", "12345678-0001";
    variable_posting_sample: "12345678-0001-1", "12345678-0001-1";
    variable_product_sample: "Чайник эмалированный, 2 л", "Enamel kettle, 2 l";
    variable_shop_sample: "Север Маркет", "Sever Market";
    variable_operator_sample: "Мария", "Maria";
    variable_deliver_by_sample: "25 ноября", "25 November";
    variable_tracking_sample: "80114588437295", "80114588437295";
    variable_carrier_sample: "Почта России", "Russian Post";
    title_missing: "Напишите название: по нему текст будут искать.", "Enter a title: people look for the text by it.";
}

impl Locale {
    /// `2 файла`
    pub fn with_files(self, n: i64) -> String {
        match self {
            Locale::Ru => format!("{n} {}", plural_ru(n, "файл", "файла", "файлов")),
            Locale::En if n == 1 => "1 file".to_owned(),
            Locale::En => format!("{n} files"),
        }
    }

    /// «в чатах Ozon».
    pub fn scope_of_marketplace(self, marketplace: Marketplace) -> String {
        let name = marketplace.name();
        match self {
            Locale::Ru => format!("В чатах {name}"),
            Locale::En => format!("In chats of {name}"),
        }
    }

    /// «в чатах кабинета …».
    pub fn scope_of_seller(self, name: &str) -> String {
        match self {
            Locale::Ru => format!("В чатах кабинета «{name}»"),
            Locale::En => format!("In chats of “{name}”"),
        }
    }

    /// How often it was used.
    pub fn times_used(self, n: i64) -> String {
        self.count(n, ["раз", "раза", "раз"], ["time", "times"])
    }

    /// A variable that is still in a text.
    pub fn variable_unfilled(self, name: &str) -> String {
        match self {
            Locale::Ru => format!("Впишите, что должно стоять вместо {name}: этих данных в заказе нет."),
            Locale::En => {
                format!("Say what should stand in the place of {name}: the order does not tell it.")
            }
        }
    }

    /// A field with too many characters.
    pub fn field_too_long(self, max: i64) -> String {
        match self {
            Locale::Ru => format!(
                "Слишком длинно: поместится не больше {}.",
                self.count(max, ["знака", "знаков", "знаков"], ["", ""])
            ),
            Locale::En => format!("Too long: no more than {max} characters fit."),
        }
    }
}
