//! A tag as it stands on a chat: its colour as a dot, so that every name is readable.

use crate::features::inbox::types::TagView;
use leptos::prelude::*;

/// A tag.
#[component]
pub fn TagChip(tag: TagView) -> impl IntoView {
    view! {
        <span class="tag-chip" data-color=tag.color.as_str()>
            {tag.name}
        </span>
    }
}
