//! Who somebody is: set-up, log-in and its limits, sessions, cookies.

use crate::harness::{Answer, Person, Setting, TestApp};
use agentiq::shared::role::Role;
use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use reqwest::header::COOKIE;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

const PASSWORD: &str = "верный пароль 17";

/// A hash that is checked in no time: the parameters travel in the hash.
fn quick_hash() -> String {
    let params = Params::new(8, 1, 1, None).expect("small parameters");
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password(PASSWORD.as_bytes()).expect("a hash").to_string()
}

/// Somebody with the password above who is not logged in.
async fn with_password(app: &TestApp) -> Person {
    let person = app.person_with(app.workspace, Role::Operator, &quick_hash()).await;
    Person { cookies: BTreeMap::new(), ..person }
}

/// The log-in form, from a network address behind one proxy.
async fn log_in_from(person: &Person, email: &str, password: &str, forwarded_for: &str) -> Answer {
    let body: Vec<String> = [("email", email), ("password", password)]
        .iter()
        .map(|(name, value)| {
            format!("{name}={}", value.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>())
        })
        .collect();
    let request = person.request(Method::POST, "/login").header("x-forwarded-for", forwarded_for);
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(body.join("&"));
    Answer::of(request).await
}

/// Whether a person is somebody to the server.
async fn is_known(person: &Person) -> bool {
    let answer = person.call("sellers/list", &json!({})).await;
    assert!([200, 401].contains(&answer.status), "{answer:?}");
    answer.status == 200
}

// --- Set-up --------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn set_up_makes_the_workspace_and_its_owner_once() {
    let app = TestApp::with(Setting { empty: true, ..Setting::default() }).await;
    let mut owner = app.nobody();
    for page in ["/", "/inbox", "/sellers", "/login"] {
        let answer = owner.get(page).await;
        assert_eq!((answer.status, answer.location()), (303, "/setup"), "{page}");
    }
    assert_eq!(owner.get("/setup").await.status, 200);

    let good = [
        ("workspace", "Север Маркет"),
        ("name", "Анна"),
        ("email", " Anna@Shop.Example "),
        ("password", PASSWORD),
        ("password_again", PASSWORD),
    ];
    let problems = [
        ("workspace", " ", "workspace_missing"),
        ("name", "\u{7}", "name_missing"),
        ("email", "anna", "email_invalid"),
        ("email", "", "email_invalid"),
        ("password_again", "another one", "passwords_differ"),
    ];
    for (field, value, problem) in problems {
        let mut form = good;
        form.iter_mut().filter(|(name, _)| *name == field).for_each(|(_, given)| *given = value);
        let answer = owner.submit("/setup", &form).await;
        assert_eq!((answer.status, answer.location()), (303, format!("/setup?problem={problem}").as_str()));
    }
    let mut short = good;
    (short[3].1, short[4].1) = ("short", "short");
    assert_eq!(owner.submit("/setup", &short).await.location(), "/setup?problem=password_too_short");
    assert_eq!(owner.submit("/setup", &[]).await.location(), "/setup?problem=workspace_missing");
    let sql = app.sql().await;
    assert_eq!(sql.number("SELECT count(*) FROM workspaces").await, 0);
    assert!(!is_known(&owner).await);

    let mut rival = app.nobody();
    let (first, second) = tokio::join!(owner.submit("/setup", &good), rival.submit("/setup", &good));
    let mut locations = [first.location(), second.location()];
    locations.sort_unstable();
    assert_eq!(locations, ["/inbox", "/login?problem=already_set_up"], "two at the same moment");
    assert_eq!(sql.number("SELECT count(*) FROM workspaces").await, 1);
    let made = sql.rows("SELECT email, name, role FROM users").await;
    assert_eq!(made, [["anna@shop.example", "Анна", "owner"].map(|text| Some(text.to_owned()))]);
    let winner = if first.location() == "/inbox" { &owner } else { &rival };
    assert!(is_known(winner).await, "and is logged in");

    let mut late = app.nobody();
    assert_eq!(late.submit("/setup", &good).await.location(), "/login?problem=already_set_up");
    assert_eq!(late.get("/setup").await.location(), "/login");
    let answer = late.submit("/login", &[("email", "ANNA@shop.example"), ("password", PASSWORD)]).await;
    assert_eq!(answer.location(), "/inbox");
    assert!(is_known(&late).await);
}

// --- Log-in --------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_an_unknown_address_get_the_same_answer() {
    let app = TestApp::start().await;
    let mut person = with_password(&app).await;
    let email = person.email.clone();
    let wrong = person.submit("/login", &[("email", &email), ("password", "falsch")]).await;
    let unknown = person.submit("/login", &[("email", "who@shop.example"), ("password", PASSWORD)]).await;
    let nonsense = person.submit("/login", &[("email", "\u{0}"), ("password", "\u{0}")]).await;
    let nothing = person.submit("/login", &[]).await;
    for answer in [&wrong, &unknown, &nonsense, &nothing] {
        assert_eq!((answer.status, answer.location()), (303, "/login?problem=bad_credentials"), "{answer:?}");
        assert!(answer.set_cookies().is_empty());
        let names = |answer: &Answer| answer.headers.keys().cloned().collect::<Vec<_>>();
        assert_eq!((&answer.text, names(answer)), (&wrong.text, names(&wrong)));
    }
    assert!(!is_known(&person).await);
    let page = person.get("/login?problem=bad_credentials").await;
    assert!(page.text.contains("role=\"alert\""), "the page says so");

    let right = person.submit("/login", &[("email", &email), ("password", PASSWORD)]).await;
    assert_eq!((right.status, right.location()), (303, "/inbox"));
    assert!(is_known(&person).await);
    for page in ["/login", "/setup", "/"] {
        assert_eq!(person.get(page).await.location(), "/inbox", "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sixth_try_is_refused_also_after_a_restart_and_with_the_right_password() {
    let app = TestApp::start().await;
    let mut person = with_password(&app).await;
    let email = person.email.clone();
    let shouted = email.to_uppercase();
    for email in [&email, &shouted, &email, &email, &email] {
        let answer = person.submit("/login", &[("email", email), ("password", "falsch")]).await;
        assert_eq!(answer.location(), "/login?problem=bad_credentials");
    }
    let restarted = app.another(Setting::default()).await;
    for url in [&app.url, &restarted.url] {
        let mut person = Person { url: url.clone(), ..person.clone() };
        let answer = person.submit("/login", &[("email", &email), ("password", PASSWORD)]).await;
        assert_eq!(answer.location(), "/login?problem=too_many_tries");
        assert!(answer.set_cookies().is_empty());
    }
    // Nobody else is locked out.
    let mut other = with_password(&app).await;
    let others = other.email.clone();
    assert_eq!(
        other.submit("/login", &[("email", &others), ("password", PASSWORD)]).await.location(),
        "/inbox"
    );

    app.sql().await.run("UPDATE login_attempts SET at = at - interval '16 minutes'").await;
    let answer = person.submit("/login", &[("email", &email), ("password", PASSWORD)]).await;
    assert_eq!(answer.location(), "/inbox", "the window has passed");
    let kept = app.sql().await.column("SELECT key FROM login_attempts").await;
    assert!(kept.iter().all(|key| !key.contains('@')), "addresses are kept as hashes only: {kept:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_tries_at_once_do_not_slip_under_the_limit() {
    let app = TestApp::start().await;
    let person = with_password(&app).await;
    let tries = (0..20).map(|_| log_in_from(&person, &person.email, "falsch", ""));
    let answers = futures::future::join_all(tries).await;
    let checked = answers.iter().filter(|answer| answer.location().contains("bad_credentials")).count();
    assert!(checked <= 5, "{checked} passwords could be tried");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_network_address_has_a_limit_over_all_people() {
    let app = TestApp::with(Setting { trusted_proxies: 1, ..Setting::default() }).await;
    let person = with_password(&app).await;
    app.sql()
        .await
        .run(
            "INSERT INTO login_attempts (key, at) SELECT 'ip:203.0.113.5', now() FROM generate_series(1, 29)",
        )
        .await;
    let tried = async |email: &str, password: &str, forwarded: &str| {
        log_in_from(&person, email, password, forwarded).await.location().to_owned()
    };
    assert_eq!(tried("a@x.example", "falsch", "203.0.113.5").await, "/login?problem=bad_credentials");
    // Whatever the client writes to the left of what the proxy saw.
    for forwarded in ["203.0.113.5", "198.51.100.1, 203.0.113.5", "nonsense,203.0.113.5"] {
        assert_eq!(
            tried(&person.email, PASSWORD, forwarded).await,
            "/login?problem=too_many_tries",
            "{forwarded}"
        );
    }
    assert_eq!(tried(&person.email, PASSWORD, "203.0.113.6").await, "/inbox");
}

#[tokio::test(flavor = "multi_thread")]
async fn log_ins_that_work_lock_nobody_out() {
    let app = TestApp::start().await;
    let person = with_password(&app).await;
    // An office behind one address.
    for number in 0..40 {
        let answer = log_in_from(&person, &person.email, PASSWORD, "").await;
        assert_eq!(answer.location(), "/inbox", "log-in {number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_leads_to_our_own_pages_only() {
    let app = TestApp::start().await;
    let mut person = with_password(&app).await;
    let email = person.email.clone();
    let foreign = [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\r\nLocation: https://evil.example",
        "evil.example",
        " //evil.example",
        "",
    ];
    for next in foreign {
        let right =
            person.submit("/login", &[("email", &email), ("password", PASSWORD), ("next", next)]).await;
        assert_eq!((right.status, right.location()), (303, "/inbox"), "{next:?}");
        let wrong = person.submit("/preferences", &[("theme", "dark"), ("next", next)]).await;
        assert_eq!((wrong.status, wrong.location()), (303, "/inbox"), "{next:?}");
        let page = app
            .nobody()
            .get(&format!("/login?next={}", next.replace(['\t', '\r', '\n', ' ', '\\'], "")))
            .await;
        assert!(
            !page.text.contains("value=\"//evil") && !page.text.contains("value=\"https://evil"),
            "{next:?}"
        );
    }
    let next = "/inbox/x?view=all&seller=1";
    let wrong = person.submit("/login", &[("email", &email), ("password", "falsch"), ("next", next)]).await;
    assert_eq!(wrong.location(), "/login?problem=bad_credentials&next=/inbox/x%3Fview%3Dall%26seller%3D1");
    let right = person.submit("/login", &[("email", &email), ("password", PASSWORD), ("next", next)]).await;
    assert_eq!(right.location(), next);
    let asked = app.nobody().get(next).await;
    assert_eq!(asked.location(), "/login?next=/inbox/x%3Fview%3Dall%26seller%3D1", "and comes back there");
}

// --- Sessions ------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn log_out_ends_the_session_for_good() {
    let app = TestApp::start().await;
    let mut person = app.person(Role::Operator).await;
    let kept = person.clone();
    let elsewhere = app.person(Role::Operator).await;
    let answer = person.submit("/logout", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/login"));
    assert!(person.cookies.is_empty(), "the cookie is taken back");
    assert!(!is_known(&kept).await, "a copy of the cookie opens nothing");
    assert!(kept.get("/inbox").await.location().starts_with("/login"));
    assert_eq!(kept.get("/live").await.status, 401);
    assert!(is_known(&elsewhere).await);
    assert_eq!(app.nobody().submit("/logout", &[]).await.location(), "/login", "again, or without a session");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_when_idle_and_when_old() {
    let app = TestApp::start().await;
    let sql = app.sql().await;
    let person = app.person(Role::Operator).await;
    sql.run("UPDATE sessions SET last_seen_at = now() - interval '11 hours 50 minutes'").await;
    assert!(is_known(&person).await);
    let idle = sql.number("SELECT extract(epoch FROM now() - last_seen_at)::bigint FROM sessions").await;
    assert!(idle < 60, "a request keeps it alive: {idle}");
    sql.run("UPDATE sessions SET last_seen_at = now() - interval '12 hours 1 minute'").await;
    assert!(!is_known(&person).await, "idle");

    let person = app.person(Role::Operator).await;
    let days = "SELECT extract(day FROM absolute_expires_at - created_at)::int FROM sessions ORDER BY created_at DESC";
    assert_eq!(sql.number(days).await, 14);
    sql.run("UPDATE sessions SET last_seen_at = now(), absolute_expires_at = now() - interval '1 second'")
        .await;
    assert!(!is_known(&person).await, "old, however busy");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_about_a_person_holds_at_once() {
    let app = TestApp::start().await;
    let sql = app.sql().await;
    let person = app.person(Role::Admin).await;
    let seller = app.connect_shop().await;
    let pause = json!({ "seller": seller });
    assert_eq!(person.call("sellers/pause", &pause).await.status, 200);
    sql.run("UPDATE users SET role = 'viewer'").await;
    assert_eq!(person.call("sellers/pause", &pause).await.status, 403);
    sql.run("DELETE FROM users").await;
    assert!(!is_known(&person).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_stored_as_hashes_only() {
    let app = TestApp::start().await;
    let person = app.person(Role::Owner).await;
    let (_, secret) = person.cookies["agentiq"].split_once('.').expect("two parts");
    let secret = URL_SAFE_NO_PAD.decode(secret).expect("base64");
    assert_eq!(secret.len(), 32);
    let sql = app.sql().await;
    let stored = sql.value("SELECT encode(token_hash, 'hex') FROM sessions").await;
    assert_eq!(stored, Some(format!("{:x}", Sha256::digest(&secret))));
    let row = sql.value("SELECT s::text FROM sessions s").await.unwrap_or_default();
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(!row.contains(&hex));
}

// --- Cookies -------------------------------------------------------------------------------------------------------

#[tokio::test(flavor = "multi_thread")]
async fn the_session_cookie_is_out_of_reach_for_scripts_and_other_sites() {
    for (public_url, name) in [(None, "agentiq"), (Some("https://chat.example"), "__Host-agentiq")] {
        let app = TestApp::with(Setting { public_url, ..Setting::default() }).await;
        let mut person = with_password(&app).await;
        let email = person.email.clone();
        let answer = person.submit("/login", &[("email", &email), ("password", PASSWORD)]).await;
        let cookies = answer.set_cookies();
        let [cookie] = cookies.as_slice() else { panic!("{cookies:?}") };
        let (first, flags) = cookie.split_once("; ").expect("flags");
        assert!(first.starts_with(&format!("{name}=")), "{cookie}");
        let mut flags: Vec<&str> = flags.split("; ").collect();
        flags.sort_unstable();
        let mut expected = vec!["HttpOnly", "Max-Age=1209600", "Path=/", "SameSite=Lax"];
        if public_url.is_some() {
            expected.push("Secure");
        }
        assert_eq!(flags, expected, "{cookie}");
        assert!(is_known(&person).await);
        // Under another name, which a neighbouring site could have set, it is nothing.
        let other = if public_url.is_some() { "agentiq" } else { "__Host-agentiq" };
        let value = person.cookies[name].clone();
        let renamed = Person { cookies: BTreeMap::from([(other.to_owned(), value)]), ..person.clone() };
        assert!(!is_known(&renamed).await);
        let answer = person.submit("/preferences", &[("theme", "dark"), ("locale", "en")]).await;
        assert!(answer.set_cookies().iter().all(|cookie| cookie.contains("; SameSite=Lax")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_cookies_are_nobodys() {
    let app = TestApp::start().await;
    let person = app.person(Role::Owner).await;
    let good = person.cookies["agentiq"].clone();
    let (workspace, secret) = good.split_once('.').expect("two parts");
    let other = URL_SAFE_NO_PAD.encode(app.new_workspace("Second").await.0.as_bytes());
    let mut cookies: Vec<Vec<u8>> = [
        "",
        "agentiq",
        "agentiq=",
        "agentiq=.",
        "agentiq=..",
        "agentiq=a.b",
        "=",
        ";;;",
        "agentiq=%00",
        "agentiq=\"\"",
    ]
    .iter()
    .map(|cookie| cookie.as_bytes().to_vec())
    .collect();
    let made = [
        workspace.to_owned(),
        format!("{workspace}."),
        format!(".{secret}"),
        format!("{secret}.{workspace}"),
        format!("{other}.{secret}"),
        format!("{workspace}.{}", URL_SAFE_NO_PAD.encode([0; 32])),
        format!("{workspace}.{}", &secret[..secret.len() - 1]),
        format!("{good}="),
        format!("{good}.{good}"),
        "A".repeat(7000),
    ];
    cookies.extend(made.iter().map(|value| format!("agentiq={value}").into_bytes()));
    cookies.push(b"agentiq=\xff\xfe\x80".to_vec());
    for cookie in cookies {
        let shown = String::from_utf8_lossy(&cookie).into_owned();
        for (method, path, expected) in [
            (Method::POST, "/api/sellers/list", 401),
            (Method::GET, "/inbox", 303),
            (Method::GET, "/login", 200),
            (Method::GET, "/live", 401),
            (Method::POST, "/logout", 303),
        ] {
            let request = app.nobody().request(method, path).header(COOKIE, cookie.as_slice());
            let request = request.header("content-type", "application/json").body("{}");
            assert_eq!(Answer::of(request).await.status, expected, "{path} {shown:?}");
        }
    }
    assert!(is_known(&person).await);

    for cookie in
        ["theme=<script>; locale=\"><script>", "theme=; locale=", "locale=%F0%9F; theme=dark; theme=light"]
    {
        let request = app.nobody().request(Method::GET, "/login").header(COOKIE, cookie);
        let page = Answer::of(request).await;
        assert_eq!(page.status, 200);
        assert!(!page.text.contains("\"><script>"), "{cookie}");
    }
}
