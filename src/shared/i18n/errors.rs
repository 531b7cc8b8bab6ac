//! What went wrong: what happened, what it means, what to do.

use super::Locale;
use crate::shared::error::{AppError, Refusal};

impl Locale {
    /// The sentence for an error.
    pub fn app_error(self, error: &AppError) -> String {
        match error {
            AppError::Unauthorized => self.session_ended().to_owned(),
            AppError::Forbidden => self.forbidden().to_owned(),
            AppError::NotFound => self.not_found().to_owned(),
            AppError::Refused(refusal) => self.refusal(refusal),
            AppError::RateLimited { retry_after_s } => self.too_often(i64::from(*retry_after_s)),
            AppError::Unavailable { trace_id } => self.with_trace(self.unavailable(), trace_id),
            AppError::Internal { trace_id } => self.with_trace(self.internal(), trace_id),
            AppError::Transport => self.no_connection().to_owned(),
            AppError::BadRequest => self.not_understood().to_owned(),
            AppError::TooLarge { max_bytes } => self.too_large(*max_bytes),
        }
    }

    /// The sentence for a request that contradicts a rule.
    pub fn refusal(self, refusal: &Refusal) -> String {
        match refusal {
            Refusal::EmptyText => self.text_empty().to_owned(),
            Refusal::TextTooLong { max, actual } => self.text_too_long(i64::from(*max), i64::from(*actual)),
            Refusal::ControlCharacters => self.control_characters().to_owned(),
            Refusal::NameMissing => self.name_missing().to_owned(),
            Refusal::ClientIdMissing => self.client_id_missing().to_owned(),
            Refusal::ClientIdNotANumber => self.client_id_not_a_number().to_owned(),
            Refusal::ApiKeyMissing => self.api_key_missing().to_owned(),
            Refusal::WrongCredentials => self.wrong_credentials().to_owned(),
            Refusal::KeyDeactivated => self.key_deactivated().to_owned(),
            Refusal::KeyWithoutChatMethods { missing } => self.key_without_chat_methods(missing),
            Refusal::KeyBoundToOtherAddress => self.key_bound_to_other_address().to_owned(),
            Refusal::SubscriptionTooLow { subscription } => self.subscription_too_low(subscription),
            Refusal::OfferNotSigned => self.offer_not_signed().to_owned(),
            Refusal::AccountAlreadyConnected { here: true } => self.connected_here().to_owned(),
            Refusal::AccountAlreadyConnected { here: false } => self.connected_elsewhere().to_owned(),
            Refusal::MarketplaceUnreachable => self.marketplace_unreachable().to_owned(),
            Refusal::MarketplaceSaid { text } if text.trim().is_empty() => self.not_understood().to_owned(),
            Refusal::MarketplaceSaid { text } => self.marketplace_said(text),
            Refusal::PushesNeedPublicAddress => self.pushes_need_public_address().to_owned(),
            Refusal::PushesTaken { address } => self.pushes_taken(address),
            Refusal::PushesNotAllowed => self.pushes_not_allowed().to_owned(),
            Refusal::PushAddressRefused { said } => self.push_address_refused(said),
            Refusal::SellerNotConnected => self.seller_not_connected().to_owned(),
            Refusal::ChatMoved { by } => self.chat_moved(by),
            Refusal::ReplyNotRetryable => self.reply_not_retryable().to_owned(),
            Refusal::NameDoesNotMatch => self.name_does_not_match().to_owned(),
            Refusal::OrderNumberMalformed => self.order_number_malformed().to_owned(),
            Refusal::NoOrderKnown => self.no_order_known().to_owned(),
            Refusal::OrderToldByMarketplace => self.order_told_by_marketplace().to_owned(),
            Refusal::ChatCannotBeStarted => self.chat_cannot_be_started().to_owned(),
            Refusal::FileEmpty => self.file_empty().to_owned(),
            Refusal::FileTooLarge { max_bytes } => self.file_too_large(i64::from(*max_bytes)),
            Refusal::FileKindNotTaken => self.file_kind_not_taken().to_owned(),
            Refusal::FileContentDiffers => self.file_content_differs().to_owned(),
            Refusal::PictureUnreadable => self.picture_unreadable().to_owned(),
            Refusal::FileNotThere => self.file_not_there().to_owned(),
            Refusal::FilterNameMissing => self.filter_name_missing().to_owned(),
            Refusal::FilterNameTooLong { max } => self.filter_name_too_long(i64::from(*max)),
            Refusal::FilterTooLarge => self.filter_too_large().to_owned(),
            Refusal::TooManyFilters { max } => self.too_many_filters(i64::from(*max)),
            Refusal::WordingBlocked(found) => self.wording_blocked(found),
            Refusal::WordingUnaccepted(found) => self.wording_unaccepted(found),
            Refusal::VariableUnfilled { name } => self.variable_unfilled(name),
            Refusal::SendTimePast => self.send_time_past().to_owned(),
            Refusal::SendTimeAfterWindow => self.send_time_after_window().to_owned(),
            Refusal::ReplyHasLeft => self.reply_has_left().to_owned(),
            Refusal::RulesChangedMeanwhile => self.rules_changed_meanwhile().to_owned(),
            Refusal::DeadlineRule { name, flaw } => self.deadline_flaw(name, *flaw),
            Refusal::TooManyRules { max } => self.too_many_rules(i64::from(*max)),
            Refusal::RuleTitleMissing => self.rule_title_missing().to_owned(),
            Refusal::RulePatternUnreadable { pattern } => self.rule_pattern_unreadable(pattern),
            Refusal::FieldTooLong { max } => self.field_too_long(i64::from(*max)),
            Refusal::TitleMissing => self.title_missing().to_owned(),
            Refusal::ChatHasMoved => self.chat_has_moved().to_owned(),
            Refusal::HolderHasChanged { holder } => self.holder_has_changed(holder.as_deref()),
            Refusal::PersonCannotAnswer => self.person_cannot_answer().to_owned(),
            Refusal::OnlyForOwners => self.only_for_owners().to_owned(),
            Refusal::NotOneself => self.not_oneself().to_owned(),
            Refusal::EmailTaken => self.email_taken().to_owned(),
            Refusal::EmailInvalid => self.problem_email_invalid().to_owned(),
            Refusal::PersonNameMissing => self.person_name_missing().to_owned(),
            Refusal::PasswordTooShort { min } => self.problem_password_too_short(*min as usize),
            Refusal::PasswordWrong => self.password_wrong().to_owned(),
            Refusal::MomentPassed => self.moment_passed().to_owned(),
            Refusal::BotTokenMalformed => self.bot_token_malformed().to_owned(),
            Refusal::TelegramChatMalformed => self.telegram_chat_malformed().to_owned(),
            Refusal::PromiseTooFar { days } => self.promise_too_far(i64::from(*days)),
            Refusal::WorkspaceNameMissing => self.problem_workspace_missing().to_owned(),
            Refusal::TagNameMissing => self.tag_name_missing().to_owned(),
            Refusal::TagNameTaken => self.tag_name_taken().to_owned(),
            Refusal::BulkEmpty => self.bulk_empty().to_owned(),
            Refusal::BulkTooLarge { max } => self.bulk_too_large(i64::from(*max)),
            Refusal::BulkUndoOver => self.bulk_undo_over().to_owned(),
            Refusal::TooManyTags { max } => self.too_many_tags(i64::from(*max)),
            Refusal::NoteOfAnother => self.note_of_another().to_owned(),
            Refusal::NoteDeleted => self.note_deleted().to_owned(),
            Refusal::ModelMissing => self.model_missing().to_owned(),
            Refusal::FolderMissing => self.model_folder_missing().to_owned(),
            Refusal::ModelAddressMissing => self.model_address_missing().to_owned(),
            Refusal::TooManyModels { max } => self.too_many_models(i64::from(*max)),
        }
    }

    /// Adds the number by which the log knows the case.
    fn with_trace(self, sentence: &str, trace_id: &str) -> String {
        if trace_id.is_empty() {
            return sentence.to_owned();
        }
        format!("{sentence} {} {trace_id}.", self.pick("Номер случая:", "Case number:"))
    }

    fn too_large(self, max_bytes: u32) -> String {
        let kilobytes = max_bytes / 1024;
        match self {
            Locale::Ru => format!(
                "Слишком длинно: сервер принимает не больше {kilobytes} КБ за раз. Ничего не отправлено; сократите текст."
            ),
            Locale::En => format!(
                "Too long: the server takes no more than {kilobytes} KB at once. Nothing was sent; shorten the text."
            ),
        }
    }

    fn too_often(self, seconds: i64) -> String {
        let wait = if seconds < 60 {
            self.count(seconds.max(1), ["секунду", "секунды", "секунд"], ["second", "seconds"])
        } else {
            let minutes = (seconds + 59) / 60;
            self.count(minutes, ["минуту", "минуты", "минут"], ["minute", "minutes"])
        };
        match self {
            Locale::Ru => format!("Слишком много попыток подряд. Попробуйте через {wait}."),
            Locale::En => format!("Too many tries in a row. Try again in {wait}."),
        }
    }

    fn text_too_long(self, max: i64, actual: i64) -> String {
        let over = self.characters((actual - max).max(1));
        match self {
            Locale::Ru => {
                format!(
                    "Текст длиннее, чем можно: {actual} из {max}. Сократите его на {over}, ничего не потеряно."
                )
            }
            Locale::En => {
                format!("The text is longer than allowed: {actual} of {max}. Cut {over}; nothing is lost.")
            }
        }
    }

    fn key_without_chat_methods(self, missing: &[String]) -> String {
        let missing = missing.join(", ");
        match self {
            Locale::Ru => format!(
                "Ключ верный, но ему не разрешены чаты: {missing}. Без этого мы не увидим переписку. \
                 Создайте в кабинете ключ с ролью, в которую входят методы чатов, например Admin, и вставьте его сюда."
            ),
            Locale::En => format!(
                "The key is right but may not use chats: {missing}. Without that we cannot see the messages. \
                 Create a key with a role that includes the chat methods, for example Admin, and paste it here."
            ),
        }
    }

    fn subscription_too_low(self, subscription: &str) -> String {
        let now = if subscription.trim().is_empty() {
            String::new()
        } else {
            match self {
                Locale::Ru => format!(" (сейчас: {subscription})"),
                Locale::En => format!(" (now: {subscription})"),
            }
        };
        match self {
            Locale::Ru => format!(
                "Подписки магазина не хватает{now}. Читать чаты и отвечать через API можно с Premium Plus или \
                 Premium Pro. Подключите подписку в кабинете и попробуйте снова."
            ),
            Locale::En => format!(
                "The shop's subscription is not enough{now}. Reading and answering chats by API needs Premium Plus \
                 or Premium Pro. Change the subscription in the seller's cabinet and try again."
            ),
        }
    }

    fn marketplace_said(self, text: &str) -> String {
        let text = self.quoted(text.trim());
        match self {
            Locale::Ru => format!(
                "Маркетплейс отказал и ответил: {text}. Ничего не изменилось. Проверьте кабинет и попробуйте снова."
            ),
            Locale::En => format!(
                "The marketplace refused and said: {text}. Nothing has changed. Check the account and try again."
            ),
        }
    }

    /// Why a reply was not sent: the marketplace's window for answers has closed.
    pub fn failure_window_closed(self, marketplace: &str) -> String {
        match self {
            Locale::Ru => format!(
                "{marketplace} не принял сообщение: срок ответа в этом чате истёк. Покупатель его не увидит. \
                 Можно ответить, когда он напишет снова."
            ),
            Locale::En => format!(
                "{marketplace} did not take the message: the time to answer in this chat is over. The buyer will \
                 not see it. You can answer when the buyer writes again."
            ),
        }
    }

    /// Why a reply was not sent: the marketplace wants to hear the buyer first.
    pub fn failure_wait_for_buyer(self, marketplace: &str) -> String {
        match self {
            Locale::Ru => format!(
                "{marketplace} не принял сообщение: сначала должен ответить покупатель. Он его не увидит. \
                 Отправьте ещё раз, когда он напишет."
            ),
            Locale::En => format!(
                "{marketplace} did not take the message: it is the buyer's turn. The buyer will not see it. \
                 Send it again when the buyer has written."
            ),
        }
    }

    /// Why a reply was not sent: the marketplace does not know the chat.
    pub fn failure_chat_not_found(self, marketplace: &str) -> String {
        match self {
            Locale::Ru => format!(
                "{marketplace} больше не находит этот чат. Покупатель сообщение не увидит. \
                 Посмотрите в кабинете {marketplace}, не удалён ли чат."
            ),
            Locale::En => format!(
                "{marketplace} cannot find this chat any more. The buyer will not see the message. \
                 Check in the {marketplace} cabinet whether the chat was deleted."
            ),
        }
    }

    /// Why a reply was not sent: the marketplace refused the text.
    pub fn failure_refused(self, marketplace: &str) -> String {
        match self {
            Locale::Ru => format!(
                "{marketplace} отклонил сообщение. Покупатель его не увидит. Измените текст и отправьте снова."
            ),
            Locale::En => format!(
                "{marketplace} refused the message. The buyer will not see it. Change the text and send it again."
            ),
        }
    }

    /// Why a reply was not sent: the marketplace does not let us into the account.
    pub fn failure_account_problem(self, marketplace: &str) -> String {
        match self {
            Locale::Ru => format!(
                "Сообщение не отправлено: {marketplace} не пускает нас в кабинет. Покупатель его не увидит. \
                 Что случилось и что делать, написано на странице «Кабинеты»."
            ),
            Locale::En => format!(
                "The message was not sent: {marketplace} does not let us into the account. The buyer will not see \
                 it. The page “Seller accounts” tells what happened and what to do."
            ),
        }
    }
}

texts! {
    session_ended:
        "Вы вышли или вход устарел. Войдите снова, набранный текст сохранён в этом браузере.",
        "You are logged out or your session has ended. Log in again; what you typed is kept in this browser.";
    forbidden:
        "Для этого не хватает прав. Попросите владельца или администратора.",
        "Your role does not allow this. Ask the owner or an admin.";
    not_found:
        "Этого здесь нет: возможно, ссылка устарела или открыта под другой учётной записью.",
        "It is not here: the link may be old or belong to another workspace.";
    unavailable:
        "Сервер сейчас не может это сделать. Ничего не потеряно. Попробуйте через минуту.",
        "The server cannot do this right now. Nothing is lost. Try again in a minute.";
    internal:
        "На сервере случилась ошибка. Ничего не потеряно. Попробуйте снова, а если повторится, сообщите администратору.",
        "Something went wrong on the server. Nothing is lost. Try again, and tell the admin if it happens again.";
    no_connection:
        "Нет связи с сервером. Проверьте интернет и попробуйте снова, набранное сохранено.",
        "The server cannot be reached. Check the network and try again; what you typed is kept.";
    not_understood:
        "Сервер не понял запрос: возможно, страница устарела. Обновите её и попробуйте снова.",
        "The server did not understand the request: the page may be out of date. Reload it and try again.";

    text_empty: "Сообщение пустое. Напишите хотя бы слово.", "The message is empty. Write at least a word.";
    control_characters:
        "В тексте есть невидимые служебные символы. Удалите их или наберите текст заново.",
        "The text has invisible control characters. Remove them or type the text again.";
    name_missing: "Напишите имя.", "Write a name.";
    client_id_missing:
        "Укажите Client-Id: это число рядом с ключом на странице «API-ключи».",
        "Enter the Client-Id: the number beside the key on the page “API keys”.";
    client_id_not_a_number:
        "Client-Id состоит только из цифр, например 1234567. Скопируйте его целиком, без букв и пробелов.",
        "A Client-Id has digits only, for example 1234567. Copy all of it, without letters or spaces.";
    api_key_missing:
        "Вставьте ключ: кабинет показывает его один раз, при создании.",
        "Paste the key: the cabinet shows it once, when it is created.";
    wrong_credentials:
        "Маркетплейс не узнал эту пару Client-Id и ключа. Проверьте, что оба из одного кабинета и скопированы целиком, \
         или создайте новый ключ.",
        "The marketplace does not know this pair of Client-Id and key. Check that both come from one cabinet and are \
         complete, or create a new key.";
    key_deactivated:
        "Этот ключ отключён в кабинете. Создайте новый и вставьте его сюда.",
        "This key has been switched off in the cabinet. Create a new one and paste it here.";
    key_bound_to_other_address:
        "Ключ разрешён только для других IP-адресов. Добавьте адрес этого сервера к ключу в кабинете или создайте ключ \
         без ограничения.",
        "The key is allowed from other IP addresses only. Add this server's address to the key in the cabinet, or \
         create a key without the restriction.";
    offer_not_signed:
        "Маркетплейс ждёт, что вы примете оферту. Откройте кабинет, примите её и попробуйте снова.",
        "The marketplace waits for you to accept its offer. Open the cabinet, accept it and try again.";
    connected_here:
        "Этот кабинет уже подключён. Если нужен новый ключ, выберите «Заменить ключ» у него в списке.",
        "This account is connected already. If it needs a new key, choose “Replace key” in the list.";
    connected_elsewhere:
        "Этот кабинет уже подключён в другом рабочем пространстве. Сначала отключите его там.",
        "This account is connected in another workspace already. Disconnect it there first.";
    marketplace_unreachable:
        "Маркетплейс сейчас не отвечает, поэтому ключ не проверен и ничего не сохранено. Попробуйте через минуту.",
        "The marketplace does not answer right now, so the key was not checked and nothing was saved. Try again in a \
         minute.";
    seller_not_connected:
        "Кабинет отключён. Чаты можно читать, отвечать нельзя. Подключите его снова на странице «Кабинеты».",
        "The account is disconnected. Its chats can be read but not answered. Connect it again on “Seller accounts”.";
    reply_not_retryable:
        "Повторять не нужно: сообщение уже отправлено или отправляется.",
        "No need to send it again: the message is sent or on its way.";
    name_does_not_match:
        "Название не совпадает. Наберите его так, как оно написано в списке.",
        "The name does not match. Type it as it stands in the list.";

    failure_seller_paused:
        "Сообщение не отправлено: кабинет на паузе. Покупатель его не увидит. Возобновите кабинет и нажмите «Повторить».",
        "The message was not sent: the account is paused. The buyer will not see it. Resume the account and press “Try \
         again”.";
    failure_seller_removed:
        "Сообщение не отправлено: кабинет отключён. Покупатель его не увидит. Чат можно только читать.",
        "The message was not sent: the account is disconnected. The buyer will not see it. The chat can only be read.";
    failure_cannot_tell:
        "Связь оборвалась, когда сообщение уже уходило. Неизвестно, получил ли его покупатель. Проверьте чат в кабинете \
         маркетплейса, прежде чем повторять.",
        "The connection broke while the message was leaving. Nobody knows whether the buyer got it. Check the chat in \
         the marketplace's cabinet before you send it again.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_number_is_told_when_there_is_one() {
        let told = Locale::Ru.app_error(&AppError::Internal { trace_id: "4f2a".into() });
        assert!(told.ends_with("Номер случая: 4f2a."), "{told}");
        let silent = Locale::Ru.app_error(&AppError::Internal { trace_id: String::new() });
        assert!(!silent.contains("Номер"), "{silent}");
    }

    #[test]
    fn a_long_text_is_told_by_how_much() {
        let told = Locale::Ru.refusal(&Refusal::TextTooLong { max: 1000, actual: 1001 });
        assert!(told.contains("на 1\u{a0}символ,"), "{told}");
    }

    #[test]
    fn waiting_times_are_rounded_up_to_minutes() {
        let told = |seconds| {
            Locale::Ru.app_error(&AppError::RateLimited { retry_after_s: seconds }).replace('\u{a0}', " ")
        };
        assert!(told(30).contains("через 30 секунд"));
        assert!(told(61).contains("через 2 минуты"));
        assert!(told(0).contains("через 1 секунду"));
    }
}
