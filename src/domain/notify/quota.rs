//! Mail about a plan or a budget that is nearly used up, or is: to those who see the plan, once in a period for each quota.
//! The database notes when it is, in the transaction in which it comes to be so (`parlance_note_quota`).

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    control::{members, workspace},
    queries::quotas::{self, Quota},
};

use super::{
    letter::{Letter, when},
    mail::{self, Errand},
};
use crate::domain::{
    accounts::permission::{Permission, may},
    billing::limit,
};

/// Puts a mail in line for everybody who sees the plan. Done twice it is one mail each.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn tell(db: &TenantDb, quota: Quota, percent: i16, now: DateTime<Utc>) -> Result<(), StoreError> {
    db.transaction(async |conn| {
        for member in members::list(conn).await? {
            if may(member.role, Permission::BillingRead) {
                let user = member.user_id;
                mail::enqueue(conn, Errand::Quota { user, quota, percent }, now).await?;
            }
        }
        Ok(())
    })
    .await
}

/// What is told of a quota as it is now; nothing where it is not so much any more, as on a larger plan.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub(super) async fn letter(
    db: &TenantDb,
    (quota, percent): (Quota, i16),
    now: DateTime<Utc>,
    home: &str,
) -> Result<Option<Letter>, StoreError> {
    let read = db.read(async |conn| {
        let workspace = workspace::read(conn).await?;
        Ok::<_, StoreError>((workspace, quotas::standings(conn, now).await?))
    });
    let (workspace, standings) = read.await?;
    let standing = standings.into_iter().find(|standing| standing.quota == quota);
    let told = standing.and_then(|standing| Some((standing.at_most?, standing)));
    // What is left of these may be too little for a call or a file.
    let is_refused = matches!(quota, Quota::CostPerMonth | Quota::StorageMb) && percent == 100;
    let told = told.filter(|(at_most, standing)| match percent {
        100 => is_refused || standing.used >= *at_most,
        // Of what is used up meanwhile another mail tells.
        _ => {
            standing.used < *at_most
                && standing.used.saturating_mul(100) >= at_most.saturating_mul(percent.into())
        }
    });
    Ok(told.map(|(at_most, standing)| Letter::Quota {
        workspace: workspace.name,
        counted: limit::counted(quota),
        used: limit::amount(quota, standing.used),
        at_most: limit::amount(quota, at_most),
        given_by: if quota == Quota::CostPerMonth {
            "budget"
        } else {
            "plan"
        },
        is_full: is_refused || standing.used >= at_most,
        at_limit: if standing.used < at_most && is_refused {
            format!(
                "What is left was too little for what was wanted. {}",
                at_limit(quota)
            )
        } else {
            at_limit(quota).to_owned()
        },
        resets: standing.resets_at.map(when),
        link: format!("{home}/app/billing"),
    }))
}

/// What happens at a limit, in a sentence.
fn at_limit(quota: Quota) -> &'static str {
    match quota {
        Quota::MessagesPerMonth => "Visitors are handed over to your team instead of the bot.",
        Quota::CostPerMonth => {
            "Visitors are handed over to your team instead of the bot. Answers that cost nothing go on."
        }
        Quota::QueriesPerDay => "The playground and programs find nothing more until then.",
        Quota::Spaces
        | Quota::DocumentsPerSpace
        | Quota::DocumentsPerMonth
        | Quota::StorageMb
        | Quota::DriveFolders => "All that is there stays; more is refused.",
    }
}
