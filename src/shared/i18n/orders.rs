//! Texts of orders, and of until when one may write.

use super::Locale;
use crate::shared::marketplace::Marketplace;
use crate::shared::time::{DayName, Remaining, Zone, day_name};
use chrono::{DateTime, Utc};

texts! {
    order_word: "Заказ", "Order";
    order_pane: "Заказ рядом с чатом", "Order beside the chat";
    order_pane_hint: "Показать или скрыть заказ", "Show or hide the order";
    order_refresh: "Обновить данные заказа", "Update the order";
    order_being_updated: "обновляем…", "updating…";
    order_number_field: "Номер заказа или отправления", "Number of the order or posting";
    order_number_hint: "Например, 12345678-0001 или 12345678-0001-1", "For example 12345678-0001 or 12345678-0001-1";
    order_find: "Найти", "Find";
    order_detach: "Убрать номер", "Take the number away";
    order_number_malformed:
        "Это не похоже на номер заказа. Он состоит из двух или трёх групп цифр через дефис, например 12345678-0001.",
        "This does not look like an order number: it has two or three groups of digits, for example 12345678-0001.";
    no_order_known:
        "Заказ этого чата неизвестен, обновлять нечего. Впишите его номер, если покупатель его назвал.",
        "The order of this chat is not known, so there is nothing to update. Enter its number if the buyer told it.";
    order_told_by_marketplace:
        "Номер заказа сообщил сам маркетплейс, заменить его нельзя.",
        "The marketplace told the number of the order itself; it cannot be replaced.";
    chat_cannot_be_started:
        "Маркетплейс сейчас не разрешает начать чат по этому отправлению. Дождитесь сообщения покупателя.",
        "The marketplace does not allow a chat about this posting now. Wait for a message of the buyer.";
    copy_order_number: "Скопировать номер заказа", "Copy the order number";
    copy_tracking: "Скопировать трек-номер", "Copy the tracking number";
    copied: "Скопировано", "Copied";
    not_copied: "Браузер не дал скопировать. Выделите текст и скопируйте его сами.",
        "The browser does not allow copying. Select the text and copy it yourself.";

    posting_packing: "Ждёт сборки", "Being packed";
    posting_awaiting_shipment: "Ждёт отгрузки", "Awaiting shipment";
    posting_delivering: "Доставляется", "On its way";
    posting_at_pickup: "Ждёт получения", "Ready to be received";
    posting_delivered: "Доставлено", "Delivered";
    posting_cancelled: "Отменено", "Cancelled";
    posting_arbitration: "Спор", "Dispute";
    posting_not_accepted: "Не принято в доставку", "Not accepted by the carrier";
    scheme_fbo: "FBO, со склада маркетплейса", "FBO, from the marketplace's warehouse";
    scheme_fbs: "FBS, с вашего склада", "FBS, from your warehouse";
    scheme_rfbs: "rFBS, доставляете вы", "rFBS, delivered by you";
    posting_scheme: "Схема", "Scheme";
    posting_created: "Заказано", "Ordered";
    posting_ship_by: "Отгрузить до", "Ship by";
    posting_expected: "Ожидается", "Expected";
    posting_delivered_at: "Доставлено", "Delivered";
    posting_tracking: "Трек-номер", "Tracking number";
    posting_carrier: "Перевозчик", "Carrier";
    posting_city: "Город", "City";
    posting_cancel_reason: "Причина отмены", "Why cancelled";
    archived: "Товар в архиве", "Archived";
    returns: "Возвраты и отмены", "Returns and cancellations";
    return_word: "Возврат", "Return";
    cancellation: "Отмена", "Cancellation";

    window_until_delivery:
        "Можно писать, пока заказ в пути, и ещё 72 часа после доставки.",
        "You can write while the order is on its way and for 72 hours after delivery.";
    window_first_message:
        "Можно отправить одно сообщение, следующее — когда покупатель ответит.",
        "You can send one message; the next one after the buyer has answered.";
    window_wait_for_buyer:
        "Как только покупатель напишет, ответить снова можно будет здесь.",
        "As soon as the buyer writes, you can answer here again.";
    window_kept_text:
        "Не отправлено: время для ответа вышло. Текст остаётся здесь.",
        "Not sent: the time to answer is over. The text stays here.";
    send_anyway: "Всё равно отправить", "Send anyway";
}

/// Declares texts that name the marketplace: `{name}` stands for it.
macro_rules! order_texts {
    ($($name:ident: $ru:literal, $en:literal;)+) => {
        impl Locale {
            $(
                #[doc = $en]
                pub fn $name(self, marketplace: Marketplace) -> String {
                    self.pick($ru, $en).replace("{name}", marketplace.name())
                }
            )+
        }
    };
}

order_texts! {
    order_not_told:
        "{name} не сообщил, о каком заказе этот чат. Если покупатель назвал номер, впишите его: данные заказа появятся здесь.",
        "{name} did not tell which order this chat is about. If the buyer named a number, enter it and the order appears here.";
    order_not_found:
        "{name} не нашёл такого заказа в этом кабинете. Проверьте номер.",
        "{name} has no such order in this account. Check the number.";
    order_no_rights:
        "Ключ этого кабинета не открывает заказы. Чаты работают; чтобы видеть заказы, добавьте ключу роль с заказами в кабинете {name}.",
        "The key of this account does not open orders. Chats work; to see orders, give the key a role with orders in the {name} cabinet.";
    order_partial:
        "Часть данных {name} не отдал: возвратов может не хватать.",
        "{name} did not give everything: returns may be missing.";
    order_account:
        "{name} не пускает нас в кабинет. Проверьте его на странице «Кабинеты».",
        "{name} does not let us into the account. Check it on the seller accounts page.";
    order_unreachable:
        "{name} сейчас не отвечает. Показываем, что известно; обновите через минуту.",
        "{name} does not answer right now. This is what we know; update in a minute.";
    window_uncertain:
        "{name} может принять ответ, а может отказать; при отказе текст сохранится.",
        "{name} may take an answer or refuse it; if it refuses, the text is kept.";
    window_one_message:
        "По правилу {name} до ответа покупателя проходит одно сообщение, и оно уже отправлено.",
        "By the rule of {name} one message passes before the buyer answers, and it has been sent.";
    window_buyer_starts:
        "По правилу {name} чат о заказе FBO может начать только покупатель.",
        "By the rule of {name} only the buyer can begin a chat about an FBO order.";
    window_refused_over:
        "{name} больше не принимает сообщения в этом чате: время ответа прошло.",
        "{name} takes no more messages in this chat: the time to answer is over.";
    window_refused_wait:
        "{name} не принял сообщение: сначала должен ответить покупатель.",
        "{name} did not take the message: the buyer has to answer first.";
    window_chat_closed:
        "{name} закрыл этот чат и сообщений в нём не принимает.",
        "{name} has closed this chat and takes no messages in it.";
    window_over_unknown_delivery:
        "Неизвестно, не прошло ли уже 72 часа после доставки: {name} давно не сообщал о заказе.",
        "It is not known whether 72 hours have passed since delivery: {name} has not told about the order for long.";
}

impl Locale {
    /// How long one may still write: `Можно писать ещё 3 ч 12 мин — до 18:40`.
    pub fn window_open_for(
        self,
        left: Remaining,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
        zone: Zone,
    ) -> String {
        let left = match left {
            Remaining::Left { minutes: 0 } | Remaining::Over { .. } => {
                self.pick("меньше минуты", "less than a minute").to_owned()
            }
            Remaining::Left { minutes } => self.duration_short(minutes),
        };
        let end = match day_name(zone.day(until), zone.day(now)) {
            DayName::Today => zone.clock(until),
            name => format!("{} {}", self.day(name), zone.clock(until)),
        };
        match self {
            Locale::Ru => format!("Можно писать ещё {left} — до {end}"),
            Locale::En => format!("You can write for {left} more, until {end}"),
        }
    }

    /// The time after the buyer's last message is over.
    pub fn window_over_after_buyer(self, marketplace: Marketplace, at: &str) -> String {
        let name = marketplace.name();
        match self {
            Locale::Ru => format!(
                "По правилу {name} время ответа вышло {at}: прошло 48 часов с последнего сообщения покупателя."
            ),
            Locale::En => format!(
                "By the rule of {name} the time to answer ended {at}: 48 hours after the buyer's last message."
            ),
        }
    }

    /// The time after delivery is over.
    pub fn window_over_after_delivery(self, marketplace: Marketplace, at: &str) -> String {
        let name = marketplace.name();
        match self {
            Locale::Ru => {
                format!("По правилу {name} писать можно было до {at}: прошло 72 часа после доставки.")
            }
            Locale::En => {
                format!("By the rule of {name} you could write until {at}: 72 hours after delivery.")
            }
        }
    }

    /// The button that begins a chat about a posting.
    pub fn start_chat_about(self, posting: &str) -> String {
        match self {
            Locale::Ru => format!("Открыть чат по отправлению {posting}"),
            Locale::En => format!("Open a chat about posting {posting}"),
        }
    }

    /// How old the facts of an order are: `обновлено 3 минуты назад`.
    pub fn order_updated(self, ago: &str) -> String {
        format!("{} {ago}", self.pick("обновлено", "updated"))
    }

    /// Who has typed the number of an order.
    pub fn order_attached_by(self, name: &str) -> String {
        match self {
            Locale::Ru => format!("Номер вписан вручную: {name}"),
            Locale::En => format!("Entered by hand: {name}"),
        }
    }

    /// A posting as a heading.
    pub fn posting_called(self, number: &str) -> String {
        format!("{} {number}", self.pick("Отправление", "Posting"))
    }

    /// What a product is called in the marketplace and in the shop.
    pub fn sku_and_article(self, sku: &str, offer_id: &str) -> String {
        let article = self.pick("артикул", "article");
        if offer_id.is_empty() { format!("SKU {sku}") } else { format!("SKU {sku} · {article} {offer_id}") }
    }

    /// How many of an article: `2 шт.`.
    pub fn pieces(self, n: i64) -> String {
        format!("{n}\u{a0}{}", self.pick("шт.", "pcs"))
    }

    /// An amount of money: `1 990 ₽`, `1 990,50 ₽`. What is no number stays as it is.
    pub fn money(self, amount: &str, currency: &str) -> String {
        let sign = match currency {
            "RUB" => "₽",
            "USD" => "$",
            "EUR" => "€",
            "CNY" => "¥",
            "KZT" => "₸",
            other => other,
        };
        let (whole, part) = amount.trim().split_once('.').unwrap_or((amount.trim(), ""));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_number(whole) || !is_number(part) {
            return format!("{amount}\u{a0}{sign}").trim().to_owned();
        }
        let group = self.pick("\u{a0}", ",");
        let mut number = String::new();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                number.push_str(group);
            }
            number.push(digit);
        }
        if part.bytes().any(|byte| byte != b'0') {
            let part: String = part.chars().chain("00".chars()).take(2).collect();
            number.push_str(self.pick(",", "."));
            number.push_str(&part);
        }
        format!("{number}\u{a0}{sign}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn amounts_read_as_people_write_them() {
        let ru = |amount, currency| Locale::Ru.money(amount, currency).replace('\u{a0}', " ");
        assert_eq!(ru("1990.00", "RUB"), "1 990 ₽");
        assert_eq!(ru("1990.5000", "RUB"), "1 990,50 ₽");
        assert_eq!(ru("1234567", "BYN"), "1 234 567 BYN");
        assert_eq!(ru("99", "RUB"), "99 ₽");
        assert_eq!(ru("по запросу", "RUB"), "по запросу ₽");
        assert_eq!(ru("-5", ""), "-5");
        assert_eq!(Locale::En.money("1990.10", "USD").replace('\u{a0}', " "), "1,990.10 $");
    }

    #[test]
    fn the_countdown_says_the_rest_and_the_moment() {
        let at = |d, h, m| Utc.with_ymd_and_hms(2026, 11, d, h, m, 0).single().expect("a real date");
        let zone = Zone::fixed(180);
        let now = at(20, 9, 6);
        let text = |until, minutes| {
            Locale::Ru.window_open_for(Remaining::Left { minutes }, until, now, zone).replace('\u{a0}', " ")
        };
        assert_eq!(text(at(20, 12, 18), 192), "Можно писать ещё 3 ч 12 мин — до 15:18");
        assert_eq!(text(at(21, 15, 40), 1834), "Можно писать ещё 1 д 6 ч — до 21 ноября 18:40");
        assert_eq!(text(at(20, 9, 6), 0), "Можно писать ещё меньше минуты — до 12:06");
    }
}
