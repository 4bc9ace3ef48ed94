//! From the beginning of a program's key to its tenant.

use diesel::{
    QueryableByName,
    sql_types::{Binary, Text, Uuid as SqlUuid},
};

use super::ControlDb;
use crate::{
    error::StoreError,
    ids::{ApiKeyId, TenantId},
    statement::sql,
};

/// Where a key leads, if it is that key. Written by [`crate::queries::api_keys`], with the key.
#[derive(Clone, Debug, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct ApiKeyRef {
    /// Whose key it is.
    #[diesel(sql_type = SqlUuid)]
    pub tenant_id: TenantId,
    /// The key.
    #[diesel(sql_type = SqlUuid)]
    pub key_id: ApiKeyId,
    /// HMAC-SHA-256 of the whole key.
    #[diesel(sql_type = Binary)]
    pub mac: Vec<u8>,
    /// The plan its tenant is on.
    #[diesel(sql_type = Text)]
    pub plan: String,
}

impl ControlDb {
    /// The key that begins so, of an active tenant.
    ///
    /// # Errors
    /// [`StoreError`] where the database does not answer.
    pub async fn api_key(&self, prefix: &str) -> Result<Option<ApiKeyRef>, StoreError> {
        let query = sql(
            "SELECT k.tenant_id, k.key_id, k.mac, t.plan FROM api_key_index k \
             JOIN tenants t ON t.id = k.tenant_id AND t.status = 'active' WHERE k.prefix = $1",
        )
        .bind::<Text, _>(prefix);
        Ok(self.rows(query).await?.into_iter().next())
    }
}
