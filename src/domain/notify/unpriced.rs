//! Mail about calls that have no price: to those who see what models cost, once a day. The database notes the
//! first such call of a day when it is recorded (`count_usage`).

use chrono::{DateTime, NaiveDate, Utc};
use parlance_store::{
    StoreError, TenantDb,
    control::{members, workspace},
    queries::ledger,
};

use super::{
    letter::Letter,
    mail::{self, Errand},
};
use crate::domain::{
    accounts::permission::{Permission, may},
    billing::ledger::Wanted,
};

/// Puts a mail in line for everybody who sees what models cost. Done twice it is one mail each.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn tell(db: &TenantDb, day: NaiveDate, now: DateTime<Utc>) -> Result<(), StoreError> {
    db.transaction(async |conn| {
        for member in members::list(conn).await? {
            if may(member.role, Permission::BillingRead) {
                let user = member.user_id;
                mail::enqueue(conn, Errand::Unpriced { user, day }, now).await?;
            }
        }
        Ok(())
    })
    .await
}

/// What is told of a day; nothing where every call of it has a price.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub(super) async fn letter(
    db: &TenantDb,
    day: NaiveDate,
    now: DateTime<Utc>,
    home: &str,
) -> Result<Option<Letter>, StoreError> {
    db.read(async |conn| {
        let workspace = workspace::read(conn).await?;
        let wanted = Wanted {
            from: Some(day),
            to: Some(day),
            ..Wanted::default()
        };
        let Ok((_, filter)) = wanted.in_zone(&workspace.time_zone, now) else {
            return Ok(None);
        };
        let models = ledger::unpriced_models(conn, filter.from, filter.to).await?;
        Ok((!models.is_empty()).then(|| Letter::Unpriced {
            workspace: workspace.name,
            models,
            day: day.format("%-d %B %Y").to_string(),
            link: format!("{home}/app/billing/ledger"),
        }))
    })
    .await
}
