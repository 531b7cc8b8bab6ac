//! What a page knows before it asks anything: who looks at it and how they want it. The server puts it into the HTML
//! (`<html data-page>`), the browser reads it from there, so both draw the same page without waiting for each other.

use crate::shared::i18n::Locale;
use crate::shared::ids::{UserId, WorkspaceId};
use crate::shared::role::{Permission, Role};
use crate::shared::time::Zone;
use crate::shared::trouble::StoppedSellers;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Everything a page knows from the start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageContext {
    pub locale: Locale,
    pub theme: Theme,
    pub density: Density,
    /// Server time when the page was drawn: countdowns do not depend on the browser's clock.
    pub now: DateTime<Utc>,
    /// `None` on pages for people who are not logged in.
    pub viewer: Option<Viewer>,
    /// Demo mode: sandbox shop, living buyers.
    pub demo: bool,
    /// Sellers that wait for a person.
    pub stopped: StoppedSellers,
}

text_enum!(
    /// Light or dark.
    Theme {
        System = "system",
        Light = "light",
        Dark = "dark",
    }
);

text_enum!(
    /// How much room the list takes.
    #[derive(Default)]
    Density {
        Compact = "compact",
        #[default]
        Usual = "usual",
        Roomy = "roomy",
    }
);

impl Theme {
    /// The colour of the window's frame, light and dark, where an installed page has one.
    pub const FRAME_COLORS: [(&'static str, &'static str); 2] =
        [("(prefers-color-scheme: light)", "#f5f6f8"), ("(prefers-color-scheme: dark)", "#1c1f23")];

    /// What `<meta name="color-scheme">` says, so that the empty page has the right colour before its style comes.
    pub fn color_scheme(self) -> &'static str {
        match self {
            Theme::System => "light dark",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

/// The person who is logged in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Viewer {
    pub workspace: WorkspaceId,
    pub workspace_name: String,
    pub user: UserId,
    pub user_name: String,
    pub role: Role,
    pub zone: Zone,
    /// Number of the last event the page was drawn after; the live stream starts behind it.
    pub live_after: i64,
}

impl Viewer {
    /// Whether to offer an action; the server decides again.
    pub fn may(&self, permission: Permission) -> bool {
        self.role.may(permission)
    }
}
