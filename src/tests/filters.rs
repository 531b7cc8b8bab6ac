//! Saved lists: who keeps them, who sees and changes them, what they count, and what they lose when a tag goes.

use crate::harness::{Live, Person, TestApp};
use agentiq::features::inbox::saved_filter::{
    BrokenFilters, FilterPart, KeptFor, SavedCount, SavedPlace, SavedView,
};
use agentiq::features::inbox::types::{Condition, Filter, Holder, ListQuery, PersonView, TagView, View};
use agentiq::shared::change::Change;
use agentiq::shared::error::{AppError, Refusal};
use agentiq::shared::ids::{SavedFilterId, TagId, UserId};
use agentiq::shared::role::Role;
use serde_json::{Value, json};

fn filtered(view: View, filter: &str) -> ListQuery {
    ListQuery { filter: Some(filter.parse().expect("a filter")), ..ListQuery::of(view) }
}

impl Person {
    async fn saved(&self) -> Vec<SavedView> {
        self.want("inbox/saved", json!({})).await
    }

    /// Names of what the person sees, in order.
    async fn names(&self) -> Vec<String> {
        self.saved().await.into_iter().map(|view| view.name).collect()
    }

    async fn save(&self, name: &str, query: &ListQuery, kept: KeptFor) -> SavedFilterId {
        let saved = SavedFilterId::new();
        let _: () = self.want("inbox/save_filter", save(saved, name, query, kept)).await;
        saved
    }

    async fn refused(&self, function: &str, arguments: Value) -> Option<AppError> {
        self.call(function, &arguments).await.error()
    }
}

fn save(saved: SavedFilterId, name: &str, query: &ListQuery, kept: KeptFor) -> Value {
    json!({ "saved": saved, "name": name, "query": query, "kept": kept })
}

// --- Keeping ---------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_kept_whole_and_once_however_often_the_button_is_pressed() {
    let app = TestApp::start().await;
    let person = app.person(Role::Viewer).await;
    let query = filtered(View::Open, "unseen:yes;!any(priority:high,urgent;text:возврат)");
    let id = person.save("  Возвраты\u{7}  ", &query, KeptFor::Me).await;
    let again = save(id, "Возвраты", &query, KeptFor::Me);
    let _: () = person.want("inbox/save_filter", again).await;
    let kept =
        SavedView {
            id, name: "Возвраты".into(), query, owner: Some(person.id), place: SavedPlace::Pinned
        };
    assert_eq!(person.saved().await, std::slice::from_ref(&kept));

    let other = filtered(View::All, "order:no");
    let _: () = person.want("inbox/save_filter", save(id, "Без заказа", &other, KeptFor::Me)).await;
    let _: () = person.want("inbox/pin_filter", json!({ "saved": id, "place": "menu" })).await;
    let _: () = person.want("inbox/rename_filter", json!({ "saved": id, "name": "Иначе" })).await;
    let changed = SavedView { name: "Иначе".into(), query: other, place: SavedPlace::Menu, ..kept };
    assert_eq!(person.saved().await, [changed]);

    let _: () = person.want("inbox/delete_filter", json!({ "saved": id })).await;
    assert_eq!(person.saved().await, []);
    assert_eq!(person.refused("inbox/delete_filter", json!({ "saved": id })).await, Some(AppError::NotFound));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_kept_is_refused_in_words() {
    let app = TestApp::start().await;
    let person = app.person(Role::Operator).await;
    let plain = ListQuery::of(View::Open);
    let deep = (0..6).fold(Filter::Is(Condition::Unseen(true)), |inner, _| Filter::Not(Box::new(inner)));
    let deep = ListQuery { filter: Some(deep), ..plain.clone() };
    let nul = Filter::Is(Condition::Text("a\0b".into()));
    let nul = ListQuery { filter: Some(nul), ..plain.clone() };
    for (name, query, refusal) in [
        (" \u{7} ", &plain, Refusal::FilterNameMissing),
        (&*"я".repeat(61), &plain, Refusal::FilterNameTooLong { max: 60 }),
        ("deep", &deep, Refusal::FilterTooLarge),
        ("nul", &nul, Refusal::ControlCharacters),
    ] {
        let arguments = save(SavedFilterId::new(), name, query, KeptFor::Me);
        assert_eq!(person.refused("inbox/save_filter", arguments).await, Some(refusal.into()), "{name}");
    }
    assert_eq!(person.saved().await, []);

    let id = person.save("one", &plain, KeptFor::Me).await;
    let sql = app.sql().await;
    sql.run(
        "INSERT INTO saved_filters SELECT workspace_id, gen_random_uuid(), owner_id, name, query, is_pinned, position, \
                                          created_at FROM saved_filters, generate_series(2, 100)",
    )
    .await;
    let one_more = save(SavedFilterId::new(), "one more", &plain, KeptFor::Me);
    let full = Refusal::TooManyFilters { max: 100 };
    assert_eq!(person.refused("inbox/save_filter", one_more).await, Some(full.into()));
    let _: () = person.want("inbox/save_filter", save(id, "renamed", &plain, KeptFor::Me)).await;
    let other = app.person(Role::Operator).await;
    other.save("their own first", &plain, KeptFor::Me).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_stand_in_the_order_they_were_brought_into() {
    let app = TestApp::start().await;
    let person = app.person(Role::Admin).await;
    let query = ListQuery::of(View::Open);
    let a = person.save("a", &query, KeptFor::Me).await;
    let b = person.save("b", &query, KeptFor::Me).await;
    let c = person.save("c", &query, KeptFor::Me).await;
    person.save("all", &query, KeptFor::All).await;
    assert_eq!(person.names().await, ["all", "a", "b", "c"]);
    let _: () = person.want("inbox/arrange_filters", json!({ "order": [c, a, b] })).await;
    assert_eq!(person.names().await, ["all", "c", "a", "b"]);
    person.save("d", &query, KeptFor::Me).await;
    assert_eq!(person.names().await, ["all", "c", "a", "b", "d"]);
    let strange = json!({ "order": [a, SavedFilterId::new(), b] });
    assert_eq!(person.refused("inbox/arrange_filters", strange).await, Some(AppError::NotFound));
    assert_eq!(person.names().await, ["all", "c", "a", "b", "d"], "all or nothing");
}

// --- Whose ------------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn an_own_list_is_nobody_elses() {
    let app = TestApp::start().await;
    let owner = app.person(Role::Viewer).await;
    let id = owner.save("mine", &ListQuery::of(View::Open), KeptFor::Me).await;
    for role in Role::ALL {
        let other = app.person(*role).await;
        assert_eq!(other.saved().await, []);
        let asks = [
            ("inbox/save_filter", save(id, "taken", &ListQuery::of(View::All), KeptFor::Me)),
            ("inbox/rename_filter", json!({ "saved": id, "name": "taken" })),
            ("inbox/pin_filter", json!({ "saved": id, "place": "menu" })),
            ("inbox/arrange_filters", json!({ "order": [id] })),
            ("inbox/delete_filter", json!({ "saved": id })),
        ];
        for (function, arguments) in asks {
            let refused = other.refused(function, arguments).await;
            assert_eq!(refused, Some(AppError::NotFound), "{role} {function}");
        }
        let counts: Vec<SavedCount> = other.want("inbox/saved_counts", json!({ "saved": [id] })).await;
        assert_eq!(counts, []);
    }
    assert_eq!(owner.names().await, ["mine"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_everybodys_is_changed_by_those_who_run_the_workspace() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let operator = app.person(Role::Operator).await;
    let query = filtered(View::Open, "unseen:yes");
    let own = operator.save("of the operator", &query, KeptFor::Me).await;
    let all = admin.save("everybody's", &query, KeptFor::All).await;
    assert_eq!(operator.names().await, ["everybody's", "of the operator"]);
    assert_eq!(admin.names().await, ["everybody's"]);

    let asks = [
        ("inbox/save_filter", save(SavedFilterId::new(), "new", &query, KeptFor::All)),
        ("inbox/save_filter", save(all, "taken", &query, KeptFor::Me)),
        ("inbox/rename_filter", json!({ "saved": all, "name": "taken" })),
        ("inbox/pin_filter", json!({ "saved": all, "place": "menu" })),
        ("inbox/delete_filter", json!({ "saved": all })),
        ("inbox/share_filter", json!({ "saved": own, "kept": "all" })),
        ("inbox/share_filter", json!({ "saved": all, "kept": "me" })),
    ];
    for (function, arguments) in asks {
        assert_eq!(
            operator.refused(function, arguments.clone()).await,
            Some(AppError::Forbidden),
            "{function}"
        );
    }
    let moved = json!({ "order": [all] });
    assert_eq!(operator.refused("inbox/arrange_filters", moved).await, Some(AppError::NotFound));

    // Another admin changes it all the same, and it stays everybody's.
    let owner = app.person(Role::Owner).await;
    let _: () = owner.want("inbox/save_filter", save(all, "renamed", &query, KeptFor::Me)).await;
    assert_eq!(operator.names().await, ["renamed", "of the operator"]);
    let _: () = owner.want("inbox/share_filter", json!({ "saved": all, "kept": "me" })).await;
    assert_eq!(
        (operator.names().await, owner.names().await),
        (vec!["of the operator".into()], vec!["renamed".into()])
    );
    let _: () = owner.want("inbox/share_filter", json!({ "saved": all, "kept": "all" })).await;
    assert_eq!(admin.names().await, ["renamed"]);
    let theirs = json!({ "saved": own, "kept": "all" });
    assert_eq!(owner.refused("inbox/share_filter", theirs).await, Some(AppError::NotFound));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_workspace_keeps_its_own_under_the_same_id() {
    let app = TestApp::start().await;
    let person = app.person(Role::Owner).await;
    let query = ListQuery::of(View::Open);
    let id = person.save("first", &query, KeptFor::All).await;
    let elsewhere = app.new_workspace("Second").await;
    let stranger = app.person_of(elsewhere, Role::Owner).await;
    assert_eq!(stranger.saved().await, []);
    let delete = json!({ "saved": id });
    assert_eq!(stranger.refused("inbox/delete_filter", delete.clone()).await, Some(AppError::NotFound));
    let _: () = stranger.want("inbox/save_filter", save(id, "second", &query, KeptFor::All)).await;
    assert_eq!((person.names().await, stranger.names().await), (vec!["first".into()], vec!["second".into()]));
    let _: () = stranger.want("inbox/delete_filter", delete).await;
    assert_eq!(person.names().await, ["first"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn screens_hear_of_what_is_kept_for_them() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let operator = app.person(Role::Operator).await;
    let mut live = Live::open(&operator, 0).await;
    let query = ListQuery::of(View::Open);
    admin.save("of the admin", &query, KeptFor::Me).await;
    operator.save("own", &query, KeptFor::Me).await;
    let id = admin.save("everybody's", &query, KeptFor::All).await;
    let mut next = async || live.next_change().await.change;
    assert_eq!(
        next().await,
        Change::SavedFilters { owner: Some(operator.id) },
        "the admin's own is not told"
    );
    assert_eq!(next().await, Change::SavedFilters { owner: None });
    let _: () = admin.want("inbox/share_filter", json!({ "saved": id, "kept": "me" })).await;
    assert_eq!(next().await, Change::SavedFilters { owner: None }, "it has gone from there");
}

// --- Counting ---------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_list_is_counted_up_to_a_thousand() {
    let app = TestApp::start().await;
    let (seller, _, _) = app.shop_with_chat("Где заказ?").await;
    let person = app.person(Role::Operator).await;
    let open = person.save("open", &ListQuery::of(View::Open), KeptFor::Me).await;
    let waiting = person.save("waiting", &ListQuery::of(View::Waiting), KeptFor::Me).await;
    let elsewhere = ListQuery { seller: Some(Default::default()), ..ListQuery::of(View::Open) };
    let elsewhere = person.save("of no seller", &elsewhere, KeptFor::Me).await;
    app.sql()
        .await
        .run(&format!(
            "INSERT INTO chats (workspace_id, id, seller_id, kind, external_id, status, created_at, last_message_at) \
             SELECT '{}', gen_random_uuid(), '{seller}', 'dialog', 'c' || n, 'open', now(), now() \
             FROM generate_series(1, 1500) n",
            app.workspace
        ))
        .await;
    let asked = json!({ "saved": [open, waiting, elsewhere, SavedFilterId::new()] });
    let mut counts: Vec<SavedCount> = person.want("inbox/saved_counts", asked).await;
    counts.sort_by_key(|count| count.chats);
    let expected = [(elsewhere, 0), (waiting, 1), (open, 1001)];
    let expected = expected.map(|(saved, chats)| SavedCount { saved, chats: Some(chats) });
    assert_eq!(counts, expected);
}

// --- Names and uses ---------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn people_and_tags_are_told_by_name_within_the_workspace() {
    let app = TestApp::start().await;
    let viewer = app.person(Role::Viewer).await;
    let owner = app.person(Role::Owner).await;
    let elsewhere = app.new_workspace("Second").await;
    app.person_of(elsewhere, Role::Owner).await;
    let people: Vec<PersonView> = viewer.want("users/people", json!({})).await;
    let expected = [(owner.id, "Some owner"), (viewer.id, "Some viewer")];
    assert_eq!(people, expected.map(|(id, name)| PersonView { id, name: name.into() }));

    for (workspace, name) in [(app.workspace, "возврат"), (app.workspace, "Брак"), (elsewhere, "чужая")]
    {
        app.sql()
            .await
            .run(&format!(
                "INSERT INTO tags VALUES ('{workspace}', '{}', '{name}', 'red', now())",
                TagId::new()
            ))
            .await;
    }
    let tags: Vec<TagView> = viewer.want("inbox/tags", json!({})).await;
    assert_eq!(tags.into_iter().map(|tag| tag.name).collect::<Vec<_>>(), ["Брак", "возврат"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_or_a_person_knows_which_lists_ask_for_it() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let (tag, other) = (TagId::new(), TagId::new());
    let holder = UserId::new();
    admin
        .save(
            "with the tag",
            &filtered(View::Open, &format!("any(unseen:yes;!tag:{other},{tag})")),
            KeptFor::Me,
        )
        .await;
    admin.save("another tag", &filtered(View::Open, &format!("tag:{other}")), KeptFor::All).await;
    admin.save("its id as text", &filtered(View::Open, &format!("text:{tag}")), KeptFor::All).await;
    let of_person = Filter::Is(Condition::Assignee(vec![Holder::Nobody, Holder::Person(holder)]));
    let of_person = ListQuery { filter: Some(of_person), ..ListQuery::of(View::All) };
    admin.save("of a person", &of_person, KeptFor::All).await;
    let elsewhere = app.new_workspace("Second").await;
    let stranger = app.person_of(elsewhere, Role::Owner).await;
    stranger.save("elsewhere", &filtered(View::Open, &format!("tag:{tag}")), KeptFor::All).await;

    let uses = async |person: &Person, of: FilterPart| -> BrokenFilters {
        person.want("inbox/filter_uses", json!({ "of": of })).await
    };
    for (tag, expected) in
        [(tag, &["with the tag"][..]), (other, &["another tag", "with the tag"]), (TagId::new(), &[])]
    {
        let told = uses(&admin, FilterPart::Tag(tag)).await;
        assert_eq!(told.names, expected);
        assert_eq!(told.of_others, 0);
    }
    assert_eq!(uses(&admin, FilterPart::Person(holder)).await.names, ["of a person"]);
    let owner = app.person(Role::Owner).await;
    let told = uses(&owner, FilterPart::Tag(other)).await;
    assert_eq!(
        (told.names, told.of_others),
        (vec!["another tag".to_owned()], 1),
        "what is another's has no name"
    );
    assert_eq!(admin.saved().await.len(), 4, "and they are all still there, with a tag that nobody has made");
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_a_person_go_with_the_person() {
    let app = TestApp::start().await;
    let admin = app.person(Role::Admin).await;
    let query = ListQuery::of(View::Open);
    admin.save("own", &query, KeptFor::Me).await;
    admin.save("everybody's", &query, KeptFor::All).await;
    app.sql()
        .await
        .run(&format!(
            "DELETE FROM sessions WHERE user_id = '{0}'; DELETE FROM sign_in_names WHERE user_id = '{0}'; \
             DELETE FROM users WHERE id = '{0}'",
            admin.id
        ))
        .await;
    let operator = app.person(Role::Operator).await;
    assert_eq!(operator.names().await, ["everybody's"]);
    assert_eq!(app.sql().await.number("SELECT count(*) FROM saved_filters").await, 1);
}

// --- The address ------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_saved_list_is_drawn_at_its_address_for_whoever_may_see_it() {
    let app = TestApp::start().await;
    let (_, external, _) = app.shop_with_chat("Где заказ?").await;
    let admin = app.person(Role::Admin).await;
    let operator = app.person(Role::Operator).await;
    let spam = filtered(View::Spam, "order:no");
    let own = admin.save("Личный спам", &spam, KeptFor::Me).await;
    let shared = admin.save("Общий спам", &spam, KeptFor::All).await;
    let drawn = async |path: String| operator.get(&path).await.text;
    let here = drawn(format!("/inbox?saved={shared}")).await;
    assert!(here.contains("Общий спам") && here.contains("Нет заказа"), "the list and its filter: {here}");
    assert!(!here.contains(&external), "the chat is no spam");
    let gone = drawn(format!("/inbox?saved={own}")).await;
    assert!(gone.contains("Такого сохранённого фильтра нет") && !gone.contains("Личный спам"), "{gone}");
    assert!(gone.contains(&external), "what waits is shown instead");
    let odd = drawn("/inbox?view=all&filter=colour:red".into()).await;
    assert!(odd.contains("не удалось прочитать") && odd.contains(&external), "{odd}");
    // A tag that was deleted is called so, and the page does not fail.
    let tag = drawn(format!("/inbox?view=all&filter=tag:{}", TagId::new())).await;
    assert!(tag.contains("удалённая метка"), "{tag}");
}
