//! Pages of lists.

use super::{Times, filters};
use crate::context::Ask;
use crate::features::inbox::server::list::{self, Looker};
use crate::features::inbox::types::{ListCursor, ListQuery, Sort, View};
use crate::platform::db::Bulk;
use crate::platform::fault::Outcome;
use std::time::{Duration, Instant};

/// The other page that is measured.
const DEEP: usize = 200;
/// A list in which the deep page is not reached by then is measured as deep as that was.
const WALK: Duration = Duration::from_secs(4);

pub async fn measure(ask: &Ask, bulk: &mut Bulk, runs: usize, only: &str) -> Outcome<()> {
    println!("| list | page | chats | server p50 | server p95 | SQL p50 | SQL p95 | pages read |");
    println!("|---|--:|--:|--:|--:|--:|--:|--:|");
    let sellers = filters::sellers(ask, bulk).await?;
    for view in View::ALL {
        for sort in Sort::ALL {
            for (of, seller) in [("", None), (", a small seller", sellers.last().copied())] {
                let query = ListQuery { view: *view, sort: *sort, seller, filter: None };
                line(ask, bulk, runs, only, &format!("{view}, {sort}{of}"), &query).await?;
            }
        }
    }
    for (name, filter) in filters::usual(ask, bulk).await? {
        for (view, sort) in [
            (View::Waiting, Sort::Deadline),
            (View::Open, Sort::Deadline),
            (View::Open, Sort::Newest),
            (View::All, Sort::Newest),
        ] {
            let query = ListQuery { view, sort, seller: None, filter: Some(filter.clone()) };
            line(ask, bulk, runs, only, &format!("{name}; {view}, {sort}"), &query).await?;
        }
    }
    Ok(())
}

async fn line(
    ask: &Ask,
    bulk: &mut Bulk,
    runs: usize,
    only: &str,
    name: &str,
    query: &ListQuery,
) -> Outcome<()> {
    if !name.contains(only) {
        return Ok(());
    }
    let (page, deep) = deep(ask, query).await?;
    let places = [Some((1, None)), deep.map(|deep| (page, Some(deep)))];
    for (page, after) in places.into_iter().flatten() {
        let mut rows = 0;
        let server = Times::of(runs, async || {
            rows = list::page(ask, query, after).await?.page.items.len();
            Ok(())
        })
        .await?;
        let statements =
            list::page_statements(&mut *ask.conn().await?, &Looker::of(ask), query, after).await?;
        let mut texts = Vec::new();
        let mut read = 0;
        bulk.run("DEALLOCATE ALL").await?;
        for (number, statement) in statements.iter().enumerate() {
            // What the program does not keep prepared, the database reads and plans every time.
            let text = if statement.is_lasting {
                let (types, values) = statement.prepared();
                bulk.run(&format!("PREPARE asked{number} ({types}) AS {}", statement.text)).await?;
                format!("EXECUTE asked{number} ({values})")
            } else {
                statement.plain()?
            };
            read += pages_read(bulk, &text).await?;
            texts.push(text);
        }
        let sql = Times::of(runs, async || {
            for text in &texts {
                bulk.rows(text).await?;
            }
            Ok(())
        })
        .await?;
        println!(
            "| {name} | {page} | {rows} | {:.1} | {:.1} | {:.1} | {:.1} | {read} |",
            server.percentile(50),
            server.percentile(95),
            sql.percentile(50),
            sql.percentile(95)
        );
    }
    Ok(())
}

/// The place where the deep page begins, or the deepest one.
async fn deep(ask: &Ask, query: &ListQuery) -> Outcome<(usize, Option<ListCursor>)> {
    let began = Instant::now();
    let (mut page, mut after) = (1, None);
    while page < DEEP && began.elapsed() < WALK {
        let Some(next) = list::page(ask, query, after).await?.page.next else { break };
        (page, after) = (page + 1, Some(next));
    }
    Ok((page, after))
}

/// Blocks of the database that a statement looks at, in memory or not.
async fn pages_read(bulk: &mut Bulk, text: &str) -> Outcome<u64> {
    let plan = bulk.rows(&format!("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) {text}")).await?;
    let buffers = plan.iter().flatten().find(|line| line.trim_start().starts_with("Buffers: shared"));
    let numbers = buffers.map(|line| {
        line.split_whitespace()
            .filter_map(|word| word.split_once('=').filter(|(what, _)| ["hit", "read"].contains(what)))
            .filter_map(|(_, number)| number.parse::<u64>().ok())
            .sum()
    });
    Ok(numbers.unwrap_or_default())
}
