//! Texts of the pages about deadlines: policies, calendars, what has been kept.

texts! {
    first_policy_name: "Все чаты", "All chats";
    first_calendar_name: "Рабочие часы", "Working hours";
}
