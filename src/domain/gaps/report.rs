//! What is asked in a period, by meaning, and how answers fared. It reads the questions of the period by an
//! index, whatever the workspace holds besides.

use parlance_store::{
    StoreError, TenantDb,
    ids::SpaceId,
    queries::{
        questions::{self, CitedDocument, ClusterFigures, Range, ReportKind, SlowAnswer, Totals},
        spaces,
    },
};

/// Clusters that are told of.
pub const CLUSTERS_TOLD: i32 = 50;
/// Documents of each kind, and slow answers.
pub const OTHERS_TOLD: i32 = 10;

/// What was asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub totals: Totals,
    /// The most frequent first.
    pub questions: Vec<ClusterFigures>,
    /// Documents that most answers cite.
    pub cited: Vec<CitedDocument>,
    /// Documents that are searched and that no answer cites.
    pub never_cited: Vec<CitedDocument>,
    pub slowest: Vec<SlowAnswer>,
}

/// Reads what was asked in a space or, given none, in all.
///
/// # Errors
/// [`StoreError::NotFound`] where there is no such space.
pub async fn report(
    db: &TenantDb,
    space: Option<SpaceId>,
    range: Range,
    kind: ReportKind,
) -> Result<Report, StoreError> {
    db.read(async |conn| {
        if let Some(space) = space {
            spaces::load(conn, space).await?.ok_or(StoreError::NotFound)?;
        }
        Ok(Report {
            totals: questions::totals(conn, space, range).await?,
            questions: questions::clusters_asked(conn, space, range, kind, CLUSTERS_TOLD).await?,
            cited: questions::cited(conn, space, range, OTHERS_TOLD).await?,
            never_cited: questions::never_cited(conn, space, range, OTHERS_TOLD).await?,
            slowest: questions::slowest(conn, space, range, OTHERS_TOLD).await?,
        })
    })
    .await
}
