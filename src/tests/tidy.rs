//! House rules that the compiler cannot keep. Each failure says what to do.

use agentiq::shared::commands::Command;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms, lowest first: a room uses itself and lower rooms only.
const FLOORS: [&str; 9] =
    ["shared", "platform", "connectors", "context", "ui", "features", "app", "server", "main"];
/// Features, in their order of leaning.
const FEATURES: [&str; 14] = [
    "users",
    "notices",
    "sellers",
    "orders",
    "files",
    "quick_replies",
    "wording",
    "understanding",
    "sla",
    "knowledge",
    "suggestions",
    "inbox",
    "search",
    "sync",
];
/// The self-check that refuses a database in which Russian cannot be searched has to ask in Russian.
const CYRILLIC_SELF_CHECK: &str = "src/platform/db.rs";
/// Crates that must not come back: another way to speak to Postgres, another TLS, another build of C code.
const BANNED_CRATES: [&str; 7] =
    ["pq-sys", "openssl", "openssl-sys", "native-tls", "aws-lc-sys", "aws-lc-rs", "sqlx-core"];

// --- Floors --------------------------------------------------------------------------------------------------------

#[test]
fn rooms_use_themselves_and_lower_rooms_only() {
    let mut wrong = Vec::new();
    for file in rust_files() {
        let Some(room) = file.module.first() else { continue };
        if room == "tests" {
            continue;
        }
        let Some(own) = floor(room) else {
            wrong.push(format!("{}: `{room}` is no room; add it to FLOORS or move the file", file.path));
            continue;
        };
        for target in file.uses() {
            let Some(floor) = target.first().and_then(|room| floor(room)) else { continue };
            // The one exception: a connector speaks of messages and orders in the features' words, so that they are
            // not declared twice.
            let is_excepted =
                room == "connectors" && matches!(strs(&target)[..], ["features", _, "types", ..]);
            if floor > own && !is_excepted {
                wrong.push(format!("{}: uses {}, which is a higher room", file.path, target.join("::")));
            }
        }
    }
    assert_none(&wrong, "Rooms lean downwards; move what both need to a lower room.");
}

#[test]
fn features_lean_in_one_order() {
    let mut wrong = Vec::new();
    for file in rust_files() {
        let [room, feature, ..] = file.module.as_slice() else { continue };
        if room != "features" {
            continue;
        }
        let Some(own) = FEATURES.iter().position(|name| name == feature) else {
            wrong.push(format!("{}: `{feature}` is not in FEATURES", file.path));
            continue;
        };
        for target in file.uses() {
            let [room, other, ..] = target.as_slice() else { continue };
            let place = FEATURES.iter().position(|name| name == other);
            if room == "features" && place.is_some_and(|place| place > own) {
                wrong.push(format!("{}: uses features::{other}, which stands after {feature}", file.path));
            }
        }
    }
    assert_none(
        &wrong,
        "Calls between features go down the order; effects are calls inside the transaction.",
    );
}

#[test]
fn the_library_declares_every_room_and_nothing_else() {
    let lib = SourceFile::read(&root().join("src/lib.rs"));
    for room in lib.declared_modules() {
        assert!(floor(&room).is_some(), "src/lib.rs declares `{room}`, which is not in FLOORS");
    }
}

// --- Files ---------------------------------------------------------------------------------------------------------

#[test]
fn every_file_is_part_of_the_program() {
    let mut wrong = Vec::new();
    for file in rust_files() {
        let Some((name, parents)) = file.module.split_last() else { continue };
        if ["main", "lib"].contains(&file.path.trim_start_matches("src/").trim_end_matches(".rs")) {
            continue;
        }
        // The tests are a program of their own, whose root is src/tests/mod.rs.
        if file.path == "src/tests/mod.rs" {
            continue;
        }
        let base = parents.iter().fold(root().join("src"), |dir, part| dir.join(part));
        let parent = if parents.is_empty() {
            base.join("lib.rs")
        } else {
            [base.join("mod.rs"), base.with_extension("rs")]
                .into_iter()
                .find(|path| path.exists())
                .unwrap_or(base)
        };
        let declared = parent.is_file() && SourceFile::read(&parent).declared_modules().contains(name);
        if !declared {
            wrong.push(format!("{}: no `mod {name};` in {}", file.path, relative(&parent)));
        }
    }
    assert_none(&wrong, "Files that no `mod` line names are never compiled.");
}

#[test]
fn a_feature_has_one_gate() {
    let mut wrong = Vec::new();
    for file in rust_files() {
        let module = strs(&file.module);
        let ["features", _, rest @ ..] = module.as_slice() else { continue };
        let gates = file.code.matches("cfg(feature").count() + file.code.matches("cfg_attr(feature").count();
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let allowed = match (rest, name) {
            ([], "mod.rs") | (["api"], _) => 1,
            // Files that speak to the browser have a twin for the server.
            (["ui", ..], _) => continue,
            _ => 0,
        };
        if gates > allowed {
            wrong.push(format!("{}: {gates} gates, {allowed} allowed", file.path));
        }
    }
    assert_none(&wrong, "Server code of a feature stands in `server/`, behind the one gate in its mod.rs.");
}

#[test]
fn every_migration_goes_both_ways() {
    let mut wrong = Vec::new();
    for entry in fs::read_dir(root().join("migrations")).expect("migrations").filter_map(Result::ok) {
        for side in ["up.sql", "down.sql"] {
            let text = fs::read_to_string(entry.path().join(side)).unwrap_or_default();
            if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with("--")) {
                wrong.push(format!("{}/{side} is missing or empty", entry.file_name().to_string_lossy()));
            }
        }
    }
    assert_none(&wrong, "A migration can be taken back.");
}

// --- Words ---------------------------------------------------------------------------------------------------------

#[test]
fn sentences_live_in_the_i18n_module() {
    let mut wrong = Vec::new();
    for file in rust_files() {
        let module = strs(&file.module);
        let may_speak =
            matches!(module[..], ["shared", "i18n", ..] | ["connectors", "sandbox", ..] | ["tests", ..])
                || file.path.ends_with("/tests.rs")
                || file.path == CYRILLIC_SELF_CHECK;
        if may_speak {
            continue;
        }
        let is_ozon = matches!(module[..], ["connectors", "ozon", ..]);
        for text in &file.strings {
            // Ozon spells the buyer's type with a Cyrillic first letter.
            let foreign = text.chars().find(|c| is_cyrillic(*c) && !(is_ozon && *c == '\u{421}'));
            if foreign.is_some() {
                wrong.push(format!("{}: {text:?}", file.path));
            }
        }
    }
    assert_none(&wrong, "What a person reads is a method of `Locale` in src/shared/i18n.");
}

// --- Server functions ----------------------------------------------------------------------------------------------

/// An endpoint as its `api.rs` declares it.
struct Endpoint {
    path: String,
    permission: String,
}

#[test]
fn every_endpoint_names_its_path_and_its_permission() {
    let mut wrong = Vec::new();
    let mut endpoints = BTreeMap::new();
    for file in rust_files() {
        if !file.raw_code.contains("#[server") || file.module.first().is_some_and(|room| room == "tests") {
            continue;
        }
        let ["features", feature, "api"] = strs(&file.module)[..] else {
            wrong.push(format!("{}: server functions live in features/*/api.rs", file.path));
            continue;
        };
        // At the beginning of a line: arguments have attributes of the same name.
        for block in file.raw_code.split("\n#[server").skip(1) {
            match endpoint(block) {
                Ok(endpoint) if endpoint.path.starts_with(&format!("{feature}/")) => {
                    if endpoints.insert(endpoint.path.clone(), endpoint.permission).is_some() {
                        wrong.push(format!("{}: {} is declared twice", file.path, endpoint.path));
                    }
                }
                Ok(endpoint) => {
                    wrong.push(format!("{}: {} is not below {feature}/", file.path, endpoint.path))
                }
                Err(why) => wrong.push(format!("{}: {why}", file.path)),
            }
        }
    }
    assert_none(
        &wrong,
        "An endpoint is written as #[server(endpoint = \"feature/verb\", input = Json)] with one call of \
         answer(Permission::…, …).",
    );

    let list = endpoint_list(&endpoints);
    let path = root().join("docs/endpoints.txt");
    if std::env::var_os("AGENTIQ_BLESS").is_some() {
        fs::write(&path, &list).expect("docs/endpoints.txt");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        committed, list,
        "docs/endpoints.txt is out of date: AGENTIQ_BLESS=1 cargo test --features ssr tidy"
    );
}

/// Reads what follows `#[server` up to the end of its function.
fn endpoint(block: &str) -> Result<Endpoint, String> {
    let start = block.split("pub async fn").next().unwrap_or_default().trim();
    let path = start
        .strip_prefix("(endpoint = \"")
        .and_then(|rest| rest.split_once('"'))
        .filter(|(_, rest)| {
            rest.trim_start_matches(", input = Json)]").trim().is_empty() && rest.contains("input = Json")
        })
        .map(|(path, _)| path.to_owned())
        .ok_or_else(|| format!("#[server{}", start.lines().next().unwrap_or_default()))?;
    let permissions: Vec<&str> = block
        .split("answer(Permission::")
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default())
        .collect();
    match permissions[..] {
        [permission] => Ok(Endpoint { path, permission: permission.to_owned() }),
        _ => Err(format!("{path} calls answer(Permission::…) {} times", permissions.len())),
    }
}

fn endpoint_list(endpoints: &BTreeMap<String, String>) -> String {
    let mut list = String::from(
        "# Every server function: its path below /api/ and what it demands. Written by src/tests/tidy.rs.\n",
    );
    for (path, permission) in endpoints {
        list.push_str(&format!("{path:<24} {permission}\n"));
    }
    list
}

// --- Pages ---------------------------------------------------------------------------------------------------------

#[test]
fn text_areas_are_drawn_by_one_component() {
    let files: Vec<String> = rust_files()
        .into_iter()
        .filter(|file| file.code.contains("<textarea"))
        .map(|file| file.path)
        .collect();
    assert!(
        files.len() <= 1,
        "The server does not escape what stands inside <textarea>; use the one component that does. Found in: {files:?}"
    );
    let inner: Vec<String> = rust_files()
        .into_iter()
        .filter(|file| file.code.contains("inner_html"))
        .map(|file| file.path)
        .collect();
    assert_none(&inner, "inner_html takes anything; draw with elements and texts.");
}

#[test]
fn every_command_is_offered_by_some_part_of_a_page() {
    let mut offered = String::new();
    for file in rust_files() {
        if file.code.contains(".offer(") || file.code.contains(".offer_while(") {
            offered.push_str(&file.code);
        }
    }
    let is_offered = |command: &&Command| offered.contains(&format!("Command::{command:?},"));
    let missing: Vec<String> =
        Command::ALL.iter().filter(|it| !is_offered(it)).map(|it| format!("{it:?}")).collect();
    assert_none(
        &missing,
        "A command that nothing offers is a key that does nothing: use_commands().offer(…).",
    );
}

#[test]
fn keys_of_a_page_are_heard_in_one_place() {
    let may_listen = [
        "src/ui/commands/mod.rs",
        // Hears the key that is being chosen.
        "src/app/keys_page.rs",
        // Notes that somebody types, whatever the key.
        "src/features/users/ui/workspace.rs",
        // Shift with an arrow belongs to the line that has the focus, Escape to the choice.
        "src/features/inbox/ui/bulk/keys.rs",
    ];
    let wrong: Vec<String> = rust_files()
        .into_iter()
        .filter(|file| file.code.contains("window_event_listener(ev::keydown"))
        .map(|file| file.path)
        .filter(|path| !may_listen.contains(&path.as_str()))
        .collect();
    assert_none(&wrong, "What a key does is a command, so that people can find it and choose another key.");
}

#[test]
fn colours_are_named_in_one_file() {
    let mut wrong = Vec::new();
    for path in files_below(&root().join("style"), "css") {
        if path.ends_with("tokens.css") {
            continue;
        }
        let text = without_css_comments(&fs::read_to_string(&path).expect("a style sheet"));
        for (line, content) in text.lines().enumerate() {
            let functions = ["rgb(", "rgba(", "hsl(", "hsla(", "oklch(", "oklab(", "lab(", "lch("];
            // `color-mix(in oklab, …)` names a space, not a colour.
            let has_function = functions.iter().any(|name| begins_word(content, name));
            if has_function || has_hex_colour(content) {
                wrong.push(format!("{}:{}: {}", relative(&path), line + 1, content.trim()));
            }
        }
    }
    assert_none(&wrong, "A colour has a name in style/tokens.css, for light and dark.");
}

#[test]
fn leptos_toml_says_what_cargo_toml_says() {
    let cargo = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    let leptos = fs::read_to_string(root().join("Leptos.toml")).expect("Leptos.toml");
    let settings = |text: &str| -> BTreeSet<String> {
        let block = text.split("[package.metadata.leptos]").nth(1).unwrap_or_default();
        let block = block.split("\n[").next().unwrap_or_default();
        block
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(str::to_owned)
            .collect()
    };
    assert!(!settings(&cargo).is_empty());
    assert_eq!(
        settings(&cargo),
        settings(&leptos),
        "cargo-leptos reads Cargo.toml, the running server Leptos.toml"
    );
}

#[test]
fn browser_tests_wait_for_states_not_for_time() {
    let mut wrong = Vec::new();
    for path in files_below(&root().join("end2end"), "ts") {
        if path.components().any(|part| part.as_os_str() == "node_modules") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a test");
        for sign in ["waitForTimeout", "networkidle", "test.only", "test.skip", "test.fixme"] {
            if text.contains(sign) {
                wrong.push(format!("{}: {sign}", relative(&path)));
            }
        }
    }
    assert_none(&wrong, "A test waits for what a person would see.");
}

// --- Dependencies --------------------------------------------------------------------------------------------------

#[test]
fn banned_crates_stay_out() {
    let locked = locked_crates();
    let found: Vec<String> = BANNED_CRATES
        .iter()
        .filter(|name| locked.iter().any(|(crate_name, _)| crate_name == *name))
        .map(|name| format!("{name}: cargo tree --all-features --target all -i {name} says who brings it"))
        .collect();
    assert_none(&found, "No libpq, no OpenSSL, no aws-lc, no sqlx; see deny.toml.");
}

#[test]
fn no_crate_has_an_advisory_that_we_know_of() {
    let locked = locked_crates();
    let list = fs::read_to_string(root().join("scripts/advisories.txt")).expect("scripts/advisories.txt");
    let mut wrong = Vec::new();
    for line in list.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let mut words = line.split_whitespace();
        let (Some(id), Some(name), Some(fixed)) = (words.next(), words.next(), words.next()) else {
            panic!("scripts/advisories.txt: {line:?}")
        };
        for (_, version) in locked.iter().filter(|(crate_name, _)| crate_name == name) {
            if numbers(version) < numbers(fixed) {
                wrong.push(format!("{name} {version}: {id}, fixed in {fixed}"));
            }
        }
    }
    assert_none(&wrong, "cargo update -p CRATE");
}

/// Names and versions in Cargo.lock.
fn locked_crates() -> Vec<(String, String)> {
    let lock = fs::read_to_string(root().join("Cargo.lock")).expect("Cargo.lock");
    let value = |block: &str, key: &str| {
        block.lines().find_map(|line| {
            line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"').map(str::to_owned)
        })
    };
    lock.split("[[package]]")
        .skip(1)
        .filter_map(|block| Some((value(block, "name")?, value(block, "version")?)))
        .collect()
}

/// The three numbers of a version; what follows a `-` or `+` does not matter here.
fn numbers(version: &str) -> Vec<u64> {
    let plain = version.split(['-', '+']).next().unwrap_or_default();
    plain.split('.').map(|part| part.parse().unwrap_or_default()).collect()
}

#[test]
fn versions_are_compared_as_numbers() {
    assert!(numbers("0.23.9") < numbers("0.23.18"));
    assert!(numbers("1.0.0+spec") == numbers("1.0.0"));
}

// --- Reading sources -----------------------------------------------------------------------------------------------

/// A source file: what is code, what is text, and where it stands.
struct SourceFile {
    /// From the repository's root.
    path: String,
    /// `features::inbox::api`, in pieces; `mod.rs` counts as its folder.
    module: Vec<String>,
    /// Without comments, texts and the unit tests at the end.
    code: String,
    /// The same with texts.
    raw_code: String,
    /// Texts, without the unit tests'.
    strings: Vec<String>,
}

impl SourceFile {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("a source file");
        let relative_path = relative(path);
        let mut module: Vec<String> = relative_path
            .trim_start_matches("src/")
            .trim_end_matches(".rs")
            .split('/')
            .map(str::to_owned)
            .collect();
        if module.last().is_some_and(|name| name == "mod" || name == "lib") {
            module.pop();
        }
        let (code, raw_code, strings) = lex(without_unit_tests(&text));
        Self { path: relative_path, module, code, raw_code, strings }
    }

    /// Names after `mod` in lines that end in `;`.
    fn declared_modules(&self) -> Vec<String> {
        let words = self.code.replace(';', " ; ");
        let words: Vec<&str> = words.split_whitespace().collect();
        words
            .windows(3)
            .filter(|window| window[0] == "mod" && window[2] == ";")
            .map(|window| window[1].to_owned())
            .collect()
    }

    /// Every path that begins at the root of the crate, also out of groups and through `super`.
    fn uses(&self) -> Vec<Vec<String>> {
        let mut found = Vec::new();
        for (at, _) in self.code.match_indices("crate::") {
            let before = self.code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
                continue;
            }
            paths(&self.code[at + "crate::".len()..], &mut Vec::new(), &mut found);
        }
        for (at, _) in self.code.match_indices("super::super::") {
            if self.code[..at].ends_with("super::") {
                continue;
            }
            let chain = &self.code[at..];
            let levels = (chain.len() - chain.trim_start_matches("super::").len()) / "super::".len();
            let base = self.module.len().saturating_sub(levels);
            let mut prefix = self.module[..base].to_vec();
            paths(chain.trim_start_matches("super::"), &mut prefix, &mut found);
        }
        found
    }
}

/// Reads `a::b`, `{a, b::{c, d}}` and their mixtures; each path is kept to its first three steps.
fn paths(text: &str, prefix: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    let bytes = text.as_bytes();
    if bytes.first() == Some(&b'{') {
        let mut at = 1;
        while at < bytes.len() && bytes[at] != b'}' {
            if bytes[at].is_ascii_whitespace() || bytes[at] == b',' {
                at += 1;
            } else {
                at += paths(&text[at..], prefix, found).max(1);
            }
        }
        return at + 1;
    }
    let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let mut read = name.len();
    if name.is_empty() {
        return read;
    }
    prefix.push(name);
    if text[read..].starts_with("::") {
        read += 2;
        let more = paths(&text[read..], prefix, found);
        if more == 0 {
            found.push(prefix.clone());
        }
        read += more;
    } else {
        found.push(prefix.clone());
    }
    prefix.pop();
    // `name as other`
    let rest = &text[read..];
    if rest.trim_start().starts_with("as ") {
        read += rest.find([',', '}', ';']).unwrap_or(0);
    }
    read
}

/// Unit tests stand at the end of a file, or in a file of their own, which is named like any other.
fn without_unit_tests(text: &str) -> &str {
    text.find("#[cfg(test)]\nmod tests {").map_or(text, |at| &text[..at])
}

/// Splits a source into code without texts, code with texts, and the texts. Comments are left out of all three.
fn lex(text: &str) -> (String, String, Vec<String>) {
    let (mut code, mut raw_code, mut strings) = (String::new(), String::new(), Vec::new());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (length, kind) = token(rest, code.chars().next_back());
        let piece = &rest[..length.max(first.len_utf8())];
        match kind {
            Token::Comment => {}
            Token::Text => {
                raw_code.push_str(piece);
                code.push_str("\"\"");
                strings.push(piece.to_owned());
            }
            Token::Code => {
                raw_code.push_str(piece);
                code.push_str(piece);
            }
        }
        rest = &rest[piece.len()..];
    }
    (code, raw_code, strings)
}

enum Token {
    Code,
    Comment,
    Text,
}

/// Length and kind of what begins here.
fn token(rest: &str, before: Option<char>) -> (usize, Token) {
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), Token::Comment);
    }
    if rest.starts_with("/*") {
        return (rest.find("*/").map_or(rest.len(), |end| end + 2), Token::Comment);
    }
    let is_inside_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if !is_inside_word && let Some(length) = raw_string(rest) {
        return (length, Token::Text);
    }
    if rest.starts_with('"') {
        return (quoted(rest, '"').unwrap_or(rest.len()), Token::Text);
    }
    // A character, not a lifetime.
    if rest.starts_with('\'')
        && let Some(length) = quoted(rest, '\'')
        && (rest.starts_with("'\\") || rest[1..length - 1].chars().count() == 1)
    {
        return (length, Token::Text);
    }
    (0, Token::Code)
}

/// `r"…"`, `r#"…"#` and so on.
fn raw_string(rest: &str) -> Option<usize> {
    let hashes = rest.strip_prefix('r')?;
    let count = hashes.len() - hashes.trim_start_matches('#').len();
    let body = hashes[count..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(count));
    Some(1 + count + 1 + body.find(&close)? + close.len())
}

/// Length of a quoted text with its quotes.
fn quoted(rest: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if c == quote => return Some(at + c.len_utf8()),
            _ => {}
        }
    }
    None
}

#[test]
fn sources_are_read_rightly() {
    let (code, _, strings) =
        lex("use a; // \"no\"\nlet x = \"ж\\\"\"; let c = 'я'; fn f<'a>(x: &'a str) { r#\"б\"# }");
    assert_eq!(strings, ["\"ж\\\"\"", "'я'", "r#\"б\"#"]);
    assert!(code.contains("fn f<'a>(x: &'a str)"), "{code}");

    let mut found = Vec::new();
    paths("{shared::ids::{ChatId, SellerId}, ui::live as l, context}", &mut Vec::new(), &mut found);
    let found: Vec<String> = found.iter().map(|path| path.join("::")).collect();
    assert_eq!(found, ["shared::ids::ChatId", "shared::ids::SellerId", "ui::live", "context"]);
}

fn has_hex_colour(line: &str) -> bool {
    let value = line.split_once(':').map_or("", |(_, value)| value);
    value.split('#').skip(1).any(|rest| {
        let digits = rest.chars().take_while(char::is_ascii_hexdigit).count();
        let next = rest.chars().nth(digits);
        matches!(digits, 3 | 4 | 6 | 8) && !next.is_some_and(|c| c.is_alphanumeric() || c == '-' || c == '_')
    })
}

fn begins_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '-'))
}

fn without_css_comments(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::new();
    while let Some((before, after)) = rest.split_once("/*") {
        kept.push_str(before);
        let (comment, next) = after.split_once("*/").unwrap_or((after, ""));
        kept.extend(comment.chars().filter(|c| *c == '\n'));
        rest = next;
    }
    kept + rest
}

fn is_cyrillic(c: char) -> bool {
    matches!(c, '\u{400}'..='\u{52f}')
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|name| *name == room)
}

fn strs(parts: &[String]) -> Vec<&str> {
    parts.iter().map(String::as_str).collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

fn rust_files() -> Vec<SourceFile> {
    files_below(&root().join("src"), "rs").iter().map(|path| SourceFile::read(path)).collect()
}

fn files_below(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() && !path.is_symlink() {
            files.extend(files_below(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[track_caller]
fn assert_none(wrong: &[String], advice: &str) {
    assert!(wrong.is_empty(), "{advice}\n  {}\n", wrong.join("\n  "));
}
