//! What visitors thought of conversations in a period, exactly as the ratings say.

use parlance_store::{
    StoreError, TenantDb,
    ids::SpaceId,
    queries::ratings::{self, RatingGroup},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::insight::{
    figures::Csat,
    period::{Period, Slot},
};

/// An agent, or a category of tickets.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RatedGroup {
    /// Its id; null is conversations without a ticket, or whose ticket has no category.
    pub key: Option<String>,
    pub name: Option<String>,
    pub csat: Csat,
}

/// What visitors thought.
#[derive(Debug)]
pub struct Report {
    pub period: Period,
    pub totals: Csat,
    /// Every slot in order.
    pub series: Vec<(Slot, Csat)>,
    /// Conversations in which no person wrote.
    pub bot: Csat,
    /// The others, by who had written to the visitor last.
    pub agents: Vec<RatedGroup>,
    /// By what the conversation's newest ticket is about.
    pub categories: Vec<RatedGroup>,
}

/// Reads what visitors of a space thought, or those of all.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn report(db: &TenantDb, space: Option<SpaceId>, period: Period) -> Result<Report, StoreError> {
    let edges = period.edges();
    let found = db
        .read(async |conn| ratings::figures(conn, &edges, space).await)
        .await?;
    let none = Csat::of([0; 5]);
    let slots = period.slots().into_iter();
    let mut report = Report {
        period,
        totals: none.clone(),
        series: slots.map(|slot| (slot, none.clone())).collect(),
        bot: none,
        agents: Vec::new(),
        categories: Vec::new(),
    };
    for found in found {
        let csat = Csat::of(found.scores.try_into().unwrap_or_default());
        let (key, name) = (found.key, found.name);
        match found.by {
            RatingGroup::Total => report.totals = csat,
            RatingGroup::Slot => {
                let slot = found.slot.and_then(|slot| usize::try_from(slot).ok());
                if let Some((_, at)) = slot.and_then(|slot| report.series.get_mut(slot)) {
                    *at = csat;
                }
            }
            RatingGroup::Agent if key.is_none() => report.bot = csat,
            RatingGroup::Agent => report.agents.push(RatedGroup { key, name, csat }),
            RatingGroup::Category => report.categories.push(RatedGroup { key, name, csat }),
        }
    }
    Ok(report)
}
