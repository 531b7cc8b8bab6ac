//! The pages about deadlines.
//!
//! * `draft` – the rules while they are edited; both pages of the settings edit one book.
//! * `page` – policies in order; `policy`, `goals`, `conditions`, `ladder` – the form of one.
//! * `apply` – bringing new rules to chats that already wait.
//! * `calendars` – working hours. `preview`, `trial`, `versions` – what would change, an example, what has been.
//! * `report` – how soon buyers were answered.

mod apply;
mod calendars;
mod conditions;
mod draft;
mod edit;
mod fields;
mod goals;
mod ladder;
mod page;
mod policy;
mod preview;
mod report;
mod supervisor;
mod trial;
mod versions;
pub mod words;

pub use calendars::CalendarsPage;
pub use page::DeadlinesPage;
pub use report::DeadlineReportPage;
