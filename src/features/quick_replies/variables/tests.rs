//! Variables in real sentences.

use super::{Facts, Variable, fill, unfilled};
use crate::shared::i18n::Locale;

fn facts() -> Facts {
    Facts::from([(Variable::Order, "12345678-0001".to_owned()), (Variable::Operator, "Мария".to_owned())])
}

#[test]
fn facts_and_what_stands_in_for_them_leave_whole_sentences() {
    let known = |text: &str| fill(text, &facts());
    let unknown = |text: &str| fill(text, &Facts::new());
    let text = "{{заказ: по заказу № *|по вашему заказу}} всё в порядке. С уважением, {{оператор|магазин}}!";
    assert_eq!(known(text), "По заказу № 12345678-0001 всё в порядке. С уважением, Мария!");
    assert_eq!(unknown(text), "По вашему заказу всё в порядке. С уважением, магазин!");
    assert_eq!(unknown("Ваш заказ {{заказ|}} уже в пути."), "Ваш заказ уже в пути.");
    assert_eq!(unknown("Это ваш заказ {{заказ|}}."), "Это ваш заказ.");
    assert_eq!(known("Ваш заказ {{ Заказ }} в пути"), "Ваш заказ 12345678-0001 в пути");
    assert_eq!(known("Order {{order}}"), "Order 12345678-0001");
    assert_eq!(known("Здравствуйте!\n{{заказ: заказ *}}"), "Здравствуйте!\nЗаказ 12345678-0001");
}

#[test]
fn what_cannot_be_filled_in_stays_and_is_found() {
    let text = fill("Доставим {{срок}}, {{имя}}. {{заказ}}", &facts());
    assert_eq!(text, "Доставим {{срок}}, {{имя}}. 12345678-0001");
    let places: Vec<&str> = unfilled(&text).into_iter().map(|place| &text[place]).collect();
    assert_eq!(places, ["{{срок}}", "{{имя}}"]);
    assert!(unfilled("скобки { } и {{ без конца").is_empty());
    assert_eq!(unfilled("}} {{a}}").len(), 1);
}

#[test]
fn every_variable_is_found_by_its_name_in_both_languages() {
    for variable in Variable::ALL {
        for locale in [Locale::Ru, Locale::En] {
            let facts = Facts::from([(*variable, "x".to_owned())]);
            assert_eq!(fill(&format!("{{{{{}}}}}", variable.name(locale)), &facts), "X");
        }
    }
}
