//! From a slug or a public key to its tenant, and the looks across tenants.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    sql_types::{Array, Integer, Text, Timestamptz, Uuid as SqlUuid},
};

use super::ControlDb;
use crate::{
    error::StoreError,
    ids::{ConversationId, SpaceId, TenantId, TicketId, UserId},
    schema::space_index,
    statement::sql,
};

/// Where a slug or a public key leads. Written by [`crate::queries::spaces`], with the space.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(table_name = space_index, check_for_backend(diesel::pg::Pg))]
pub struct SpaceRef {
    /// Whose space it is.
    pub tenant_id: TenantId,
    /// The space.
    pub space_id: SpaceId,
    /// Its word in addresses, unique everywhere.
    pub slug: String,
    /// Its public key, `pk_…`.
    pub public_key: String,
    /// Whether visitors may use it.
    pub published: bool,
    /// The origins that may embed it; empty means any.
    pub allowed_origins: Vec<String>,
}

/// A tenant whose jobs wait.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct WaitingTenant {
    /// Which.
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub tenant_id: TenantId,
    /// The plan it is on, by its word in the plan file.
    #[diesel(sql_type = Text)]
    pub plan: String,
}

#[derive(QueryableByName)]
struct Tenant {
    #[diesel(sql_type = SqlUuid)]
    tenant_id: TenantId,
}

#[derive(QueryableByName)]
struct Changed {
    #[diesel(sql_type = SqlUuid)]
    space_id: SpaceId,
    #[diesel(sql_type = Timestamptz)]
    changed_at: DateTime<Utc>,
}

impl ControlDb {
    /// Finds a space by its slug or its public key, published or not, of an active tenant. The key
    /// before the present one counts until its end.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn space_by_slug_or_key(
        &self,
        slug_or_key: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<SpaceRef>, StoreError> {
        let query = sql(
            "SELECT s.tenant_id, s.space_id, s.slug, s.public_key, s.published, s.allowed_origins \
             FROM space_index s JOIN tenants t ON t.id = s.tenant_id \
                         WHERE (s.slug = $1 OR s.public_key = $1 OR (s.old_key = $1 AND s.old_key_until > $2)) \
               AND t.status = 'active'",
        )
        .bind::<Text, _>(slug_or_key)
        .bind::<Timestamptz, _>(now);
        Ok(self.rows(query).await?.into_iter().next())
    }

    /// When each of these spaces last changed, in no particular order; those that are gone are left out.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn spaces_changed(
        &self,
        spaces: Vec<SpaceId>,
    ) -> Result<Vec<(SpaceId, DateTime<Utc>)>, StoreError> {
        let query = sql("SELECT space_id, changed_at FROM space_index WHERE space_id = ANY ($1)")
            .bind::<Array<SqlUuid>, _>(spaces);
        let rows: Vec<Changed> = self.rows(query).await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.space_id, row.changed_at))
            .collect())
    }

    /// All tenants that are active.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        let query = sql("SELECT id AS tenant_id FROM tenants WHERE status = 'active' ORDER BY id");
        let rows: Vec<Tenant> = self.rows(query).await?;
        Ok(rows.into_iter().map(|row| row.tenant_id).collect())
    }

    /// Tenants with open reservations, or with settled ones that the ledger has not recorded.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn tenants_with_open_work(&self) -> Result<Vec<TenantId>, StoreError> {
        let query = sql("SELECT tenant_id FROM tenants_with_open_work() AS t (tenant_id)");
        let rows: Vec<Tenant> = self.rows(query).await?;
        Ok(rows.into_iter().map(|row| row.tenant_id).collect())
    }

    /// Tenants of which something was counted that is not yet among their counters, active or not.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn tenants_with_rollup_deltas(&self) -> Result<Vec<TenantId>, StoreError> {
        let query = sql("SELECT tenant_id FROM tenants_with_rollup_deltas() AS t (tenant_id)");
        let rows: Vec<Tenant> = self.rows(query).await?;
        Ok(rows.into_iter().map(|row| row.tenant_id).collect())
    }

    /// Tenants with conversations whose questions are to be looked at, active or not.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn tenants_with_question_marks(&self) -> Result<Vec<TenantId>, StoreError> {
        let query = sql("SELECT tenant_id FROM tenants_with_question_marks() AS t (tenant_id)");
        let rows: Vec<Tenant> = self.rows(query).await?;
        Ok(rows.into_iter().map(|row| row.tenant_id).collect())
    }

    /// Snoozed conversations of all tenants whose time is over at `now`, the longest over first.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn conversations_to_wake(
        &self,
        now: DateTime<Utc>,
        limit: i32,
    ) -> Result<Vec<(TenantId, ConversationId)>, StoreError> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = SqlUuid)]
            tenant_id: TenantId,
            #[diesel(sql_type = SqlUuid)]
            id: ConversationId,
        }
        let query = sql("SELECT tenant_id, id FROM conversations_to_wake($1, $2)")
            .bind::<Timestamptz, _>(now)
            .bind::<Integer, _>(limit);
        let rows: Vec<Row> = self.rows(query).await?;
        Ok(rows.into_iter().map(|row| (row.tenant_id, row.id)).collect())
    }

    /// Tickets of all tenants of which a deadline came to be at risk or passed before `now`: of each tenant
    /// those that did the longest ago, in turns between tenants.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn deadlines_to_look_at(
        &self,
        now: DateTime<Utc>,
        limit: i32,
    ) -> Result<Vec<(TenantId, TicketId)>, StoreError> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = SqlUuid)]
            tenant_id: TenantId,
            #[diesel(sql_type = SqlUuid)]
            ticket_id: TicketId,
        }
        let query = sql("SELECT DISTINCT tenant_id, ticket_id FROM deadlines_to_look_at($1, $2)")
            .bind::<Timestamptz, _>(now)
            .bind::<Integer, _>(limit);
        let rows: Vec<Row> = self.rows(query).await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.tenant_id, row.ticket_id))
            .collect())
    }

    /// Everyone who has a conversation, in all tenants.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn agents_with_conversations(&self) -> Result<Vec<(TenantId, UserId)>, StoreError> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = SqlUuid)]
            tenant_id: TenantId,
            #[diesel(sql_type = SqlUuid)]
            assignee_id: UserId,
        }
        let query = sql("SELECT tenant_id, assignee_id FROM agents_with_conversations()");
        let rows: Vec<Row> = self.rows(query).await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.tenant_id, row.assignee_id))
            .collect())
    }

    /// Active tenants that have a job of one of these kinds to be taken up at `now`, in no particular
    /// order.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn tenants_with_due_jobs(
        &self,
        kinds: &[&str],
        now: DateTime<Utc>,
    ) -> Result<Vec<WaitingTenant>, StoreError> {
        let query = sql(
            "SELECT d.tenant_id, t.plan FROM tenants_with_due_jobs($1, $2) AS d (tenant_id) \
             JOIN tenants t ON t.id = d.tenant_id AND t.status = 'active'",
        )
        .bind::<Timestamptz, _>(now)
        .bind::<Array<Text>, _>(kinds.to_vec());
        self.rows(query).await
    }
}
