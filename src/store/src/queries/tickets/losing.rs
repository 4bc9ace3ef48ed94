//! Tickets that lose their team or category because it is removed, or whose contact becomes another one.

use diesel::{
    ExpressionMethods, QueryDsl, QueryableByName, SelectableHelper,
    sql_types::{BigInt, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;

use super::Ticket;
use crate::{
    error::StoreError,
    ids::{ContactId, TeamId, TicketCategoryId},
    schema::tickets::{dsl as columns, table},
    statement::sql,
    tenant::TenantConn,
};

/// What is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// A team.
    Team(TeamId),
    /// A category.
    Category(TicketCategoryId),
}

/// Unfinished tickets that have it, locked, in the order of their ids, `limit` at most.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn unfinished(
    conn: &mut TenantConn<'_>,
    lost: Lost,
    limit: i64,
) -> Result<Vec<Ticket>, StoreError> {
    let all = table
        .filter(columns::resolved_at.is_null())
        .order(columns::id)
        .limit(limit)
        .select(Ticket::as_select())
        .for_no_key_update();
    Ok(match lost {
        Lost::Team(team) => all.filter(columns::team_id.eq(team)).load(conn.db()).await?,
        Lost::Category(category) => {
            all.filter(columns::category_id.eq(category))
                .load(conn.db())
                .await?
        }
    })
}

/// Takes it from finished tickets that have it, `limit` at most. Gives their numbers.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn finished(conn: &mut TenantConn<'_>, lost: Lost, limit: i64) -> Result<Vec<i64>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        number: i64,
    }
    let (statement, id) = match lost {
        Lost::Team(team) => (
            "UPDATE tickets SET team_id = NULL, version = version + 1 WHERE id IN ( \
                 SELECT id FROM tickets WHERE team_id = $1 AND resolved_at IS NOT NULL \
                 ORDER BY id LIMIT $2 FOR NO KEY UPDATE) RETURNING number",
            team.0,
        ),
        Lost::Category(category) => (
            "UPDATE tickets SET category_id = NULL, category_by = NULL, category_score = NULL, \
                 version = version + 1 WHERE id IN ( \
                 SELECT id FROM tickets WHERE category_id = $1 AND resolved_at IS NOT NULL \
                 ORDER BY id LIMIT $2 FOR NO KEY UPDATE) RETURNING number",
            category.0,
        ),
    };
    let rows: Vec<Row> = sql(statement)
        .bind::<SqlUuid, _>(id)
        .bind::<BigInt, _>(limit)
        .get_results(conn.db())
        .await?;
    Ok(rows.into_iter().map(|row| row.number).collect())
}

/// The unfinished tickets of a contact, locked, in the order of their ids.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub async fn of_contact(conn: &mut TenantConn<'_>, contact: ContactId) -> Result<Vec<Ticket>, StoreError> {
    let theirs = table
        .filter(columns::contact_id.eq(contact))
        .filter(columns::resolved_at.is_null())
        .order(columns::id)
        .select(Ticket::as_select())
        .for_no_key_update();
    Ok(theirs.load(conn.db()).await?)
}
