//! Statements that are put together as they are needed. Values travel beside the text, never within it.

use crate::platform::fault::Outcome;
use chrono::{DateTime, Utc};
use diesel::deserialize::QueryableByName;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::Error::QueryBuilderError;
use diesel::result::QueryResult;
use diesel::sql_types::{Array, Text, Timestamptz, Untyped, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

/// A value beside a statement.
#[derive(Clone, Debug)]
enum Value {
    Id(Uuid),
    Ids(Vec<Uuid>),
    Text(String),
    Texts(Vec<String>),
    Moment(DateTime<Utc>),
    Moments(Vec<DateTime<Utc>>),
}

/// The values of a statement. Each is told by its place: `$1`, `$2` and so on.
#[derive(Clone, Debug, Default)]
pub struct Values(Vec<Value>);

impl Values {
    fn add(&mut self, value: Value) -> String {
        self.0.push(value);
        format!("${}", self.0.len())
    }

    /// Its place in the text.
    pub fn id(&mut self, id: Uuid) -> String {
        self.add(Value::Id(id))
    }

    /// Its place in the text.
    pub fn ids(&mut self, ids: Vec<Uuid>) -> String {
        self.add(Value::Ids(ids))
    }

    /// Its place in the text.
    pub fn text(&mut self, text: String) -> String {
        self.add(Value::Text(text))
    }

    /// Its place in the text.
    pub fn texts(&mut self, texts: Vec<String>) -> String {
        self.add(Value::Texts(texts))
    }

    /// Its place in the text.
    pub fn moment(&mut self, at: DateTime<Utc>) -> String {
        self.add(Value::Moment(at))
    }

    /// Its place in the text.
    pub fn moments(&mut self, moments: Vec<DateTime<Utc>>) -> String {
        self.add(Value::Moments(moments))
    }
}

/// A text and its values.
#[derive(Clone, Debug)]
pub struct Statement {
    pub text: String,
    pub values: Values,
    /// Its text is one of a few, so that the database may keep it prepared: planning takes longer than reading.
    pub is_lasting: bool,
}

impl Query for Statement {
    type SqlType = Untyped;
}

impl QueryId for Statement {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for Statement {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if !self.is_lasting {
            out.unsafe_to_cache_prepared();
        }
        for (value, text) in self.pieces()? {
            match value {
                None => {}
                Some(Value::Id(id)) => out.push_bind_param::<SqlUuid, _>(id)?,
                Some(Value::Ids(ids)) => out.push_bind_param::<Array<SqlUuid>, _>(ids)?,
                Some(Value::Text(text)) => out.push_bind_param::<Text, _>(text)?,
                Some(Value::Texts(texts)) => out.push_bind_param::<Array<Text>, _>(texts)?,
                Some(Value::Moment(at)) => out.push_bind_param::<Timestamptz, _>(at)?,
                Some(Value::Moments(moments)) => out.push_bind_param::<Array<Timestamptz>, _>(moments)?,
            }
            out.push_sql(text);
        }
        Ok(())
    }
}

impl Statement {
    /// Carries it out.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn load<T>(self, conn: &mut AsyncPgConnection) -> Outcome<Vec<T>>
    where
        T: QueryableByName<Pg> + Send + 'static,
    {
        Ok(RunQueryDsl::load(self, conn).await?)
    }

    /// The kinds of the values and the values themselves as SQL writes them, so that a test can look at the plan.
    pub fn prepared(&self) -> (String, String) {
        let (kinds, values): (Vec<&str>, Vec<String>) = self.values.0.iter().map(written).unzip();
        (kinds.join(", "), values.join(", "))
    }

    /// The whole as one text, as somebody would ask it who has no program.
    ///
    /// # Errors
    /// When the text names a value that is not there.
    pub fn plain(&self) -> QueryResult<String> {
        let pieces = self.pieces()?.into_iter().map(|(value, text)| match value.map(written) {
            Some((kind, value)) => format!("{value}::{kind}{text}"),
            None => text.to_owned(),
        });
        Ok(pieces.collect())
    }

    /// The text, cut where values stand: each piece with the value before it.
    fn pieces(&self) -> QueryResult<Vec<(Option<&Value>, &str)>> {
        let mut parts = self.text.split('$');
        let mut pieces: Vec<(Option<&Value>, &str)> =
            parts.next().map(|text| (None, text)).into_iter().collect();
        for part in parts {
            let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (place, text) = part.split_at(digits);
            let value =
                place.parse::<usize>().ok().and_then(|place| self.values.0.get(place.checked_sub(1)?));
            let value = value.ok_or_else(|| QueryBuilderError(format!("no value for ${place}").into()))?;
            pieces.push((Some(value), text));
        }
        Ok(pieces)
    }
}

/// The kind of a value, and the value, as SQL writes them.
fn written(value: &Value) -> (&'static str, String) {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let list = |items: Vec<String>, kind: &str| format!("ARRAY[{}]::{kind}[]", items.join(", "));
    match value {
        Value::Id(id) => ("uuid", quoted(&id.to_string())),
        Value::Ids(ids) => ("uuid[]", list(ids.iter().map(|id| quoted(&id.to_string())).collect(), "uuid")),
        Value::Text(text) => ("text", quoted(text)),
        Value::Texts(texts) => ("text[]", list(texts.iter().map(|text| quoted(text)).collect(), "text")),
        Value::Moment(at) => ("timestamptz", quoted(&at.to_rfc3339())),
        Value::Moments(moments) => (
            "timestamptz[]",
            list(moments.iter().map(|at| quoted(&at.to_rfc3339())).collect(), "timestamptz"),
        ),
    }
}
