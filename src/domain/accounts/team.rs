//! Members and teams: who may change what of whom, and that a workspace always has an owner.

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    control::{
        Member, Role,
        members::{self, has_other_owner},
    },
    ids::{TeamId, UserId},
    queries::teams::{self, Team},
    tenant::TenantConn,
};
use serde_json::json;

use super::caller::Caller;
use crate::domain::audit;

/// Characters of a team's name at most.
pub const NAME_MAX: usize = 60;
/// Members of a team at most.
pub const MEMBERS_MAX: usize = 500;

#[derive(Debug, thiserror::Error)]
pub enum TeamError {
    #[error("{0}")]
    Unsound(String),
    #[error("another team has this name")]
    NameTaken,
    #[error("somebody in the list does not belong to the workspace")]
    NoMember,
    #[error("only an owner may make somebody an owner, or change or remove one")]
    OwnersOnly,
    #[error("a workspace has an owner: make somebody else one first")]
    LastOwner,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether who has `role` may give somebody `given`, or take it: only an owner makes or unmakes owners.
#[must_use]
pub fn may_give(role: Option<Role>, given: Role) -> bool {
    role == Some(Role::Owner) || given != Role::Owner
}

/// Gives a member another role.
///
/// # Errors
/// `OwnersOnly`, `LastOwner`; `NotFound` of the store where the person is no member.
pub async fn set_role(
    db: &TenantDb,
    caller: &Caller,
    user: UserId,
    role: Role,
    now: DateTime<Utc>,
) -> Result<Member, TeamError> {
    db.transaction(async |conn| {
        let member = members::lock(conn, user).await?;
        if !may_give(caller.role, role) || !may_give(caller.role, member.role) {
            return Err(TeamError::OwnersOnly);
        }
        if member.role == role {
            return Ok(member);
        }
        leave_an_owner(conn, &member).await?;
        members::set_role(conn, user, role).await?;
        let mut act = caller.act("member.change_role", ("member", user), now);
        act.before = Some(json!({ "email": member.email, "role": member.role }));
        act.after = Some(json!({ "email": member.email, "role": role }));
        audit::record(conn, act).await?;
        Ok(Member { role, ..member })
    })
    .await
}

/// Takes a member out of the workspace, by somebody else or of their own accord.
///
/// # Errors
/// As [`set_role`].
pub async fn remove(
    db: &TenantDb,
    caller: &Caller,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), TeamError> {
    db.transaction(async |conn| {
        let member = members::lock(conn, user).await?;
        if !may_give(caller.role, member.role) {
            return Err(TeamError::OwnersOnly);
        }
        leave_an_owner(conn, &member).await?;
        members::remove(conn, user).await?;
        let leaves = caller.user() == Some(user);
        let mut act = caller.act(
            if leaves { "member.leave" } else { "member.remove" },
            ("member", user),
            now,
        );
        act.before = Some(json!({ "email": member.email, "role": member.role }));
        Ok(audit::record(conn, act).await?)
    })
    .await
}

/// Makes a member the owner in the caller's place, who is an admin from then on.
///
/// # Errors
/// `NotFound` of the store where the person is no member; `Unsound` where it is the caller.
pub async fn transfer(
    db: &TenantDb,
    caller: &Caller,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Member, TeamError> {
    let owner = caller.user().filter(|owner| *owner != user);
    let owner = owner.ok_or_else(|| TeamError::Unsound("name somebody else of the workspace".to_owned()))?;
    db.transaction(async |conn| {
        // What the caller was when the request came in may have changed since.
        if members::lock(conn, owner).await?.role != Role::Owner {
            return Err(TeamError::OwnersOnly);
        }
        let member = members::lock(conn, user).await?;
        members::set_role(conn, user, Role::Owner).await?;
        members::set_role(conn, owner, Role::Admin).await?;
        let mut act = caller.act("workspace.transfer", ("member", user), now);
        act.before = Some(json!({ "owner": owner, "role": member.role }));
        act.after = Some(json!({ "owner": user, "email": member.email }));
        audit::record(conn, act).await?;
        Ok(Member {
            role: Role::Owner,
            ..member
        })
    })
    .await
}

async fn leave_an_owner(conn: &mut TenantConn<'_>, member: &Member) -> Result<(), TeamError> {
    if member.role == Role::Owner && !has_other_owner(conn, member.user_id).await? {
        return Err(TeamError::LastOwner);
    }
    Ok(())
}

/// What a team is called and who is in it.
#[derive(Clone, Debug)]
pub struct TeamWords {
    pub name: String,
    pub members: Vec<UserId>,
}

impl TeamWords {
    fn checked(self) -> Result<Self, TeamError> {
        let name = self.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
            return Err(TeamError::Unsound(format!(
                "give the team a name of 1 to {NAME_MAX} characters"
            )));
        }
        if self.members.len() > MEMBERS_MAX {
            return Err(TeamError::Unsound(format!(
                "a team has at most {MEMBERS_MAX} members"
            )));
        }
        Ok(Self { name, ..self })
    }
}

/// Makes a team, or changes one.
///
/// # Errors
/// `Unsound`, `NameTaken`, `NoMember`; `NotFound` of the store where there is no team of this id.
pub async fn put(
    db: &TenantDb,
    caller: &Caller,
    id: Option<TeamId>,
    words: TeamWords,
    now: DateTime<Utc>,
) -> Result<Team, TeamError> {
    let words = words.checked()?;
    let put = db.transaction(async |conn| {
        let before = match id {
            Some(id) => Some(teams::lock(conn, id).await?),
            None => None,
        };
        let id = id.unwrap_or_else(TeamId::new);
        teams::put(conn, id, &words.name, &words.members, now).await?;
        let team = teams::lock(conn, id).await?;
        let told = |team: &Team| json!({ "name": team.name, "members": team.members });
        let action = if before.is_some() {
            "team.change"
        } else {
            "team.create"
        };
        let mut act = caller.act(action, ("team", id), now);
        act.before = before.as_ref().map(told);
        act.after = Some(told(&team));
        audit::record(conn, act).await?;
        Ok(team)
    });
    put.await.map_err(|error: StoreError| match error.constraint() {
        Some("teams_name_once") => TeamError::NameTaken,
        Some("team_members_are_members") => TeamError::NoMember,
        _ => error.into(),
    })
}

/// Removes a team; its members stay members.
///
/// # Errors
/// `NotFound` of the store where there is no such team.
pub async fn disband(
    db: &TenantDb,
    caller: &Caller,
    id: TeamId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    db.transaction(async |conn| {
        let team = teams::lock(conn, id).await?;
        teams::remove(conn, id).await?;
        let mut act = caller.act("team.remove", ("team", id), now);
        act.before = Some(json!({ "name": team.name, "members": team.members }));
        audit::record(conn, act).await
    })
    .await
}
