//! Texts about language models: who they are and why there is no draft.

use super::Locale;
use crate::shared::models::{ModelProblem, ProviderKind};

impl Locale {
    /// A provider's name.
    pub fn provider(self, kind: ProviderKind) -> &'static str {
        match kind {
            ProviderKind::Deepseek => "DeepSeek",
            ProviderKind::Yandex => "Yandex AI Studio",
            ProviderKind::Gigachat => "GigaChat",
            ProviderKind::Openai => "OpenAI",
            ProviderKind::Compatible => self.pick("Свой сервер", "Your own server"),
        }
    }

    /// Why a provider abroad is off at first.
    pub fn provider_abroad(self) -> &'static str {
        self.pick(
            "Тексты уходят за границу. Телефоны, адреса, имена и номера мы заменяем метками, но решать, можно ли это, вам: \
             сначала уведомите Роскомнадзор о трансграничной передаче.",
            "Texts leave the country. Phones, addresses, names and numbers are replaced by marks, but whether it may be is \
             yours to decide: notify the regulator of the cross-border transfer first.",
        )
    }

    /// What happened, what it means, what to do.
    pub fn model_problem(self, problem: ModelProblem) -> &'static str {
        match problem {
            ModelProblem::NoBalance => self.pick(
                "На счёте у поставщика модели кончились деньги. Пополните счёт; пока ответы подсказывают шаблоны.",
                "The model provider's account is out of money. Top it up; until then templates suggest the answers.",
            ),
            ModelProblem::WrongKey => self.pick(
                "Поставщик модели не принял ключ. Вставьте новый ключ в настройках.",
                "The model provider did not accept the key. Put a new key into the settings.",
            ),
            ModelProblem::Denied => self.pick(
                "Ключ верный, но этой модели или папки ему не разрешили. Добавьте ключу права у поставщика.",
                "The key is good but has no right to this model or folder. Add the right at the provider.",
            ),
            ModelProblem::NotServedHere => self.pick(
                "Поставщик не обслуживает вашу страну. Выберите другого поставщика или свой сервер.",
                "The provider does not serve your country. Choose another one, or a server of your own.",
            ),
            ModelProblem::UnknownModel => self.pick(
                "Такой модели у поставщика нет: названия иногда меняются. Выберите модель в настройках заново.",
                "The provider has no such model: names change at times. Choose the model in the settings again.",
            ),
            ModelProblem::RateLimited => self.pick(
                "Поставщик просит не спешить: запросов слишком много. Попробуйте через минуту.",
                "The provider asks to slow down: there are too many requests. Try again in a minute.",
            ),
            ModelProblem::Overloaded => self.pick(
                "Поставщик модели перегружен. Попробуйте чуть позже или ответьте сами.",
                "The model provider is overloaded. Try a little later, or answer yourself.",
            ),
            ModelProblem::Resting => self.pick(
                "Поставщик модели несколько раз подряд не ответил. Мы сделали паузу и скоро спросим снова сами.",
                "The model provider failed several times in a row. We have paused and shall ask again soon by ourselves.",
            ),
            ModelProblem::Refused => self.pick(
                "Модель отказалась отвечать на это сообщение: тема для неё под запретом. Ответьте сами.",
                "The model refused to answer this message: the subject is closed to it. Answer yourself.",
            ),
            ModelProblem::TooLong => self.pick(
                "Переписка слишком длинная для этой модели. Ответьте сами или выберите модель с большим контекстом.",
                "The chat is too long for this model. Answer yourself, or choose a model with a larger context.",
            ),
            ModelProblem::TooSlow => self.pick(
                "Модель не успела ответить вовремя. Попробуйте ещё раз.",
                "The model did not answer in time. Try once more.",
            ),
            ModelProblem::BrokenAnswer => self.pick(
                "Модель ответила неразборчиво. Попробуйте ещё раз.",
                "The model's answer could not be read. Try once more.",
            ),
            ModelProblem::Interrupted => self.pick(
                "Связь с моделью оборвалась на полуслове. Попробуйте ещё раз.",
                "The connection to the model broke off half-way. Try once more.",
            ),
            ModelProblem::Unreachable => self.pick(
                "До модели не достучаться. Проверьте адрес сервера и сеть.",
                "The model cannot be reached. Check the server's address and the network.",
            ),
            ModelProblem::Untrusted => self.pick(
                "Сертификату поставщика этот сервер не доверяет. Для GigaChat нужен корневой сертификат Минцифры: укажите его \
                 файл в AGENTIQ_GIGACHAT_CA.",
                "This server does not trust the provider's certificate. GigaChat needs the root certificate of the Russian \
                 Ministry of Digital Development: name its file in AGENTIQ_GIGACHAT_CA.",
            ),
            ModelProblem::AddressNotAllowed => self.pick(
                "По этому адресу обращаться нельзя: он во внутренней сети. Администратор сервера может разрешить её в \
                 AGENTIQ_MODEL_NETWORKS.",
                "This address may not be called: it lies in an internal network. The server's administrator can allow it in \
                 AGENTIQ_MODEL_NETWORKS.",
            ),
            ModelProblem::BadRequest => self.pick(
                "Поставщик не понял запрос. Проверьте название модели и адрес; подробности записаны в журнале.",
                "The provider did not understand the request. Check the model's name and the address; details are in the log.",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_has_a_sentence_of_its_own_that_says_what_to_do() {
        for locale in [Locale::Ru, Locale::En] {
            let sentences: Vec<&str> =
                ModelProblem::ALL.iter().map(|problem| locale.model_problem(*problem)).collect();
            for (at, sentence) in sentences.iter().enumerate() {
                assert!(
                    sentence.ends_with('.') && sentence.matches(['.', ';', ':']).count() >= 2,
                    "{sentence}"
                );
                assert!(!sentences[..at].contains(sentence), "{sentence} twice");
            }
        }
    }
}
