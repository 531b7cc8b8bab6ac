//! Texts about telling a supervisor outside of the product.

use super::Locale;
use crate::shared::sla::clocks::ClockKind;
use crate::shared::telegram::TelegramProblem;
use crate::shared::time::remaining;
use chrono::{DateTime, Utc};

texts! {
    supervisor: "Руководителю в Телеграм", "To a supervisor by Telegram";
    supervisor_text:
        "Сюда пишет шаг «Написать руководителю вне программы». Несколько сроков сразу — одно сообщение. Слова покупателей не передаются.",
        "The step “Write to a supervisor outside” writes here. Several deadlines at once are one message. Buyers' words are not passed on.";
    supervisor_token: "Токен бота", "Token of the bot";
    supervisor_token_hint: "Создайте бота у @BotFather и вставьте токен, который он пришлёт. Показать его потом нельзя.",
        "Make a bot with @BotFather and paste the token it sends. It cannot be shown later.";
    supervisor_token_kept: "Токен сохранён. Вставьте новый, только если хотите его заменить.",
        "The token is kept. Paste another one only to replace it.";
    supervisor_chat: "Номер чата", "Number of the chat";
    supervisor_chat_hint: "Личный чат: напишите боту первым. Группа: добавьте в неё бота, номер начинается с минуса.",
        "A person: write to the bot first. A group: add the bot to it; its number begins with a minus.";
    supervisor_enabled: "Писать руководителю", "Write to the supervisor";
    supervisor_save: "Сохранить канал", "Save the channel";
    supervisor_saved: "Канал сохранён. Проверьте, что сообщения доходят.", "The channel is saved. Check that messages arrive.";
    supervisor_try: "Отправить проверочное сообщение", "Send a test message";
    supervisor_arrived: "Сообщение дошло.", "The message has arrived.";
    supervisor_remove: "Удалить канал", "Remove the channel";
    supervisor_remove_sure: "Точно удалить? Нажмите ещё раз", "Really remove it? Press again";
    supervisor_removed: "Канал и токен удалены", "The channel and its token are removed";
    supervisor_none: "Пока никуда не пишем.", "Nothing is written anywhere yet.";
    bot_token_malformed: "Это не похоже на токен бота: в нём число, двоеточие и длинный ряд букв. Скопируйте его из сообщения @BotFather целиком.",
        "This does not look like the token of a bot: a number, a colon and a long row of letters. Copy all of it from @BotFather's message.";
    telegram_chat_malformed: "Номер чата — это число, у групп с минусом, или имя канала с @. Узнайте его, например, у @userinfobot.",
        "The number of a chat is digits, with a minus for groups, or a channel's name with @. @userinfobot tells it, for example.";
}

impl Locale {
    /// Why a message has not arrived, and what to do.
    pub fn telegram_problem(self, problem: TelegramProblem, said: Option<&str>) -> String {
        let words = match problem {
            TelegramProblem::WrongToken => self.pick(
                "Телеграм не знает такого бота. Вставьте токен заново.",
                "Telegram does not know this bot. Paste the token again.",
            ),
            TelegramProblem::ChatNotFound => self.pick(
                "Телеграм не нашёл такой чат. Проверьте номер и напишите боту первым.",
                "Telegram finds no such chat. Check the number, and write to the bot first.",
            ),
            TelegramProblem::Blocked => self.pick(
                "Боту нельзя писать в этот чат: его заблокировали, удалили из группы или лишили прав. Верните его туда.",
                "The bot may not write there: it was blocked, removed from the group or has no rights. Bring it back.",
            ),
            TelegramProblem::ChatMoved => self.pick(
                "Группа стала супергруппой, и номер у неё теперь другой. Впишите новый:",
                "The group has become a supergroup with another number. Enter the new one:",
            ),
            TelegramProblem::Refused => {
                self.pick("Телеграм не принял сообщение. Он ответил:", "Telegram did not take the message. It says:")
            }
            TelegramProblem::TooMany => self.pick(
                "Сообщений слишком много: Телеграм просит подождать. Напишем позже сами.",
                "There are too many messages: Telegram asks for a pause. We write later by ourselves.",
            ),
            TelegramProblem::Unreachable => self.pick(
                "Телеграм сейчас недоступен с этого сервера. Попробуем ещё.",
                "Telegram cannot be reached from this server right now. We try again.",
            ),
            TelegramProblem::CannotTell => self.pick(
                "Связь оборвалась: неизвестно, дошло ли сообщение. Второй раз его не отправим.",
                "The line broke off: nobody can tell whether the message arrived. It is not sent twice.",
            ),
        };
        let is_quoted = matches!(problem, TelegramProblem::ChatMoved | TelegramProblem::Refused);
        match said.filter(|_| is_quoted) {
            Some(said) => format!("{words} {said}"),
            None => words.to_owned(),
        }
    }

    /// The message that is sent to see whether it arrives.
    pub fn supervisor_try_text(self, workspace: &str) -> String {
        match self {
            Locale::Ru => {
                format!("AgentIQ: проверка связи. Сюда будут приходить сроки пространства «{workspace}».")
            }
            Locale::En => format!("AgentIQ: a test. Deadlines of “{workspace}” will come here."),
        }
    }

    /// What a message begins with: `AgentIQ: 3 срока`.
    pub fn supervisor_head(self, deadlines: i64) -> String {
        format!("AgentIQ: {}", self.deadlines_counted(deadlines))
    }

    /// A line of it: `• 7d0c0e52, Север: Первый ответ · просрочено 14 мин`.
    pub fn supervisor_line(
        self,
        chat: &str,
        seller: &str,
        clock: ClockKind,
        due: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> String {
        let left = due.map(|due| remaining(due, now));
        let timer = left.map_or_else(|| self.clock_short(clock).to_owned(), |left| self.timer(clock, left));
        format!("• {chat}, {seller}: {timer}")
    }

    /// Those that are not named: `и ещё 12 сроков`.
    pub fn supervisor_more(self, deadlines: i64) -> String {
        let deadlines = self.deadlines_counted(deadlines);
        match self {
            Locale::Ru => format!("и ещё {deadlines}"),
            Locale::En => format!("and {deadlines} more"),
        }
    }

    fn deadlines_counted(self, deadlines: i64) -> String {
        self.count(deadlines, ["срок", "срока", "сроков"], ["deadline", "deadlines"])
    }

    /// When something was delivered last.
    pub fn supervisor_sent(self, when: &str) -> String {
        match self {
            Locale::Ru => format!("Последнее сообщение дошло: {when}"),
            Locale::En => format!("The last message arrived: {when}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_the_chat_the_clock_and_the_time() {
        let due = DateTime::UNIX_EPOCH;
        let line = |minutes| {
            Locale::Ru.supervisor_line("7d0c0e52", "Север", ClockKind::FirstReply, Some(due), due + minutes)
        };
        let line = line(chrono::TimeDelta::minutes(14)).replace('\u{a0}', " ");
        assert_eq!(line, "• 7d0c0e52, Север: 1-й ответ · просрочено 14 мин");
        assert!(Locale::Ru.telegram_problem(TelegramProblem::ChatMoved, Some("-1009")).ends_with("-1009"));
    }
}
