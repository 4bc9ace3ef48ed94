//! What happened: figures of a period, for a workspace or one of its spaces. What is counted and how is in
//! `docs/ANALYTICS.md`.
//!
//! Start at [`report`]. [`period`], [`figures`] and [`spans`] are pure; [`keeping`] is the work behind
//! the scenes, [`seen`] tells where widgets are.

pub mod columns;
pub mod figures;
pub mod keeping;
pub mod period;
pub mod seen;
pub mod spans;

use std::collections::BTreeMap;

use parlance_store::{
    StoreError, TenantDb,
    ids::SpaceId,
    queries::{
        rollups::{self, Scope},
        spaces,
    },
};

use self::{
    figures::{Counts, Figures},
    period::{Period, Slot},
};

/// What happened in a period.
#[derive(Debug)]
pub struct Report {
    pub period: Period,
    pub totals: Figures,
    /// Every slot of the period in order, also those in which nothing happened.
    pub series: Vec<(Slot, Figures)>,
    /// The spaces in which something happened, and those that are there.
    pub spaces: Vec<OfSpace>,
}

/// What happened in a space.
#[derive(Debug)]
pub struct OfSpace {
    pub id: SpaceId,
    pub name: String,
    pub removed: bool,
    pub totals: Figures,
}

/// Reads what happened in a space or, given none, in all there ever were; of all channels or of one.
///
/// # Errors
/// [`StoreError::NotFound`] where there is no such space.
pub async fn report(db: &TenantDb, scope: Scope, period: Period) -> Result<Report, StoreError> {
    let slots = period.slots();
    let edges = period.edges();
    let (sums, visitors, places) = db
        .read(async |conn| {
            if let Some(space) = scope.space
                && spaces::load(conn, space).await?.is_none()
            {
                return Err(StoreError::NotFound);
            }
            let sums = rollups::sums(conn, scope, &edges).await?;
            let visitors = rollups::visitors(conn, scope, &edges).await?;
            Ok((sums, visitors, rollups::places(conn).await?))
        })
        .await?;

    let mut all = Counts::default();
    let mut by_slot = vec![Counts::default(); slots.len()];
    let mut by_space: BTreeMap<SpaceId, Counts> = BTreeMap::new();
    for sum in &sums {
        if let Some(space) = sum.space_id {
            all.add(&sum.metric, sum.n);
            by_space.entry(space).or_default().add(&sum.metric, sum.n);
        } else if let Some(slot) = place(&mut by_slot, sum.slot) {
            slot.add(&sum.metric, sum.n);
        }
    }
    for came in &visitors {
        if came.all {
            all.visitors = came.n;
        } else if let Some(space) = came.space_id {
            by_space.entry(space).or_default().visitors = came.n;
        } else if let Some(slot) = place(&mut by_slot, came.slot) {
            slot.visitors = came.n;
        }
    }

    let wanted = places
        .into_iter()
        .filter(|place| scope.space.is_none_or(|space| space == place.id));
    let spaces = wanted.filter_map(|place| {
        let counts = by_space.remove(&place.id);
        if counts.is_none() && place.removed {
            return None;
        }
        Some(OfSpace {
            totals: Figures::from(&counts.unwrap_or_default()),
            id: place.id,
            name: place.name,
            removed: place.removed,
        })
    });
    Ok(Report {
        totals: Figures::from(&all),
        spaces: spaces.collect(),
        series: slots.into_iter().zip(by_slot.iter().map(Figures::from)).collect(),
        period,
    })
}

fn place(slots: &mut [Counts], slot: Option<i32>) -> Option<&mut Counts> {
    slots.get_mut(usize::try_from(slot?).ok()?)
}
