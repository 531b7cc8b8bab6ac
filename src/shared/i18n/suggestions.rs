//! Texts of drafts and of the page on which models are connected.

use super::Locale;
use crate::shared::models::{GigachatScope, ModelProblem, ProviderKind};

texts! {
    suggestion: "Подсказка", "Suggestion";
    suggestion_by_template: "Подсказка по шаблону", "Suggestion from a template";
    suggestion_thinking: "Готовим подсказку…", "Preparing a suggestion…";
    suggestion_ready: "Подсказка готова", "The suggestion is ready";
    suggestion_none: "Подсказки пока нет.", "There is no suggestion yet.";
    suggestion_not_made: "Подсказку составить не удалось. Ответьте сами или попробуйте ещё раз.",
        "No suggestion could be made. Answer yourself or try once more.";
    suggestion_lost: "Связи с сервером нет, подсказка появится позже.", "The server cannot be reached; the suggestion comes later.";
    suggestion_text: "Текст подсказки", "Text of the suggestion";
    suggestion_tools: "Что сделать с подсказкой", "What to do with the suggestion";
    suggestion_insert: "Вставить", "Insert";
    suggestion_replace: "Заменить", "Replace";
    suggestion_append: "Добавить ниже", "Add below";
    suggestion_leave: "Не вставлять", "Leave it";
    suggestion_field_taken: "В поле ответа уже есть текст.", "The answer has text already.";
    suggestion_undo: "Вернуть как было", "Put it back";
    suggestion_ask: "Подсказать ответ", "Suggest an answer";
    suggestion_another: "Ещё вариант", "Another one";
    suggestion_variants: "Варианты подсказки", "Variants of the suggestion";
    suggestion_newer: "Вариант новее", "Newer variant";
    suggestion_older: "Вариант раньше", "Earlier variant";
    summary_ask: "О чём чат", "Sum up";
    summary_hint: "Коротко пересказать переписку", "Tell in short what the messages are about";
    summary_begins: "Коротко о чате:", "The chat in short:";
    summary_on_its_way: "Пересказываем переписку…", "Summing the messages up…";
    summary_not_made: "пересказать не удалось. Попробуйте ещё раз.", "no summary could be made. Try once more.";
    suggestion_shorter: "Короче", "Shorter";
    suggestion_warmer: "Теплее", "Warmer";
    suggestion_formal: "Официальнее", "More formal";
    suggestion_correct: "Исправить ошибки", "Correct mistakes";
    suggestion_correct_hint: "Исправить опечатки и ошибки в вашем тексте", "Correct slips and mistakes in your text";
    suggestion_translate: "Перевести", "Translate";
    suggestion_translate_hint: "Перевести ваш текст на язык покупателя", "Translate your text into the buyer's language";
    suggestion_sources: "Что учтено:", "Taken into account:";
    suggestion_again: "Так уже спрашивали: ответ прежний, модель заново не спрашивали.",
        "This was asked before: the answer is the same, and no model was asked again.";
    suggestion_source_product: "Товар", "Product";
    suggestion_source_template: "шаблон", "a template";
    suggestion_source_messages: "переписка", "the messages";
    suggestion_no_model: "Модель не подключена, поэтому ответ составлен по шаблону.",
        "No model is connected, so a template has made this.";
    suggestion_no_model_rewrite: "Чтобы переписывать тексты, подключите модель.", "To rewrite texts, connect a model.";
    suggestion_only_abroad: "Подключённая модель работает за рубежом, а это не разрешено в настройках.",
        "The connected model is abroad, which the settings do not allow.";
    suggestion_troubled: "Модель подключена, но не работает: нужна помощь администратора.",
        "A model is connected but does not work: it needs an admin.";
    suggestion_used_up: "Дневной предел запросов к моделям исчерпан, пока подсказывают шаблоны.",
        "Today's questions to models are used up; templates suggest until then.";
    suggestion_to_settings: "Настроить подсказки", "Set suggestions up";

    concern_empty: "Модель ничего не написала.", "The model has written nothing.";
    concern_too_long: "Длиннее, чем принимает маркетплейс: сократите.", "Longer than the marketplace takes: shorten it.";
    concern_language: "Не на языке покупателя.", "Not in the buyer's language.";
    concern_contact: "Контакты в чате запрещены:", "Contacts are forbidden in chats:";
    concern_link: "Ссылки нет в источниках:", "The link is in no source:";
    concern_unchecked_act: "Проверьте, что это правда сделано:", "Check that this has really been done:";
    concern_unchecked_fact: "Проверьте, этого нет в данных заказа:", "Check this; the order does not say it:";
    concern_placeholder: "Модель придумала метку:", "The model has invented a mark:";
    concern_out_of_role: "Модель говорит о себе или о правилах:", "The model speaks of itself or of its rules:";
    concern_cut: "Ответ оборвался на полуслове: допишите его.", "The answer broke off: finish it.";

    models_page: "Подсказки ИИ", "AI suggestions";
    models_page_text:
        "Модель составляет черновик, отправляет его всегда человек. Телефоны, адреса, имена и номера до модели не доходят: \
         вместо них уходят метки.",
        "A model drafts, a person always sends. Phones, addresses, names and numbers never reach the model: marks go in their place.";
    models_how: "Как готовить подсказки", "How suggestions are made";
    models_automatic: "Готовить сразу, когда открывают чат без ответа", "Make one as soon as an unanswered chat is opened";
    models_automatic_hint: "Без галочки подсказку просят кнопкой.", "Without the tick a button asks for one.";
    models_abroad: "Разрешить модели за рубежом (DeepSeek, OpenAI)", "Allow models abroad (DeepSeek, OpenAI)";
    models_understanding: "Понимать сообщения моделью", "Have a model understand messages";
    models_understanding_hint:
        "Тему, срочность и настроение определяют правила, бесплатно. С галочкой о каждом новом сообщении покупателя ещё спросим модель: \
         это платный запрос. Если модель ответит неразборчиво, останется то, что определили правила.",
        "Rules tell subject, urgency and mood, for nothing. With the tick a model is asked about each new message of a buyer as well: a \
         paid question. Where its answer cannot be read, what the rules have told stays.";
    models_daily_calls: "Запросов к моделям в сутки, не больше", "Questions to models in a day, at most";
    models_tone: "Как говорит магазин", "How the shop speaks";
    tone_neutral: "Спокойно и доброжелательно", "Calm and kind";
    tone_friendly: "Тепло", "Warm";
    tone_formal: "Официально", "Formal";
    models_save: "Сохранить", "Save";
    models_saved: "Настройки подсказок сохранены", "The settings of suggestions are saved";
    models_list: "Модели", "Models";
    models_list_text: "Первая отвечает, следующие подхватывают, если она не может.",
        "The first one answers, the next ones take over when it cannot.";
    models_none: "Моделей пока нет: подсказывают шаблоны.", "No models yet: templates suggest.";
    models_add: "Подключить модель", "Connect a model";
    models_new: "Новая модель", "New model";
    models_change: "Изменить", "Change";
    models_test: "Проверить", "Test";
    models_remove: "Отключить модель", "Disconnect the model";
    models_remove_sure: "Точно отключить? Ключ удалится", "Really disconnect? The key is deleted";
    models_cancel: "Отмена", "Cancel";
    model_kind: "Поставщик", "Provider";
    model_name: "Модель", "Model";
    model_name_hint: "Название, как его пишет поставщик", "Its name as the provider spells it";
    model_folder: "Идентификатор папки", "Folder id";
    model_scope: "Договор GigaChat", "GigaChat contract";
    model_address: "Адрес сервера", "Address of the server";
    model_address_hint: "Например, http://10.0.0.5:8080/v1", "For example http://10.0.0.5:8080/v1";
    model_key: "Ключ", "Key";
    model_key_kept: "Оставьте пустым, чтобы сохранить прежний ключ.", "Leave it empty to keep the key that is there.";
    model_key_hint: "Хранится зашифрованным и больше не показывается.", "Kept sealed and never shown again.";
    model_enabled: "Включена", "On";
    model_off: "выключена", "off";
    model_vectors: "Искать статьи по смыслу", "Find articles by meaning";
    model_vectors_hint:
        "Подсказка найдёт статью базы знаний, даже если покупатель написал другими словами. Тексты статей и вопрос уходят этому \
         поставщику, телефоны, адреса, имена и номера заменяем метками.",
        "A suggestion finds an article of the knowledge base even if the buyer has used other words. Articles and questions go to this \
         provider; marks take the place of phones, addresses, names and numbers.";
    model_vectors_name: "Модель для поиска по смыслу", "Model for search by meaning";
    model_vectors_name_hint:
        "Например, bge-m3. Подсказка найдёт статью, даже если покупатель написал другими словами. Пусто: искать только по словам.",
        "For example bge-m3. A suggestion finds an article even if the buyer has used other words. Empty: by words alone.";
    model_vectors_on: "ищет статьи по смыслу", "finds articles by meaning";
    model_vectors_work: "Поиск по смыслу работает.", "Search by meaning works.";
    model_daily_tokens: "Токенов в сутки, не больше", "Tokens in a day, at most";
    model_no_limit: "Пусто: без ограничения.", "Empty: no limit.";
    model_not_allowed: "за рубежом, сейчас не разрешена", "abroad, not allowed now";
    gigachat_personal: "Физическое лицо", "Private person";
    gigachat_business: "Компания, предоплата", "Company, paid beforehand";
    gigachat_corporate: "Компания, постоплата", "Company, paid afterwards";

    models_outcomes_none: "Здесь появится, сколько подсказок приняли, исправили и отклонили.",
        "Here you will see how many suggestions were accepted, edited and rejected.";
    measured_page: "Отчёт о подсказках", "Report of suggestions";
    measured_all: "Подсказок", "Suggestions";
    measured_accepted: "Приняты как есть", "Accepted as they were";
    measured_edited: "Исправлены", "Edited";
    measured_rejected: "Отклонены", "Rejected";
    measured_used: "Пригодились", "Used";
    measured_saved: "Сэкономлено", "Time saved";
    measured_templates: "Шаблоны", "Templates";
    measured_by_person: "По сотрудникам", "By person";
    measured_by_category: "По темам", "By subject";
    measured_by_maker: "По моделям", "By model";
    measured_by_article: "По статьям базы знаний", "By article of the knowledge base";
    measured_by_day: "По дням", "Day by day";
    measured_day: "День", "Day";
    measured_costs: "Сколько стоили модели", "What models have cost";
    measured_model: "Модель", "Model";
    measured_calls: "Запросов", "Questions";
    measured_tokens: "Токенов", "Tokens";
    measured_cost: "Стоимость", "Cost";
    measured_no_price: "цена неизвестна", "the price is not known";
    worst_title: "О чём написать статью", "What to write an article about";
    worst_none: "Таких вопросов нет: подсказки подходят.", "There are no such questions: the suggestions do.";
    worst_rejected: "подсказку отклонили", "the suggestion was rejected";
    worst_write_article: "Написать статью об этом", "Write an article about it";
    worst_to_chat: "Открыть чат", "Open the chat";

    model_missing: "Укажите модель: название, как его пишет поставщик.", "Name the model as the provider spells it.";
    model_folder_missing: "Укажите идентификатор папки Yandex Cloud: в ней живёт модель.",
        "Name the Yandex Cloud folder the model lives in.";
    model_address_missing: "Укажите адрес сервера целиком, с http:// или https://.",
        "Give the whole address of the server, with http:// or https://.";
}

impl Locale {
    /// What the report tells.
    pub fn measured_text(self, days: i64) -> String {
        let days = self.count(days, ["день", "дня", "дней"], ["day", "days"]);
        match self {
            Locale::Ru => {
                format!("Что стало с подсказками за {days}: считаются те, после которых отправили ответ.")
            }
            Locale::En => {
                format!("What became of suggestions within {days}: those after which an answer was sent.")
            }
        }
    }

    /// How the time that was saved is reckoned.
    pub fn measured_how(self, typed: i64, read: i64) -> String {
        let (typed, read) = (self.number(typed), self.number(read));
        match self {
            Locale::Ru => format!(
                "Сэкономленное время: сколько занял бы набор оставшихся от подсказки знаков ({typed} в минуту) за вычетом \
                 времени на её чтение ({read} знаков в минуту). Отклонённые подсказки не экономят ничего."
            ),
            Locale::En => format!(
                "Time saved: typing the characters that are left of a suggestion ({typed} a minute), less reading it \
                 ({read} a minute). Rejected suggestions save nothing."
            ),
        }
    }

    /// How much of a draft was changed.
    pub fn worst_edited(self, percent: i64) -> String {
        match self {
            Locale::Ru => format!("подсказку переписали на {percent}\u{a0}%"),
            Locale::En => format!("{percent}% of the suggestion was rewritten"),
        }
    }

    /// Which questions these are.
    pub fn worst_text(self, percent: i64) -> String {
        match self {
            Locale::Ru => format!(
                "Вопросы, на которые подсказку отклонили или переписали на {percent}\u{a0}% и больше. Статья в базе знаний поможет \
                 ответить на такие в следующий раз. Личные данные скрыты."
            ),
            Locale::En => format!(
                "Questions whose suggestion was rejected or rewritten by {percent}% and more. An article in the knowledge base \
                 helps to answer them next time. What says who somebody is is hidden."
            ),
        }
    }

    /// Whose draft it is: `Подсказка · DeepSeek`.
    pub fn suggestion_by(self, kind: ProviderKind, model: &str) -> String {
        format!("{} · {} · {model}", self.suggestion(), self.provider(kind))
    }

    /// More models than a workspace may have.
    pub fn too_many_models(self, max: i64) -> String {
        let models = self.count(max, ["модель", "модели", "моделей"], ["model", "models"]);
        match self {
            Locale::Ru => format!("Подключить можно не больше, чем {models}. Отключите лишнюю."),
            Locale::En => format!("At most {models} can be connected. Disconnect one first."),
        }
    }

    /// Questions of the last day: `За сутки задано 12 вопросов`.
    pub fn models_used(self, calls: i64) -> String {
        let questions = self.count(calls, ["запрос", "запроса", "запросов"], ["question", "questions"]);
        match self {
            Locale::Ru => format!("За последние сутки: {questions}."),
            Locale::En => format!("Within the last day: {questions}."),
        }
    }

    /// What a model has used within a day.
    pub fn model_used(self, tokens: i64, money: Option<(i64, &str)>) -> String {
        let tokens = self.count(tokens, ["токен", "токена", "токенов"], ["token", "tokens"]);
        let money = money.map(|(millionths, currency)| {
            format!(", {}", self.money(&format!("{:.2}", millionths as f64 / 1_000_000.0), currency))
        });
        let day = self.pick("за сутки", "within a day");
        format!("{tokens}{} {day}", money.unwrap_or_default())
    }

    /// The field for the money of a day.
    pub fn model_daily_money(self, currency: &str) -> String {
        match self {
            Locale::Ru => format!("Денег в сутки, не больше ({currency})"),
            Locale::En => format!("Money in a day, at most ({currency})"),
        }
    }

    /// A test that went well.
    pub fn model_answered(self, took_ms: i64) -> String {
        let seconds = format!("{:.1}", took_ms as f64 / 1000.0);
        match self {
            Locale::Ru => format!("Модель ответила за {} с.", seconds.replace('.', ",")),
            Locale::En => format!("The model answered in {seconds} s."),
        }
    }

    /// Why articles are not found by meaning.
    pub fn model_vectors_problem(self, problem: ModelProblem) -> String {
        let said = self.pick(
            "Поиск по смыслу не работает, статьи ищем по словам.",
            "Search by meaning does not work; articles are found by their words.",
        );
        format!("{said} {}", self.model_problem(problem))
    }

    /// Models that a key may use.
    pub fn models_of_key(self, names: &str) -> String {
        match self {
            Locale::Ru => format!("Ключу доступны: {names}"),
            Locale::En => format!("The key may use: {names}"),
        }
    }

    /// A contract of GigaChat.
    pub fn gigachat_scope(self, scope: GigachatScope) -> &'static str {
        match scope {
            GigachatScope::Personal => self.gigachat_personal(),
            GigachatScope::Business => self.gigachat_business(),
            GigachatScope::Corporate => self.gigachat_corporate(),
        }
    }

    /// Name of the button that moves a model up.
    pub fn model_up(self, name: &str) -> String {
        match self {
            Locale::Ru => format!("Спрашивать раньше: {name}"),
            Locale::En => format!("Ask earlier: {name}"),
        }
    }

    /// Name of the button that moves a model down.
    pub fn model_down(self, name: &str) -> String {
        match self {
            Locale::Ru => format!("Спрашивать позже: {name}"),
            Locale::En => format!("Ask later: {name}"),
        }
    }
}
