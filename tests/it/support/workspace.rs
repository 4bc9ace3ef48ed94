//! A tenant with a published space and something to know.

use parlance::{
    adapters::embed::Embedder,
    domain::{
        accounts::password,
        billing::meter::Meter,
        knowledge::{extract::ExtractLimits, ingest::Ingest, reader::Reader},
    },
    kernel::clock::SharedClock,
};
use parlance_store::{
    Db, TenantDb,
    control::{NewUser, Role},
    ids::{DocumentId, SpaceId, TenantId, UserId},
    queries::spaces::{self, NewSpace, SpaceChange},
};
use serde_json::json;
use std::sync::Arc;

use super::{TestApp, Words};

pub const PASSWORD: &str = "correct horse battery";

/// A business that uses Parlance.
#[derive(Clone, Debug)]
pub struct Workspace {
    pub tenant: TenantId,
    pub space: SpaceId,
    pub slug: String,
    pub public_key: String,
    pub email: String,
    pub document: DocumentId,
}

impl TestApp {
    /// A workspace of this name, whose one document speaks of warranty, refunds and shipping.
    pub async fn workspace(&self, name: &str) -> Workspace {
        self.workspace_with(name, json!({}), &[]).await
    }

    /// A workspace whose space nobody has published yet.
    pub async fn unpublished(&self, name: &str) -> Workspace {
        let workspace = self.workspace(name).await;
        let draft = SpaceChange {
            slug: workspace.slug.clone(),
            name: workspace.slug.clone(),
            public_key: workspace.public_key.clone(),
            settings: json!({}),
            published: false,
            allowed_origins: Vec::new(),
            at: self.services.clock.now(),
        };
        let db = self.services.db.tenant(workspace.tenant);
        db.transaction(async |conn| spaces::update(conn, workspace.space, draft).await)
            .await
            .unwrap();
        workspace
    }

    pub async fn workspace_with(
        &self,
        name: &str,
        settings: serde_json::Value,
        origins: &[&str],
    ) -> Workspace {
        let (db, clock) = (self.services.db.clone(), self.services.clock.clone());
        Workspace::create(db, clock, Arc::new(Words), name, settings, origins).await
    }
}

impl TestApp {
    /// The access token of somebody else of the workspace, in this role.
    pub async fn colleague(&self, workspace: &Workspace, role: Role) -> String {
        let control = self.services.db.control();
        let user = NewUser {
            id: UserId::new(),
            email: format!("{role}@{}.example", workspace.slug),
            name: "Cole League".to_owned(),
            password_hash: password::hash(PASSWORD).unwrap(),
            at: self.services.clock.now(),
        };
        let (id, email) = (user.id, user.email.clone());
        control.create_user(user).await.unwrap();
        control.add_membership(id, workspace.tenant, role).await.unwrap();
        self.log_in(&email).await
    }
}

impl Workspace {
    /// Makes a workspace whose documents are embedded by `embedder`.
    pub async fn create(
        db: Db,
        clock: SharedClock,
        embedder: Arc<dyn Embedder>,
        name: &str,
        settings: serde_json::Value,
        origins: &[&str],
    ) -> Self {
        let (tenant, space) = (TenantId::new(), SpaceId::new());
        let email = format!("owner@{name}.example");
        let owner = NewUser {
            id: UserId::new(),
            email: email.clone(),
            name: "Olive Owner".to_owned(),
            password_hash: password::hash(PASSWORD).unwrap(),
            at: clock.now(),
        };
        db.control().sign_up(tenant, name, owner).await.unwrap();
        let public_key = format!("pk_{}", uuid::Uuid::new_v4().simple());
        let mut all = json!({ "ai": { "models": format!("anthropic/{}", super::MODEL).split(',').collect::<Vec<_>>() } });
        for (key, value) in settings.as_object().unwrap() {
            all[key] = value.clone();
        }
        let new = NewSpace {
            id: space,
            slug: name.to_owned(),
            name: name.to_owned(),
            public_key: public_key.clone(),
            settings: all,
            published: true,
            allowed_origins: origins.iter().map(|origin| (*origin).to_owned()).collect(),
            at: clock.now(),
        };
        let scoped = db.tenant(tenant);
        scoped
            .transaction(async |conn| spaces::create(conn, new).await)
            .await
            .unwrap();
        let text = format!(
            "# Help of {name}\n\n## Warranty\n\nThe warranty of every robot from {name} lasts 24 months from delivery. \
             Batteries are covered for 12 months.\n\n## Refunds\n\nRefunds are paid within five working days after \
             the return has arrived.\n\n## Shipping\n\nShipping takes two to four working days and is free above 50 euros.\n"
        );
        let document = ingested(&scoped, clock, embedder, space, &text).await;
        Self {
            tenant,
            space,
            slug: name.to_owned(),
            public_key,
            email,
            document,
        }
    }

    /// Replaces the document by one of this text.
    pub async fn now_says(&self, app: &TestApp, text: &str) {
        let db = app.services.db.tenant(self.tenant);
        let clock = app.services.clock.clone();
        ingested(&db, clock, Arc::new(Words), self.space, text).await;
    }
}

async fn ingested(
    db: &TenantDb,
    clock: SharedClock,
    embedder: Arc<dyn Embedder>,
    space: SpaceId,
    text: &str,
) -> DocumentId {
    let ingest = Ingest {
        embedder,
        meter: Meter::default(),
        clock,
        reader: Reader::here(ExtractLimits::default()),
    };
    let file = ingest.put(db, space, "help.md", None, text.as_bytes());
    let (document, _) = file.await.unwrap();
    ingest.run(db, document).await.unwrap();
    document
}
