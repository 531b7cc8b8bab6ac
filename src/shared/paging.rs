//! Keyset pages: a page ends with the place where the next one begins, never with a number of rows to skip.

use serde::{Deserialize, Serialize};

/// One page of a list and where to go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T, C> {
    pub items: Vec<T>,
    /// `None` when the list ends here.
    pub next: Option<C>,
}
