//! The statements behind a list as a script for `pgbench`.

use crate::context::Ask;
use crate::features::inbox::server::list::{self, Looker};
use crate::features::inbox::types::{ListQuery, Sort, View};
use crate::platform::fault::{Fault, Outcome};

/// Which page of which list.
#[derive(Clone, Debug, clap::Args)]
pub struct ScriptArgs {
    /// E.g. waiting, mine, all
    view: String,
    /// deadline, waiting or newest
    sort: String,
    /// Its page, or the last one where there are fewer
    #[arg(long, default_value_t = 1)]
    page: usize,
}

/// Prints the script. A session prepares the statements in its first round, as a server does; `pgbench` has to be told
/// `-D ready=0`.
pub async fn print(ask: &Ask, args: &ScriptArgs) -> Outcome<()> {
    let view: View = args.view.parse().map_err(|_| Fault::not_found())?;
    let sort: Sort = args.sort.parse().map_err(|_| Fault::not_found())?;
    let query = ListQuery { view, sort, seller: None, filter: None };
    let mut after = None;
    for _ in 1..args.page {
        let Some(next) = list::page(ask, &query, after).await?.page.next else { break };
        after = Some(next);
    }
    let statements = list::page_statements(&mut *ask.conn().await?, &Looker::of(ask), &query, after).await?;
    let (mut prepares, mut executes) = (String::new(), String::new());
    for (number, statement) in statements.iter().enumerate() {
        let (types, values) = statement.prepared();
        prepares.push_str(&format!("PREPARE asked{number} ({types}) AS {};\n", statement.text));
        executes.push_str(&format!("EXECUTE asked{number} ({values});\n"));
    }
    println!("\\if :ready\n\\else\n{prepares}\\set ready 1\n\\endif\n{executes}");
    Ok(())
}
