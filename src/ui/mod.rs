//! What any page may use: the page's context, controls, notices, the frame around the content, the live line.
//! Knows no feature.

pub mod browser;
pub mod button;
pub mod caret;
pub mod commands;
pub mod context;
pub mod dialog;
pub mod field;
pub mod icon;
pub mod json;
pub mod late;
pub mod layout;
pub mod live;
pub mod menu;
pub mod notice;
pub mod picker;
pub mod resource;
pub mod search_box;
pub mod signals;
pub mod text_area;
