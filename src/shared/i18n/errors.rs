//! What went wrong: what happened, what it means, what to do.

use super::Locale;
use crate::shared::error::AppError;

impl Locale {
    /// The sentence for an error.
    pub fn app_error(self, error: &AppError) -> String {
        format!("{error:?}")
    }
}
