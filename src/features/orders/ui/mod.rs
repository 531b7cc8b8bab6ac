//! The order beside the open chat.

mod aside;
mod facts;
mod number;
mod pane;
pub mod words;

pub use aside::OrderAside;
pub use pane::{PaneToggle, provide_order_pane};
