//! Notices on the screen: the bell in the rail with its list, and the page where a person arranges them.

mod bell;
mod book;
mod ringer;
mod settings;
mod words;

pub use bell::{NoticeBell, UnseenTitle, provide_notices};
pub use settings::NoticeSettingsPage;
