//! Beginning an experiment and ending it. Each is one transaction that holds the space, so that its
//! settings do not change meanwhile, and is on record.

use chrono::{DateTime, Utc};
use parlance_store::{
    TenantDb,
    ids::{ExperimentId, SpaceId},
    queries::{
        experiments::{self, Arm, Experiment},
        space_versions,
        spaces::Space,
    },
};
use serde_json::{Value, json};

use super::arm::SHARE;
use crate::domain::{
    accounts::{
        caller::Caller,
        settings::{self, Refused},
    },
    answering::settings::range,
    audit,
    spaces::{Changed, SpaceError, change, in_settings, lock_open, name_refused},
};

/// An experiment to be made.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The version that arm B answers as.
    pub version: i64,
    /// Percent of the conversations, 1 to 99.
    pub share_b: i16,
    /// At most 100 characters; without one it is named for its version.
    pub name: Option<String>,
}

/// Begins an experiment.
///
/// # Errors
/// `Unsound` names what cannot be taken, `Testing` where one runs in the space; of the store `NotFound` and
/// `Archived`.
pub async fn start(
    db: &TenantDb,
    caller: &Caller,
    space: SpaceId,
    wanted: Wanted,
    now: DateTime<Utc>,
) -> Result<Experiment, SpaceError> {
    db.transaction(async |conn| {
        let before = lock_open(conn, space).await?;
        let version = space_versions::get(conn, space, wanted.version).await?;
        let ai_b = version.map(|version| version.settings);
        let experiment = sound(before, ai_b, wanted.clone(), caller, now).map_err(SpaceError::Unsound)?;
        experiments::start(conn, &experiment).await?;
        let mut act = caller.act("experiment.start", ("experiment", experiment.id), now);
        act.after = Some(json!({
            "space": space, "name": experiment.name, "version_a": experiment.version_a,
            "version_b": experiment.version_b, "share_b": experiment.share_b,
        }));
        audit::record(conn, act).await?;
        Ok(experiment)
    })
    .await
}

/// The experiment, where `settings_b` are settings that there are and that answer in another way.
fn sound(
    space: Space,
    settings_b: Option<Value>,
    wanted: Wanted,
    caller: &Caller,
    now: DateTime<Utc>,
) -> Result<Experiment, Vec<Refused>> {
    let mut refused = Vec::new();
    let mut refuse = |field: &str, detail: String| {
        let field = field.to_owned();
        refused.push(Refused { field, detail });
    };
    if !SHARE.contains(&wanted.share_b) {
        refuse("share_b", range(&SHARE));
    }
    let name = wanted
        .name
        .as_deref()
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let name = name.map_or_else(|| format!("Version {}", wanted.version), str::to_owned);
    if let Some(Refused { field, detail }) = name_refused(&name) {
        refuse(&field, detail);
    }
    match &settings_b {
        None => refuse(
            "version",
            "the space has no such version, or not any more".to_owned(),
        ),
        Some(settings_b) => match settings::sound(settings_b) {
            Ok(b) if Ok(&b.ai) == settings::sound(&space.settings).as_ref().map(|a| &a.ai) => {
                refuse(
                    "version",
                    "it answers as the space does now: choose another".to_owned(),
                );
            }
            Ok(_) => {}
            Err(problems) => refused.extend(in_settings(problems)),
        },
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    Ok(Experiment {
        id: ExperimentId::new(),
        space_id: space.id,
        name,
        version_a: space.version,
        version_b: wanted.version,
        ai_a: ai(&space.settings),
        ai_b: ai(&settings_b.unwrap_or_default()),
        share_b: wanted.share_b,
        actor_name: caller.actor.row().2,
        started_at: now,
        ended_at: None,
        used: None,
    })
}

/// How settings answer, as they were written.
fn ai(settings: &Value) -> Value {
    settings.get("ai").cloned().unwrap_or_else(|| json!({}))
}

/// Ends an experiment. Arm A leaves the space as it is set, arm B sets it to answer as that arm did, which
/// is a new version; with neither it only ends.
///
/// # Errors
/// `Over` where it has ended, `Unsound` where arm B is not sound by today's rules; of the store `NotFound`
/// and `Archived`.
pub async fn end(
    db: &TenantDb,
    caller: &Caller,
    space: SpaceId,
    id: ExperimentId,
    used: Option<Arm>,
    now: DateTime<Utc>,
) -> Result<(Experiment, Changed), SpaceError> {
    db.transaction(async |conn| {
        let before = lock_open(conn, space).await?;
        let experiment = experiments::get(conn, space, id).await?;
        if !experiments::end(conn, id, used, now).await? {
            return Err(SpaceError::Over);
        }
        let mut act = caller.act("experiment.end", ("experiment", id), now);
        act.after = Some(json!({ "space": space, "name": experiment.name, "used": used }));
        audit::record(conn, act).await?;
        let changed = if used == Some(Arm::B) {
            change::answer_as(conn, caller, before, &experiment, now).await?
        } else {
            Changed {
                after: before.clone(),
                before,
            }
        };
        Ok((experiments::get(conn, space, id).await?, changed))
    })
    .await
}
