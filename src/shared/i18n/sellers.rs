//! Texts of the sellers page.

use super::{Locale, plural_ru};

texts! {
    sellers_text:
        "Магазины, чаты которых собраны здесь. У каждого видно, как идёт обмен с маркетплейсом и что разрешает ключ.",
        "The shops whose chats are collected here: how the exchange with the marketplace goes and what each key allows.";
    sellers_only_look:
        "Подключать кабинеты, ставить их на паузу и менять ключи могут владелец и администраторы.",
        "The owner and admins can connect accounts, pause them and replace keys.";
    sellers_list: "Подключённые кабинеты", "Connected accounts";
    sellers_removed: "Отключённые", "Disconnected";
    sellers_empty_title: "Подключите магазин Ozon", "Connect an Ozon shop";
    sellers_empty_text:
        "Через минуту после подключения чаты покупателей появятся в разделе «Чаты». Нужны два значения из вашего \
         кабинета Ozon, это займёт пару минут.",
        "A minute after connecting, the buyers' chats appear under “Chats”. Two values from your Ozon cabinet are \
         needed; it takes a few minutes.";
    sellers_empty_only_look:
        "Здесь пока нет ни одного кабинета. Подключить первый могут владелец и администраторы.",
        "There is no account here yet. The owner and admins can connect the first one.";

    seller_active: "Работает", "Works";
    seller_paused: "На паузе", "Paused";
    seller_broken: "Нужно вмешаться", "Needs you";
    seller_removed: "Отключён", "Disconnected";
    seller_paused_text:
        "Новые сообщения не приходят, ответы не отправляются. Время ответа у маркетплейса при этом идёт.",
        "No new messages arrive and no replies are sent. The marketplace's clock goes on meanwhile.";
    seller_removed_text:
        "Ключ удалён. Чаты можно читать, ответить из них нельзя.",
        "The key is deleted. Its chats can be read but not answered.";

    subscription: "Подписка", "Subscription";
    subscription_none: "нет", "none";
    subscription_unknown: "не удалось узнать", "unknown";
    key_valid_until: "Ключ действует", "Key is valid";
    key_expiry_unknown: "срок не указан", "no date is given";
    key_renew:
        "Создайте в кабинете новый ключ и замените его здесь заранее: когда он истечёт, чаты остановятся.",
        "Create a new key in the cabinet and replace it here in time: when it expires, the chats stop.";
    connected: "Подключён", "Connected";
    abilities: "Что разрешает ключ", "What the key allows";
    ability_list_chats: "Видеть список чатов", "See the list of chats";
    ability_read_history: "Читать переписку", "Read messages";
    ability_send_text: "Отвечать покупателям", "Answer buyers";
    ability_send_file: "Отправлять файлы", "Send files";
    ability_mark_read: "Отмечать прочитанным", "Mark as read";
    ability_start_chat: "Начинать чат по заказу", "Start a chat about an order";

    health: "Обмен с маркетплейсом", "Exchange with the marketplace";
    never_synced: "ещё не было, начнётся в течение минуты", "not yet, it begins within a minute";
    seller_nobody_waits: "никто не ждёт ответа", "nobody is waiting";

    import_list: "Читаем список чатов", "Reading the list of chats";
    import_histories: "Загружаем переписку", "Loading the messages";
    import_workable:
        "Работать можно уже сейчас: непрочитанные чаты загружаются первыми, а чат, который вы откроете, — вне очереди.",
        "You can work already: unread chats come first, and a chat that you open jumps the queue.";

    pause: "Поставить на паузу", "Pause";
    resume: "Возобновить", "Resume";
    try_now: "Попробовать сейчас", "Try now";
    replace_key: "Заменить ключ", "Replace key";
    remove: "Отключить", "Disconnect";
    key_replaced: "Ключ проверен и заменён.", "The key was checked and replaced.";

    to_sellers: "Открыть кабинеты", "Open seller accounts";
    stopped_means:
        "Новые сообщения оттуда не приходят, ответы не уходят.",
        "No new messages arrive from there and replies do not leave.";
    sellers_stopped_text:
        "Новые сообщения оттуда не приходят, ответы не уходят. Что случилось и что делать, написано у каждого кабинета.",
        "No new messages arrive from there and replies do not leave. Each account says what happened and what to do.";

    connect_title: "Подключить кабинет", "Connect an account";
    connect: "Подключить", "Connect";
    connect_checking: "Проверяем ключ у маркетплейса…", "Checking the key with the marketplace…";
    connect_step_open: "Откройте кабинет Ozon Seller: «Настройки» → «Seller API» → «API-ключи».",
        "Open Ozon Seller: “Settings” → “Seller API” → “API keys”.";
    connect_step_link: "Открыть страницу ключей Ozon", "Open Ozon's page of keys";
    connect_step_key:
        "Создайте ключ с ролью, которой разрешены чаты, например Admin. Ozon показывает ключ один раз, скопируйте \
         его сразу. Он живёт полгода, о сроке мы напомним.",
        "Create a key with a role that may use chats, for example Admin. Ozon shows the key once, so copy it at once. \
         It lives half a year; we remind you in time.";
    connect_step_paste:
        "Вставьте Client-Id и ключ сюда. Мы проверим их у Ozon и только потом сохраним, ключ хранится зашифрованным.",
        "Paste the Client-Id and the key here. We check them with Ozon before saving; the key is stored encrypted.";
    connect_premium:
        "Чтобы читать чаты и отвечать, магазину нужна подписка Premium Plus или Premium Pro: так решил Ozon.",
        "To read chats and answer, the shop needs Premium Plus or Premium Pro: Ozon's rule.";
    connect_name: "Название", "Name";
    connect_name_hint:
        "Как кабинет называть здесь. Можно не заполнять, тогда возьмём название магазина.",
        "How to call the account here. Leave it empty to take the shop's own name.";
    client_id: "Client-Id", "Client-Id";
    client_id_hint: "Число, например 1234567.", "A number, for example 1234567.";
    api_key: "Api-Key", "Api-Key";
    api_key_hint: "Длинная строка, которую Ozon показал при создании ключа.",
        "The long text that Ozon showed when the key was created.";

    remove_confirm: "Отключить кабинет", "Disconnect the account";
    remove_explains_chats: "Чаты и переписка останутся, их можно читать и искать.",
        "Chats and messages stay; they can be read and searched.";
    remove_explains_key: "Ключ будет удалён. Вернуть его нельзя, для подключения понадобится ключ из кабинета.",
        "The key is deleted. It cannot be brought back; connecting again needs a key from the cabinet.";
    remove_explains_answers: "Ответить покупателям отсюда никто не сможет, новые сообщения приходить перестанут.",
        "Nobody can answer buyers from here, and new messages stop arriving.";
}

/// What a problem of the exchange means: what happened, what it means for the chats, what to do.
impl Locale {
    /// The marketplace does not know the pair of identity and key.
    pub fn problem_wrong_credentials(self, marketplace: &str) -> String {
        match self {
            Locale::Ru => format!(
                "{marketplace} не узнаёт ключ. Новые сообщения не приходят, ответы ждут в очереди. \
                 Создайте новый ключ в кабинете и нажмите «Заменить ключ»."
            ),
            Locale::En => format!(
                "{marketplace} does not know the key. No new messages arrive and replies wait in the queue. \
                 Create a new key in the cabinet and press “Replace key”."
            ),
        }
    }

    /// The key was switched off or has expired.
    pub fn problem_key_deactivated(self, marketplace: &str) -> String {
        match self {
            Locale::Ru => format!(
                "{marketplace} отключил ключ, или его срок истёк. Новые сообщения не приходят, ответы ждут в очереди. \
                 Создайте новый ключ в кабинете и нажмите «Заменить ключ»."
            ),
            Locale::En => format!(
                "{marketplace} has switched the key off, or it has expired. No new messages arrive and replies wait \
                 in the queue. Create a new key in the cabinet and press “Replace key”."
            ),
        }
    }

    /// The key's role does not include a method.
    pub fn problem_method_not_allowed(self, marketplace: &str) -> String {
        match self {
            Locale::Ru => format!(
                "Ключу не разрешены чаты {marketplace}. Часть переписки не приходит или ответы не уходят. \
                 Создайте ключ с ролью, которой разрешены чаты, и нажмите «Заменить ключ»."
            ),
            Locale::En => format!(
                "The key may not use the chats of {marketplace}. Some messages do not arrive or replies do not leave. \
                 Create a key with a role that may use chats and press “Replace key”."
            ),
        }
    }

    /// The key is bound to other networks.
    pub fn problem_address_not_allowed(self, marketplace: &str) -> String {
        match self {
            Locale::Ru => format!(
                "Ключ {marketplace} разрешён только для других IP-адресов. Новые сообщения не приходят, ответы ждут в \
                 очереди. Добавьте адрес этого сервера к ключу в кабинете и нажмите «Попробовать сейчас»."
            ),
            Locale::En => format!(
                "The {marketplace} key is allowed from other IP addresses only. No new messages arrive and replies \
                 wait in the queue. Add this server's address to the key in the cabinet and press “Try now”."
            ),
        }
    }

    /// The subscription does not include chats by API.
    pub fn problem_subscription_too_low(self, marketplace: &str) -> String {
        match self {
            Locale::Ru => format!(
                "Подписки магазина не хватает: {marketplace} даёт чаты через API с Premium Plus. Переписка не \
                 приходит, ответы не уходят. Подключите подписку в кабинете и нажмите «Попробовать сейчас»."
            ),
            Locale::En => format!(
                "The shop's subscription is not enough: {marketplace} gives chats by API from Premium Plus on. \
                 Messages do not arrive and replies do not leave. Change the subscription in the cabinet and press \
                 “Try now”."
            ),
        }
    }

    /// The marketplace waits for its offer to be accepted.
    pub fn problem_offer_not_signed(self, marketplace: &str) -> String {
        match self {
            Locale::Ru => format!(
                "{marketplace} ждёт, что вы примете оферту. До этого сообщения не приходят и ответы не уходят. \
                 Примите её в кабинете и нажмите «Попробовать сейчас»."
            ),
            Locale::En => format!(
                "{marketplace} waits for you to accept its offer. Until then no messages arrive and no replies \
                 leave. Accept it in the cabinet and press “Try now”."
            ),
        }
    }

    /// The marketplace refuses the account for a reason of its own.
    pub fn problem_account_refused(self, marketplace: &str) -> String {
        match self {
            Locale::Ru => format!(
                "{marketplace} не пускает в этот кабинет. Новые сообщения не приходят, ответы ждут в очереди. \
                 Проверьте в кабинете, не заблокирован ли магазин, и нажмите «Попробовать сейчас»."
            ),
            Locale::En => format!(
                "{marketplace} refuses this account. No new messages arrive and replies wait in the queue. \
                 Check in the cabinet whether the shop is blocked, then press “Try now”."
            ),
        }
    }

    /// The marketplace cannot be reached.
    pub fn problem_unreachable(self, marketplace: &str) -> String {
        match self {
            Locale::Ru => format!(
                "{marketplace} не отвечает. Сообщения придут с опозданием, ответы отправятся, когда связь вернётся. \
                 Делать ничего не нужно, мы пробуем снова сами."
            ),
            Locale::En => format!(
                "{marketplace} does not answer. Messages arrive late, replies leave when it is back. \
                 Nothing to do: we keep trying."
            ),
        }
    }

    /// So many calls in a row failed that the account has a rest.
    pub fn breaker_is_open(self, marketplace: &str) -> String {
        match self {
            Locale::Ru => format!(
                "{marketplace} давно не отвечает, поэтому мы обращаемся к нему реже. Сообщения придут с опозданием, \
                 ответы ждут в очереди и уйдут, когда связь вернётся. Делать ничего не нужно."
            ),
            Locale::En => format!(
                "{marketplace} has not answered for a while, so we ask less often. Messages arrive late, replies wait \
                 safely in the queue and leave when it is back. Nothing to do."
            ),
        }
    }

    /// How many calls in a row failed, and when the first did.
    pub fn calls_failed(self, failures: u32, since: &str) -> String {
        let n = i64::from(failures);
        let calls = self.count(n, ["обращение", "обращения", "обращений"], ["call", "calls"]);
        match self {
            Locale::Ru => {
                let verb = plural_ru(n, "не удалось", "не удались", "не удалось");
                format!("Подряд {verb} {calls}, первое из них {since}.")
            }
            Locale::En => {
                let verb = if n == 1 { "has" } else { "have" };
                format!("{calls} in a row {verb} failed, the first one {since}.")
            }
        }
    }

    /// When the next call tries; nothing to wait for below one second.
    pub fn next_try(self, seconds: i64) -> String {
        if seconds < 1 {
            return self.pick("Пробуем снова.", "Trying again.").to_owned();
        }
        format!("{} {}.", self.pick("Следующая попытка", "The next try is"), self.in_a_while(seconds))
    }

    /// The connection broke in the middle.
    pub fn problem_interrupted(self, marketplace: &str) -> String {
        match self {
            Locale::Ru => format!(
                "Связь с {marketplace} оборвалась на середине. Полученное сохранено, остальное придёт при следующем \
                 обмене. Делать ничего не нужно."
            ),
            Locale::En => format!(
                "The connection to {marketplace} broke half-way. What arrived is kept, the rest comes with the next \
                 exchange. Nothing to do."
            ),
        }
    }

    /// The marketplace asks us to slow down.
    pub fn problem_rate_limited(self, marketplace: &str) -> String {
        match self {
            Locale::Ru => format!(
                "{marketplace} просит обращаться к нему реже. Сообщения придут с небольшим опозданием. Если ключом \
                 пользуется другая программа, создайте для неё отдельный ключ."
            ),
            Locale::En => format!(
                "{marketplace} asks us to slow down. Messages arrive a little late. If another program uses the same \
                 key, create a key of its own for it."
            ),
        }
    }

    /// A fault of ours.
    pub fn problem_internal(self) -> &'static str {
        self.pick(
            "Обмен остановился из-за ошибки в программе. Новые сообщения могут не приходить. Мы пробуем снова сами; \
             если не пройдёт за несколько минут, передайте администратору журнал сервера.",
            "The exchange stopped because of a fault in the program. New messages may not arrive. We keep trying; if \
             it lasts longer than some minutes, give the server's log to the admin.",
        )
    }

    /// The marketplace's own words about a problem.
    pub fn marketplace_words(self, marketplace: &str, text: &str) -> String {
        let text = self.quoted(text.trim());
        match self {
            Locale::Ru => format!("Ответ {marketplace}: {text}"),
            Locale::En => format!("{marketplace} said: {text}"),
        }
    }
}

/// Health and facts of a seller.
impl Locale {
    /// How long an exchange took: `0,4 с`.
    pub fn took(self, milliseconds: i64) -> String {
        let seconds = format!("{:.1}", milliseconds as f64 / 1_000.0);
        match self {
            Locale::Ru => format!("за {}\u{a0}с", seconds.replace('.', ",")),
            Locale::En => format!("in {seconds}\u{a0}s"),
        }
    }

    /// News are late: `нет новостей 5 мин`.
    pub fn silent_for(self, minutes: i64) -> String {
        let stretch = self.duration_short(minutes);
        match self {
            Locale::Ru => format!("отстаём на {stretch}"),
            Locale::En => format!("{stretch} behind"),
        }
    }

    /// How many chats of all have their messages: `1200 из 317 000 чатов`.
    pub fn import_histories_done(self, done: i64, total: i64) -> String {
        let total = self.count(total, ["чата", "чатов", "чатов"], ["chat", "chats"]);
        format!("{} {} {total}", self.number(done), self.pick("из", "of"))
    }

    /// The speed of an import: `4400 чатов в секунду`, `40 переписок в секунду`.
    pub fn import_speed(self, per_second: f64, of_histories: bool) -> String {
        let n = per_second.round() as i64;
        let counted = if of_histories {
            self.count(n, ["переписка", "переписки", "переписок"], ["history", "histories"])
        } else {
            self.count(n, ["чат", "чата", "чатов"], ["chat", "chats"])
        };
        format!("{counted} {}", self.pick("в\u{a0}секунду", "a\u{a0}second"))
    }

    /// The time that an import still takes: `осталось около 2 часов 5 минут`.
    pub fn import_remaining(self, seconds: i64) -> String {
        match (self, seconds) {
            (Locale::Ru, ..60) => "осталось меньше минуты".to_owned(),
            (Locale::En, ..60) => "less than a minute left".to_owned(),
            (Locale::Ru, _) => format!("осталось примерно {}", self.duration_short((seconds + 59) / 60)),
            (Locale::En, _) => format!("about {} left", self.duration_short((seconds + 59) / 60)),
        }
    }

    /// `12 ждут ответа`.
    pub fn waiting_for_answer(self, n: i64) -> String {
        self.count(n, ["ждёт ответа", "ждут ответа", "ждут ответа"], ["is waiting", "are waiting"])
    }

    /// A day until which something holds: `до 12 мая 2027`.
    pub fn until(self, day: &str) -> String {
        format!("{} {day}", self.pick("до", "until"))
    }

    /// A key that has expired or soon will: `истекает через 12 дней`, `истёк 3 дня назад`.
    pub fn key_expires(self, days: i64) -> String {
        let when = self.days_away(days);
        let verb = if days < 0 {
            self.pick("истёк", "expired")
        } else {
            self.pick("истекает", "expires")
        };
        format!("{verb} {when}")
    }

    /// A subscription by the marketplace's word for it.
    pub fn subscription_name(self, word: &str) -> String {
        match word.to_ascii_uppercase().as_str() {
            "PREMIUM" => "Premium".to_owned(),
            "PREMIUM_LITE" => "Premium Lite".to_owned(),
            "PREMIUM_PLUS" => "Premium Plus".to_owned(),
            "PREMIUM_PRO" => "Premium Pro".to_owned(),
            "UNSPECIFIED" => self.subscription_none().to_owned(),
            "" | "UNKNOWN" => self.subscription_unknown().to_owned(),
            _ => word.to_owned(),
        }
    }

    /// A seller is connected.
    pub fn seller_connected(self, name: &str) -> String {
        match self {
            Locale::Ru => format!("Кабинет {} подключён. Чаты появятся в течение минуты.", self.quoted(name)),
            Locale::En => format!("{} is connected. Its chats appear within a minute.", self.quoted(name)),
        }
    }

    /// A seller is paused.
    pub fn seller_is_paused(self, name: &str) -> String {
        match self {
            Locale::Ru => format!("Кабинет {} на паузе.", self.quoted(name)),
            Locale::En => format!("{} is paused.", self.quoted(name)),
        }
    }

    /// We have stopped a seller.
    pub fn seller_is_stopped(self, name: &str) -> String {
        match self {
            Locale::Ru => format!("Кабинет {} остановлен.", self.quoted(name)),
            Locale::En => format!("{} is stopped.", self.quoted(name)),
        }
    }

    /// We have stopped sellers: `Остановлены 2 кабинета: «Север», «Юг».` Of many, only some are named.
    pub fn sellers_are_stopped(self, names: &[&str]) -> String {
        if let [name] = names {
            return self.seller_is_stopped(name);
        }
        let n = names.len() as i64;
        let some: Vec<String> = names.iter().take(3).map(|name| self.quoted(name)).collect();
        let rest = match names.len().saturating_sub(some.len()) {
            0 => String::new(),
            more => format!(" {} {more}", self.pick("и ещё", "and another")),
        };
        let (sellers, some) = (self.seller_count(n), some.join(", "));
        match self {
            Locale::Ru => {
                let verb = plural_ru(n, "Остановлен", "Остановлены", "Остановлено");
                format!("{verb} {sellers}: {some}{rest}.")
            }
            Locale::En => format!("{sellers} are stopped: {some}{rest}."),
        }
    }

    /// Who can mend what this person cannot.
    pub fn tell_keepers(self, names: &[String]) -> String {
        let names = names.join(", ");
        match (self, names.is_empty()) {
            (Locale::Ru, true) => "Скажите об этом владельцу или администратору.".to_owned(),
            (Locale::Ru, false) => format!("Исправить это могут: {names}."),
            (Locale::En, true) => "Tell the owner or an admin.".to_owned(),
            (Locale::En, false) => format!("Ask one of those who can mend it: {names}."),
        }
    }

    /// A seller goes on.
    pub fn seller_goes_on(self, name: &str) -> String {
        match self {
            Locale::Ru => format!("Кабинет {} снова работает.", self.quoted(name)),
            Locale::En => format!("{} works again.", self.quoted(name)),
        }
    }

    /// A seller is disconnected.
    pub fn seller_is_removed(self, name: &str) -> String {
        match self {
            Locale::Ru => format!("Кабинет {} отключён, его чаты можно читать.", self.quoted(name)),
            Locale::En => format!("{} is disconnected; its chats can still be read.", self.quoted(name)),
        }
    }

    /// Title of the dialog that replaces a key.
    pub fn replace_key_of(self, name: &str) -> String {
        match self {
            Locale::Ru => format!("Новый ключ для {}", self.quoted(name)),
            Locale::En => format!("A new key for {}", self.quoted(name)),
        }
    }

    /// Title of the dialog that disconnects a seller.
    pub fn remove_seller(self, name: &str) -> String {
        match self {
            Locale::Ru => format!("Отключить {}?", self.quoted(name)),
            Locale::En => format!("Disconnect {}?", self.quoted(name)),
        }
    }

    /// What to type to confirm.
    pub fn type_name(self, name: &str) -> String {
        match self {
            Locale::Ru => format!("Чтобы подтвердить, наберите название: {name}"),
            Locale::En => format!("To confirm, type the name: {name}"),
        }
    }

    /// An action of a card, named with its seller for readers: `Заменить ключ: Север`.
    pub fn action_of(self, verb: &str, name: &str) -> String {
        format!("{verb}: {name}")
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn a_key_says_when_it_ends() {
        let says = |days| Locale::Ru.key_expires(days).replace('\u{a0}', " ");
        assert_eq!(says(12), "истекает через 12 дней");
        assert_eq!(says(0), "истекает сегодня");
        assert_eq!(says(-1), "истёк 1 день назад");
    }

    #[test]
    fn an_import_is_told_with_the_right_endings() {
        let plain = |text: String| text.replace('\u{a0}', " ");
        assert_eq!(plain(Locale::Ru.import_histories_done(1, 21)), "1 из 21 чата");
        assert_eq!(plain(Locale::Ru.import_histories_done(5, 317_000)), "5 из 317 000 чатов");
        assert_eq!(plain(Locale::Ru.import_histories_done(1, 2)), "1 из 2 чатов");
        assert_eq!(plain(Locale::En.import_histories_done(1, 2)), "1 of 2 chats");
        assert_eq!(plain(Locale::Ru.import_speed(42.4, true)), "42 переписки в секунду");
        assert_eq!(plain(Locale::Ru.import_speed(4_400.0, false)), "4400 чатов в секунду");
        assert_eq!(plain(Locale::En.import_speed(1.2, true)), "1 history a second");
        assert_eq!(Locale::Ru.import_remaining(59), "осталось меньше минуты");
        assert_eq!(Locale::En.import_remaining(0), "less than a minute left");
    }

    #[test]
    fn stopped_sellers_are_counted_and_named() {
        let says = |names: &[&str]| Locale::Ru.sellers_are_stopped(names).replace('\u{a0}', " ");
        assert_eq!(says(&["Север"]), "Кабинет «Север» остановлен.");
        assert_eq!(says(&["Север", "Юг"]), "Остановлены 2 кабинета: «Север», «Юг».");
        assert_eq!(says(&["1", "2", "3", "4", "5"]), "Остановлено 5 кабинетов: «1», «2», «3» и ещё 2.");
        let of_many = says(&["1"; 21]);
        assert_eq!(of_many, "Остановлен 21 кабинет: «1», «1», «1» и ещё 18.");
        let english = Locale::En.sellers_are_stopped(&["1", "2", "3", "4"]).replace('\u{a0}', " ");
        assert_eq!(english, "4 seller accounts are stopped: “1”, “2”, “3” and another 1.");
        assert_eq!(
            Locale::Ru.tell_keepers(&["Анна".into(), "Пётр".into()]),
            "Исправить это могут: Анна, Пётр."
        );
    }

    #[test]
    fn a_breaker_says_what_failed_and_when_it_tries_again() {
        let says = |failures| Locale::Ru.calls_failed(failures, "сегодня в 14:20").replace('\u{a0}', " ");
        assert_eq!(says(12), "Подряд не удалось 12 обращений, первое из них сегодня в 14:20.");
        assert_eq!(says(22), "Подряд не удались 22 обращения, первое из них сегодня в 14:20.");
        let next = |seconds| Locale::Ru.next_try(seconds).replace('\u{a0}', " ");
        assert_eq!(next(41), "Следующая попытка через 41 секунду.");
        assert_eq!(next(61), "Следующая попытка через 2 минуты.");
        assert_eq!(next(0), "Пробуем снова.");
    }

    #[test]
    fn subscriptions_have_the_marketplaces_spelling() {
        assert_eq!(Locale::Ru.subscription_name("PREMIUM_PLUS"), "Premium Plus");
        assert_eq!(Locale::Ru.subscription_name("Unspecified"), "нет");
        assert_eq!(Locale::Ru.subscription_name("PREMIUM_ULTRA"), "PREMIUM_ULTRA");
    }
}
