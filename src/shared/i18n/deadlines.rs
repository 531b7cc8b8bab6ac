//! Texts of the pages about deadlines: policies, calendars, what has been kept.

use super::Locale;
use crate::shared::error::DeadlineFlaw;

texts! {
    first_policy_name: "Все чаты", "All chats";
    first_calendar_name: "Рабочие часы", "Working hours";

    deadlines: "Сроки ответа", "Deadlines";
    deadlines_text:
        "Как скоро отвечать покупателям. Действует первое правило сверху, которое подходит чату.",
        "How soon buyers are answered. The first rule from the top that fits a chat holds.";
    deadlines_read_only: "Правила меняет владелец или администратор.", "An owner or admin changes the rules.";
    deadlines_built_in: "Действуют правила, которые пришли с программой.", "The rules of the program are in force.";
    deadlines_unsaved: "Есть несохранённые изменения", "There are unsaved changes";
    deadlines_saved: "Правила сохранены. Новые сроки считаются по ним.", "The rules are saved. New deadlines follow them.";
    deadlines_save: "Сохранить", "Save";
    deadlines_outdated:
        "Правила только что изменил кто-то другой. Откройте страницу заново, чтобы не потерять его изменения.",
        "Somebody else has just changed the rules. Open the page again, so that their changes are not lost.";
    deadlines_reload: "Открыть заново", "Open again";
    deadlines_unreadable: "Проверьте отмеченные поля: время там прочитать не получается.",
        "Check the marked fields: the time in them cannot be read.";

    policies: "Правила", "Policies";
    policies_hint: "Порядок меняют перетаскиванием или стрелками.", "Drag to change the order, or use the arrows.";
    policy_add: "Добавить правило", "Add a policy";
    policy_new: "Новое правило", "New policy";
    policy_name: "Название", "Name";
    policy_up: "Выше", "Move up";
    policy_down: "Ниже", "Move down";
    policy_delete: "Удалить", "Delete";
    policy_edit: "Изменить", "Edit";
    policy_show: "Подробнее", "Details";
    policy_when: "Для каких чатов", "For which chats";
    policy_when_any: "Для всех чатов", "For all chats";
    policy_goals: "Сроки по важности", "Goals by priority";
    policy_goals_hint: "Например: «30 мин», «4 ч», «1 д». Пусто — срока нет.", "For example “30 min”, “4 h”, “1 d”. Empty: no goal.";
    policy_by_intent: "Сроки по теме", "Goals by topic";
    policy_by_intent_hint: "Из двух сроков действует тот, что короче.", "Of two goals the shorter one holds.";
    policy_intent_add: "Добавить тему", "Add a topic";
    policy_raises: "Повышение важности", "Raising the priority";
    policy_raise_add: "Добавить повышение", "Add a raise";
    policy_raise_to: "Поднять до", "Raise to";
    policy_pauses: "Когда часы стоят", "When clocks stand still";
    policy_calendar: "Календарь", "Calendar";
    policy_calendar_usual: "Основной календарь", "The usual calendar";
    policy_ladder: "Напоминания и передача", "Reminders and hand-over";
    policy_step_add: "Добавить шаг", "Add a step";
    goal_first_reply: "Первый ответ", "First answer";
    goal_next_reply: "Следующий ответ", "Next answer";
    goal_resolution: "Решение", "Solution";
    goal_working: "рабочее", "working";
    goal_wall: "обычное", "wall";
    goal_time_kind: "Какое время считать", "Which time counts";
    goal_for: "Срок", "Goal";
    target_working: "рабочего времени", "of working time";
    target_wall: "подряд", "around the clock";

    pause_snoozed: "Чат отложен", "The chat is put off";
    pause_waits_for_buyer: "Ждём покупателя", "We wait for the buyer";
    pause_by_hand: "Часы остановил человек", "A person has stopped the clock";

    step_used: "использовано, %", "used, %";
    step_before: "до срока, мин", "before, min";
    step_after: "после срока, мин", "after, min";
    step_when: "Когда", "When";
    step_number: "Сколько", "How much";
    step_action: "Что сделать", "What to do";
    step_clocks: "Для каких сроков; ничего не выбрано — для всех", "For which deadlines; none chosen: for all";
    step_highlight: "Подсветить чат", "Highlight the chat";
    step_notify_operator: "Напомнить оператору", "Remind the operator";
    step_notify_lead: "Сообщить руководителю", "Tell the lead";
    step_reassign: "Передать свободному оператору", "Give to a free operator";
    step_raise_priority: "Поднять важность", "Raise the priority";
    step_message_supervisor: "Написать руководителю вне программы", "Write to a supervisor outside";

    condition_add: "Добавить условие", "Add a condition";
    condition_delete: "Убрать условие", "Remove the condition";
    condition_about: "О чём условие", "What the condition is about";
    condition_seller: "Магазин", "Seller";
    condition_marketplace: "Маркетплейс", "Marketplace";
    condition_kind: "Вид чата", "Kind of chat";
    condition_scheme: "Схема доставки", "Delivery scheme";
    condition_tag: "Метка", "Tag";
    condition_priority: "Важность не ниже", "Priority at least";
    condition_intent: "Тема обращения", "Topic";
    condition_words: "Слова покупателя", "The buyer's words";
    condition_words_hint: "По одной фразе на строке: «верн*» — начало слова, «|» — или, «-слово» — кроме.",
        "A phrase a line: “верн*” is a beginning, “|” means or, “-word” excepts.";
    condition_time: "Время суток", "Time of day";
    condition_order: "Сумма заказа, ₽", "Order value, ₽";
    condition_product: "Оценка товара", "Product rating";
    condition_stars: "Оценка в отзыве", "Stars of the review";
    condition_from: "От", "From";
    condition_to: "До", "To";
    condition_none_to_choose: "Выбирать пока не из чего.", "There is nothing to choose from yet.";

    marketplace_terms: "Правила маркетплейсов", "Terms of marketplaces";
    marketplace_terms_text: "Их считает сам маркетплейс: изменить их нельзя, и часы не останавливаются.",
        "The marketplace counts them itself: they cannot be changed, and the clocks never stop.";

    preview: "Что изменится", "What would change";
    preview_text: "Сколько чатов ждёт ответа и как прошла бы последняя неделя.",
        "How many chats wait, and how the last week would have been.";
    preview_run: "Посчитать", "Count";
    preview_policy: "Правило", "Policy";
    preview_open: "Ждут сейчас", "Wait now";
    preview_overdue: "Просрочены", "Overdue";
    preview_week: "Ожиданий за неделю", "Waits in a week";
    preview_late: "Опоздания", "Late";
    preview_none: "Ни одно правило", "No policy";
    preview_cut: "Чатов так много, что посчитаны только те, что ждут дольше всего.",
        "There are so many chats that only those that have waited longest are counted.";

    trial: "Проверить на примере", "Try a message";
    trial_text: "Сообщение покупателя", "The buyer's message";
    trial_placeholder: "Чайник не включается!", "Чайник не включается!";
    trial_seller: "Магазин", "Seller";
    trial_seller_any: "Любой", "Any";
    trial_priority: "Важность", "Priority";
    trial_priority_auto: "Определить по тексту", "Tell by the text";
    trial_at: "Когда написал", "Written at";
    trial_now: "Сейчас", "Now";
    trial_run: "Проверить", "Try";
    trial_no_policy: "Ни одно правило не подходит: своих сроков нет.", "No policy fits: there is no goal of your own.";
    trial_policy: "Правило", "Policy";
    trial_topic: "Тема", "Topic";
    trial_why: "Почему такая важность", "Why this priority";
    trial_calendar: "Календарь", "Calendar";
    trial_deadlines: "Сроки", "Deadlines";
    trial_never: "Никогда: в календаре слишком мало часов", "Never: the calendar has too few hours";
    spent_counted: "идёт", "runs";
    spent_closed: "не работаем", "closed";
    spent_paused: "стоит", "stands still";

    because_by_hand: "выбрал человек", "a person has chosen it";
    because_intent: "тема обращения", "the topic";
    because_insistent: "пишет снова и снова", "writes again and again";
    because_shouting: "повышает голос", "raises the voice";
    because_model: "так считает модель", "a model holds it so";
    because_policy: "повысило правило", "a policy raises it";

    clock_first_reply: "Первый ответ", "First answer";
    clock_next_reply: "Следующий ответ", "Next answer";
    clock_resolution: "Решение", "Solution";
    clock_rating: "Оценка маркетплейса", "Marketplace rating";
    clock_window: "Чат закроется для ответа", "The chat closes for answers";
    clock_promise: "Обещание", "Promise";

    intent_compliance_safety: "Безопасность и закон", "Safety and law";
    intent_defect_not_working: "Брак, не работает", "Defect, not working";
    intent_wrong_item: "Прислали не то", "Wrong item";
    intent_missing_parts: "Не хватает частей", "Missing parts";
    intent_delivery_delay: "Доставка задерживается", "Delivery is late";
    intent_cancel_request: "Отмена заказа", "Cancellation";
    intent_refund_exchange: "Возврат и обмен", "Refund and exchange";
    intent_quality_complaint: "Жалоба на качество", "Complaint about quality";
    intent_compatibility: "Совместимость", "Compatibility";
    intent_sizing_fit: "Размер", "Size";
    intent_availability: "Наличие", "Availability";
    intent_pre_purchase: "Перед покупкой", "Before buying";
    intent_delivery_status: "Где заказ", "Where is the order";
    intent_usage_howto: "Как пользоваться", "How to use it";
    intent_product_spec: "Характеристики", "Specification";
    intent_thanks: "Благодарность", "Thanks";
    intent_other: "Другое", "Something else";

    versions: "История изменений", "History";
    versions_none: "Изменений пока не было.", "There have been no changes yet.";
    version_open: "Открыть", "Open";
    version_opened: "Открыта старая версия. Действует по-прежнему новая; чтобы вернуть эту, сохраните её.",
        "An old version is open. The newest is still in force; save this one to bring it back.";

    calendars: "Рабочие часы", "Working hours";
    calendars_text: "Когда идёт рабочее время. Часы показаны по поясу календаря.",
        "When working time runs, by the clock of the calendar.";
    calendar_add: "Добавить календарь", "Add a calendar";
    calendar_new: "Новый календарь", "New calendar";
    calendar_name: "Название календаря", "Name of the calendar";
    calendar_usual: "Основной", "Usual";
    calendar_zone: "Часовой пояс календаря", "Time zone of the calendar";
    calendar_zone_own: "Как у рабочего пространства", "That of the workspace";
    calendar_delete: "Удалить календарь", "Delete the calendar";
    calendar_in_use: "Календарь нужен правилам: сначала выберите им другой.",
        "Policies need the calendar: choose another one for them first.";
    calendar_hours_hint: "Например: «9–13, 14–18» или «18–2». Пусто — выходной.",
        "For example “9–13, 14–18” or “18–2”. Empty: a day off.";
    calendar_holidays: "Отдыхать в праздники и перенесённые выходные России", "Keep the holidays and moved days of Russia";
    calendar_shortened: "Накануне праздников работать на час меньше", "Work an hour less before holidays";
    calendar_own: "Особые дни", "Special days";
    calendar_own_add: "Добавить день", "Add a day";
    calendar_own_date: "Дата", "Date";
    calendar_own_hours: "Часы", "Hours";
    calendar_own_delete: "Убрать день", "Remove the day";
    calendar_preview: "Ближайшие две недели", "The next two weeks";
    calendar_day_off: "выходной", "day off";
    calendar_loud: "Когда можно напоминать со звуком", "When reminders may make a sound";
    calendar_loud_always: "В любое время", "At any hour";
    calendar_loud_hint: "О том, что чат закрывается для ответа, напомним всегда.",
        "That a chat closes for answers is told at any hour.";
    day_holiday: "праздник", "holiday";
    day_moved_rest: "перенесённый выходной", "moved day off";
    day_moved_work: "рабочий день по переносу", "moved working day";
    day_shortened: "сокращённый день", "shortened day";
    day_own: "особый день", "special day";

    reports: "Отчёты", "Reports";
    report: "Соблюдение сроков", "Answers in time";
    report_text: "Как скоро покупатели получают ответ. Каждое ожидание судим по правилам, которые тогда действовали.",
        "How soon buyers are answered. Each wait is judged by the rules that were in force then.";
    report_period: "Период", "Period";
    report_all: "Всё", "All";
    report_narrowed: "Показана часть ответов.", "A part of the answers is shown.";
    report_widen: "Показать все", "Show all";
    report_turns: "Ожиданий", "Waits";
    report_met_share: "Вовремя", "In time";
    report_median: "Половина быстрее", "Half are faster than";
    report_p90: "90 % быстрее", "90% are faster than";
    report_p95: "95 % быстрее", "95% are faster than";
    report_by_seller: "По магазинам", "By seller";
    report_by_person: "По операторам", "By operator";
    report_by_policy: "По правилам", "By policy";
    report_by_hour: "По часам", "By hour";
    report_by_day: "По дням", "By day";
    report_cabinet: "В кабинете маркетплейса", "In the marketplace's cabinet";
    report_late: "Опоздания", "Late answers";
    report_late_none: "Опозданий нет.", "Nobody waited too long.";
    report_chat: "Чат", "Chat";
    report_since: "Написал", "Wrote at";
    report_due: "Срок", "Due";
    report_answered: "Ответ", "Answer";
    report_unanswered: "ещё ждёт", "still waits";
    report_csv: "Скачать таблицу", "Download the table";
    report_empty: "За это время никто не ждал ответа.", "Nobody waited for an answer in this time.";
    report_cut: "Ответов так много, что посчитаны только первые за период. Выберите период короче.",
        "There are so many answers that only the first of the period are counted. Choose a shorter one.";
    report_met: "вовремя", "in time";
    report_missed: "опоздание", "late";
    report_shares: "Как это видит маркетплейс", "As the marketplace sees it";
}

impl Locale {
    /// How many minutes a unit of time has that somebody has typed, in either language; without a word it is minutes.
    pub fn unit_minutes(word: &str) -> Option<u32> {
        match word.chars().next() {
            None | Some('м' | 'm') => Some(1),
            Some('ч' | 'h') => Some(60),
            Some('д' | 'd') => Some(1_440),
            Some(_) => None,
        }
    }

    /// What is wrong with a policy or a calendar of this name.
    pub fn deadline_flaw(self, name: &str, flaw: DeadlineFlaw) -> String {
        let of = match self {
            _ if name.is_empty() => String::new(),
            Locale::Ru => format!("«{name}»: "),
            Locale::En => format!("“{name}”: "),
        };
        let what = match flaw {
            DeadlineFlaw::NameMissing => {
                self.pick("дайте название, иначе его не найти.", "give it a name, or nobody finds it.")
            }
            DeadlineFlaw::NothingSatisfies => self.pick(
                "одному из условий не подходит ни один чат. Выберите в нём что-нибудь или уберите его.",
                "one of the conditions fits no chat. Choose something in it or remove it.",
            ),
            DeadlineFlaw::TimeOutOfRange => {
                self.pick("срок может быть от 1 минуты до 7 дней.", "a goal is 1 minute to 7 days long.")
            }
            DeadlineFlaw::NoGoal => self.pick("укажите хотя бы один срок.", "set at least one goal."),
            DeadlineFlaw::NeverOpen => {
                self.pick("в календаре нет ни одного рабочего часа.", "the calendar has no working hour.")
            }
        };
        let text = format!("{of}{what}");
        if of.is_empty() { capitalised(&text) } else { text }
    }

    /// The version of the rules that is in force.
    pub fn deadlines_version(self, version: i64, who: &str, when: &str) -> String {
        match self {
            Locale::Ru => format!("Действует версия {version}: {who}, {when}"),
            Locale::En => format!("Version {version} is in force: {who}, {when}"),
        }
    }

    /// A version in the list of all.
    pub fn version_line(self, version: i64, who: &str, when: &str) -> String {
        match self {
            Locale::Ru => format!("Версия {version} — {who}, {when}"),
            Locale::En => format!("Version {version}: {who}, {when}"),
        }
    }

    /// What a button does, for readers: `Выше: Срочные`.
    pub fn policy_action(self, verb: &str, name: &str) -> String {
        format!("{verb}: {name}")
    }

    /// Where a policy stands after it was moved.
    pub fn policy_place(self, name: &str, place: i64, count: i64) -> String {
        match self {
            Locale::Ru => format!("«{name}»: место {place} из {count}"),
            Locale::En => format!("“{name}”: place {place} of {count}"),
        }
    }

    /// A goal's cell for readers: `Срок: срочная, первый ответ`.
    pub fn goal_of(self, row: &str, column: &str) -> String {
        format!("{}: {row}, {}", self.goal_for(), column.to_lowercase())
    }

    /// What a marketplace rates: `Первый ответ за 24 ч в любое время суток`.
    pub fn rating_terms(self, length: &str) -> String {
        match self {
            Locale::Ru => format!("Рейтинг: ответ за {length}, считая ночи и выходные"),
            Locale::En => format!("Rating: an answer within {length}, nights and weekends included"),
        }
    }

    /// How long a marketplace takes messages.
    pub fn window_terms(self, length: &str) -> String {
        match self {
            Locale::Ru => format!("Ответить можно {length} после сообщения покупателя"),
            Locale::En => format!("Answers are taken for {length} after the buyer's message"),
        }
    }

    /// Where and when a term was looked up.
    pub fn terms_source(self, source: &str, day: &str) -> String {
        match self {
            Locale::Ru => format!("Проверено {day}: {source}"),
            Locale::En => format!("Checked on {day}: {source}"),
        }
    }

    /// A number now and after: `12 → 15`; one when it stays.
    pub fn from_to(self, now: i64, then: i64) -> String {
        if now == then {
            self.number(then)
        } else {
            format!("{} → {}", self.number(now), self.number(then))
        }
    }

    /// The goals of a policy at a glance: `срочная 1 ч`.
    pub fn goal_at_a_glance(self, what: &str, length: &str) -> String {
        format!("{what}\u{a0}{length}")
    }

    /// A share in whole percent; nothing of nothing.
    pub fn percent_of(self, part: i64, whole: i64) -> String {
        match whole {
            0 => "—".to_owned(),
            _ => match self {
                // Rounded down: 100 means all.
                Locale::Ru => format!("{}\u{a0}%", part * 100 / whole),
                Locale::En => format!("{}%", part * 100 / whole),
            },
        }
    }

    /// How a marketplace sees a seller: `За 30 дней ответ за 24 ч получили 96 % (48 из 50)`.
    pub fn share_line(self, hours: i64, met: i64, judged: i64) -> String {
        let percent = self.percent_of(met, judged);
        match self {
            Locale::Ru => format!("За 30 дней вовремя, за {hours}\u{a0}ч, — {percent}: {met} из {judged}"),
            Locale::En => format!("In 30 days within {hours}\u{a0}h: {percent}, {met} of {judged}"),
        }
    }

    /// How many may still be missed, or are too many already.
    pub fn may_miss(self, n: i64, goal: i64) -> String {
        match (self, n) {
            (Locale::Ru, 0..) => {
                format!("Можно пропустить ещё {}, и останется {goal}\u{a0}%", self.number(n))
            }
            (Locale::Ru, _) => {
                format!("До {goal}\u{a0}% не хватает: пропущено на {} больше, чем можно", self.number(-n))
            }
            (Locale::En, 0..) => format!("You may miss {} more and keep {goal}%", self.number(n)),
            (Locale::En, _) => format!("Below {goal}%: {} more were missed than may be", self.number(-n)),
        }
    }

    /// How many wait and can still be answered in time.
    pub fn share_waiting(self, n: i64) -> String {
        let chats = self.count(n, ["чат", "чата", "чатов"], ["chat", "chats"]);
        match self {
            Locale::Ru => format!("Ещё можно успеть ответить: {chats}"),
            Locale::En => format!("Can still be answered in time: {chats}"),
        }
    }

    /// A period of a report.
    pub fn last_days(self, n: i64) -> String {
        self.count(n, ["день", "дня", "дней"], ["day", "days"])
    }

    /// The columns of the table that is downloaded.
    pub fn report_columns(self) -> [&'static str; 9] {
        [
            self.report_chat(),
            self.condition_seller(),
            self.pick("Кто ответил", "Answered by"),
            self.trial_policy(),
            self.report_since(),
            self.report_due(),
            self.report_answered(),
            self.pick("Минут до ответа", "Minutes until the answer"),
            self.pick("Итог", "Verdict"),
        ]
    }

    /// Weekdays from Monday on.
    pub fn weekdays(self) -> [&'static str; 7] {
        match self {
            Locale::Ru => ["понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"],
            Locale::En => ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        }
    }
}

/// With a capital letter. The texts are ours, Russian or English: the tables of all alphabets would come with the program
/// that every browser fetches.
fn capitalised(text: &str) -> String {
    let capital = |letter: char| match letter {
        'а'..='я' => char::from_u32(u32::from(letter) - 0x20).unwrap_or(letter),
        'ё' => 'Ё',
        other => other.to_ascii_uppercase(),
    };
    let mut letters = text.chars();
    letters.next().map(capital).into_iter().chain(letters).collect()
}
