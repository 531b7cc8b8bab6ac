//! The pace as callers see it, with time that tests move.

use super::*;
use futures::future::join_all;

const RATES: Rates = Rates { reads: 43, sends: 3 };

fn pace() -> Pace {
    Pace::keeping(Books::own())
}

fn line(account: &str) -> Line {
    Line::of("http://pace.test/", account, RATES)
}

async fn read(pace: &Pace) -> Result<Permit, Refused> {
    pace.permit(line("1"), Class::Read, "/list").await
}

fn pass(pace: &Pace, millis: i64) {
    pace.books.advance(TimeDelta::milliseconds(millis));
}

async fn fails_for_a_while(pace: &Pace) {
    for _ in 0..10 {
        read(pace).await.expect("a permit").report(Sign::Silence).await;
        pass(pace, 600);
    }
}

#[test]
fn a_line_is_known_by_address_and_account() {
    assert_eq!(line("1"), Line::of("http://pace.test", " 1", RATES));
    assert_ne!(line("1"), line("2"));
    assert_ne!(line("1"), Line::of("http://other.test", "1", RATES));
}

#[tokio::test]
async fn calls_leave_evenly_whoever_makes_them() {
    let (pace, begun) = (pace(), Instant::now());
    let permits = join_all((0..44).map(|_| read(&pace))).await;
    assert!(permits.iter().all(Result::is_ok));
    assert!(begun.elapsed() >= Duration::from_millis(995), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_send_passes_a_queue_of_reads() {
    let pace = pace();
    let queue = tokio::spawn({
        let pace = pace.clone();
        async move { join_all((0..400).map(|_| read(&pace))).await }
    });
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(87)).await;
        let begun = Instant::now();
        pace.permit(line("1"), Class::Send, "/send").await.expect("a permit").report(Sign::Life).await;
        // A third of a second, and some for a busy machine; the reads take nine.
        assert!(begun.elapsed() <= Duration::from_millis(1_000), "{:?}", begun.elapsed());
    }
    queue.abort();
}

#[tokio::test]
async fn callers_who_go_away_leave_their_places_to_others() {
    let (pace, begun) = (pace(), Instant::now());
    let impatient = join_all((0..200).map(|_| tokio::time::timeout(Duration::from_millis(10), read(&pace))));
    let (_, patient) = tokio::join!(impatient, async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        read(&pace).await
    });
    assert!(patient.is_ok());
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "they would have taken five seconds: {:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn a_breaker_opens_lets_one_call_try_and_closes() {
    let pace = pace();
    fails_for_a_while(&pace).await;
    assert!(matches!(read(&pace).await, Err(Refused::Resting(_))));
    let open = pace.breakers(&[line("2"), line("1")]).await.expect("memory");
    assert_eq!(open[0], None);
    assert_eq!(open[1].map(|breaker| breaker.failures), Some(10));
    assert_eq!(pace.open_breakers().await.expect("memory"), 1);
    assert!(pace.permit(line("2"), Class::Read, "/list").await.is_ok(), "another account");

    pass(&pace, 5_000);
    let mut tries = join_all((0..5).map(|_| read(&pace))).await;
    assert_eq!(tries.iter().filter(|one| one.is_ok()).count(), 1);
    let probe = tries.swap_remove(0).expect("the first one tries");
    probe.report(Sign::Life).await;
    assert!(join_all((0..5).map(|_| read(&pace))).await.iter().all(Result::is_ok));
    assert_eq!(pace.open_breakers().await.expect("memory"), 0);
}

#[tokio::test]
async fn a_probe_that_is_given_up_is_followed_by_another() {
    let pace = pace();
    fails_for_a_while(&pace).await;
    pass(&pace, 5_000);
    drop(read(&pace).await.expect("a probe"));
    tokio::time::sleep(Duration::from_millis(50)).await;
    pass(&pace, 1_100);
    assert!(read(&pace).await.is_ok());
}

#[tokio::test]
async fn without_the_database_nothing_may_leave() {
    use crate::platform::secret::Secret;
    let nowhere = Db::new(Secret::new("postgres://nobody@127.0.0.1:1/none".into())).expect("an address");
    let pace = Pace::shared(&nowhere);
    assert!(matches!(read(&pace).await, Err(Refused::Away)));
    assert!(pace.breakers(&[line("1")]).await.is_err());
}
