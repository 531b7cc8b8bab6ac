//! What the sandbox's models say: believable, varied, made from the question, and the same for the same question.

use super::ModelMishap;
use serde_json::json;
use std::hash::{DefaultHasher, Hash, Hasher};

/// How a buyer's lines begin in a question.
const BUYER: &str = "Покупатель:";

/// A subject: words that give it away, and answers in Russian and English.
struct Subject {
    category: &'static str,
    words: &'static [&'static str],
    russian: &'static [&'static str],
    english: &'static str,
}

/// The first that fits is taken.
const SUBJECTS: [Subject; 7] = [
    Subject {
        category: "defect",
        words: &[
            "брак",
            "дефект",
            "слома",
            "не работа",
            "не включ",
            "трещин",
            "царапин",
            "порван",
            "broken",
            "defect",
        ],
        russian: &[
            "Очень жаль, что с товаром так вышло. Пришлите, пожалуйста, фото или короткое видео: посмотрим, что случилось, и подскажем, как лучше поступить.",
            "Понимаю, как это неприятно. Покажите, пожалуйста, на фото, что не так, и напишите, когда это заметили. Вернуть товар можно через раздел «Заказы» в приложении.",
            "Мне жаль, что товар вас подвёл. Подскажите, проявилось это сразу или во время использования? По фото разберёмся быстрее.",
        ],
        english: "I am sorry that the item arrived like this. Please send us a photo, and we will tell you the best way forward.",
    },
    Subject {
        category: "return",
        words: &["возврат", "вернуть", "обмен", "замен", "return", "refund"],
        russian: &[
            "Оформить возврат можно в приложении: «Заказы», нужный товар, «Вернуть». Подскажите, пожалуйста, что именно не подошло?",
            "Да, товар можно вернуть через раздел «Заказы». Там же будет видно, куда его отнести. Если нужна помощь на каком-то шаге, напишите, подскажу.",
        ],
        english: "You can return the item in the app: Orders, the item, Return. May I ask what did not suit you?",
    },
    Subject {
        category: "size",
        words: &["размер", "маломер", "большемер", "рост", "обхват", "size"],
        russian: &[
            "Подскажите, пожалуйста, ваши рост, вес и обхват груди: сравню с таблицей размеров в карточке.",
            "Чтобы не ошибиться с размером, напишите, пожалуйста, ваши мерки и размер, который обычно носите. Таблица есть в карточке товара.",
        ],
        english: "Could you tell me your height and measurements? I will compare them with the size chart.",
    },
    Subject {
        category: "delivery",
        words: &[
            "доставк",
            "где заказ",
            "где мой",
            "когда прид",
            "трек",
            "курьер",
            "не пришел",
            "не пришёл",
            "delivery",
            "where is",
        ],
        russian: &[
            "Понимаю, что ждать непросто. Где сейчас посылка, видно в разделе «Заказы»: там статус обновляется раньше всего. Если он давно не меняется, напишите номер заказа, разберёмся вместе.",
            "Доставкой занимается площадка, поэтому самый свежий статус виден в разделе «Заказы». Подскажите, какой статус там стоит сейчас?",
        ],
        english: "I know waiting is hard. The freshest status is in Orders; what does it say now?",
    },
    Subject {
        category: "complaint",
        words: &["ужас", "кошмар", "безобраз", "разочаров", "плох", "жалоб", "обман", "awful", "terrible"],
        russian: &[
            "Мне жаль, что покупка вас расстроила. Расскажите, пожалуйста, подробнее, что именно не так: постараемся помочь.",
            "Спасибо, что сказали прямо. Напишите, пожалуйста, что случилось, и по возможности приложите фото: так быстрее найдём решение.",
        ],
        english: "I am sorry you are disappointed. Please tell us what went wrong, and we will look for a solution.",
    },
    Subject {
        category: "thanks",
        words: &["спасиб", "благодар", "отличн", "супер", "thank"],
        russian: &[
            "Очень приятно, спасибо за тёплые слова! Пусть вещь служит долго и радует.",
            "Спасибо, что написали! Рады, что всё подошло. Если появятся вопросы, мы на связи.",
            "Нам очень приятно! Хорошего вам дня.",
        ],
        english: "Thank you for the kind words! Enjoy it, and write to us any time.",
    },
    Subject {
        category: "question",
        words: &["?", "подскаж", "как ", "сколько"],
        russian: &[
            "Спасибо за вопрос! Уточню детали по этому товару и вернусь с ответом. Подскажите, пожалуйста, для чего планируете его использовать?",
            "Хороший вопрос. Основные характеристики есть в карточке; напишите, какая из них важна, и я посмотрю внимательнее.",
        ],
        english: "Thank you for the question! Which detail matters most to you? I will look it up in the description.",
    },
];

const OTHER: [&str; 2] = [
    "Спасибо за сообщение! Расскажите, пожалуйста, чуть подробнее, чем можем помочь.",
    "Здравствуйте! Мы на связи. Напишите, пожалуйста, что вас интересует.",
];

/// What a model answers to a question.
pub(super) fn answer(question: &str, is_json: bool, mishap: Option<ModelMishap>) -> String {
    let buyer = buyers_words(question);
    let lower = buyer.to_lowercase();
    let subject = SUBJECTS.iter().find(|subject| subject.words.iter().any(|word| lower.contains(word)));
    if is_json {
        return understanding(subject.map_or("other", |subject| subject.category), &lower, mishap);
    }
    let is_russian = lower.chars().any(|c| ('а'..='я').contains(&c)) || lower.trim().is_empty();
    let russian = || {
        let texts = subject.map_or(&OTHER[..], |subject| subject.russian);
        texts[pick(&buyer, texts.len())].to_owned()
    };
    let english = || {
        subject.map_or("Thank you for your message! How can we help?", |subject| subject.english).to_owned()
    };
    match mishap {
        Some(ModelMishap::Empty) => String::new(),
        Some(ModelMishap::EchoPii) => format!("Вы написали: {question}"),
        Some(ModelMishap::Reckless) => {
            "Мы уже вернули вам деньги и передали вопрос на склад. Звоните 8 (912) 345-67-89 или пишите на https://shop-vetrov.ru."
                .into()
        }
        Some(ModelMishap::Thoughts) => format!("<think>Покупатель спрашивает…</think>\n\n{}", russian()),
        Some(ModelMishap::WrongLanguage) if is_russian => english(),
        Some(ModelMishap::WrongLanguage) => russian(),
        _ if is_russian => russian(),
        _ => english(),
    }
}

/// What a message is about, as JSON. What can go wrong is wrong with the words: the answer around them is whole.
fn understanding(category: &str, lower: &str, mishap: Option<ModelMishap>) -> String {
    let (urgency, sentiment) = match category {
        "defect" => ("urgent", "negative"),
        "complaint" => ("high", "negative"),
        "size" => ("high", "neutral"),
        "thanks" => ("low", "positive"),
        _ => ("normal", "neutral"),
    };
    let language = match (lower.chars().any(|c| ('а'..='я').contains(&c)), lower.trim().is_empty()) {
        (true, _) => "ru",
        (false, true) => "unknown",
        (false, false) => "en",
    };
    let answer =
        json!({ "category": category, "urgency": urgency, "sentiment": sentiment, "language": language })
            .to_string();
    match mishap {
        Some(ModelMishap::Empty) => String::new(),
        Some(ModelMishap::BrokenJson) => answer.chars().take(answer.chars().count() / 2).collect(),
        Some(ModelMishap::Thoughts) => format!("<think>О чём же это…</think>\n\n{answer}"),
        Some(ModelMishap::WrongLanguage) => {
            json!({ "category": "другое", "urgency": "обычная", "sentiment": "нейтральное", "language": "русский" })
                .to_string()
        }
        _ => answer,
    }
}

/// The buyer's last words, or the whole question where nobody is named.
fn buyers_words(question: &str) -> String {
    let last = question.lines().rev().find_map(|line| line.trim().strip_prefix(BUYER));
    last.unwrap_or(question).trim().to_owned()
}

fn pick(text: &str, count: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    (hasher.finish() % count.max(1) as u64) as usize
}
