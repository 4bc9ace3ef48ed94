//! Members and teams: who may change what of whom, and that a workspace always has an owner.

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    control::{
        Member, Role,
        members::{self, has_other_owner},
        people,
    },
    ids::{TeamId, UserId},
    queries::{
        invitations,
        teams::{self, Team},
    },
    tenant::TenantConn,
};
use serde_json::json;

use super::{
    caller::Caller,
    permission::{Permission, may},
};
use crate::domain::{
    audit,
    tickets::{
        self,
        touched::{self, Lost, Touched},
    },
};

/// Characters of a team's name at most.
pub const NAME_MAX: usize = 60;
/// Teams of a workspace at most.
pub const TEAMS_MAX: usize = 200;
/// Members of a team at most.
pub const MEMBERS_MAX: usize = 500;

#[derive(Debug, thiserror::Error)]
pub enum TeamError {
    #[error("{0}")]
    Unsound(String),
    #[error("there are {TEAMS_MAX} teams: disband one first")]
    Full,
    #[error("another team has this name")]
    NameTaken,
    #[error("somebody in the list does not belong to the workspace")]
    NoMember,
    #[error("only an owner may make somebody an owner, or change or remove one")]
    OwnersOnly,
    /// Their role has changed since they asked.
    #[error("your role does not let you decide on members any more")]
    NoLonger,
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

/// As what somebody decides on members, once they are locked: what the caller was when the request came
/// in may have changed since. None where they may not any more.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn deciding(conn: &mut TenantConn<'_>, caller: &Caller) -> Result<Option<Role>, StoreError> {
    let Some(user) = caller.user() else {
        return Ok(None);
    };
    let role = members::role(conn, user).await?;
    Ok(role.filter(|role| may(*role, Permission::TeamWrite)))
}

/// Gives a member another role.
///
/// # Errors
/// `OwnersOnly`, `NoLonger`, `LastOwner`; `NotFound` of the store where the person is no member.
pub async fn set_role(
    db: &TenantDb,
    caller: &Caller,
    user: UserId,
    role: Role,
    now: DateTime<Utc>,
) -> Result<Member, TeamError> {
    db.transaction(async |conn| {
        let member = members::lock(conn, user).await?;
        let acting = deciding(conn, caller).await?.ok_or(TeamError::NoLonger)?;
        if !may_give(Some(acting), role) || !may_give(Some(acting), member.role) {
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
        withdraw(conn, caller, user, Some(role), now).await?;
        Ok(Member { role, ..member })
    })
    .await
}

/// Takes a member out of the workspace, by somebody else or of their own accord. Gives the tickets they had.
///
/// # Errors
/// As [`set_role`].
pub async fn remove(
    db: &TenantDb,
    caller: &Caller,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Vec<Touched>, TeamError> {
    db.transaction(async |conn| {
        // Their sessions go with them.
        people::hold(conn, user).await?;
        let member = members::lock(conn, user).await?;
        let leaves = caller.user() == Some(user);
        if !leaves {
            let acting = deciding(conn, caller).await?.ok_or(TeamError::NoLonger)?;
            if !may_give(Some(acting), member.role) {
                return Err(TeamError::OwnersOnly);
            }
        }
        leave_an_owner(conn, &member).await?;
        // Tickets before what notes who is given something, which goes with the member.
        let tickets = touched::take_from(conn, user, &tickets::author(caller), now).await?;
        members::remove(conn, user).await?;
        let mut act = caller.act(
            if leaves { "member.leave" } else { "member.remove" },
            ("member", user),
            now,
        );
        act.before = Some(json!({ "email": member.email, "role": member.role }));
        audit::record(conn, act).await?;
        withdraw(conn, caller, user, None, now).await?;
        Ok(tickets)
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
        withdraw(conn, caller, owner, Some(Role::Admin), now).await?;
        Ok(Member {
            role: Role::Owner,
            ..member
        })
    })
    .await
}

/// Takes back the invitations of somebody who may not make them any more: they are `role` now, or no
/// member where there is none.
async fn withdraw(
    conn: &mut TenantConn<'_>,
    caller: &Caller,
    inviter: UserId,
    role: Option<Role>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let role = role.filter(|role| may(*role, Permission::TeamWrite));
    for invitation in invitations::list(conn).await? {
        let stays = role.is_some() && may_give(role, invitation.role);
        if stays || invitation.invited_by != inviter || invitation.expires_at <= now {
            continue;
        }
        // Who accepts it at this moment is in before.
        if invitations::remove(conn, invitation.id).await? {
            let mut act = caller.act("member.uninvite", ("invitation", invitation.id), now);
            act.before = Some(json!({ "email": invitation.email, "role": invitation.role }));
            audit::record(conn, act).await?;
        }
    }
    Ok(())
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
/// `Unsound`, `Full`, `NameTaken`, `NoMember`; `NotFound` of the store where there is no team of this id.
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
            None if teams::list(conn).await?.len() >= TEAMS_MAX => return Err(TeamError::Full),
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
    put.await.map_err(|refused| match refused {
        TeamError::Store(error) if error.is_conflict("teams_name_once") => TeamError::NameTaken,
        TeamError::Store(error) if error.is_conflict("team_members_are_members") => TeamError::NoMember,
        other => other,
    })
}

/// Removes a team; its members stay members. Gives the tickets it had, which are of no team then.
///
/// # Errors
/// `NotFound` of the store where there is no such team.
pub async fn disband(
    db: &TenantDb,
    caller: &Caller,
    id: TeamId,
    now: DateTime<Utc>,
) -> Result<Vec<Touched>, StoreError> {
    let (lost, by) = (Lost::Team(id), tickets::author(caller));
    let mut tickets = touched::lose(db, lost, &by, now).await?;
    db.transaction(async |conn| {
        tickets.extend(touched::lose_some(conn, lost, &by, now).await?);
        let team = teams::lock(conn, id).await?;
        teams::remove(conn, id).await?;
        let mut act = caller.act("team.remove", ("team", id), now);
        act.before = Some(json!({ "name": team.name, "members": team.members }));
        audit::record(conn, act).await?;
        Ok(tickets)
    })
    .await
}
