//! Which quick replies stand first: by where the typed words are found, then by use.

use super::types::QuickReply;
use std::cmp::Reverse;

/// A text for comparing: small letters, no ё.
pub fn fold(text: &str) -> String {
    text.to_lowercase().replace('\u{451}', "\u{435}")
}

/// Where the typed text is found; smaller stands first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Match {
    Shortcut,
    ShortcutBegins,
    TitleBegins,
    Title,
    Folder,
    Body,
}

/// Those in which `typed` is found, the best first.
pub fn ranked<'a>(replies: &'a [QuickReply], typed: &str) -> Vec<&'a QuickReply> {
    let typed = fold(typed.trim());
    let mut found: Vec<(Match, &QuickReply)> =
        replies.iter().filter_map(|reply| matched(reply, &typed).map(|place| (place, reply))).collect();
    found.sort_by_key(|(place, reply)| {
        (*place, Reverse(reply.use_count), Reverse(reply.last_used_at), fold(&reply.title))
    });
    found.into_iter().map(|(_, reply)| reply).collect()
}

fn matched(reply: &QuickReply, typed: &str) -> Option<Match> {
    if typed.is_empty() {
        // Then use alone decides.
        return Some(Match::Title);
    }
    let shortcut = reply.shortcut.as_deref().map(fold).unwrap_or_default();
    let title = fold(&reply.title);
    if shortcut == typed {
        Some(Match::Shortcut)
    } else if shortcut.starts_with(typed) {
        Some(Match::ShortcutBegins)
    } else if title.starts_with(typed) {
        Some(Match::TitleBegins)
    } else if title.contains(typed) {
        Some(Match::Title)
    } else if fold(&reply.folder).contains(typed) {
        Some(Match::Folder)
    } else {
        fold(&reply.body).contains(typed).then_some(Match::Body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::quick_replies::types::Scope;
    use crate::shared::ids::QuickReplyId;

    fn reply(title: &str, shortcut: Option<&str>, body: &str, use_count: i64) -> QuickReply {
        QuickReply {
            id: QuickReplyId::new(),
            scope: Scope::All,
            title: title.to_owned(),
            shortcut: shortcut.map(str::to_owned),
            folder: String::new(),
            body: body.to_owned(),
            files: Vec::new(),
            use_count,
            last_used_at: None,
            may_edit: false,
        }
    }

    fn titles(replies: &[QuickReply], typed: &str) -> Vec<String> {
        ranked(replies, typed).into_iter().map(|reply| reply.title.clone()).collect()
    }

    #[test]
    fn the_place_of_a_match_comes_before_use_and_e_is_e() {
        let replies = [
            reply("About the track", None, "x", 90),
            reply("Track", Some("tr"), "x", 1),
            reply("tr", Some("other"), "x", 5),
            reply("Other", None, "the track", 100),
            reply("\u{401}lka", None, "x", 0),
        ];
        assert_eq!(titles(&replies, "TR"), ["Track", "tr", "About the track", "Other"]);
        assert_eq!(titles(&replies, "\u{435}lk"), ["\u{401}lka"]);
        assert_eq!(titles(&replies, "")[..2], ["Other", "About the track"]);
        assert_eq!(titles(&replies, "nothing"), [""; 0]);
    }
}
