//! How promises were kept in a period. A deadline counts on the day on which it was known how it ends: when
//! it was met in time, or else when it was due.

use parlance_store::{
    StoreError, TenantDb,
    queries::deadlines::{
        DeadlineKind,
        report::{self, SlaGroup},
    },
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::insight::period::{Period, Slot};

/// How promises of one kind were kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Kept {
    /// In time.
    pub met: i64,
    pub breached: i64,
    /// How long it took at the median, in seconds of the time that counts, where something ended; of points of
    /// the series it is not told.
    pub median_seconds: Option<f64>,
}

/// Of both kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct BothKept {
    pub first_response: Kept,
    pub resolution: Kept,
}

impl BothKept {
    fn of(&mut self, kind: DeadlineKind) -> &mut Kept {
        match kind {
            DeadlineKind::FirstResponse => &mut self.first_response,
            DeadlineKind::Resolution => &mut self.resolution,
        }
    }
}

/// A team, a member, a policy or a priority.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct OfGroup {
    /// An id, or the priority's word; null is tickets of no team or nobody.
    pub key: Option<String>,
    pub name: Option<String>,
    pub kept: BothKept,
}

/// How promises were kept.
#[derive(Debug)]
pub struct Report {
    pub totals: BothKept,
    /// Every slot in order.
    pub series: Vec<(Slot, BothKept)>,
    pub priorities: Vec<OfGroup>,
    pub teams: Vec<OfGroup>,
    pub agents: Vec<OfGroup>,
    pub policies: Vec<OfGroup>,
}

/// Reads how promises were kept.
///
/// # Errors
/// [`StoreError`] where the database fails.
pub async fn report(db: &TenantDb, period: Period) -> Result<Report, StoreError> {
    let edges = period.edges();
    let figures = db.read(async |conn| report::figures(conn, &edges).await).await?;
    let mut report = Report {
        totals: BothKept::default(),
        series: period
            .slots()
            .into_iter()
            .map(|slot| (slot, BothKept::default()))
            .collect(),
        priorities: Vec::new(),
        teams: Vec::new(),
        agents: Vec::new(),
        policies: Vec::new(),
    };
    for found in figures {
        let mut kept = Kept {
            met: found.met,
            breached: found.breached,
            median_seconds: found.median_seconds,
        };
        let groups = match found.by {
            SlaGroup::Total => {
                *report.totals.of(found.kind) = kept;
                continue;
            }
            SlaGroup::Slot => {
                kept.median_seconds = None;
                let slot = found.slot.and_then(|slot| usize::try_from(slot).ok());
                if let Some((_, at)) = slot.and_then(|slot| report.series.get_mut(slot)) {
                    *at.of(found.kind) = kept;
                }
                continue;
            }
            SlaGroup::Priority => &mut report.priorities,
            SlaGroup::Team => &mut report.teams,
            SlaGroup::Agent => &mut report.agents,
            SlaGroup::Policy => &mut report.policies,
        };
        let place = groups.iter().position(|group| group.key == found.key);
        let place = place.unwrap_or_else(|| {
            groups.push(OfGroup {
                key: found.key,
                name: found.name,
                kept: BothKept::default(),
            });
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(place) {
            *group.kept.of(found.kind) = kept;
        }
    }
    Ok(report)
}
