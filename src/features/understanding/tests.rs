//! The classifier against sentences with labels. The first part is what the lexicon was made with, the second part what
//! it was not.

use super::classify::{language, understand};
use super::lexicon;
use super::score::{Score, labelled};
use super::types::{Category, Judged, Language, Sentiment, Urgency};

fn read(file: &str) -> Vec<(Category, String)> {
    labelled(file).expect("a file of our own")
}

/// Prints precision and recall; gives the share that was understood and what was not.
fn scored(name: &str, messages: &[(Category, String)]) -> (f64, Vec<(Category, Category, String)>) {
    let score = Score::of(messages.iter().map(|(label, text)| (*label, text.as_str())));
    println!("{name}:\n{score}");
    (score.share(), score.wrong)
}

#[test]
fn every_pattern_can_be_read_and_every_category_has_words() {
    assert_eq!(lexicon::unreadable(), Vec::<String>::new());
    let known = &lexicon::LEXICON.categories;
    for category in Category::ALL.iter().filter(|category| **category != Category::Other) {
        assert!(known.iter().any(|(name, patterns)| name == category && !patterns.is_empty()), "{category}");
    }
    assert!(lexicon::LEXICON.version > 0);
}

#[test]
fn sentences_it_was_made_with_are_understood() {
    let (share, wrong) = scored("development", &read(include_str!("development.tsv")));
    assert!(share >= 0.95, "{share:.3}: {wrong:#?}");
}

#[test]
fn sentences_it_was_not_made_with_are_understood_for_the_most_part() {
    let known = read(include_str!("development.tsv"));
    let held_out = read(include_str!("held_out.tsv"));
    assert!(held_out.len() >= 500, "{}", held_out.len());
    assert!(held_out.iter().all(|message| !known.contains(message)), "held out means held out");
    let (share, _) = scored("held out", &held_out);
    // What exactly was not understood is not shown: whoever sees it cannot help learning from it.
    assert!(share >= 0.8, "{share:.3}");
}

#[test]
fn words_within_words_mean_nothing() {
    let category = |text: &str| understand(text).category;
    assert_ne!(category("Просто весь день ждал звонка"), Category::Size, "«рост» and «вес»");
    assert_eq!(category("Мне прислали брак, просто ужас"), Category::Defect);
    assert_eq!(category("Есть другой размер?"), Category::Size);
    assert_ne!(category("Посуда упакована отдельно"), Category::Complaint, "«суд»");
    assert_ne!(category("Вернусь к вам через минуту"), Category::Return);
    assert_eq!(category("ПОДОЙДЁТ ли к модели Х5? объём важен"), Category::Question);
    assert_eq!(category("Bepнитe дeньги"), Category::Return, "letters of the other alphabet");
}

#[test]
fn urgency_follows_the_subject_and_what_presses() {
    let urgency = |text: &str| understand(text).urgency;
    assert_eq!(urgency("Спасибо!"), Urgency::Low);
    assert_eq!(urgency("Где мой заказ?"), Urgency::Normal);
    assert_eq!(urgency("Где мой заказ, он до сих пор не пришёл"), Urgency::High);
    assert_eq!(urgency("ГДЕ МОЙ ЗАКАЗ???"), Urgency::High, "shouted");
    assert_eq!(urgency("Размер XXL, OK"), Urgency::High, "a size is no shouting");
    assert_eq!(urgency("Утюг искрит!"), Urgency::Urgent);
    assert_eq!(urgency("У ребёнка аллергия от этой ткани"), Urgency::Urgent);
    assert_eq!(urgency("Пойду в суд"), Urgency::Urgent);
    assert_eq!(urgency("Давайте обсудим размер"), Urgency::High);
    assert_eq!(urgency("Нужен чек, срочно"), Urgency::High);
}

#[test]
fn moods_are_told() {
    let mood = |text: &str| understand(text).sentiment;
    assert_eq!(mood("Спасибо, всё отлично!"), Sentiment::Positive);
    assert_eq!(mood("Опять перенесли доставку"), Sentiment::Negative);
    assert_eq!(mood("Сломался через день"), Sentiment::Negative);
    assert_eq!(mood("Где мой заказ?"), Sentiment::Neutral);
    assert_eq!(mood("Заранее спасибо, а чек будет?"), Sentiment::Neutral);
}

#[test]
fn a_model_is_believed_only_in_our_words() {
    let good = r#" {"category":"size","urgency":"high","sentiment":"neutral","language":"ru"} "#;
    let judged = Judged::parse(good).expect("an answer");
    assert_eq!((judged.category, judged.urgency), (Category::Size, Urgency::High));
    assert_eq!((judged.sentiment, judged.language), (Sentiment::Neutral, Language::Russian));
    let with_reason = good.replace("{", r#"{"reason":"asks for a size","#);
    assert_eq!(Judged::parse(&with_reason), Some(judged));
    for bad in [
        "",
        r#"{"category":"size","urgency":"high""#,
        r#"{"category":"size","urgency":"high","sentiment":"neutral"}"#,
        r#"{"category":"размер","urgency":"high","sentiment":"neutral","language":"ru"}"#,
        r#"{"category":"Size","urgency":"high","sentiment":"neutral","language":"ru"}"#,
        r#"{"category":null,"urgency":"high","sentiment":"neutral","language":"ru"}"#,
        r#"["size","high","neutral","ru"]"#,
        r#"It is about size: {"category":"size","urgency":"high","sentiment":"neutral","language":"ru"}"#,
        "null",
    ] {
        assert_eq!(Judged::parse(bad), None, "{bad}");
    }
}

#[test]
fn languages_are_told() {
    for (text, expected) in [
        ("Где мой заказ?", Language::Russian),
        ("Размер XXL подойдёт? iPhone 13 Pro Max", Language::Russian),
        ("Where is my order?", Language::English),
        ("Hi! does it fit 42", Language::English),
        ("Wo ist meine Bestellung?", Language::Unknown),
        ("Gde moy zakaz", Language::Unknown),
        ("Де моє замовлення? Дякую", Language::Russian),
        ("Коли ви відправите моє замовлення", Language::Unknown),
        ("我的订单在哪里", Language::Unknown),
        ("12345", Language::Unknown),
        ("", Language::Unknown),
    ] {
        assert_eq!(language(text), expected, "{text}");
    }
}

#[test]
fn rubbish_is_understood_as_nothing() {
    for text in ["", " ", "\u{200b}", "?!", "🙂", "@@@@", "7", &"а".repeat(5000), "….,;"] {
        let found = understand(text);
        assert!(matches!(found.category, Category::Other | Category::Question), "{text}");
    }
}

#[test]
fn any_labelled_file_can_be_scored() {
    let file = "# what it is, and the words\n\nthanks\tСпасибо!\ndelivery\tГде заказ?\nthanks\tСломался\n";
    let messages = labelled(file).expect("a file");
    assert_eq!(messages.len(), 3);
    let score = Score::of(messages.iter().map(|(label, text)| (*label, text.as_str())));
    assert_eq!(score.wrong, [(Category::Thanks, Category::Defect, "Сломался".to_owned())]);
    assert!((score.share() - 2.0 / 3.0).abs() < 1e-9);
    assert!((score.recall(Category::Thanks) - 0.5).abs() < 1e-9 && score.precision(Category::Thanks) == 1.0);
    assert_eq!(score.precision(Category::Size), 0.0, "nothing of nothing");
    assert!(score.to_string().ends_with("understood: 0.667"), "{score}");
    for (file, line) in [("thanks Спасибо", 1), ("thanks\tСпасибо\npraise\tСпасибо", 2)]
    {
        assert_eq!(labelled(file).expect_err("unreadable").line, line);
    }
}
