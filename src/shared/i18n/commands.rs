//! Names of what can be done by a key, and the texts of the palette, the cheat sheet and the page of keys.

use super::Locale;
use crate::shared::commands::{Area, Command};

texts! {
    keys: "Клавиши", "Keys";
    palette: "Команды", "Commands";
    palette_hint: "Начните печатать название", "Begin to type a name";
    palette_nothing: "Такой команды нет. Попробуйте другое слово.", "There is no such command. Try another word.";
    palette_not_here: "недоступно здесь", "not available here";
    cheat_sheet_hint:
        "Клавиши работают в любой раскладке: важно место на клавиатуре. Поменять их можно в настройках.",
        "Keys work in every layout: their place on the keyboard counts. They can be changed in the settings.";
    change_keys: "Поменять клавиши", "Change the keys";
    keys_text:
        "Нажмите «Изменить», затем новое сочетание. Изменения действуют в этом браузере.",
        "Press Change, then the new keys. The changes hold in this browser.";
    key_none: "не задана", "none";
    key_change: "Изменить", "Change";
    key_press: "Нажмите клавиши…", "Press the keys…";
    key_clear: "Убрать", "Remove";
    key_usual: "Как было", "As before";
    keys_all_usual: "Вернуть все клавиши", "Reset all keys";
    key_not_free:
        "Это сочетание нужно браузеру или полям ввода. Выберите другое.",
        "The browser or text fields need these keys. Choose others.";

    area_list: "Список чатов", "List of chats";
    area_chat: "Открытый чат", "Open chat";
    area_composer: "Ответ", "Answer";
    area_everywhere: "Везде", "Everywhere";
}

impl Locale {
    /// What a group of commands is about.
    pub fn area(self, area: Area) -> &'static str {
        match area {
            Area::List => self.area_list(),
            Area::Chat => self.area_chat(),
            Area::Composer => self.area_composer(),
            Area::Everywhere => self.area_everywhere(),
        }
    }

    /// What a command does.
    pub fn command(self, command: Command) -> &'static str {
        use Command::*;
        let (ru, en) = match command {
            NextRow => ("Следующая строка списка", "Next line of the list"),
            PreviousRow => ("Предыдущая строка списка", "Previous line of the list"),
            TakeNext => ("Взять самый срочный чат", "Take the most urgent chat"),
            ShowWaiting => ("Список: ждут ответа", "List: waiting"),
            ShowMine => ("Список: мои", "List: mine"),
            ShowUnassigned => ("Список: без ответственного", "List: unassigned"),
            ShowOpen => ("Список: открытые", "List: open"),
            ShowStarred => ("Список: отмеченные", "List: starred"),
            ShowSnoozed => ("Список: отложенные", "List: snoozed"),
            ShowClosed => ("Список: закрытые", "List: closed"),
            ShowAll => ("Список: все", "List: all"),
            ShowSpam => ("Список: спам", "List: spam"),
            Filter => ("Фильтр", "Filter"),
            ActOnChosen => ("Действия с выбранными чатами", "Actions on the selected chats"),
            ToggleChosen => ("Отметить чат для действия со многими", "Select the chat for an action on many"),
            Reply => ("Написать ответ", "Write an answer"),
            Note => ("Написать заметку", "Write a note"),
            AnswerOrNote => ("Переключить: ответ или заметка", "Switch: answer or note"),
            CloseChat => ("Закрыть или снова открыть чат", "Close or reopen the chat"),
            CloseAndNext => ("Закрыть и перейти к следующему", "Close and go to the next"),
            Snooze => ("Отложить чат", "Snooze the chat"),
            Promise => ("Обещать ответ к сроку", "Promise an answer by a time"),
            Assign => ("Назначить ответственного", "Assign the chat"),
            AssignToMe => ("Назначить себе", "Assign to me"),
            Tags => ("Метки", "Tags"),
            Priority => ("Приоритет", "Priority"),
            Understanding => ("О чём пишет покупатель", "What the buyer writes about"),
            Star => ("Отметить звездой", "Star"),
            Spam => ("Спам", "Spam"),
            OrderPane => ("Показать или скрыть заказ", "Show or hide the order"),
            WhyDeadline => ("Почему такой срок ответа", "Why the deadline is what it is"),
            FindInChat => ("Найти в этом чате", "Find in this chat"),
            JumpToDate => ("Перейти к дате", "Jump to a date"),
            ToUnseen => ("К первому непрочитанному", "To the first unread message"),
            ToNewest => ("К новым сообщениям", "To the newest messages"),
            Send => ("Отправить", "Send"),
            SendAndClose => ("Отправить и закрыть", "Send and close"),
            SendLater => ("Отправить позже", "Send later"),
            QuickReply => ("Быстрый ответ", "Quick reply"),
            Emoji => ("Эмодзи", "Emoji"),
            Attach => ("Приложить файл", "Attach a file"),
            InsertSuggestion => ("Вставить подсказку", "Insert the suggestion"),
            AnotherSuggestion => ("Подсказать ответ ещё раз", "Suggest another answer"),
            Undo => ("Отменить последнее действие", "Undo the last action"),
            Search => ("Поиск по всей переписке", "Search all messages"),
            Palette => ("Все команды", "All commands"),
            CheatSheet => ("Подсказка по клавишам", "Cheat sheet of keys"),
            Notices => ("Уведомления", "Notices"),
            GoToChats => ("Открыть чаты", "Open the chats"),
            GoToSellers => ("Открыть кабинеты", "Open seller accounts"),
            GoToReports => ("Открыть отчёт о сроках", "Open the report of deadlines"),
            GoToSettings => ("Открыть настройки", "Open the settings"),
        };
        self.pick(ru, en)
    }

    /// Another command has the keys: `Уже занято: «Отложить чат». Там клавиша убрана.`
    pub fn key_taken_over(self, from: Command) -> String {
        let name = self.command(from);
        match self {
            Locale::Ru => format!("Сочетание было у команды «{name}»: теперь оно здесь, а там убрано."),
            Locale::En => format!("“{name}” had these keys: now they are here and not there."),
        }
    }

    /// Words with the keys that do the same behind them: `Закрыть чат (Shift + E)`.
    pub fn with_keys(self, words: &str, keys: Option<&str>) -> String {
        keys.map_or_else(|| words.to_owned(), |keys| format!("{words} ({keys})"))
    }

    /// How the present keys of a command are read aloud: `Изменить: Отложить чат`.
    pub fn key_change_of(self, command: Command) -> String {
        format!("{}: {}", self.key_change(), self.command(command))
    }
}
