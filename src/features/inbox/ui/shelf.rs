//! What menus choose from: the workspace's people and tags. Asked for when a menu opens; what was known stays meanwhile.

use crate::features::inbox::api;
use crate::features::inbox::types::{PersonView, TagView};
use crate::features::users::api as users;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// People and tags as last told. Cheap to clone.
#[derive(Clone, Default)]
pub struct Shelf {
    pub people: ArcRwSignal<Vec<PersonView>>,
    pub tags: ArcRwSignal<Vec<TagView>>,
}

/// Makes the shelf available below.
pub fn provide_shelf() {
    provide_context(Shelf::default());
}

/// The shelf of the page.
pub fn use_shelf() -> Shelf {
    use_context::<Shelf>().unwrap_or_default()
}

impl Shelf {
    /// Asks who works here.
    pub fn want_people(&self) {
        let people = self.people.clone();
        spawn_local(async move {
            // Without an answer the menu shows what was known; the next opening asks again.
            if let Ok(told) = users::people().await {
                put(&people, told);
            }
        });
    }

    /// Asks which tags there are.
    pub fn want_tags(&self) {
        let tags = self.tags.clone();
        spawn_local(async move {
            if let Ok(told) = api::tags().await {
                put(&tags, told);
            }
        });
    }
}

fn put<T: PartialEq + Send + Sync + 'static>(signal: &ArcRwSignal<Vec<T>>, told: Vec<T>) {
    if signal.with_untracked(|known| *known != told) {
        signal.set(told);
    }
}

/// Whether a name is what somebody looks for: its words begin with the typed ones, in any case, ё as е.
pub fn fits(name: &str, typed: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().replace('\u{451}', "\u{435}");
    let (name, typed) = (plain(name), plain(typed));
    typed.split_whitespace().all(|part| {
        name.split(|c: char| !c.is_alphanumeric()).any(|word| word.starts_with(part))
            || name.starts_with(part)
    })
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn names_are_found_by_the_beginnings_of_their_words() {
        assert!(fits("Anna Vetrova", ""));
        assert!(fits("Anna Vetrova", "vet"));
        assert!(fits("Anna Vetrova", "vet an"));
        assert!(!fits("Anna Vetrova", "nna"));
        assert!(fits("\u{410}\u{440}\u{442}\u{451}\u{43c}", "\u{430}\u{440}\u{442}\u{435}"));
    }
}
