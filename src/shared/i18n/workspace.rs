//! Texts of the workspace: its name, its time zone, and how places of the world are called.

use super::Locale;

texts! {
    workspace_page: "Рабочее пространство", "Workspace";
    workspace_page_text:
        "Название и часовой пояс общие для всех. По этому поясу показано всё время на экране: сообщения, сроки, тихие часы.",
        "Name and time zone are the same for everybody. All times on screen follow this zone: messages, deadlines, quiet hours.";
    workspace_read_only:
        "Изменить это может администратор или владелец.",
        "An admin or the owner can change this.";
    workspace_save: "Сохранить", "Save";
    workspace_saved: "Сохранено. Открытые страницы перейдут на новое время сами.", "Saved. Open pages take the new time by themselves.";
    time_zone: "Часовой пояс", "Time zone";
    time_zone_hint: "Начните писать город или смещение: «Омск», «UTC+5».", "Begin to type a city or a distance: “Omsk”, “UTC+5”.";
    time_zone_search: "Город или смещение", "City or distance";
    time_zone_nothing: "Такого города в списке нет. Выберите ближайший с тем же временем.", "There is no such city. Choose the nearest with the same time.";
}

/// Zones in which most workspaces are, from west to east, and how their cities are called.
const HOME: [(&str, &str); 11] = [
    ("Europe/Kaliningrad", "Калининград"),
    ("Europe/Moscow", "Москва"),
    ("Europe/Samara", "Самара"),
    ("Asia/Yekaterinburg", "Екатеринбург"),
    ("Asia/Omsk", "Омск"),
    ("Asia/Krasnoyarsk", "Красноярск"),
    ("Asia/Irkutsk", "Иркутск"),
    ("Asia/Yakutsk", "Якутск"),
    ("Asia/Vladivostok", "Владивосток"),
    ("Asia/Magadan", "Магадан"),
    ("Asia/Kamchatka", "Камчатка"),
];

/// Further cities that people look for by their Russian names.
const NEIGHBOURS: [(&str, &str); 27] = [
    ("Asia/Almaty", "Алматы"),
    ("Asia/Ashgabat", "Ашхабад"),
    ("Asia/Baku", "Баку"),
    ("Asia/Barnaul", "Барнаул"),
    ("Asia/Bishkek", "Бишкек"),
    ("Asia/Chita", "Чита"),
    ("Asia/Dubai", "Дубай"),
    ("Asia/Dushanbe", "Душанбе"),
    ("Asia/Hong_Kong", "Гонконг"),
    ("Asia/Novokuznetsk", "Новокузнецк"),
    ("Asia/Novosibirsk", "Новосибирск"),
    ("Asia/Sakhalin", "Сахалин"),
    ("Asia/Shanghai", "Шанхай"),
    ("Asia/Tashkent", "Ташкент"),
    ("Asia/Tbilisi", "Тбилиси"),
    ("Asia/Tomsk", "Томск"),
    ("Asia/Yerevan", "Ереван"),
    ("Europe/Astrakhan", "Астрахань"),
    ("Europe/Berlin", "Берлин"),
    ("Europe/Chisinau", "Кишинёв"),
    ("Europe/Istanbul", "Стамбул"),
    ("Europe/Kirov", "Киров"),
    ("Europe/London", "Лондон"),
    ("Europe/Minsk", "Минск"),
    ("Europe/Saratov", "Саратов"),
    ("Europe/Ulyanovsk", "Ульяновск"),
    ("Europe/Volgograd", "Волгоград"),
];

/// The place of a zone among those in which most workspaces are; later for all others.
pub fn home_place(zone: &str) -> usize {
    HOME.iter().position(|(name, _)| *name == zone).unwrap_or(HOME.len())
}

/// The Russian name of a zone's city, where one is known.
pub fn russian_city(zone: &str) -> Option<&'static str> {
    HOME.iter().chain(&NEIGHBOURS).find(|(name, _)| *name == zone).map(|(_, city)| *city)
}

impl Locale {
    /// The city after which a zone is called: `Москва`; one whose name is not known stays as the zone says it.
    pub fn zone_city(self, zone: &str) -> String {
        match (self, russian_city(zone)) {
            (Locale::Ru, Some(city)) => city.to_owned(),
            _ => zone.rsplit('/').next().unwrap_or(zone).replace('_', " "),
        }
    }

    /// The distance from UTC: `UTC+3`, `UTC+5:30`, `UTC−4`.
    pub fn utc_offset(self, minutes: i32) -> String {
        let sign = if minutes < 0 { '−' } else { '+' };
        let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
        match (hours, rest) {
            (0, 0) => "UTC".to_owned(),
            (hours, 0) => format!("UTC{sign}{hours}"),
            (hours, rest) => format!("UTC{sign}{hours}:{rest:02}"),
        }
    }

    /// What time it is there: `сейчас 15:42`.
    pub fn now_is(self, clock: &str) -> String {
        format!("{} {clock}", self.pick("сейчас", "now"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_called_after_their_cities() {
        assert_eq!(Locale::Ru.zone_city("Asia/Kamchatka"), "Камчатка");
        assert_eq!(Locale::En.zone_city("Asia/Kamchatka"), "Kamchatka");
        assert_eq!(Locale::Ru.zone_city("America/Argentina/Buenos_Aires"), "Buenos Aires");
    }

    #[test]
    fn distances_from_utc_are_short() {
        let offset = |minutes| Locale::Ru.utc_offset(minutes);
        assert_eq!([offset(180), offset(330), offset(0)], ["UTC+3", "UTC+5:30", "UTC"]);
        assert_eq!([offset(-240), offset(-30)], ["UTC−4", "UTC−0:30"]);
    }

    #[test]
    fn the_usual_zones_come_first() {
        assert!(home_place("Europe/Kaliningrad") < home_place("Europe/Moscow"));
        assert!(home_place("Asia/Kamchatka") < home_place("Europe/Berlin"));
    }
}
