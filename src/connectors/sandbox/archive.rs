//! What a large shop's past is made of: names, labels and whole talks, each the same for the same number. `agentiq seed`
//! fills databases with it.

use super::buyers;
use chrono::{DateTime, Utc};

/// People who answer, the owner first.
pub const PEOPLE: [&str; 12] = [
    "Ирина Соколова",
    "Анна Кузнецова",
    "Павел Морозов",
    "Мария Ершова",
    "Дмитрий Волков",
    "Ольга Лебедева",
    "Сергей Никитин",
    "Екатерина Белова",
    "Тимур Ахметов",
    "Наталья Фролова",
    "Алексей Громов",
    "Юлия Зайцева",
];

/// What chats are marked with, the commonest first.
pub const TAGS: [&str; 12] = [
    "доставка",
    "возврат",
    "брак",
    "размер",
    "подмена",
    "отзыв",
    "гарантия",
    "оптовик",
    "юрист",
    "блогер",
    "повторная жалоба",
    "суд",
];

const SHOPS: [&str; 8] = [
    "Северный дом",
    "Тёплые вещи",
    "Мастерская",
    "Лесная лавка",
    "Техника рядом",
    "Детский двор",
    "Берег",
    "Улей",
];

/// Model names: with a number behind them they are words, few of them common and very many rare.
const MODELS: [&str; 16] = [
    "Заря",
    "Вега",
    "Кама",
    "Урал",
    "Орион",
    "Сокол",
    "Байкал",
    "Ветер",
    "Искра",
    "Парус",
    "Рассвет",
    "Тайга",
    "Факел",
    "Эхо",
    "Янтарь",
    "Полёт",
];

/// A shop's name.
pub fn shop(number: usize) -> String {
    let name = SHOPS[number % SHOPS.len()];
    if number < SHOPS.len() { name.to_owned() } else { format!("{name} {}", number / SHOPS.len() + 1) }
}

/// A whole talk, oldest first: who speaks (the buyer or not) and what. The buyer begins, and says the last `unread` things.
pub fn talk(seed: u64, length: usize, unread: usize, now: DateTime<Utc>) -> Vec<(bool, String)> {
    buyers::talk(seed, length, unread, now)
}

/// Names a model in a text. Of the models, low numbers should come often and high ones hardly ever.
pub fn with_model(text: &mut String, model: u64) {
    let name = MODELS[(model % MODELS.len() as u64) as usize];
    text.push_str(&format!(" Модель «{name}-{}».", 100 + model / MODELS.len() as u64));
}
