//! Texts of sending: taking back, sending later, emoji.

use super::Locale;

texts! {
    undo_send: "Отменить", "Undo";
    undo_hint: "Вернуть ответ в поле; в пустом поле — и Ctrl + Z", "Take the answer back; in the empty field also Ctrl + Z";
    reply_has_left: "Ответ уже ушёл: отменить его нельзя.", "The answer has left: it cannot be taken back.";
    send_and_close: "Отправить и закрыть", "Send and close";
    send_later: "Отправить позже", "Send later";
    send_later_in_hour: "Через час", "In an hour";
    send_later_in_three_hours: "Через три часа", "In three hours";
    send_later_tomorrow: "Завтра в 9:00", "Tomorrow at 9:00";
    send_later_at: "Выбрать время", "Choose a time";
    send_later_plan: "Запланировать", "Schedule";
    send_later_text:
        "Если покупатель напишет раньше, ответ не уйдёт: вы решите, что с ним делать.",
        "If the buyer writes first, the answer is not sent: you decide what to do with it.";
    send_time_past: "Это время уже прошло: выберите другое.", "This time is over: choose another.";
    send_time_after_window:
        "К этому времени маркетплейс уже не примет сообщение: выберите время раньше.",
        "By then the marketplace takes no message any more: choose an earlier time.";
    send_now: "Отправить сейчас", "Send now";
    reply_withdrawn: "Отозвано", "Taken back";
    buyer_wrote_first:
        "Ответ не ушёл: покупатель написал раньше. Прочитайте его сообщение, потом отправьте ответ или измените его.",
        "The answer was not sent: the buyer wrote first. Read the message, then send the answer or change it.";
    plan_cancelled: "Отложенный ответ отменён: покупатель написал раньше.", "The planned answer is cancelled: the buyer wrote first.";
    insert_emoji: "Вставить эмодзи", "Insert an emoji";
    find_emoji: "Найти эмодзи", "Find an emoji";
    composer_tools: "Инструменты ответа", "Tools of the answer";
}

impl Locale {
    /// How long a reply can still be taken back.
    pub fn leaves_in(self, seconds: i64) -> String {
        match self {
            Locale::Ru => format!("Ответ уйдёт через {seconds}\u{a0}с"),
            Locale::En => format!("The answer leaves in {seconds}\u{a0}s"),
        }
    }

    /// When a planned reply leaves.
    pub fn leaves_at(self, when: &str) -> String {
        match self {
            Locale::Ru => format!("Уйдёт {when}"),
            Locale::En => format!("Leaves {when}"),
        }
    }

    /// An emoji's name.
    pub fn emoji_name(self, emoji: &(&'static str, &'static str, &'static str)) -> &'static str {
        self.pick(emoji.1, emoji.2)
    }
}

/// Emoji that fit answers of a shop, with words to find them by.
pub const EMOJI: [(&str, &str, &str); 60] = [
    ("🙂", "улыбка", "smile"),
    ("😊", "радость", "joy"),
    ("😉", "подмигивание", "wink"),
    ("😄", "смех", "laugh"),
    ("🤗", "объятия", "hug"),
    ("😍", "восторг", "delight"),
    ("🥰", "нежность", "affection"),
    ("😌", "спокойствие", "calm"),
    ("🤔", "раздумье", "thinking"),
    ("😔", "грусть", "sad"),
    ("😢", "слеза", "tear"),
    ("😅", "неловкость", "awkward"),
    ("🙏", "спасибо, просьба", "thanks, please"),
    ("👍", "хорошо, палец вверх", "good, thumb up"),
    ("👌", "отлично", "great"),
    ("👏", "аплодисменты", "applause"),
    ("🤝", "договорились", "deal"),
    ("👋", "привет, пока", "hello, bye"),
    ("✌", "победа", "victory"),
    ("💪", "сила", "strength"),
    ("❤", "сердце", "heart"),
    ("💙", "синее сердце", "blue heart"),
    ("💛", "жёлтое сердце", "yellow heart"),
    ("💚", "зелёное сердце", "green heart"),
    ("🌸", "цветок", "flower"),
    ("🌷", "тюльпан", "tulip"),
    ("💐", "букет", "bouquet"),
    ("🌞", "солнце", "sun"),
    ("⭐", "звезда", "star"),
    ("✨", "блеск", "sparkles"),
    ("🔥", "огонь", "fire"),
    ("🎉", "праздник", "party"),
    ("🎁", "подарок", "gift"),
    ("🎂", "торт, день рождения", "cake, birthday"),
    ("🎄", "ёлка, новый год", "tree, new year"),
    ("☕", "кофе", "coffee"),
    ("📦", "посылка, заказ", "parcel, order"),
    ("🚚", "доставка, машина", "delivery, truck"),
    ("✈", "самолёт", "plane"),
    ("🏠", "дом", "home"),
    ("🏪", "магазин, пункт выдачи", "shop, pick-up point"),
    ("🛒", "корзина", "cart"),
    ("🛍", "покупки", "shopping"),
    ("📷", "фото, камера", "photo, camera"),
    ("📎", "скрепка, вложение", "clip, attachment"),
    ("📝", "записка, инструкция", "note, manual"),
    ("📏", "линейка, размер", "ruler, size"),
    ("👕", "футболка, одежда", "shirt, clothes"),
    ("👗", "платье", "dress"),
    ("👟", "обувь, кроссовки", "shoes, sneakers"),
    ("🔧", "ключ, ремонт", "wrench, repair"),
    ("🔋", "батарея, заряд", "battery, charge"),
    ("💡", "лампа, совет", "lamp, advice"),
    ("⏰", "будильник, время", "alarm, time"),
    ("⏳", "песочные часы, ожидание", "hourglass, waiting"),
    ("📅", "календарь, дата", "calendar, date"),
    ("✅", "готово, галочка", "done, check"),
    ("❗", "важно", "important"),
    ("❓", "вопрос", "question"),
    ("➡", "стрелка", "arrow"),
];
