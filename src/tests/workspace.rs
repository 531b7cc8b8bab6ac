//! The workspace itself: its name and its clock, who may change them, and that everybody hears of it.

use crate::harness::{Live, Person, TestApp};
use agentiq::features::users::types::{MAX_NAME_CHARS, WorkspaceView, ZoneView};
use agentiq::platform::clock::now;
use agentiq::shared::change::Change;
use agentiq::shared::error::{AppError, Refusal};
use agentiq::shared::role::Role;
use serde_json::json;

async fn change(person: &Person, name: &str, time_zone: &str) -> Option<AppError> {
    person.call("users/change_workspace", &json!({ "name": name, "time_zone": time_zone })).await.error()
}

async fn read(person: &Person) -> WorkspaceView {
    person.want("users/workspace", json!({})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_of_the_workspace_is_that_of_every_page_from_the_next_one_on() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let viewer = app.person(Role::Viewer).await;
    let stranger = app.person_of(app.new_workspace("Second").await, Role::Owner).await;
    let before = read(&viewer).await;
    assert_eq!((before.time_zone.as_str(), before.zone.offset_minutes(now())), ("Europe/Moscow", 180));

    let mut stream = Live::open(&viewer, 0).await;
    assert_eq!(change(&admin, "  Север  ", "Asia/Kamchatka").await, None);
    assert_eq!(stream.next_change().await.change, Change::Workspace);
    let after = read(&viewer).await;
    assert_eq!((after.name.as_str(), after.time_zone.as_str()), ("Север", "Asia/Kamchatka"));
    assert_eq!(after.zone.offset_minutes(now()), 720);
    let page = viewer.get("/settings/workspace").await.text;
    assert!(page.contains("offset_minutes&quot;:720") && page.contains("Север"), "a page is drawn by it");
    assert_eq!(read(&stranger).await.time_zone, "Europe/Moscow", "nobody else's is");

    // The same once more is no change.
    assert_eq!(change(&admin, "Север", "Asia/Kamchatka").await, None);
    assert_eq!(change(&admin, "Юг", "Asia/Kamchatka").await, None);
    assert_eq!(stream.next_change().await.seq, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_name_or_a_clock_is_refused() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let before = read(&admin).await;
    assert_eq!(
        change(&admin, " \u{7} ", "Asia/Omsk").await,
        Some(AppError::Refused(Refusal::WorkspaceNameMissing))
    );
    let long = "я".repeat(MAX_NAME_CHARS + 1);
    let (max, actual) = (MAX_NAME_CHARS as u32, MAX_NAME_CHARS as u32 + 1);
    assert_eq!(
        change(&admin, &long, "Asia/Omsk").await,
        Some(AppError::Refused(Refusal::TextTooLong { max, actual }))
    );
    for zone in ["Nowhere/Town", "", "Etc/GMT+3", "W-SU"] {
        assert_eq!(change(&admin, "Север", zone).await, Some(AppError::BadRequest), "{zone}");
    }
    for role in [Role::Operator, Role::Viewer] {
        let person = app.person(role).await;
        assert_eq!(change(&person, "Север", "Asia/Omsk").await, Some(AppError::Forbidden), "{role}");
    }
    assert_eq!(read(&admin).await, before);

    // An old name that a workspace was given once may stay.
    app.sql().await.run("UPDATE workspaces SET time_zone = 'W-SU'").await;
    assert_eq!(change(&admin, "Север", "W-SU").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clocks_to_choose_from_are_those_of_the_world() {
    let app = TestApp::start().await;
    let zones: Vec<ZoneView> = app.person(Role::Viewer).await.want("users/zones", json!({})).await;
    assert!(zones.len() > 300, "{}", zones.len());
    let offset = |name: &str| zones.iter().find(|zone| zone.name == name).map(|zone| zone.offset_minutes);
    assert_eq!((offset("Europe/Moscow"), offset("Asia/Kamchatka")), (Some(180), Some(720)));
    assert!(zones.is_sorted_by_key(|zone| zone.offset_minutes), "from west to east");
}
