//! Which text and drawing stands for which word of the feature.

use crate::features::sellers::types::{Ability, PushState, SellerState, SyncProblem};
use crate::shared::i18n::Locale;
use crate::shared::marketplace::Marketplace;
use crate::ui::icon::Icon;

/// The word for a state.
pub fn state_name(state: SellerState, locale: Locale) -> &'static str {
    match state {
        SellerState::Active => locale.seller_active(),
        SellerState::Paused => locale.seller_paused(),
        SellerState::Broken => locale.seller_broken(),
        SellerState::Removed => locale.seller_removed(),
    }
}

/// The drawing beside the word: a state is never told by colour alone.
pub fn state_icon(state: SellerState) -> Icon {
    match state {
        SellerState::Active => Icon::Check,
        SellerState::Paused => Icon::Pause,
        SellerState::Broken => Icon::Alert,
        SellerState::Removed => Icon::Close,
    }
}

/// The word for how pushes are doing.
pub fn push_state_name(state: PushState, locale: Locale) -> &'static str {
    match state {
        PushState::Off => locale.pushes_off(),
        PushState::Starting => locale.pushes_starting(),
        PushState::On => locale.pushes_on(),
        PushState::Silent => locale.pushes_silent(),
        PushState::Suspended => locale.pushes_suspended(),
        PushState::Taken => locale.pushes_lost(),
    }
}

/// The drawing beside that word.
pub fn push_state_icon(state: PushState) -> Icon {
    match state {
        PushState::Off => Icon::Close,
        PushState::Starting => Icon::Clock,
        PushState::On => Icon::Check,
        PushState::Silent | PushState::Suspended | PushState::Taken => Icon::Alert,
    }
}

/// What a key allows, in an owner's words.
pub fn ability_name(ability: Ability, locale: Locale) -> &'static str {
    match ability {
        Ability::ListChats => locale.ability_list_chats(),
        Ability::ReadHistory => locale.ability_read_history(),
        Ability::SendText => locale.ability_send_text(),
        Ability::SendFile => locale.ability_send_file(),
        Ability::MarkRead => locale.ability_mark_read(),
        Ability::StartChat => locale.ability_start_chat(),
    }
}

/// What happened, what it means for the chats, what to do.
pub fn problem_sentence(problem: SyncProblem, marketplace: Marketplace, locale: Locale) -> String {
    let name = marketplace.name();
    match problem {
        SyncProblem::WrongCredentials => locale.problem_wrong_credentials(name),
        SyncProblem::KeyDeactivated => locale.problem_key_deactivated(name),
        SyncProblem::MethodNotAllowed => locale.problem_method_not_allowed(name),
        SyncProblem::AddressNotAllowed => locale.problem_address_not_allowed(name),
        SyncProblem::SubscriptionTooLow => locale.problem_subscription_too_low(name),
        SyncProblem::OfferNotSigned => locale.problem_offer_not_signed(name),
        SyncProblem::AccountRefused => locale.problem_account_refused(name),
        SyncProblem::Resting => locale.breaker_is_open(name),
        SyncProblem::Unreachable => locale.problem_unreachable(name),
        SyncProblem::Interrupted => locale.problem_interrupted(name),
        SyncProblem::RateLimited => locale.problem_rate_limited(name),
        SyncProblem::Internal => locale.problem_internal().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_told_in_three_parts() {
        for problem in SyncProblem::ALL {
            for locale in [Locale::Ru, Locale::En] {
                let told = problem_sentence(*problem, Marketplace::Ozon, locale);
                assert!(told.matches(". ").count() >= 2 || told.contains(": "), "{problem}: {told}");
            }
        }
    }
}
