//! What texts mean to the sandbox: words of one subject point in one direction, whatever their forms, and a word that belongs to none
//! points in a direction of its own. So two texts can be near each other without a word in common, and always in the same way.

/// Beginnings of words that mean nearly the same in a shop.
const SUBJECTS: [&[&str]; 14] = [
    &["постира", "стира", "стирк", "чистк", "почист", "отстир", "химчист", "пятн", "выведен", "загрязн"],
    &["посылк", "заказ", "доставк", "доставл", "курьер", "отправлен", "привез", "пункт", "выдач"],
    &["возврат", "вернут", "верну", "возвращ", "обмен", "сдат"],
    &["размер", "маломер", "большемер", "мерк", "обхват", "примерк", "великоват"],
    &["слома", "брак", "дефект", "неисправ", "трещин", "поврежд", "поломк"],
    &["гаранти", "ремонт", "сервис"],
    &["зарядк", "заряж", "аккумулятор", "батаре", "питани"],
    &["скидк", "промокод", "купон", "акци", "дешевл", "распродаж"],
    &["подар", "упаков", "открытк", "сюрприз"],
    &["собра", "сборк", "собир", "инструкц", "монтаж"],
    &["оплат", "плати", "платеж", "картой", "деньг"],
    &["тепл", "мороз", "холод", "замерз", "зимн", "утепл"],
    &["дожд", "промок", "влаг", "непромока", "водоотталк", "мокр"],
    &["ребен", "детск", "малыш", "дочк", "сын"],
];
/// Words that mean nothing by themselves.
const EMPTY: [&str; 24] = [
    "здравствуйте",
    "добрый",
    "день",
    "вечер",
    "подскажите",
    "пожалуйста",
    "можно",
    "нужно",
    "если",
    "что",
    "это",
    "как",
    "или",
    "для",
    "при",
    "вас",
    "мне",
    "нас",
    "она",
    "они",
    "ваш",
    "мой",
    "есть",
    "спасибо",
];
/// How much a word weighs that belongs to no subject.
const OTHER: f32 = 0.3;
/// Letters that tell such a word from another.
const LETTERS: usize = 5;

/// Where a text points. `dimensions` is more than there are subjects.
pub(super) fn vector(text: &str, dimensions: usize) -> Vec<f32> {
    let mut vector = vec![0.0; dimensions.max(SUBJECTS.len() + 2)];
    let lower = text.to_lowercase().replace('ё', "е");
    for word in lower.split(|c: char| !c.is_alphanumeric()) {
        if word.chars().count() < 3 || EMPTY.contains(&word) {
            continue;
        }
        match SUBJECTS.iter().position(|beginnings| beginnings.iter().any(|it| word.starts_with(it))) {
            Some(subject) => vector[subject] += 1.0,
            None => {
                let others = vector.len() - SUBJECTS.len() - 1;
                vector[SUBJECTS.len() + 1 + hash(word) % others] += OTHER;
            }
        }
    }
    let length = vector.iter().map(|it| it * it).sum::<f32>().sqrt();
    if length == 0.0 {
        // A text without words has a direction that no other text has.
        vector[SUBJECTS.len()] = 1.0;
        return vector;
    }
    vector.iter().map(|it| it / length).collect()
}

/// FNV-1a of the beginning of a word: the same in every process.
fn hash(word: &str) -> usize {
    let beginning: String = word.chars().take(LETTERS).collect();
    let hash = beginning.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    (hash % 1_000_003) as usize
}

#[cfg(test)]
mod tests {
    use super::vector;

    fn likeness(one: &str, other: &str) -> f32 {
        vector(one, 256).iter().zip(vector(other, 256)).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn texts_of_one_subject_are_near_though_they_share_no_word() {
        let near = likeness("Как отстирать воротник?", "Химчистка: деликатная чистка, пятна убирает мастер");
        assert!(near > 0.5, "{near}");
        let far = likeness("Как отстирать воротник?", "Посылка едет до пункта выдачи три дня");
        assert!(far < 0.2, "{far}");
        assert!((likeness("Где заказ?", "Где заказ?") - 1.0).abs() < 1e-4);
        assert_eq!(vector("…", 4).iter().sum::<f32>(), 1.0);
    }
}
