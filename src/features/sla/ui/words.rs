//! Words of these pages.

use super::draft::Names;
use super::edit::{Column, Topic};
use crate::features::orders::types::Scheme;
use crate::features::sla::intent::Intent;
use crate::features::sla::policy::Condition;
use crate::features::sla::priority::PriorityReason;
use crate::features::sla::written;
use crate::features::understanding::words as understood;
use crate::shared::chat::Priority;
use crate::shared::i18n::Locale;
use crate::shared::sla::calendar::DayKind;
use crate::shared::sla::clocks::ClockKind;
use crate::shared::sla::count::{PauseReason, Target, TimeKind};
use crate::shared::sla::ladder::StepAction;

pub fn priority(locale: Locale, priority: Priority) -> &'static str {
    match priority {
        Priority::Low => locale.filter_priority_low(),
        Priority::Normal => locale.filter_priority_normal(),
        Priority::High => locale.filter_priority_high(),
        Priority::Urgent => locale.filter_priority_urgent(),
    }
}

pub fn intent(locale: Locale, intent: Intent) -> &'static str {
    match intent {
        Intent::ComplianceSafety => locale.intent_compliance_safety(),
        Intent::DefectNotWorking => locale.intent_defect_not_working(),
        Intent::WrongItem => locale.intent_wrong_item(),
        Intent::MissingParts => locale.intent_missing_parts(),
        Intent::DeliveryDelay => locale.intent_delivery_delay(),
        Intent::CancelRequest => locale.intent_cancel_request(),
        Intent::RefundExchange => locale.intent_refund_exchange(),
        Intent::QualityComplaint => locale.intent_quality_complaint(),
        Intent::Compatibility => locale.intent_compatibility(),
        Intent::SizingFit => locale.intent_sizing_fit(),
        Intent::Availability => locale.intent_availability(),
        Intent::PrePurchase => locale.intent_pre_purchase(),
        Intent::DeliveryStatus => locale.intent_delivery_status(),
        Intent::UsageHowto => locale.intent_usage_howto(),
        Intent::ProductSpec => locale.intent_product_spec(),
        Intent::Thanks => locale.intent_thanks(),
        Intent::Other => locale.intent_other(),
    }
}

pub fn column(locale: Locale, column: Column) -> &'static str {
    match column {
        Column::FirstReply => locale.goal_first_reply(),
        Column::NextReply => locale.goal_next_reply(),
        Column::Resolution => locale.goal_resolution(),
    }
}

pub fn topic(locale: Locale, topic: Topic) -> &'static str {
    match topic {
        Topic::Seller => locale.condition_seller(),
        Topic::Marketplace => locale.condition_marketplace(),
        Topic::Scheme => locale.condition_scheme(),
        Topic::Tag => locale.condition_tag(),
        Topic::Priority => locale.condition_priority(),
        Topic::Intent => locale.condition_intent(),
        Topic::Category => locale.condition_category(),
        Topic::Sentiment => locale.understood_sentiment(),
        Topic::Words => locale.condition_words(),
        Topic::TimeOfDay => locale.condition_time(),
        Topic::OrderValue => locale.condition_order(),
    }
}

pub fn scheme(locale: Locale, scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Fbo => locale.scheme_fbo(),
        Scheme::Fbs => locale.scheme_fbs(),
        Scheme::Rfbs => locale.scheme_rfbs(),
    }
}

pub fn reason(locale: Locale, reason: PriorityReason) -> &'static str {
    match reason {
        PriorityReason::ByHand => locale.because_by_hand(),
        PriorityReason::Intent => locale.because_intent(),
        PriorityReason::Insistent => locale.because_insistent(),
        PriorityReason::Shouting => locale.because_shouting(),
        PriorityReason::Model => locale.because_model(),
        PriorityReason::Policy => locale.because_policy(),
    }
}

pub fn clock(locale: Locale, kind: ClockKind) -> &'static str {
    match kind {
        ClockKind::FirstReply => locale.clock_first_reply(),
        ClockKind::NextReply => locale.clock_next_reply(),
        ClockKind::Resolution => locale.clock_resolution(),
        ClockKind::Rating => locale.clock_rating(),
        ClockKind::Window => locale.clock_window(),
        ClockKind::Promise => locale.clock_promise(),
    }
}

/// What may pause a clock because a policy says so; `None` for what always does.
pub fn pause(locale: Locale, reason: PauseReason) -> Option<&'static str> {
    match reason {
        PauseReason::Snoozed => Some(locale.pause_snoozed()),
        PauseReason::WaitsForBuyer => Some(locale.pause_waits_for_buyer()),
        PauseReason::ByHand => Some(locale.pause_by_hand()),
        PauseReason::Closed | PauseReason::Spam => None,
    }
}

pub fn action(locale: Locale, action: StepAction) -> &'static str {
    match action {
        StepAction::Highlight => locale.step_highlight(),
        StepAction::NotifyOperator => locale.step_notify_operator(),
        StepAction::NotifyLead => locale.step_notify_lead(),
        StepAction::Reassign => locale.step_reassign(),
        StepAction::RaisePriority => locale.step_raise_priority(),
        StepAction::MessageSupervisor => locale.step_message_supervisor(),
    }
}

pub fn day_kind(locale: Locale, kind: DayKind) -> &'static str {
    match kind {
        DayKind::Holiday => locale.day_holiday(),
        DayKind::MovedRest => locale.day_moved_rest(),
        DayKind::MovedWork => locale.day_moved_work(),
        DayKind::Shortened => locale.day_shortened(),
        DayKind::Own => locale.day_own(),
    }
}

/// `1 ч рабочего времени`.
pub fn target(locale: Locale, target: Target) -> String {
    let kind = match target.time {
        TimeKind::Working => locale.target_working(),
        TimeKind::Wall => locale.target_wall(),
    };
    format!("{} {kind}", locale.duration_short(target.minutes.get().into()))
}

/// A condition at a glance: `Магазин: Север, Юг`.
pub fn condition(locale: Locale, condition: &Condition, names: &Names) -> String {
    let range = |from: Option<String>, to: Option<String>| {
        format!("{}–{}", from.unwrap_or_default(), to.unwrap_or_default())
    };
    let rubles = |hundredths: i64| locale.number(hundredths / 100);
    let stars = |tenths: u8| format!("{}.{}", tenths / 10, tenths % 10);
    let (about, values) = match condition {
        Condition::Seller(ids) => (locale.condition_seller(), named(ids, &names.sellers)),
        Condition::Marketplace(all) => (locale.condition_marketplace(), list(all.iter().map(|it| it.name()))),
        Condition::Kind(all) => (locale.condition_kind(), list(all.iter().map(|it| it.as_str()))),
        Condition::Scheme(all) => (locale.condition_scheme(), list(all.iter().map(|it| scheme(locale, *it)))),
        Condition::Tag(ids) => (locale.condition_tag(), named(ids, &names.tags)),
        Condition::Priority(least) => (locale.condition_priority(), priority(locale, *least).to_owned()),
        Condition::Intent(all) => (locale.condition_intent(), list(all.iter().map(|it| intent(locale, *it)))),
        Condition::Category(all) => {
            (locale.condition_category(), list(all.iter().map(|it| understood::category(locale, *it))))
        }
        Condition::Sentiment(all) => {
            (locale.understood_sentiment(), list(all.iter().map(|it| understood::sentiment(locale, *it))))
        }
        Condition::Words(patterns) => (locale.condition_words(), patterns.join(", ")),
        Condition::TimeOfDay { from, to } => {
            (locale.condition_time(), range(Some(written::clock(*from)), Some(written::clock(*to))))
        }
        Condition::OrderValue { from, to } => {
            (locale.condition_order(), range(from.map(rubles), to.map(rubles)))
        }
        Condition::ProductRating { from, to } => {
            (locale.condition_product(), range(from.map(stars), to.map(stars)))
        }
        Condition::ReviewStars { from, to } => {
            (locale.condition_stars(), range(from.map(|it| it.to_string()), to.map(|it| it.to_string())))
        }
    };
    format!("{about}: {values}")
}

fn named<I: PartialEq>(ids: &[I], names: &[(I, String)]) -> String {
    let name = |id: &I| names.iter().find(|(other, _)| other == id).map_or("…", |(_, name)| name.as_str());
    list(ids.iter().map(name))
}

fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}
