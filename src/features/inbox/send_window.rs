//! Until when a chat takes messages of ours: a pure function of what is known of it and of the time. Server and browser
//! ask the same function, so a window closes on the screen in the second in which it closes.
//!
//! Ozon's rules: goods that Ozon stores (FBO) leave 48 hours after the buyer's last message. Goods of the seller's own
//! (FBS, rFBS) may be written about freely from payment until 72 hours after delivery, and then within 48 hours of the
//! buyer's last message. Before the buyer's first answer only one message passes. Of most chats Ozon does not tell the
//! order; then only the 48 hours can be promised, and what comes after them is not certain.

use crate::features::orders::types::{Posting, PostingStatus, Scheme};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How long a seller may answer after the buyer's last message.
const AFTER_BUYER: TimeDelta = TimeDelta::hours(48);
/// How long a seller may write after a delivery of its own goods.
const AFTER_DELIVERY: TimeDelta = TimeDelta::hours(72);

text_enum!(
    /// What the right to write, or its want, comes from.
    WindowReason {
        /// The buyer's last message is young enough.
        BuyerWrote = "buyer_wrote",
        /// The order is on its way.
        UntilDelivery = "until_delivery",
        /// The order was delivered a short while ago.
        AfterDelivery = "after_delivery",
        /// Nobody has written yet: one message may begin.
        FirstMessage = "first_message",
        /// Our first message is there, and the buyer has not answered.
        WaitForBuyer = "wait_for_buyer",
        /// Nobody has written yet, and only the buyer may begin.
        BuyerStarts = "buyer_starts",
        /// The marketplace has refused a message: the time is over.
        RefusedOver = "refused_over",
        /// The marketplace has refused a message: the buyer has to answer first.
        RefusedWait = "refused_wait",
        ChatClosed = "chat_closed",
    }
);

text_enum!(
    /// How the marketplace has refused a message.
    RefusalKind {
        WindowClosed = "window_closed",
        WaitForBuyer = "wait_for_buyer",
    }
);

/// A refusal of the marketplace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearnedRefusal {
    pub kind: RefusalKind,
    /// When the newest message was sent that was there by then. A newer one proves the refusal out of date; compared
    /// are the marketplace's times only, because our clock may differ.
    pub after: DateTime<Utc>,
}

/// Everything that the rule looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowFacts {
    pub is_closed: bool,
    /// When the buyer wrote last.
    pub buyer_wrote_at: Option<DateTime<Utc>>,
    /// When one of ours wrote last, here or elsewhere.
    pub we_wrote_at: Option<DateTime<Utc>>,
    pub refusal: Option<LearnedRefusal>,
    /// What the order of the chat allows; `None` while its scheme is not known.
    pub order: Option<OrderRight>,
}

/// What an order allows beside answering.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRight {
    pub free: FreeTime,
    /// The posting about which the seller may begin a chat now.
    pub may_start: Option<String>,
}

/// Until when a seller may write without being asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FreeTime {
    /// Never: the marketplace carries goods that it stores itself.
    Never,
    /// Nobody can tell, e.g. because the order was cancelled.
    Unknown,
    /// The order had not arrived at this time, so there are at least as many hours from then on as after a delivery.
    NotDelivered { as_of: DateTime<Utc> },
    /// It was delivered at this time.
    Delivered { at: DateTime<Utc> },
}

impl FreeTime {
    /// The latest instant up to which it surely holds.
    fn until(self) -> Option<DateTime<Utc>> {
        match self {
            FreeTime::Never | FreeTime::Unknown => None,
            FreeTime::NotDelivered { as_of } => Some(later(as_of, AFTER_DELIVERY)),
            FreeTime::Delivered { at } => Some(later(at, AFTER_DELIVERY)),
        }
    }

    fn of(posting: &Posting, as_of: DateTime<Utc>) -> Self {
        if posting.scheme == Scheme::Fbo {
            return FreeTime::Never;
        }
        match (posting.delivered_at, posting.status) {
            (Some(at), _) => FreeTime::Delivered { at },
            (
                None,
                PostingStatus::Packing
                | PostingStatus::AwaitingShipment
                | PostingStatus::Delivering
                | PostingStatus::AtPickup,
            ) => FreeTime::NotDelivered { as_of },
            (
                None,
                PostingStatus::Delivered
                | PostingStatus::Cancelled
                | PostingStatus::Arbitration
                | PostingStatus::NotAccepted
                | PostingStatus::Other,
            ) => FreeTime::Unknown,
        }
    }
}

impl OrderRight {
    /// What the postings of an order allow, as they were told at `as_of`; nothing when there are none.
    pub fn of(postings: &[Posting], as_of: DateTime<Utc>) -> Option<Self> {
        let rank = |free: &FreeTime| (free.until(), *free == FreeTime::Unknown);
        let free = postings.iter().map(|posting| FreeTime::of(posting, as_of)).max_by_key(rank)?;
        let may_start =
            postings.iter().find(|posting| posting.may_start_chat).map(|posting| posting.number.clone());
        Some(OrderRight { free, may_start })
    }

    /// Whether the order can bring no further right, so that the rule is the last word.
    fn is_settled(&self) -> bool {
        matches!(self.free, FreeTime::Never | FreeTime::Delivered { .. })
    }
}

/// Whether the chat takes messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WindowState {
    Open,
    Closed,
}

/// What can be done about a closed window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Possible {
    /// By the rule the time is over, but the marketplace may see it differently.
    TryAnyway,
    /// A chat about this posting may be begun.
    StartChat { posting: String },
    /// The next message of the buyer opens the window.
    WaitForBuyer,
}

/// What the rule says at one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendWindow {
    pub state: WindowState,
    /// When the right to write ends, or ended.
    pub until: Option<DateTime<Utc>>,
    pub reason: WindowReason,
    /// In the order in which it should be offered; nothing while the window is open.
    pub possible: Vec<Possible>,
    /// Whether the marketplace will surely see it the same way.
    pub is_certain: bool,
}

impl SendWindow {
    /// Whether the window is closed.
    pub fn is_closed(&self) -> bool {
        self.state == WindowState::Closed
    }
}

/// The right to write, whatever time it is now; what is stored of a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    pub until: Option<DateTime<Utc>>,
    pub reason: WindowReason,
}

impl WindowFacts {
    /// Until when one may write, and why.
    pub fn promise(&self) -> Promise {
        let never = |reason| Promise { until: None, reason };
        if self.is_closed {
            return never(WindowReason::ChatClosed);
        }
        if let Some(kind) = self.standing_refusal() {
            return never(match kind {
                RefusalKind::WindowClosed => WindowReason::RefusedOver,
                RefusalKind::WaitForBuyer => WindowReason::RefusedWait,
            });
        }
        let free = self.order.as_ref().map(|order| order.free);
        let Some(buyer_wrote_at) = self.buyer_wrote_at else {
            return match (self.we_wrote_at, free) {
                (Some(_), _) => never(WindowReason::WaitForBuyer),
                (None, Some(FreeTime::Never)) => never(WindowReason::BuyerStarts),
                (None, _) => {
                    Promise { until: free.and_then(FreeTime::until), reason: WindowReason::FirstMessage }
                }
            };
        };
        let answer = later(buyer_wrote_at, AFTER_BUYER);
        // Of two rights the longer one holds.
        match free.and_then(|free| free.until().map(|until| (free, until))) {
            Some((free, until)) if until > answer => {
                let is_delivered = matches!(free, FreeTime::Delivered { .. });
                let reason =
                    if is_delivered { WindowReason::AfterDelivery } else { WindowReason::UntilDelivery };
                Promise { until: Some(until), reason }
            }
            _ => Promise { until: Some(answer), reason: WindowReason::BuyerWrote },
        }
    }

    /// The refusal that nothing said since has made void.
    fn standing_refusal(&self) -> Option<RefusalKind> {
        let refusal = self.refusal?;
        let newest = self.buyer_wrote_at.max(self.we_wrote_at);
        newest.is_none_or(|newest| newest <= refusal.after).then_some(refusal.kind)
    }

    fn is_certain(&self, reason: WindowReason, state: WindowState) -> bool {
        let is_settled = self.order.as_ref().is_some_and(OrderRight::is_settled);
        match reason {
            WindowReason::ChatClosed
            | WindowReason::RefusedOver
            | WindowReason::RefusedWait
            | WindowReason::BuyerStarts => true,
            // Seen by one team; Ozon's documents do not say it.
            WindowReason::WaitForBuyer => false,
            WindowReason::FirstMessage if state == WindowState::Open => self.order.is_some(),
            WindowReason::FirstMessage
            | WindowReason::BuyerWrote
            | WindowReason::UntilDelivery
            | WindowReason::AfterDelivery => state == WindowState::Open || is_settled,
        }
    }

    fn possible(&self, reason: WindowReason, is_certain: bool) -> Vec<Possible> {
        let is_first_of_ours = matches!(reason, WindowReason::WaitForBuyer | WindowReason::RefusedWait);
        let startable = self.order.as_ref().and_then(|order| order.may_start.clone());
        let start = startable.filter(|_| !is_first_of_ours).map(|posting| Possible::StartChat { posting });
        let try_anyway = (!is_certain).then_some(Possible::TryAnyway);
        try_anyway.into_iter().chain(start).chain([Possible::WaitForBuyer]).collect()
    }
}

/// Whether the chat takes messages at `now`, why, until when, and what is possible when it does not.
pub fn send_window(facts: &WindowFacts, now: DateTime<Utc>) -> SendWindow {
    let Promise { until, reason } = facts.promise();
    let is_open = match reason {
        WindowReason::BuyerWrote
        | WindowReason::UntilDelivery
        | WindowReason::AfterDelivery
        | WindowReason::FirstMessage => until.is_none_or(|until| now < until),
        WindowReason::WaitForBuyer
        | WindowReason::BuyerStarts
        | WindowReason::RefusedOver
        | WindowReason::RefusedWait
        | WindowReason::ChatClosed => false,
    };
    let state = if is_open { WindowState::Open } else { WindowState::Closed };
    let is_certain = facts.is_certain(reason, state);
    let possible = if is_open { Vec::new() } else { facts.possible(reason, is_certain) };
    SendWindow { state, until, reason, possible, is_certain }
}

/// Times from outside may be at the end of the calendar.
fn later(at: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    at.checked_add_signed(by).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::sla::defaults::marketplace_terms;
    use crate::shared::marketplace::Marketplace;
    use proptest::prelude::*;

    #[test]
    fn the_clocks_of_deadlines_know_the_same_time_for_answers() {
        let terms = marketplace_terms(Marketplace::Ozon).expect("data");
        let minutes = terms.window.expect("Ozon has a window").after_buyer_minutes;
        assert_eq!(TimeDelta::minutes(minutes.get().into()), AFTER_BUYER);
    }

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + hour * 3600, 0).expect("a real instant")
    }

    fn posting(scheme: Scheme, status: PostingStatus, delivered: Option<i64>) -> Posting {
        Posting {
            number: "12345678-0001-1".into(),
            order_number: "12345678-0001".into(),
            scheme,
            status,
            status_word: status.to_string(),
            created_at: None,
            ship_by: None,
            deliver_from: None,
            deliver_until: None,
            delivered_at: delivered.map(at),
            tracking_number: None,
            carrier: None,
            city: None,
            cancel_reason: None,
            items: Vec::new(),
            may_start_chat: false,
        }
    }

    fn buyer_wrote(hour: i64) -> WindowFacts {
        WindowFacts { buyer_wrote_at: Some(at(hour)), ..WindowFacts::default() }
    }

    fn about(facts: WindowFacts, posting: Posting, as_of: i64) -> WindowFacts {
        WindowFacts { order: OrderRight::of(&[posting], at(as_of)), ..facts }
    }

    #[test]
    fn of_a_chat_without_an_order_48_hours_are_promised_and_the_rest_is_uncertain() {
        let facts = buyer_wrote(0);
        let open = send_window(&facts, at(47));
        assert_eq!((open.state, open.until, open.is_certain), (WindowState::Open, Some(at(48)), true));
        let over = send_window(&facts, at(48));
        assert_eq!((over.state, over.reason), (WindowState::Closed, WindowReason::BuyerWrote));
        assert!(!over.is_certain);
        assert_eq!(over.possible, [Possible::TryAnyway, Possible::WaitForBuyer]);
    }

    #[test]
    fn of_an_fbo_order_48_hours_are_the_last_word() {
        let facts = about(buyer_wrote(0), posting(Scheme::Fbo, PostingStatus::Delivering, None), 40);
        assert_eq!(send_window(&facts, at(47)).state, WindowState::Open);
        let over = send_window(&facts, at(48));
        assert_eq!((over.is_certain, over.possible), (true, vec![Possible::WaitForBuyer]));
    }

    #[test]
    fn own_goods_may_be_written_about_until_72_hours_after_delivery() {
        for scheme in [Scheme::Fbs, Scheme::Rfbs] {
            let underway = about(buyer_wrote(0), posting(scheme, PostingStatus::Delivering, None), 100);
            let open = send_window(&underway, at(101));
            assert_eq!((open.state, open.reason), (WindowState::Open, WindowReason::UntilDelivery));
            // What was told a while ago may have arrived meanwhile.
            assert!(!send_window(&underway, at(172)).is_certain);
            let delivered = about(buyer_wrote(0), posting(scheme, PostingStatus::Delivered, Some(100)), 110);
            let open = send_window(&delivered, at(171));
            assert_eq!((open.until, open.reason), (Some(at(172)), WindowReason::AfterDelivery));
            let over = send_window(&delivered, at(172));
            assert_eq!((over.state, over.is_certain), (WindowState::Closed, true));
            let asked_again = WindowFacts { buyer_wrote_at: Some(at(170)), ..delivered };
            assert_eq!(send_window(&asked_again, at(200)).reason, WindowReason::BuyerWrote);
        }
    }

    #[test]
    fn a_cancelled_order_promises_nothing_of_its_own() {
        let facts = about(buyer_wrote(0), posting(Scheme::Fbs, PostingStatus::Cancelled, None), 60);
        let over = send_window(&facts, at(60));
        assert_eq!((over.state, over.is_certain), (WindowState::Closed, false));
    }

    #[test]
    fn of_several_postings_the_best_one_counts() {
        let fbo = posting(Scheme::Fbo, PostingStatus::Delivering, None);
        let delivered = posting(Scheme::Fbs, PostingStatus::Delivered, Some(10));
        let underway = posting(Scheme::Fbs, PostingStatus::Delivering, None);
        let right = OrderRight::of(&[fbo, delivered, underway], at(20)).expect("postings");
        assert_eq!(right.free, FreeTime::NotDelivered { as_of: at(20) });
        assert_eq!(OrderRight::of(&[], at(20)), None);
    }

    #[test]
    fn before_the_buyers_first_answer_one_message_passes() {
        let nobody = WindowFacts::default();
        assert_eq!(send_window(&nobody, at(0)).reason, WindowReason::FirstMessage);
        assert_eq!(send_window(&nobody, at(0)).state, WindowState::Open);
        let begun = WindowFacts { we_wrote_at: Some(at(0)), ..nobody.clone() };
        let waits = send_window(&begun, at(1));
        assert_eq!((waits.state, waits.reason), (WindowState::Closed, WindowReason::WaitForBuyer));
        let fbo = about(nobody, posting(Scheme::Fbo, PostingStatus::Delivering, None), 0);
        assert_eq!(send_window(&fbo, at(1)).reason, WindowReason::BuyerStarts);
    }

    #[test]
    fn a_new_chat_is_offered_when_the_posting_allows_one() {
        let allowed =
            Posting { may_start_chat: true, ..posting(Scheme::Fbs, PostingStatus::Delivered, Some(0)) };
        let facts = WindowFacts { is_closed: true, ..about(buyer_wrote(0), allowed, 1) };
        let start = Possible::StartChat { posting: "12345678-0001-1".into() };
        assert_eq!(send_window(&facts, at(1)).possible, [start, Possible::WaitForBuyer]);
    }

    fn refusal(hour: i64) -> LearnedRefusal {
        LearnedRefusal { kind: RefusalKind::WindowClosed, after: at(hour) }
    }

    #[test]
    fn a_refusal_stands_until_somebody_has_written_since() {
        let refused = WindowFacts { refusal: Some(refusal(0)), ..buyer_wrote(0) };
        let over = send_window(&refused, at(1));
        assert_eq!((over.reason, over.is_certain), (WindowReason::RefusedOver, true));
        let asked_again = WindowFacts { buyer_wrote_at: Some(at(2)), ..refused.clone() };
        assert_eq!(send_window(&asked_again, at(3)).state, WindowState::Open);
        let passed = WindowFacts { we_wrote_at: Some(at(2)), ..refused };
        assert_eq!(send_window(&passed, at(3)).state, WindowState::Open, "one of ours got through");
    }

    fn some_posting() -> impl Strategy<Value = Posting> {
        let scheme = prop::sample::select(Scheme::ALL.to_vec());
        let status = prop::sample::select(PostingStatus::ALL.to_vec());
        (scheme, status, prop::option::of(0..200_i64), any::<bool>()).prop_map(
            |(scheme, status, delivered, may_start_chat)| Posting {
                may_start_chat,
                ..posting(scheme, status, delivered)
            },
        )
    }

    fn some_facts() -> impl Strategy<Value = WindowFacts> {
        let hour = || prop::option::of(0..200_i64);
        let kind = prop::sample::select(RefusalKind::ALL.to_vec());
        let refusal = prop::option::of((kind, 0..200_i64));
        let postings = prop::collection::vec(some_posting(), 0..3);
        (any::<bool>(), hour(), hour(), refusal, postings, 0..200_i64).prop_map(
            |(is_closed, buyer, ours, refusal, postings, as_of)| WindowFacts {
                is_closed,
                buyer_wrote_at: buyer.map(at),
                we_wrote_at: ours.map(at),
                refusal: refusal.map(|(kind, hour)| LearnedRefusal { kind, after: at(hour) }),
                order: OrderRight::of(&postings, at(as_of)),
            },
        )
    }

    proptest! {
        #[test]
        fn a_window_that_has_closed_stays_closed(facts in some_facts(), now in 0..400_i64, later in 0..400_i64) {
            if send_window(&facts, at(now)).is_closed() {
                prop_assert!(send_window(&facts, at(now + later)).is_closed());
            }
        }

        #[test]
        fn a_new_message_of_the_buyer_opens_it_for_48_hours(facts in some_facts(), now in 0..48_i64) {
            let asked = WindowFacts { is_closed: false, buyer_wrote_at: Some(at(200)), ..facts };
            prop_assert!(!send_window(&asked, at(200 + now)).is_closed());
        }

        #[test]
        fn a_later_message_of_the_buyer_never_shortens_it(facts in some_facts(), by in 0..100_i64) {
            let moved = facts.buyer_wrote_at.map(|at| at + TimeDelta::hours(by));
            let asked = WindowFacts { buyer_wrote_at: moved, ..facts.clone() };
            let (before, after) = (facts.promise(), asked.promise());
            prop_assert!(before.until.is_none() || after.until >= before.until, "{before:?} {after:?}");
        }

        #[test]
        fn it_is_never_open_and_refused(facts in some_facts(), now in 0..400_i64) {
            let newest = facts.buyer_wrote_at.max(facts.we_wrote_at);
            let is_refused = facts.refusal.is_some_and(|refusal| newest.is_none_or(|at| at <= refusal.after));
            if is_refused {
                let window = send_window(&facts, at(now));
                prop_assert!(window.is_closed() && window.is_certain);
            }
        }

        #[test]
        fn an_order_never_takes_the_answer_away(facts in some_facts(), now in 0..400_i64) {
            let unknown = WindowFacts { order: None, ..facts.clone() };
            if facts.buyer_wrote_at.is_some() && !send_window(&unknown, at(now)).is_closed() {
                prop_assert!(!send_window(&facts, at(now)).is_closed());
            }
        }

        #[test]
        fn what_is_offered_fits_the_state(facts in some_facts(), now in 0..400_i64) {
            let window = send_window(&facts, at(now));
            prop_assert_eq!(window.possible.is_empty(), !window.is_closed());
            let tries = window.possible.contains(&Possible::TryAnyway);
            prop_assert_eq!(tries, window.is_closed() && !window.is_certain);
        }
    }
}
