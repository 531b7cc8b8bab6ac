//! Texts of what is understood of buyers' messages.

texts! {
    understood_category: "Тема", "Subject";
    understood_urgency: "Срочность", "Urgency";
    understood_sentiment: "Настроение", "Mood";
    understood_title: "О чём пишет покупатель", "What the buyer writes about";
    understood_hint: "О чём пишет покупатель. Нажмите, чтобы поправить.", "What the buyer writes about. Press to correct it.";
    understood_by_rules: "Определено по словам покупателя. Выберите верное, если это не так.",
        "Told by the buyer's words. Choose what is right if this is not.";
    understood_by_model: "Определено по словам модели. Выберите верное, если это не так.",
        "Told by a model. Choose what is right if this is not.";
    understood_hint_by_model: "О чём пишет покупатель, по словам модели. Нажмите, чтобы поправить.",
        "What the buyer writes about, as a model tells it. Press to correct it.";
    understood_by_person: "Поправлено сотрудником: правила этого не изменят.", "Corrected by a person: no rule changes it.";
    condition_category: "Тема, как в шапке чата", "Subject as in the head of the chat";

    category_question: "Вопрос", "Question";
    category_complaint: "Жалоба", "Complaint";
    category_delivery: "Доставка", "Delivery";
    category_return: "Возврат", "Return";
    category_size: "Размер", "Size";
    category_defect: "Брак", "Defect";
    category_thanks: "Благодарность", "Thanks";
    category_other: "Другое", "Other";
    urgency_low: "Низкая", "Low";
    urgency_normal: "Обычная", "Normal";
    urgency_high: "Высокая", "High";
    urgency_urgent: "Срочная", "Urgent";
    sentiment_negative: "Негатив", "Negative";
    sentiment_neutral: "Нейтральное", "Neutral";
    sentiment_positive: "Позитив", "Positive";
}
