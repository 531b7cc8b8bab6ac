//! Reads bytes as a push. Nothing panics, and what is an event names what it is about.

#![no_main]

use agentiq::connectors::push::{Push, PushKind, parse};
use agentiq::shared::marketplace::Marketplace;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Push::Event(event) = parse(Marketplace::Ozon, data) else { return };
    assert!(event.account.is_none_or(|account| !account.is_empty()));
    let words = match event.kind {
        PushKind::Message { chat, message } | PushKind::Edited { chat, message } => vec![chat, message],
        PushKind::Read { chat, up_to, .. } => vec![Some(chat), up_to].into_iter().flatten().collect(),
        PushKind::Closed { chat } => vec![chat],
        PushKind::Other(word) => vec![word],
    };
    for word in words {
        assert!(!word.is_empty() && !word.contains('\0'), "Postgres takes no NUL");
    }
});
