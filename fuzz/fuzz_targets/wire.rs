//! Reads bytes as every kind of answer of Ozon. Nothing panics, and no message of a page is lost.

#![no_main]

use agentiq::connectors::ozon::probe;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let reading = probe::read(data);
    assert_eq!(reading.messages.len(), reading.message_elements, "every element of a page becomes a message");
    for message in &reading.messages {
        assert!(!message.external_id.is_empty());
        assert!(!message.body.contains('\0') && !message.sort_key.contains('\0'), "Postgres takes no NUL");
    }
    for posting in &reading.postings {
        assert!(!posting.number.is_empty() && !posting.status_word.contains('\0'));
    }
});
