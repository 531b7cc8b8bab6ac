//! Notices, and how a person wants to be told.

use crate::shared::address::encode;
use crate::shared::ids::{ChatId, NoticeId, SellerId};
use chrono::{DateTime, NaiveTime, Timelike, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

text_enum!(
    /// What a person is told about.
    NoticeKind {
        /// The buyer wrote in a chat that this person is responsible for.
        Message = "message",
        /// Chats wait that nobody is responsible for.
        Waiting = "waiting",
        /// Somebody named this person in a note.
        Mention = "mention",
        /// Somebody made this person responsible.
        Assigned = "assigned",
        /// A deadline is near or has passed.
        Deadline = "deadline",
        /// A seller account needs a person.
        SellerStopped = "seller_stopped",
        /// A reply of this person was not sent, or nobody can tell.
        ReplyTrouble = "reply_trouble",
    }
);

text_enum!(
    /// The sound of notices.
    #[derive(Default)]
    Tone {
        #[default]
        Drop = "drop",
        Bell = "bell",
        Knock = "knock",
    }
);

/// By which ways a kind of notice reaches a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channels {
    pub centre: bool,
    pub sound: bool,
    pub browser: bool,
}

impl Channels {
    /// What suits most people: heard and shown outside the page is only what concerns this person alone.
    fn usual(kind: NoticeKind) -> Self {
        let (sound, browser) = match kind {
            NoticeKind::Message | NoticeKind::Mention | NoticeKind::Deadline => (true, true),
            NoticeKind::SellerStopped | NoticeKind::ReplyTrouble => (false, true),
            NoticeKind::Assigned => (true, false),
            NoticeKind::Waiting => (false, false),
        };
        Channels { centre: true, sound, browser }
    }

    /// Whether the person is told at all.
    pub fn any(self) -> bool {
        self.centre || self.sound || self.browser
    }
}

/// Hours of the workspace's day in which nothing rings; they may go over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// Minutes after midnight.
    pub from: u16,
    pub to: u16,
}

impl QuietHours {
    /// Whether nothing may ring at this time of day.
    pub fn holds(self, time: NaiveTime) -> bool {
        let minute = (time.hour() * 60 + time.minute()) as u16;
        if self.from <= self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        }
    }
}

/// How a person wants to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeSettings {
    /// Only what differs from the usual.
    channels: BTreeMap<NoticeKind, Channels>,
    #[serde(default)]
    pub quiet: Option<QuietHours>,
    #[serde(default)]
    pub tone: Tone,
    /// In percent.
    #[serde(default = "usual_volume")]
    pub volume: u8,
    /// Rings again until the notice is seen.
    #[serde(default)]
    pub repeats: bool,
}

fn usual_volume() -> u8 {
    60
}

impl Default for NoticeSettings {
    fn default() -> Self {
        NoticeSettings {
            channels: BTreeMap::new(),
            quiet: None,
            tone: Tone::default(),
            volume: usual_volume(),
            repeats: false,
        }
    }
}

impl NoticeSettings {
    /// By which ways a kind of notice reaches the person.
    pub fn of(&self, kind: NoticeKind) -> Channels {
        self.channels.get(&kind).copied().unwrap_or_else(|| Channels::usual(kind))
    }

    /// Changes by which ways a kind of notice reaches the person.
    pub fn set(&mut self, kind: NoticeKind, channels: Channels) {
        if channels == Channels::usual(kind) {
            self.channels.remove(&kind);
        } else {
            self.channels.insert(kind, channels);
        }
    }

    /// Kinds that stand in the centre.
    pub fn in_centre(&self) -> Vec<NoticeKind> {
        NoticeKind::ALL.iter().copied().filter(|kind| self.of(*kind).centre).collect()
    }

    /// Whether nothing may ring at this time of the workspace's day.
    pub fn is_quiet(&self, time: NaiveTime) -> bool {
        self.quiet.is_some_and(|quiet| quiet.holds(time))
    }

    /// The same with values that make sense.
    pub fn sane(mut self) -> Self {
        const DAY: u16 = 24 * 60;
        self.volume = self.volume.min(100);
        self.quiet = self.quiet.filter(|quiet| quiet.from < DAY && quiet.to < DAY && quiet.from != quiet.to);
        self
    }
}

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeView {
    pub id: NoticeId,
    pub kind: NoticeKind,
    pub chat: Option<ChatId>,
    /// The chat's number on the marketplace.
    pub chat_name: Option<String>,
    pub seller: Option<SellerId>,
    pub seller_name: Option<String>,
    /// Who of ours caused it.
    pub actor_name: Option<String>,
    /// The message with which it began, as its marketplace names it.
    pub message: Option<String>,
    /// The newest message of the chat.
    pub preview: Option<String>,
    /// When it last happened.
    pub at: DateTime<Utc>,
    /// When it last rang: a burst rings once.
    pub rang_at: DateTime<Utc>,
    /// How often it happened since the person last looked.
    pub count: i32,
    pub is_seen: bool,
}

impl NoticeView {
    /// How the chat is called in lists.
    pub fn short_name(&self) -> &str {
        let name = self.chat_name.as_deref().unwrap_or_default();
        name.get(..8).unwrap_or(name)
    }

    /// Where it leads.
    pub fn href(&self) -> String {
        match (self.kind, self.chat, &self.message) {
            (NoticeKind::Waiting, ..) if self.count > 1 => "/inbox?view=unassigned".to_owned(),
            (_, Some(chat), Some(message)) => format!("/inbox/{chat}?message={}", encode(message)),
            (_, Some(chat), None) => format!("/inbox/{chat}"),
            (_, None, _) if self.seller.is_some() => "/sellers".to_owned(),
            (_, None, _) => "/inbox".to_owned(),
        }
    }
}

/// Everything a page shows and sounds of notices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Centre {
    /// The newest first, of all kinds: also those that only ring.
    pub notices: Vec<NoticeView>,
    /// Unseen ones that stand in the centre.
    pub unseen: i64,
    pub settings: NoticeSettings,
}

/// Some of a person's notices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    All,
    These(Vec<NoticeId>),
}

/// Notices of a page.
pub const NOTICES_PER_PAGE: i64 = 50;

#[cfg(test)]
mod tests {
    use super::*;

    fn time(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).expect("a time of day")
    }

    #[test]
    fn quiet_hours_may_go_over_midnight() {
        let night = QuietHours { from: 21 * 60, to: 9 * 60 };
        for (hour, holds) in
            [(20, false), (21, true), (23, true), (0, true), (8, true), (9, false), (12, false)]
        {
            assert_eq!(night.holds(time(hour, 0)), holds, "{hour}");
        }
        let lunch = QuietHours { from: 13 * 60, to: 14 * 60 };
        assert!(lunch.holds(time(13, 30)) && !lunch.holds(time(14, 0)) && !lunch.holds(time(1, 0)));
    }

    #[test]
    fn settings_keep_only_what_differs_and_read_what_older_versions_wrote() {
        let mut settings = NoticeSettings::default();
        let usual = settings.of(NoticeKind::Message);
        settings.set(NoticeKind::Message, Channels { sound: false, ..usual });
        let text = serde_json::to_string(&settings).expect("JSON");
        assert_eq!(serde_json::from_str::<NoticeSettings>(&text).expect("settings"), settings);
        settings.set(NoticeKind::Message, usual);
        assert_eq!(settings, NoticeSettings::default());
        let old: NoticeSettings =
            serde_json::from_str("{\"channels\":{},\"volume\":200,\"gone\":1}").expect("settings");
        assert_eq!(old.sane().volume, 100);
    }

    #[test]
    fn quiet_hours_that_make_no_sense_are_none() {
        let quiet = |from, to| NoticeSettings { quiet: Some(QuietHours { from, to }), ..Default::default() };
        assert_eq!(quiet(60, 60).sane().quiet, None);
        assert_eq!(quiet(60, 1440).sane().quiet, None);
        assert!(quiet(1380, 480).sane().quiet.is_some());
    }
}
