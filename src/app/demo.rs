//! The two demo tenants: made once, with their documents taken in as anybody's would be.

use anyhow::Context;
use parlance_store::{
    Db, StoreError,
    control::{NewUser, Role, plans},
    ids::{SpaceId, TenantId, UserId},
    queries::spaces::{self, NewSpace},
};
use rust_embed::RustEmbed;
use serde::Deserialize;
use serde_json::Value;
use tokio::task::spawn_blocking;
use tracing::info;
use uuid::Uuid;

use crate::{
    domain::{accounts::password, knowledge::ingest::Ingest},
    kernel::clock::SharedClock,
};

#[derive(RustEmbed)]
#[folder = "demo"]
#[include = "*/space.json"]
#[include = "*/docs/*"]
struct Files;

/// The plan they are on, where the plan file has it.
const PLAN: &str = "enterprise";

/// The tenant of the robots' shop, whose chat is on the public site.
pub const ACME: Uuid = Uuid::from_u128(0x0192_f7a0_0000_7000_8000_0000_0000_ac3e);

/// Folders of `demo/`, and the ids of their tenants, the same in every installation.
pub const TENANTS: [(&str, Uuid); 2] = [
    ("acme", ACME),
    (
        "globex",
        Uuid::from_u128(0x0192_f7a0_0000_7000_8000_0000_0000_61ab),
    ),
];

/// A demo tenant as its `space.json` has it.
#[derive(Debug, Deserialize)]
pub struct Demo {
    pub tenant: Named,
    space: Space,
    pub users: Vec<Person>,
}

#[derive(Debug, Deserialize)]
struct Space {
    slug: String,
    name: String,
    /// Everything else is a setting.
    #[serde(flatten)]
    settings: Value,
}

#[derive(Debug, Deserialize)]
pub struct Named {
    pub name: String,
}

#[derive(Debug, Deserialize)]
pub struct Person {
    pub email: String,
    name: String,
    role: Role,
    pub password: String,
}

/// What the demo tenants are, for those who print or look for them.
///
/// # Errors
/// When a built-in file is broken.
pub fn demos() -> anyhow::Result<Vec<(&'static str, TenantId, Demo)>> {
    let read = |(folder, id): (&'static str, Uuid)| {
        let file = Files::get(&format!("{folder}/space.json")).context("a demo without space.json")?;
        Ok((folder, TenantId::from(id), serde_json::from_slice(&file.data)?))
    };
    TENANTS.into_iter().map(read).collect()
}

/// Makes what is missing of the demo tenants and takes in their documents. The owner's membership
/// is made last: once it is there nothing is put back that somebody has removed since. A document
/// that is not read now is left to the jobs.
///
/// # Errors
/// When the database fails.
pub async fn seed(db: &Db, ingest: &Ingest, clock: &SharedClock) -> anyhow::Result<()> {
    for (folder, tenant, demo) in demos()? {
        if !is_made(db, tenant, &demo).await? {
            info!("making the demo workspace {} …", demo.tenant.name);
            create(db, ingest, clock, folder, tenant, &demo).await?;
            ingest.resume(&db.tenant(tenant)).await?;
        }
    }
    Ok(())
}

async fn is_made(db: &Db, tenant: TenantId, demo: &Demo) -> anyhow::Result<bool> {
    let owner = demo.users.first().context("a demo without users")?;
    let login = db.control().login_by_email(&owner.email).await?;
    Ok(login.is_some_and(|login| login.memberships.iter().any(|member| member.tenant_id == tenant)))
}

async fn create(
    db: &Db,
    ingest: &Ingest,
    clock: &SharedClock,
    folder: &str,
    tenant: TenantId,
    demo: &Demo,
) -> anyhow::Result<()> {
    match db
        .control()
        .create_tenant(tenant, &demo.tenant.name, clock.now())
        .await
    {
        Err(StoreError::Conflict { .. }) | Ok(()) => {}
        Err(error) => return Err(error.into()),
    }
    let space = create_space(db, clock, tenant, demo).await?;
    // Many try it at once.
    db.tenant(tenant)
        .transaction(async |conn| plans::change(conn, PLAN).await)
        .await?;
    let (scoped, documents) = (db.tenant(tenant), format!("{folder}/docs/"));
    for path in Files::iter().filter(|path| path.starts_with(&documents)) {
        let file = Files::get(&path).context("a demo document is gone")?;
        ingest
            .put(
                &scoped,
                space,
                path.trim_start_matches(&documents),
                None,
                &file.data,
            )
            .await?;
    }
    for person in demo.users.iter().rev() {
        add_person(db, clock, tenant, person).await?;
    }
    Ok(())
}

/// The space of a demo tenant: the one that an earlier start made, or a new one.
async fn create_space(
    db: &Db,
    clock: &SharedClock,
    tenant: TenantId,
    demo: &Demo,
) -> anyhow::Result<SpaceId> {
    let Space { slug, name, settings } = &demo.space;
    let db = db.tenant(tenant);
    let made = db.read(spaces::list).await?;
    if let Some(space) = made.iter().find(|space| space.slug == *slug) {
        return Ok(space.id);
    }
    let new = NewSpace {
        id: SpaceId::new(),
        slug: slug.clone(),
        name: name.clone(),
        public_key: format!("pk_{}", Uuid::new_v4().simple()),
        settings: settings.clone(),
        published: true,
        allowed_origins: Vec::new(),
        at: clock.now(),
    };
    let id = new.id;
    db.transaction(async |conn| spaces::create(conn, new).await)
        .await?;
    Ok(id)
}

async fn add_person(db: &Db, clock: &SharedClock, tenant: TenantId, person: &Person) -> anyhow::Result<()> {
    let known = db.control().login_by_email(&person.email).await?;
    let id = match known {
        Some(login) => login.user.id,
        None => {
            let id = UserId::new();
            let secret = person.password.clone();
            let user = NewUser {
                id,
                email: person.email.clone(),
                name: person.name.clone(),
                password_hash: spawn_blocking(move || password::hash(&secret)).await??,
                at: clock.now(),
            };
            db.control().create_user(user).await?;
            id
        }
    };
    Ok(db.control().add_membership(id, tenant, person.role).await?)
}
