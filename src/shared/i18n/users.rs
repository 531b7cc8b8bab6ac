//! Texts of set-up and log-in.

use super::Locale;

texts! {
    log_in_title: "Вход", "Log in";
    log_in: "Войти", "Log in";
    email: "Почта", "E-mail";
    password: "Пароль", "Password";
    log_in_demo:
        "Демо-режим. Почта и пароль напечатаны в терминале, из которого запущена программа.",
        "Demo mode. E-mail and password are printed in the terminal that started the program.";

    set_up_title: "Первая настройка", "First set-up";
    set_up_text:
        "Создайте рабочее пространство и учётную запись владельца. Остальных людей можно добавить потом.",
        "Create the workspace and its owner's account. Other people can be added later.";
    set_up: "Создать", "Create";
    workspace_name: "Название рабочего пространства", "Name of the workspace";
    workspace_hint: "Например, название компании или команды.", "For example the name of the company or team.";
    your_name: "Ваше имя", "Your name";
    your_name_hint: "Его видят коллеги. Покупатели не видят.", "Colleagues see it. Buyers do not.";
    password_again: "Пароль ещё раз", "Password again";

    problem_bad_credentials:
        "Почта или пароль не подошли. Проверьте раскладку и Caps Lock и попробуйте снова.",
        "The e-mail or the password is wrong. Check the keyboard layout and Caps Lock and try again.";
    problem_too_many_tries:
        "Слишком много попыток. Подождите несколько минут и попробуйте снова.",
        "Too many tries. Wait a few minutes and try again.";
    problem_email_invalid:
        "Это не похоже на адрес почты. Пример: maria@example.ru.",
        "This does not look like an e-mail address. Example: maria@example.com.";
    problem_name_missing: "Напишите, как вас зовут.", "Write your name.";
    problem_workspace_missing: "Напишите название рабочего пространства.", "Write the name of the workspace.";
    problem_passwords_differ:
        "Пароли не совпали. Наберите один и тот же пароль дважды.",
        "The passwords differ. Type the same password twice.";
    problem_already_set_up:
        "Рабочее пространство уже создано. Войдите под своей учётной записью.",
        "The workspace has been created already. Log in with your account.";
    problem_session_ended:
        "Вход устарел, поэтому нужно войти снова. Черновики ответов сохранены.",
        "Your session has ended, please log in again. Drafts of your replies are kept.";
    problem_database_unavailable:
        "База данных сейчас не отвечает, поэтому войти не получилось. Попробуйте через минуту.",
        "The database does not answer right now, so this did not work. Try again in a minute.";
}

impl Locale {
    /// What a new password must be like.
    pub fn password_hint(self, min_chars: usize) -> String {
        let min_chars = self.characters(i64::try_from(min_chars).unwrap_or(i64::MAX));
        match self {
            Locale::Ru => format!("Не короче {min_chars}. Лучше всего несколько обычных слов."),
            Locale::En => format!("At least {min_chars}. A few ordinary words are best."),
        }
    }

    /// Why a new password was not taken.
    pub fn problem_password_too_short(self, min_chars: usize) -> String {
        let min_chars = self.characters(i64::try_from(min_chars).unwrap_or(i64::MAX));
        match self {
            Locale::Ru => format!("Пароль слишком короткий: нужно не меньше {min_chars}."),
            Locale::En => format!("The password is too short: it needs at least {min_chars}."),
        }
    }
}
