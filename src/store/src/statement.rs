//! Hand-written SQL, prepared once per connection.
//!
//! `diesel::sql_query` is prepared anew on every call, which costs a round trip. [`sql`] takes a
//! `&'static str`, so the text cannot depend on input, and is therefore safe to cache by its text.
//!
//! Name the columns that come back: a prepared `SELECT *` fails in a running server as soon as a
//! migration adds a column. Plain reads are better written with diesel's query builder, which
//! names them and checks their types.

use diesel::{
    QueryResult,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    serialize::ToSql,
    sql_types::{HasSqlType, Untyped},
};
use std::marker::PhantomData;

/// A statement with its parameters, `$1` first.
pub(crate) struct Sql<'a> {
    text: &'static str,
    binds: Vec<Box<dyn QueryFragment<Pg> + Send + 'a>>,
}

/// Begins a statement; the parameters follow with [`Sql::bind`].
pub(crate) fn sql<'a>(text: &'static str) -> Sql<'a> {
    Sql {
        text,
        binds: Vec::new(),
    }
}

impl<'a> Sql<'a> {
    /// The next parameter, of the SQL type `ST`.
    pub(crate) fn bind<ST, V>(mut self, value: V) -> Self
    where
        Pg: HasSqlType<ST>,
        ST: Send + 'a,
        V: ToSql<ST, Pg> + Send + 'a,
    {
        self.binds.push(Box::new(Bind {
            value,
            sql_type: PhantomData::<ST>,
        }));
        self
    }
}

struct Bind<ST, V> {
    value: V,
    sql_type: PhantomData<ST>,
}

impl<ST, V> QueryFragment<Pg> for Bind<ST, V>
where
    Pg: HasSqlType<ST>,
    V: ToSql<ST, Pg>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param_value_only(&self.value)
    }
}

impl QueryFragment<Pg> for Sql<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(self.text);
        for bind in &self.binds {
            bind.walk_ast(out.reborrow())?;
        }
        Ok(())
    }
}

impl QueryId for Sql<'_> {
    type QueryId = ();
    // The statement cache then goes by the text and the types of the parameters.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Sql<'_> {
    type SqlType = Untyped;
}
