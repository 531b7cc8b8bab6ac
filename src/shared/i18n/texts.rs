//! Fixed texts that several pages use.

texts! {
    product: "AgentIQ", "AgentIQ";
    close: "Закрыть", "Close";
    cancel: "Отмена", "Cancel";
    retry: "Повторить", "Try again";
    loading: "Загружаем…", "Loading…";
    yes: "да", "yes";
    no: "нет", "no";

    skip_to_content: "К содержанию", "Skip to content";
    main_navigation: "Разделы", "Sections";
    inbox: "Чаты", "Chats";
    sellers: "Кабинеты", "Seller accounts";
    settings: "Настройки", "Settings";
    settings_choose: "Выберите раздел: здесь настраивают то, чем пользуются все, и то, что удобно вам.",
        "Choose a section: here you arrange what everybody uses, and what suits you.";
    preferences: "Вид и язык", "Appearance and language";
    theme: "Оформление", "Theme";
    theme_system: "Как в системе", "System";
    theme_light: "Светлое", "Light";
    theme_dark: "Тёмное", "Dark";
    density: "Плотность списка", "Density of the list";
    density_compact: "Плотно", "Compact";
    density_usual: "Обычно", "Usual";
    density_roomy: "Свободно", "Roomy";
    language: "Язык", "Language";
    log_out: "Выйти", "Log out";

    database_away_title: "База данных недоступна", "The database is unavailable";
    database_away_text:
        "Чаты и черновики целы, но прочитать их сейчас нельзя. Страница откроется сама, как только база ответит.",
        "Chats and drafts are safe but cannot be read now. This page opens by itself as soon as the database answers.";

    page_not_found: "Такой страницы нет", "There is no such page";
    page_not_found_text:
        "Возможно, ссылка устарела или в ней опечатка. Ваши чаты на месте.",
        "The link may be old or mistyped. Your chats are where they were.";
    page_not_fetched: "Раздел не загрузился", "This page has not been loaded";
    page_not_fetched_text:
        "Нет связи, или программа обновилась. Чаты и черновики целы; загрузите страницу ещё раз.",
        "There is no connection, or the program has been updated. Chats and drafts are safe; load the page again.";
    page_load_again: "Загрузить ещё раз", "Load again";
    to_inbox: "Открыть чаты", "Open the chats";
}
