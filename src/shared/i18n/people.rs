//! Texts of the page of people.

use super::Locale;
use crate::shared::role::Role;

texts! {
    people_page: "Сотрудники", "People";
    people_page_text:
        "Кто работает с чатами и что каждому можно. Ушедший сотрудник теряет вход сразу, а его ответы и заметки остаются в истории.",
        "Who works with the chats and what each may do. Whoever leaves loses access at once; their replies and notes stay.";
    people_read_only:
        "Добавлять людей и менять их роли могут администратор и владелец.",
        "An admin or the owner can add people and change what they may do.";
    person_add: "Добавить сотрудника", "Add a person";
    person_change: "Изменить", "Change";
    person_save: "Сохранить", "Save";
    person_name: "Имя", "Name";
    person_name_hint: "Его видят коллеги. Покупатели не видят.", "Colleagues see it. Buyers do not.";
    person_email_hint: "По этому адресу сотрудник будет входить. Писем мы не шлём.", "They log in with this address. We send no mail.";
    person_role: "Роль", "Role";
    person_is_you: "это вы", "that is you";
    person_never_seen: "давно не было", "not seen for long";
    person_new_password: "Новый пароль", "New password";
    person_new_password_sure:
        "Старый пароль перестанет действовать, все открытые страницы сотрудника закроются. Новый пароль покажем один раз.",
        "The old password stops working and all their open pages end. The new password is shown once.";
    person_let_go: "Убрать", "Let go";
    person_let_go_yes: "Убрать сотрудника", "Let the person go";
    access_title: "Доступ готов", "Access is ready";
    access_text:
        "Передайте это сотруднику сейчас: пароль больше нигде не показывается и не хранится. Сменить его можно на этой же странице.",
        "Pass this on now: the password is not shown again and kept nowhere. They can change it on this page.";
    access_copy: "Скопировать почту и пароль", "Copy e-mail and password";
    access_copied: "Скопировано. Вставьте в сообщение сотруднику.", "Copied. Paste it into a message to the person.";
    access_not_copied: "Браузер не дал скопировать. Выделите текст и скопируйте сами.", "The browser did not let us copy. Select the text and copy it yourself.";
    access_done: "Готово", "Done";
    own_password: "Сменить мой пароль", "Change my password";
    own_password_text:
        "После смены войти нужно будет заново на всех устройствах. Черновики сохранятся.",
        "After that you log in again on all devices. Drafts are kept.";
    own_password_current: "Нынешний пароль", "Present password";
    own_password_new: "Новый пароль", "New password";

    only_for_owners:
        "Владельцев назначает и убирает только владелец. Попросите его.",
        "Owners are made and let go by owners only. Ask one of them.";
    not_oneself:
        "Свою роль и свой доступ меняет кто-то другой: так рабочее пространство не останется без владельца.",
        "Somebody else has to change your own role or access, so that the workspace never loses its owner.";
    email_taken:
        "Сотрудник с такой почтой уже есть. Проверьте адрес или найдите его в списке.",
        "There is a person with this e-mail already. Check the address, or look in the list.";
    person_name_missing: "Напишите имя: по нему коллеги узнают, кто ответил.", "Write a name: colleagues see by it who answered.";
    password_wrong:
        "Нынешний пароль не подошёл. Проверьте раскладку и Caps Lock и попробуйте снова.",
        "The present password is wrong. Check the keyboard layout and Caps Lock and try again.";
}

impl Locale {
    /// What a role may do.
    pub fn role_means(self, role: Role) -> &'static str {
        match role {
            Role::Owner => self
                .pick("Может всё, в том числе назначать владельцев.", "May do everything, also make owners."),
            Role::Admin => self.pick(
                "Отвечает покупателям, подключает кабинеты, меняет правила, метки и сотрудников.",
                "Answers buyers, connects accounts, changes rules, tags and people.",
            ),
            Role::Operator => {
                self.pick("Отвечает покупателям и работает с чатами.", "Answers buyers and works with chats.")
            }
            Role::Viewer => self.pick(
                "Только смотрит. Если у сотрудника есть чаты, они станут ничьими.",
                "Only looks. Chats they are responsible for become nobody's.",
            ),
        }
    }

    /// A button about a person, for those who cannot see beside whom it stands.
    pub fn about_person(self, verb: &str, name: &str) -> String {
        format!("{verb}: {name}")
    }

    /// When somebody was last seen.
    pub fn person_seen(self, ago: &str) -> String {
        match self {
            Locale::Ru => format!("заходил(а) {ago}"),
            Locale::En => format!("last here {ago}"),
        }
    }

    /// What letting somebody go means, before it is done.
    pub fn let_go_sure(self, name: &str, chats: i64) -> String {
        let name = self.quoted(name);
        match (self, chats) {
            (Locale::Ru, 0) => format!("{name} больше не сможет войти. Ответы и заметки останутся."),
            (Locale::En, 0) => format!("{name} will not be able to log in. Replies and notes stay."),
            (Locale::Ru, _) => format!(
                "{name} больше не сможет войти. Ответы и заметки останутся, а чаты станут ничьими: {}.",
                self.chats(chats)
            ),
            (Locale::En, _) => format!(
                "{name} will not be able to log in. Replies and notes stay; chats become nobody's: {}.",
                self.chats(chats)
            ),
        }
    }

    /// That somebody was let go.
    pub fn let_go_done(self, name: &str) -> String {
        let name = self.quoted(name);
        match self {
            Locale::Ru => format!("{name}: доступ закрыт. Чаты освобождаются, это занимает до минуты."),
            Locale::En => format!("{name} has no access any more. Their chats are set free within a minute."),
        }
    }

    /// What is passed on to somebody new.
    pub fn access_lines(self, address: &str, email: &str, password: &str) -> String {
        match self {
            Locale::Ru => format!("Вход: {address}\nПочта: {email}\nПароль: {password}"),
            Locale::En => format!("Log in: {address}\nE-mail: {email}\nPassword: {password}"),
        }
    }
}
