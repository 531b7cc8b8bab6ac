//! The doors to language models against the sandbox over real HTTP: every provider, every fault.

use agentiq::connectors::models::fallback::{self, Candidate, NobodyAnswered, Told};
use agentiq::connectors::models::{
    Account, Answer, Budget, End, GigachatScope, Model, ModelError, Models, Piece, Purpose, Question, Vectors,
};
use agentiq::connectors::sandbox::models::{
    CallKind, DEMO_FOLDER, DEMO_MODEL_KEY, ModelFaults, ModelMishap, SandboxProvider,
};
use agentiq::connectors::sandbox::ozon::{OzonSandbox, SandboxOptions};
use agentiq::platform::config::{Config, ModelSettings};
use agentiq::platform::pace::Pace;
use agentiq::platform::secret::Secret;
use agentiq::shared::models::ModelProblem;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt;
use std::sync::Arc;
use std::time::Duration;

const THANKS: &str = "Покупатель: Спасибо, всё отлично подошло!";

fn sandbox() -> OzonSandbox {
    OzonSandbox::start(SandboxOptions::default()).expect("a free port on loopback")
}

fn settings(sandbox: &OzonSandbox) -> ModelSettings {
    let mut settings = Config::read(|_| None).expect("the defaults").models;
    settings.point_to_sandbox(&sandbox.url());
    settings
}

fn doors(sandbox: &OzonSandbox) -> Models {
    Models::new(settings(sandbox), Pace::alone()).expect("TLS is usable")
}

fn key(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn deepseek() -> Account {
    Account::Deepseek { key: key(DEMO_MODEL_KEY) }
}

fn gigachat() -> Account {
    let credentials = STANDARD.encode(format!("client:{DEMO_MODEL_KEY}"));
    Account::Gigachat { key: key(&credentials), scope: GigachatScope::Personal }
}

fn local(sandbox: &OzonSandbox) -> Account {
    Account::Compatible { base_url: format!("{}/models/local/v1", sandbox.url()), key: None }
}

/// Every provider of the sandbox with a model that it has.
fn everybody(sandbox: &OzonSandbox) -> [(Account, &'static str, SandboxProvider); 6] {
    let openai = || Account::Openai { key: key(DEMO_MODEL_KEY) };
    let yandex = Account::Yandex { key: key(DEMO_MODEL_KEY), folder: DEMO_FOLDER.into() };
    [
        (deepseek(), "deepseek-flash", SandboxProvider::Deepseek),
        (yandex, "yandexgpt/latest", SandboxProvider::Yandex),
        (gigachat(), "GigaChat", SandboxProvider::Gigachat),
        (openai(), "gpt-sandbox", SandboxProvider::Openai),
        (openai(), "o-sandbox", SandboxProvider::Openai),
        (local(sandbox), "qwen3:8b", SandboxProvider::Local),
    ]
}

fn open(sandbox: &OzonSandbox, account: &Account, model: &str) -> Arc<dyn Model> {
    doors(sandbox).open(account, model).expect("the address may be called")
}

fn asked(user: &str) -> Question {
    Question {
        system: "Ты помогаешь оператору магазина.".into(),
        user: user.into(),
        temperature: 0.3,
        max_tokens: 350,
        json: false,
        owner: Some("w-1".into()),
        budget: Budget { first: Duration::from_secs(5), total: Duration::from_secs(8) },
    }
}

fn impatient(user: &str) -> Question {
    let budget = Budget { first: Duration::from_millis(200), total: Duration::from_millis(400) };
    Question { budget, ..asked(user) }
}

async fn streamed(model: &dyn Model, question: &Question) -> Result<(String, usize, End), ModelError> {
    let mut pieces = model.stream(question).await?;
    let (mut text, mut count, mut end) = (String::new(), 0, None);
    while let Some(piece) = pieces.next().await {
        match piece? {
            Piece::Text(piece) => {
                text.push_str(&piece);
                count += 1;
            }
            Piece::End(last) => end = Some(last),
        }
    }
    Ok((text, count, end.expect("a stream ends with an end or an error")))
}

fn problem<T: std::fmt::Debug>(outcome: Result<T, ModelError>) -> ModelProblem {
    outcome.expect_err("a fault").problem()
}

#[tokio::test]
async fn every_provider_answers_in_one_piece_and_in_many() {
    let sandbox = sandbox();
    for (account, model, provider) in everybody(&sandbox) {
        let opened = open(&sandbox, &account, model);
        let Answer { text, end } = opened.complete(&asked(THANKS)).await.expect("an answer");
        assert!(text.chars().any(|c| matches!(c, 'а'..='я')) && !end.is_cut, "{provider:?}: {text}");
        assert!(end.usage.tokens_in > 0 && end.usage.tokens_out > 0 && !end.usage.is_guess, "{provider:?}");
        let (same, count, end) = streamed(&*opened, &asked(THANKS)).await.expect("a stream");
        assert_eq!(same, text, "{provider:?}");
        assert!(count > 3 && end.usage.tokens_out > 0, "{provider:?}: {count} {end:?}");
        assert!(!opened.models().await.expect("a list").is_empty(), "{provider:?}");
        let calls: Vec<_> =
            sandbox.models().calls().into_iter().filter(|call| call.provider == provider).collect();
        assert!(calls.iter().all(|call| call.is_done), "{provider:?}");
        assert!(provider != SandboxProvider::Yandex || calls.iter().all(|call| call.keeps_no_log));
    }
}

#[tokio::test]
async fn every_fault_is_reported_as_what_it_is() {
    use ModelMishap as M;
    use ModelProblem as P;
    let cases = [
        (M::Fail, P::Overloaded),
        (M::Overloaded, P::Overloaded),
        (M::NoBalance, P::NoBalance),
        (M::WrongKey, P::WrongKey),
        (M::Country, P::NotServedHere),
        (M::Refuse, P::Refused),
        (M::BrokenJson, P::BrokenAnswer),
        (M::Empty, P::BrokenAnswer),
        (M::CutStream, P::Interrupted),
        (M::Hang, P::TooSlow),
    ];
    for (mishap, expected) in cases {
        // A sandbox each, so that no breaker remembers the faults before.
        let sandbox = sandbox();
        let model = open(&sandbox, &deepseek(), "deepseek-flash");
        sandbox.models().set_faults(ModelFaults { mishap: Some(mishap), ..Default::default() });
        let question = if mishap == M::Hang { impatient(THANKS) } else { asked(THANKS) };
        assert_eq!(problem(model.complete(&question).await), expected, "{mishap:?} in one piece");
        assert_eq!(problem(streamed(&*model, &question).await), expected, "{mishap:?} as a stream");
        sandbox.models().set_faults(ModelFaults::default());
        assert!(model.complete(&asked(THANKS)).await.is_ok(), "{mishap:?} is over");
    }
}

#[tokio::test]
async fn a_provider_that_asks_for_a_pause_gets_it_from_all_who_ask() {
    let sandbox = sandbox();
    let model = open(&sandbox, &deepseek(), "deepseek-flash");
    let faults = ModelFaults {
        mishap: Some(ModelMishap::TooMany),
        retry_after_s: Some(60),
        times: Some(1),
        ..Default::default()
    };
    sandbox.models().set_faults(faults);
    let refused = model.complete(&asked(THANKS)).await.expect_err("too many");
    assert_eq!(
        (refused.problem(), refused.retry_after()),
        (ModelProblem::RateLimited, Some(Duration::from_secs(60)))
    );
    let calls = sandbox.models().calls().len();
    let other = open(&sandbox, &deepseek(), "deepseek-v4-pro");
    let kept_back = other.complete(&asked(THANKS)).await.expect_err("the account pauses");
    assert_eq!(kept_back.problem(), ModelProblem::RateLimited);
    assert!(kept_back.retry_after().is_some_and(|rest| rest > Duration::from_secs(50)));
    assert_eq!(sandbox.models().calls().len(), calls, "nobody was asked");
    assert!(open(&sandbox, &local(&sandbox), "qwen3:8b").complete(&asked(THANKS)).await.is_ok());
}

#[tokio::test]
async fn an_error_in_the_middle_of_a_stream_comes_after_what_was_said() {
    for mishap in [ModelMishap::ErrorInStream, ModelMishap::CutStream, ModelMishap::BrokenJson] {
        let sandbox = sandbox();
        let model = open(&sandbox, &deepseek(), "deepseek-flash");
        sandbox.models().set_faults(ModelFaults { mishap: Some(mishap), ..Default::default() });
        let pieces: Vec<_> = model.stream(&asked(THANKS)).await.expect("it begins").collect().await;
        let (last, said) = pieces.split_last().expect("something came");
        assert!(last.is_err(), "{mishap:?}: {last:?}");
        assert!(
            !said.is_empty() && said.iter().all(|piece| matches!(piece, Ok(Piece::Text(_)))),
            "{mishap:?}"
        );
    }
}

#[tokio::test]
async fn a_stream_that_nobody_reads_any_more_is_ended_at_the_provider() {
    let sandbox = sandbox();
    let model = open(&sandbox, &deepseek(), "deepseek-flash");
    sandbox.models().set_faults(ModelFaults { piece_ms: 30, ..Default::default() });
    let mut pieces = model.stream(&asked(THANKS)).await.expect("it begins");
    assert!(matches!(pieces.next().await, Some(Ok(Piece::Text(_)))));
    drop(pieces);
    sandbox.models().set_faults(ModelFaults::default());
    // Its place is free again, and other questions are answered while the first one would still be running.
    assert!(model.complete(&asked(THANKS)).await.is_ok());
    let calls = sandbox.models().calls();
    assert_eq!((calls[0].is_done, calls[1].is_done), (false, true));
}

#[tokio::test]
async fn waiting_signs_and_thoughts_are_no_words() {
    let sandbox = sandbox();
    let plain =
        open(&sandbox, &deepseek(), "deepseek-flash").complete(&asked(THANKS)).await.expect("an answer");
    let faults = ModelFaults {
        mishap: Some(ModelMishap::Thoughts),
        keep_alives: 5,
        delay_ms: 50,
        ..Default::default()
    };
    sandbox.models().set_faults(faults);
    let model = open(&sandbox, &local(&sandbox), "qwen3:8b");
    assert_eq!(streamed(&*model, &asked(THANKS)).await.expect("a stream").0, plain.text);
    assert_eq!(model.complete(&asked(THANKS)).await.expect("an answer").text, plain.text);
}

#[tokio::test]
async fn a_slow_model_is_given_up_in_time() {
    let sandbox = sandbox();
    let model = open(&sandbox, &deepseek(), "deepseek-flash");
    sandbox.models().set_faults(ModelFaults { delay_ms: 20_000, ..Default::default() });
    let begun = tokio::time::Instant::now();
    assert_eq!(problem(streamed(&*model, &impatient(THANKS)).await), ModelProblem::TooSlow, "no first word");
    assert_eq!(problem(model.complete(&impatient(THANKS)).await), ModelProblem::TooSlow);
    sandbox.models().set_faults(ModelFaults { piece_ms: 150, ..Default::default() });
    assert_eq!(problem(streamed(&*model, &impatient(THANKS)).await), ModelProblem::TooSlow, "no last word");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_key_that_does_not_fit_is_said() {
    let sandbox = sandbox();
    let wrong = || key("sk-wrong");
    let yandex = |key, folder: &str| Account::Yandex { key, folder: folder.into() };
    let wrong_scope = Account::Gigachat {
        key: key(&STANDARD.encode(format!("client:{DEMO_MODEL_KEY}"))),
        scope: GigachatScope::Corporate,
    };
    let cases = [
        (Account::Deepseek { key: wrong() }, "deepseek-flash", ModelProblem::WrongKey),
        (Account::Openai { key: wrong() }, "gpt-sandbox", ModelProblem::WrongKey),
        (Account::Openai { key: key("два\nслова") }, "gpt-sandbox", ModelProblem::WrongKey),
        (yandex(wrong(), DEMO_FOLDER), "yandexgpt/latest", ModelProblem::WrongKey),
        (yandex(key(DEMO_MODEL_KEY), "other"), "yandexgpt/latest", ModelProblem::Denied),
        (
            Account::Gigachat { key: wrong(), scope: GigachatScope::Personal },
            "GigaChat",
            ModelProblem::WrongKey,
        ),
        (wrong_scope, "GigaChat", ModelProblem::WrongKey),
        (deepseek(), "deepseek-chat", ModelProblem::UnknownModel),
        (gigachat(), "GigaChat-9", ModelProblem::UnknownModel),
    ];
    for (account, model, expected) in cases {
        let outcome = open(&sandbox, &account, model).complete(&asked(THANKS)).await;
        assert_eq!(problem(outcome), expected, "{account:?} {model}");
    }
}

#[tokio::test]
async fn gigachat_gives_one_pass_for_many_questions_and_a_new_one_for_an_old_one() {
    let sandbox = sandbox();
    let doors = doors(&sandbox);
    let model = doors.open(&gigachat(), "GigaChat").expect("opened");
    let question = asked(THANKS);
    let answers = futures::future::join_all((0..4).map(|_| model.complete(&question))).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(sandbox.models().passes_issued(), 1);
    sandbox.models().forget_passes();
    assert!(streamed(&*model, &question).await.is_ok(), "the old pass is changed for a new one");
    assert_eq!(sandbox.models().passes_issued(), 2);
}

#[tokio::test]
async fn a_workspace_cannot_lead_us_into_the_house() {
    let sandbox = sandbox();
    let mut settings = settings(&sandbox);
    settings.networks.clear();
    let doors = Models::new(settings, Pace::alone()).expect("TLS is usable");
    let refused = doors.open(&local(&sandbox), "qwen3:8b").err().map(|error| error.problem());
    assert_eq!(refused, Some(ModelProblem::AddressNotAllowed));
    let named = Account::Compatible {
        base_url: format!("http://localhost:{}/models/local/v1", sandbox.addr().port()),
        key: None,
    };
    let model = doors.open(&named, "qwen3:8b").expect("a name is looked up when it is called");
    assert_eq!(problem(model.complete(&asked(THANKS)).await), ModelProblem::AddressNotAllowed);
    assert!(sandbox.models().calls().is_empty(), "nothing has arrived");
    assert!(doors.open(&deepseek(), "deepseek-flash").is_ok(), "what the installation names may be anywhere");
}

#[tokio::test]
async fn nobody_at_home_is_unreachable_and_after_a_while_left_alone() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base_url = format!("http://{}/v1", listener.local_addr().expect("bound"));
    drop(listener);
    let sandbox = sandbox();
    let model = open(&sandbox, &Account::Compatible { base_url, key: None }, "m");
    assert_eq!(problem(model.complete(&asked(THANKS)).await), ModelProblem::Unreachable);
    assert_eq!(problem(model.models().await), ModelProblem::Unreachable);
}

#[tokio::test]
async fn a_cut_answer_says_so_and_a_buyer_of_another_language_is_answered_in_it() {
    let sandbox = sandbox();
    let model = open(&sandbox, &deepseek(), "deepseek-flash");
    sandbox.models().set_faults(ModelFaults { mishap: Some(ModelMishap::TooLong), ..Default::default() });
    assert!(streamed(&*model, &asked(THANKS)).await.expect("a part").2.is_cut);
    sandbox.models().set_faults(ModelFaults::default());
    let english =
        model.complete(&asked("Покупатель: Hello, where is my order?")).await.expect("an answer").text;
    assert!(english.is_ascii(), "{english}");
}

// --- What texts mean -----------------------------------------------------------------------------------------------

/// Every provider of the sandbox that makes vectors, with what makes them and how long they are.
fn seers(sandbox: &OzonSandbox) -> [(Account, &'static str, SandboxProvider, usize); 4] {
    let yandex = Account::Yandex { key: key(DEMO_MODEL_KEY), folder: DEMO_FOLDER.into() };
    let openai = Account::Openai { key: key(DEMO_MODEL_KEY) };
    [
        (yandex, "text-search", SandboxProvider::Yandex, 256),
        (gigachat(), "Embeddings", SandboxProvider::Gigachat, 1024),
        (openai, "text-embedding-3-small", SandboxProvider::Openai, 256),
        (local(sandbox), "bge-m3", SandboxProvider::Local, 256),
    ]
}

async fn embedded(model: &dyn Model, texts: &[&str], purpose: Purpose) -> Result<Vectors, ModelError> {
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    model.embed(&texts, purpose, Duration::from_secs(8)).await
}

fn likeness(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

#[tokio::test]
async fn every_provider_but_one_says_what_texts_mean() {
    let sandbox = sandbox();
    for (account, name, provider, length) in seers(&sandbox) {
        assert_eq!(account.kind().vectors_model().unwrap_or("bge-m3"), name);
        let model = open(&sandbox, &account, name);
        let texts = ["Химчистка: пятна убирает мастер", "Посылка едет три дня"];
        let told = embedded(&*model, &texts, Purpose::Document).await.expect("vectors");
        let asked = embedded(&*model, &["Как отстирать воротник?"], Purpose::Query).await.expect("a vector");
        assert!(told.usage.tokens_in > asked.usage.tokens_in && !told.usage.is_guess, "{provider:?}");
        let [question] = asked.all.as_slice() else { panic!("{provider:?}: {}", asked.all.len()) };
        assert_eq!((question.len(), told.all.len()), (length, 2), "{provider:?}");
        let (near, far) = (likeness(question, &told.all[0]), likeness(question, &told.all[1]));
        assert!(near > 0.5 && far < 0.3, "{provider:?}: {near} {far}");
        let calls: Vec<_> =
            sandbox.models().calls().into_iter().filter(|call| call.provider == provider).collect();
        assert!(calls.iter().all(|call| call.kind == CallKind::Embeddings && call.is_done), "{provider:?}");
        if provider == SandboxProvider::Yandex {
            assert_eq!(calls.len(), 3, "one text a call");
            assert!(calls.iter().all(|call| call.keeps_no_log));
        }
    }
    sandbox.models().forget_calls();
    let none = embedded(&*open(&sandbox, &deepseek(), "any"), &["x"], Purpose::Query).await;
    assert_eq!(problem(none), ModelProblem::UnknownModel);
    assert!(sandbox.models().calls().is_empty(), "nobody is asked in vain");
}

#[tokio::test]
async fn many_texts_go_in_several_calls_and_come_back_in_their_order() {
    let sandbox = sandbox();
    let model = open(&sandbox, &local(&sandbox), "bge-m3");
    let texts: Vec<String> = (0..20).map(|number| format!("слово{number} заказ")).collect();
    let all = model.embed(&texts, Purpose::Document, Duration::from_secs(8)).await.expect("vectors").all;
    assert_eq!((all.len(), sandbox.models().calls().len()), (20, 2));
    for (text, vector) in texts.iter().zip(&all) {
        let alone = embedded(&*model, &[text], Purpose::Document).await.expect("a vector").all;
        assert_eq!(alone[0], *vector, "{text}");
    }
}

#[tokio::test]
async fn every_fault_of_vectors_is_reported_as_what_it_is() {
    use ModelMishap as M;
    use ModelProblem as P;
    let cases = [
        (M::Fail, P::Overloaded),
        (M::TooMany, P::RateLimited),
        (M::NoBalance, P::NoBalance),
        (M::WrongKey, P::WrongKey),
        (M::Country, P::NotServedHere),
        (M::BrokenJson, P::BrokenAnswer),
        (M::Empty, P::BrokenAnswer),
        (M::WrongCount, P::BrokenAnswer),
        (M::Hang, P::TooSlow),
    ];
    for (mishap, expected) in cases {
        let sandbox = sandbox();
        let model = open(&sandbox, &local(&sandbox), "bge-m3");
        let (mishap, on) = (Some(mishap), Some(CallKind::Embeddings));
        sandbox.models().set_faults(ModelFaults { mishap, on, ..Default::default() });
        let within = Duration::from_millis(if mishap == Some(M::Hang) { 300 } else { 8000 });
        let texts = ["стирка".to_owned(), "заказ".to_owned()];
        let outcome = model.embed(&texts, Purpose::Document, within).await;
        assert_eq!(problem(outcome), expected, "{mishap:?}");
        let answers = open(&sandbox, &local(&sandbox), "qwen3:8b").complete(&asked(THANKS)).await;
        assert!(answers.is_ok(), "{mishap:?} keeps no answer waiting: {answers:?}");
    }
    let sandbox = sandbox();
    let unknown = embedded(&*open(&sandbox, &local(&sandbox), "qwen3:8b"), &["x"], Purpose::Query).await;
    assert_eq!(problem(unknown), ModelProblem::UnknownModel);
}

#[tokio::test]
async fn slow_vectors_are_given_up_in_time() {
    let sandbox = sandbox();
    let model = open(&sandbox, &local(&sandbox), "bge-m3");
    sandbox.models().set_faults(ModelFaults { delay_ms: 20_000, ..Default::default() });
    let begun = tokio::time::Instant::now();
    let outcome = model.embed(&["x".to_owned()], Purpose::Query, Duration::from_millis(200)).await;
    assert_eq!(problem(outcome), ModelProblem::TooSlow);
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn an_old_pass_is_changed_for_vectors_too() {
    let sandbox = sandbox();
    let model = open(&sandbox, &gigachat(), "Embeddings");
    assert!(embedded(&*model, &["x"], Purpose::Query).await.is_ok());
    sandbox.models().forget_passes();
    assert!(embedded(&*model, &["x"], Purpose::Query).await.is_ok());
    assert_eq!(sandbox.models().passes_issued(), 2);
}

// --- Several providers ---------------------------------------------------------------------------------------------

fn candidates(sandbox: &OzonSandbox) -> Vec<Candidate> {
    let doors = doors(sandbox);
    let open = |account: &Account, model: &str| Candidate {
        provider: account.kind(),
        model: doors.open(account, model).expect("the address may be called"),
    };
    vec![open(&deepseek(), "deepseek-flash"), open(&local(sandbox), "qwen3:8b")]
}

/// What a person would have on the screen in the end, how often it was taken back, and who has answered.
async fn told(
    candidates: Vec<Candidate>,
    question: Question,
) -> Result<(String, usize, usize), NobodyAnswered> {
    let mut pieces = fallback::ask(candidates, question);
    let (mut text, mut restarts, mut by) = (String::new(), 0, None);
    while let Some(piece) = pieces.next().await {
        match piece? {
            Told::Asks(_) => {}
            Told::Text(piece) => text.push_str(&piece),
            Told::Restart => {
                text.clear();
                restarts += 1;
            }
            Told::End { candidate, .. } => by = Some(candidate),
        }
    }
    Ok((text, restarts, by.expect("somebody has answered")))
}

#[tokio::test]
async fn a_provider_that_dies_in_the_middle_is_replaced_by_the_next_one() {
    for (mishap, restarts) in [
        (ModelMishap::CutStream, 1),
        (ModelMishap::ErrorInStream, 1),
        (ModelMishap::NoBalance, 0),
        (ModelMishap::Refuse, 1),
        (ModelMishap::Empty, 0),
    ] {
        let sandbox = sandbox();
        let whole = told(candidates(&sandbox), asked(THANKS)).await.expect("an answer");
        assert_eq!((whole.1, whole.2), (0, 0));
        let only = Some(SandboxProvider::Deepseek);
        sandbox.models().set_faults(ModelFaults { mishap: Some(mishap), only, ..Default::default() });
        let answer = told(candidates(&sandbox), asked(THANKS)).await.expect("the second one answers");
        assert_eq!(answer, (whole.0, restarts, 1), "{mishap:?}");
    }
}

#[tokio::test]
async fn trouble_that_passes_is_waited_for_once_when_nobody_else_is_there() {
    let sandbox = sandbox();
    let overloaded =
        |times| ModelFaults { mishap: Some(ModelMishap::Overloaded), times, ..Default::default() };
    sandbox.models().set_faults(overloaded(Some(2)));
    let answer = told(candidates(&sandbox), asked(THANKS)).await.expect("the second try of the last one");
    assert_eq!(answer.2, 1);
    sandbox.models().set_faults(overloaded(None));
    sandbox.models().forget_calls();
    let nobody = told(candidates(&sandbox), asked(THANKS)).await.expect_err("nobody");
    assert_eq!(nobody.problem(), Some(ModelProblem::Overloaded));
    assert_eq!((nobody.0.len(), sandbox.models().calls().len()), (3, 3));
}

#[tokio::test]
async fn all_together_have_the_time_of_one() {
    let sandbox = sandbox();
    sandbox.models().set_faults(ModelFaults { mishap: Some(ModelMishap::Hang), ..Default::default() });
    let begun = tokio::time::Instant::now();
    let nobody = told(candidates(&sandbox), impatient(THANKS)).await.expect_err("nobody");
    assert_eq!(nobody.problem(), Some(ModelProblem::TooSlow));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(told(Vec::new(), impatient(THANKS)).await.expect_err("nobody at all").problem(), None);
}
