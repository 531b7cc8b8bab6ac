//! Texts about people who are at the same chat.

use super::Locale;
use crate::shared::error::MovedBy;

texts! {
    answer_anyway: "Ответить всё равно", "Answer anyway";
    send_once_more: "Отправьте ещё раз, если ответ нужен как есть.", "Send once more if the answer is meant as it is.";
    reply_asks_again:
        "Ответ не отправлен: в чате появилось новое сообщение. Откройте чат, прочитайте его и решите, отправлять ли ответ.",
        "An answer was not sent: there is a new message in its chat. Open the chat, read it and decide whether to send.";
}

impl Locale {
    /// Who has a chat on the screen.
    pub fn is_looking(self, names: &[String]) -> String {
        match self {
            Locale::Ru if names.len() == 1 => format!("{} смотрит", self.names(names)),
            Locale::Ru => format!("{} смотрят", self.names(names)),
            Locale::En if names.len() == 1 => format!("{} is looking", self.names(names)),
            Locale::En => format!("{} are looking", self.names(names)),
        }
    }

    /// Who types in a chat.
    pub fn is_typing(self, names: &[String]) -> String {
        match self {
            Locale::Ru if names.len() == 1 => format!("{} печатает…", self.names(names)),
            Locale::Ru => format!("{} печатают…", self.names(names)),
            Locale::En if names.len() == 1 => format!("{} is typing…", self.names(names)),
            Locale::En => format!("{} are typing…", self.names(names)),
        }
    }

    /// Who answers a chat.
    pub fn is_answering(self, names: &[String]) -> String {
        match self {
            Locale::Ru if names.len() == 1 => format!("{} отвечает", self.names(names)),
            Locale::Ru => format!("{} отвечают", self.names(names)),
            Locale::En if names.len() == 1 => format!("{} is answering", self.names(names)),
            Locale::En => format!("{} are answering", self.names(names)),
        }
    }

    /// Why the answer did not go at once: somebody else has begun one.
    pub fn answered_by_others(self, names: &[String]) -> String {
        format!("{}. {}", self.is_answering(names), self.send_once_more())
    }

    /// Why the answer did not go: there is something its author has not read.
    pub fn chat_moved(self, by: &MovedBy) -> String {
        let what = match (self, by) {
            (Locale::Ru, MovedBy::Buyer) => "Покупатель написал, пока вы отвечали".to_owned(),
            (Locale::Ru, MovedBy::Colleague { name }) => {
                format!("Пока вы писали, здесь ответил коллега: {name}")
            }
            (Locale::Ru, MovedBy::Cabinet) => {
                "Пока вы писали, покупателю ответили из кабинета маркетплейса".to_owned()
            }
            (Locale::En, MovedBy::Buyer) => "The buyer has written while you were answering".to_owned(),
            (Locale::En, MovedBy::Colleague { name }) => {
                format!("A colleague has answered meanwhile: {name}")
            }
            (Locale::En, MovedBy::Cabinet) => {
                "The buyer was answered from the marketplace's cabinet meanwhile".to_owned()
            }
        };
        let then = self.pick(
            "Ответ не отправлен. Прочитайте новое сообщение и отправьте ещё раз, если ответ годится.",
            "Your answer was not sent. Read the new message and send once more if the answer still fits.",
        );
        format!("{what}. {then}")
    }

    fn names(self, names: &[String]) -> String {
        match names {
            [] => String::new(),
            [one] => one.clone(),
            [rest @ .., last] => format!("{} {} {last}", rest.join(", "), self.pick("и", "and")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn several_people_are_named_in_a_row() {
        let names = |all: &[&str]| all.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(Locale::Ru.is_looking(&names(&["Борис"])), "Борис смотрит");
        assert_eq!(Locale::Ru.is_typing(&names(&["Борис", "Аня"])), "Борис и Аня печатают…");
        assert_eq!(Locale::En.is_answering(&names(&["A", "B", "C"])), "A, B and C are answering");
    }
}
