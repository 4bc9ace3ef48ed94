//! Canned replies: what agents say again and again. One with an act is a macro: the console carries it out
//! once the reply was sent, by the same calls as by hand, so that nothing here knows of conversations.
//!
//! [`variables`] is pure.

pub mod variables;

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::{CannedReplyId, SpaceId},
    queries::{
        canned_replies::{self, CannedAct, CannedReply},
        space_life,
    },
};
use serde_json::{Value, json};

use super::{accounts::caller::Caller, audit};

/// Replies of a workspace at most.
pub const MOST: i64 = 1_000;
/// Characters at most.
pub const SHORTCUT_MAX: usize = 40;
pub const TITLE_MAX: usize = 100;
pub const TEXT_MAX: usize = 4_000;
/// A year.
pub const SNOOZE_MAX: i32 = 366 * 24 * 60;

/// Why a reply cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum CannedError {
    /// In words for whoever wrote it.
    #[error("{0}")]
    Unsound(String),
    #[error("another reply has this shortcut: choose another one")]
    Taken,
    #[error("there are {MOST} canned replies: delete one first")]
    Full,
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for CannedError {
    fn from(error: StoreError) -> Self {
        if error.is_conflict("canned_replies_shortcut_once") {
            Self::Taken
        } else {
            Self::Store(error)
        }
    }
}

/// A reply as somebody wrote it.
#[derive(Clone, Debug)]
pub struct Written {
    pub shortcut: String,
    pub title: String,
    pub text: String,
    pub act: Option<CannedAct>,
    pub snooze_minutes: Option<i32>,
    pub space: Option<SpaceId>,
}

impl Written {
    /// The same without space around it, where it can be kept.
    ///
    /// # Errors
    /// [`CannedError::Unsound`] names what is out of bounds, or the variable that is not known.
    pub fn sound(self) -> Result<Self, CannedError> {
        let tidy = |text: &str| text.replace('\0', "").trim().to_owned();
        let written = Self {
            shortcut: tidy(&self.shortcut),
            title: tidy(&self.title),
            text: tidy(&self.text),
            ..self
        };
        let within = |text: &str, most: usize| (1..=most).contains(&text.chars().count());
        let fault = if !within(&written.shortcut, SHORTCUT_MAX) || !is_slug(&written.shortcut) {
            Some(format!(
                "shortcut: give 1 to {SHORTCUT_MAX} lower-case letters and digits, with hyphens between them"
            ))
        } else if !within(&written.title, TITLE_MAX) {
            Some(format!("title: give 1 to {TITLE_MAX} characters"))
        } else if !within(&written.text, TEXT_MAX) {
            Some(format!("text: give 1 to {TEXT_MAX} characters"))
        } else {
            variables::fault(&written.text).or_else(|| written.act_fault())
        };
        fault.map_or(Ok(written), |fault| Err(CannedError::Unsound(fault)))
    }

    fn act_fault(&self) -> Option<String> {
        match (self.act, self.snooze_minutes) {
            (Some(CannedAct::Snooze), Some(minutes)) if (1..=SNOOZE_MAX).contains(&minutes) => None,
            (Some(CannedAct::Snooze), _) => Some(format!(
                "snooze_minutes: say for how long, 1 to {SNOOZE_MAX} minutes"
            )),
            (_, Some(_)) => Some("snooze_minutes: leave it out unless act is snooze".to_owned()),
            (_, None) => None,
        }
    }
}

fn is_slug(text: &str) -> bool {
    text.split('-').all(|part| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

/// Makes a reply, or writes one anew.
///
/// # Errors
/// [`CannedError`]; the store's `NotFound` where the tenant has no such reply, its `Archived` where the space
/// is put away.
pub async fn put(
    db: &TenantDb,
    caller: &Caller,
    id: Option<CannedReplyId>,
    written: Written,
    now: DateTime<Utc>,
) -> Result<CannedReply, CannedError> {
    let written = written.sound()?;
    db.transaction(async |conn| {
        let before = match id {
            Some(id) => Some(canned_replies::lock(conn, id).await?),
            None if canned_replies::count_to_add(conn).await? >= MOST => return Err(CannedError::Full),
            None => None,
        };
        if let Some(space) = written.space {
            match space_life::hold(conn, space).await {
                Err(StoreError::NotFound) => return Err(no_space()),
                held => held?,
            }
        }
        let reply = CannedReply {
            id: id.unwrap_or_else(CannedReplyId::new),
            shortcut: written.shortcut,
            title: written.title,
            text: written.text,
            act: written.act,
            snooze_minutes: written.snooze_minutes,
            space_id: written.space,
            created_by: before
                .as_ref()
                .map_or_else(|| caller.user(), |before| before.created_by),
            updated_at: now,
        };
        canned_replies::put(conn, &reply).await?;
        let action = if before.is_some() {
            "canned_reply.change"
        } else {
            "canned_reply.create"
        };
        let mut act = caller.act(action, ("canned_reply", reply.id), now);
        (act.before, act.after) = (before.as_ref().map(told), Some(told(&reply)));
        audit::record(conn, act).await?;
        Ok(reply)
    })
    .await
}

fn no_space() -> CannedError {
    CannedError::Unsound("space: the workspace has no such space".to_owned())
}

/// Removes a reply.
///
/// # Errors
/// [`StoreError::NotFound`] where the tenant has no such reply.
pub async fn remove(
    db: &TenantDb,
    caller: &Caller,
    id: CannedReplyId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    db.transaction(async |conn| {
        let before = canned_replies::lock(conn, id).await?;
        canned_replies::remove(conn, id).await?;
        let mut act = caller.act("canned_reply.remove", ("canned_reply", id), now);
        act.before = Some(told(&before));
        audit::record(conn, act).await
    })
    .await
}

fn told(reply: &CannedReply) -> Value {
    json!({
        "name": reply.title, "shortcut": reply.shortcut, "text": reply.text, "act": reply.act,
        "snooze_minutes": reply.snooze_minutes, "space": reply.space_id,
    })
}
