//! Texts of the rules of risky words.

use super::Locale;
use crate::shared::error::WordingMatch;
use crate::shared::wording::WordingKind;

texts! {
    wording_rules: "Рискованные слова", "Risky words";
    wording_rules_text:
        "Что проверяется перед отправкой: за что штрафуют маркетплейсы и что обещает лишнее. Текст никогда не меняется сам.",
        "What is checked before sending: what marketplaces fine for and what promises too much. A text is never changed by itself.";
    wording_try: "Проверить фразу", "Try a sentence";
    wording_try_placeholder: "Мы вернём вам деньги", "Мы вернём вам деньги";
    wording_nothing_found: "Ничего не найдено: так можно отправить.", "Nothing found: this can be sent.";
    wording_built_in: "Готовые правила", "Rules that come with the program";
    wording_own: "Свои правила", "Your own rules";
    wording_own_none: "Своих правил пока нет.", "No rules of your own yet.";
    wording_add: "Добавить правило", "Add a rule";
    wording_rule_title: "Название правила", "Title of the rule";
    wording_rule_advice: "Что написать вместо этого", "What to write instead";
    wording_rule_patterns: "Что искать, по одному на строке", "What to look for, one a line";
    wording_patterns_hint:
        "Слова стоят рядом в любом порядке. «верн*» — начало слова, «|» — или, «-слово» — кроме случаев, когда рядом это \
         слово, «/2» — не дальше двух слов. Ещё есть @link, @mail, @phone, @handle, @card.",
        "The words stand near each other in any order. “верн*” is a beginning, “|” means or, “-word” excepts places near \
         that word, “/2” sets the distance. There are also @link, @mail, @phone, @handle, @card.";
    wording_severity: "Что делать", "What to do";
    severity_off: "Не проверять", "Off";
    severity_hint: "Подсказать", "Hint";
    severity_warn: "Предупредить", "Warn";
    severity_block: "Не отправлять", "Block";
    wording_saved: "Правила сохранены и уже действуют", "The rules are saved and in force";
    wording_unsaved: "Есть несохранённые изменения", "There are unsaved changes";
    wording_unchanged: "Правила не менялись: действуют те, что пришли с программой.",
        "Nothing has been changed: the rules of the program are in force.";
    wording_patterns: "Что ищет", "What it looks for";
    wording_send_over:
        "Если так и задумано, отправьте ещё раз",
        "If this is what you mean, send it again";
    wording_cannot_send: "Уберите эти слова: с ними ответ не уйдёт.", "Take these words out: the answer is not sent with them.";
    wording_found: "Проверьте текст", "Check the text";
    rules_changed_meanwhile:
        "Правила успел изменить кто-то другой. Обновите страницу и внесите изменения ещё раз.",
        "Somebody else has changed the rules. Reload the page and make your changes again.";
    rule_title_missing: "Назовите правило: это название увидят операторы.", "Give the rule a title: operators see it.";

    wording_promise: "Лишнее обещание", "Promises too much";
    wording_promise_advice: "Деньги, доставку и отмену решает маркетплейс. Скажите, что можете сделать вы.",
        "Money, delivery and cancellation are the marketplace's to decide. Say what you can do yourself.";
    wording_legal: "Признание вины", "Admits a fault";
    wording_legal_advice: "Опишите, что сделаете, не называя виноватого.", "Say what you will do without naming who is at fault.";
    wording_blame: "Обвинение покупателя", "Blames the buyer";
    wording_blame_advice: "Скажите, как сделать правильно, без упрёка.", "Say how to do it right, without a reproach.";
    wording_brush_off: "Отписка", "Sends the buyer away";
    wording_brush_off_advice: "Скажите, что можете сделать вы; в поддержку отправляйте, только если иначе никак.",
        "Say what you can do; send to support only when there is no other way.";
    wording_off_platform: "Увод с площадки", "Leads off the marketplace";
    wording_off_platform_advice: "Ссылки, телефоны, мессенджеры и другие магазины в чатах запрещены: за них штрафуют.",
        "Links, phones, messengers and other shops are forbidden in chats and fined.";
    wording_personal_data: "Личные данные", "Personal data";
    wording_personal_data_advice: "Не просите и не повторяйте паспорт, карту и адрес.", "Do not ask for or repeat a passport, card or address.";
    wording_review_reward: "Награда за отзыв", "Reward for a review";
    wording_review_reward_advice: "Нельзя просить сменить оценку или обещать за неё что-либо.",
        "Nobody may be asked to change a rating or offered something for it.";
    wording_advertising: "Реклама", "Advertising";
    wording_advertising_advice: "В чате отвечают на вопрос покупателя; реклама без согласия запрещена.",
        "A chat answers the buyer's question; advertising without consent is forbidden.";
    wording_ai_mention: "Упоминание робота", "Mentions a machine";
    wording_ai_mention_advice: "Правило вашей команды.", "A rule of your team.";
    wording_jargon: "Канцелярит", "Jargon";
    wording_jargon_advice: "Скажите это словами покупателя.", "Say it in the buyer's words.";
    wording_escalation: "Осторожная тема", "A delicate matter";
    wording_escalation_advice: "Здоровье, суд, подделка: посоветуйтесь со старшим, прежде чем отвечать.",
        "Health, court, forgery: ask a senior before answering.";
    wording_own_rule: "Правило команды", "A rule of the team";
}

impl Locale {
    /// What a kind of risky words is called.
    pub fn wording_kind(self, kind: WordingKind) -> &'static str {
        match kind {
            WordingKind::Promise => self.wording_promise(),
            WordingKind::Legal => self.wording_legal(),
            WordingKind::Blame => self.wording_blame(),
            WordingKind::BrushOff => self.wording_brush_off(),
            WordingKind::OffPlatform => self.wording_off_platform(),
            WordingKind::PersonalData => self.wording_personal_data(),
            WordingKind::ReviewReward => self.wording_review_reward(),
            WordingKind::Advertising => self.wording_advertising(),
            WordingKind::AiMention => self.wording_ai_mention(),
            WordingKind::Jargon => self.wording_jargon(),
            WordingKind::Escalation => self.wording_escalation(),
            WordingKind::Own => self.wording_own_rule(),
        }
    }

    /// What to write instead.
    pub fn wording_advice(self, kind: WordingKind) -> &'static str {
        match kind {
            WordingKind::Promise => self.wording_promise_advice(),
            WordingKind::Legal => self.wording_legal_advice(),
            WordingKind::Blame => self.wording_blame_advice(),
            WordingKind::BrushOff => self.wording_brush_off_advice(),
            WordingKind::OffPlatform => self.wording_off_platform_advice(),
            WordingKind::PersonalData => self.wording_personal_data_advice(),
            WordingKind::ReviewReward => self.wording_review_reward_advice(),
            WordingKind::Advertising => self.wording_advertising_advice(),
            WordingKind::AiMention => self.wording_ai_mention_advice(),
            WordingKind::Jargon => self.wording_jargon_advice(),
            WordingKind::Escalation => self.wording_escalation_advice(),
            WordingKind::Own => "",
        }
    }

    /// «Лишнее обещание: «вернём деньги»».
    pub fn wording_match(self, found: &WordingMatch) -> String {
        let title = found.title.as_deref().unwrap_or(self.wording_kind(found.kind));
        match self {
            Locale::Ru => format!("{title}: «{}».", found.words),
            Locale::En => format!("{title}: “{}”.", found.words),
        }
    }

    /// A text that a rule forbids.
    pub fn wording_blocked(self, found: &WordingMatch) -> String {
        format!("{} {}", self.wording_match(found), self.wording_cannot_send())
    }

    /// A text with a warning that nobody has read.
    pub fn wording_unaccepted(self, found: &WordingMatch) -> String {
        format!(
            "{} {}",
            self.wording_match(found),
            self.pick(
                "Ответ не отправлен: измените текст или подтвердите, что так и задумано.",
                "The answer was not sent: change the text, or confirm that it is meant."
            )
        )
    }

    /// A pattern that says nothing.
    pub fn rule_pattern_unreadable(self, pattern: &str) -> String {
        match self {
            _ if pattern.is_empty() => self.pick("Напишите, что искать.", "Say what to look for.").to_owned(),
            Locale::Ru => {
                format!("Не получается прочитать строку «{pattern}»: проверьте знаки по подсказке.")
            }
            Locale::En => format!("The line “{pattern}” cannot be read: check its signs against the hint."),
        }
    }

    /// More rules, or lines of a rule, than there may be.
    pub fn too_many_rules(self, max: i64) -> String {
        match self {
            Locale::Ru => format!("Слишком много: здесь помещается не больше {max}. Соедините похожие."),
            Locale::En => format!("Too many: no more than {max} fit here. Join those that are alike."),
        }
    }

    /// The version of the rules in force.
    pub fn wording_version(self, version: i64, who: &str, when: &str) -> String {
        match self {
            Locale::Ru => format!("Версия {version}: {who}, {when}"),
            Locale::En => format!("Version {version}: {who}, {when}"),
        }
    }
}
