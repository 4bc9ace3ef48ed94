//! A space as the rest of the house sees it: settings parsed once, shared, and fetched again
//! shortly after a change.

use std::{sync::Arc, time::Duration};

pub use super::settings::SpaceSettings;
use chrono::{DateTime, Utc};
use moka::future::Cache;
use parlance_store::{
    db::Db,
    error::StoreError,
    ids::{ConversationId, ExperimentId, SpaceId, TenantId},
    queries::{
        experiments::{self, Arm, Assigned, Experiment},
        spaces,
    },
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    domain::{
        answering::settings::AnswerSettings, availability::Availability, billing::plans::Plans,
        experiments::arm::arm_of, spaces::origins::covers,
    },
    kernel::clock::SharedClock,
};

/// How long a change of settings may take to be seen.
pub(crate) const FRESH: Duration = Duration::from_secs(2);
/// Bytes of a slug or a public key at most.
const LONGEST_NAME: usize = 100;
/// Spaces kept.
const CAPACITY: u64 = 20_000;

/// A space with its settings.
#[derive(Clone, Debug)]
pub struct Space {
    pub id: SpaceId,
    pub tenant: TenantId,
    pub slug: String,
    pub name: String,
    pub public_key: String,
    /// The key before it, and until when that works.
    pub old_key: Option<(String, DateTime<Utc>)>,
    pub knowledge_version: i64,
    /// Whether visitors may use it.
    pub published: bool,
    /// Whether the plan lets its widget do without the name of this product.
    pub white_label: bool,
    pub settings: SpaceSettings,
    /// The experiment that runs in it, where one does.
    pub arms: Option<Arms>,
    /// Where this is a space as an arm of it has it: which.
    pub assigned: Option<Assigned>,
}

/// A space as the arms of an experiment have it.
#[derive(Clone, Debug)]
pub struct Arms {
    experiment: ExperimentId,
    share_b: i16,
    a: Arc<Space>,
    b: Arc<Space>,
}

impl Arms {
    fn of(space: &Space, experiment: &Experiment) -> Self {
        let arm = |arm, ai| {
            let mut space = space.clone().answering(ai);
            space.assigned = Some(Assigned {
                experiment: experiment.id,
                arm,
            });
            Arc::new(space)
        };
        // It was sound when the experiment began.
        let b = serde_json::from_value(experiment.ai_b.clone()).unwrap_or_else(|error| {
            tracing::error!(experiment.id = %experiment.id, %error, "arm B cannot be read, it answers as arm A");
            space.settings.ai.clone()
        });
        Self {
            experiment: experiment.id,
            share_b: experiment.share_b,
            a: arm(Arm::A, space.settings.ai.clone()),
            b: arm(Arm::B, b),
        }
    }
}

/// What everybody may know of a space.
#[derive(Serialize, ToSchema)]
pub struct WidgetConfig<'a> {
    space: Named<'a>,
    bot: Bot<'a>,
    theme: Theme<'a>,
    greeting: &'a str,
    placeholder: &'a str,
    suggested_questions: &'a [String],
    /// Fields asked before the first message.
    prechat: &'a [String],
    locale: &'a str,
    /// `optional` or `required`.
    identity: &'a str,
    /// Whether visitors may attach files.
    attachments: bool,
    /// Whether people are there, and what may be expected of them.
    availability: &'a Availability,
    /// Whether the widget names who made it.
    branding: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(as = WidgetSpace)]
struct Named<'a> {
    slug: &'a str,
    name: &'a str,
    public_key: &'a str,
}

#[derive(Serialize, ToSchema)]
#[schema(as = WidgetBot)]
struct Bot<'a> {
    name: &'a str,
    avatar: Option<&'a str>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = WidgetTheme)]
struct Theme<'a> {
    /// `auto`, `light` or `dark`.
    mode: &'a str,
    /// `#rrggbb`.
    color: &'a str,
    /// `right` or `left`.
    position: &'a str,
}

impl Space {
    /// The space as it answers in a conversation: by the arm that is its, where an experiment runs.
    #[must_use]
    pub fn in_conversation(self: Arc<Self>, conversation: ConversationId) -> Arc<Self> {
        let Some(arms) = &self.arms else { return self };
        match arm_of(arms.experiment, arms.share_b, conversation) {
            Arm::A => arms.a.clone(),
            Arm::B => arms.b.clone(),
        }
    }

    /// The same space, answering in another way.
    #[must_use]
    pub fn answering(mut self, ai: AnswerSettings) -> Self {
        self.settings.ai = ai;
        self
    }

    /// What everybody may know of it: what the widget shows.
    #[must_use]
    pub fn public(&self, availability: &Availability) -> Value {
        let settings = &self.settings;
        let config = WidgetConfig {
            space: Named {
                slug: &self.slug,
                name: &self.name,
                public_key: &self.public_key,
            },
            bot: Bot {
                name: &settings.bot_name,
                avatar: settings.bot_avatar.as_deref(),
            },
            theme: Theme {
                mode: &settings.mode,
                color: &settings.color,
                position: &settings.position,
            },
            greeting: &settings.greeting,
            placeholder: &settings.placeholder,
            suggested_questions: &settings.suggested_questions,
            prechat: &settings.prechat,
            locale: &settings.locale,
            identity: &settings.identity,
            attachments: settings.attachments,
            availability,
            branding: settings.branding || !self.white_label,
        };
        serde_json::to_value(config).unwrap_or_default()
    }
}

/// A space as a public address names it.
#[derive(Clone, Debug)]
pub struct SpaceRef {
    pub tenant: TenantId,
    pub space: SpaceId,
    pub slug: String,
    pub allowed_origins: Vec<String>,
}

impl SpaceRef {
    /// Whether a page of this origin may use the space. Parlance's own pages may: which sites may
    /// embed those is said by their `frame-ancestors`.
    #[must_use]
    pub fn allows(&self, origin: &str, own_host: Option<&str>) -> bool {
        let own = own_host.is_some_and(|host| origin.split_once("://").is_some_and(|(_, at)| at == host));
        own || self.allowed_origins.is_empty()
            || self.allowed_origins.iter().any(|allowed| covers(allowed, origin))
    }
}

/// Finds spaces, from memory where it can.
#[derive(Clone)]
pub struct SpaceDirectory {
    db: Db,
    clock: SharedClock,
    plans: Arc<Plans>,
    by_name: Cache<String, Option<Arc<SpaceRef>>>,
    by_id: Cache<(TenantId, SpaceId), Option<Arc<Space>>>,
}

impl std::fmt::Debug for SpaceDirectory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SpaceDirectory")
    }
}

impl SpaceDirectory {
    #[must_use]
    pub fn new(db: Db, clock: SharedClock, plans: Arc<Plans>) -> Self {
        let by_name = Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_live(FRESH)
            .build();
        let by_id = Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_live(FRESH)
            .build();
        Self {
            db,
            clock,
            plans,
            by_name,
            by_id,
        }
    }

    /// The published space of this slug or public key.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn resolve(&self, slug_or_key: &str) -> Result<Option<Arc<SpaceRef>>, Arc<StoreError>> {
        let sound = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if slug_or_key.len() > LONGEST_NAME || !slug_or_key.bytes().all(sound) {
            return Ok(None);
        }
        let load = async {
            let (control, now) = (self.db.control(), self.clock.now());
            let found = control.space_by_slug_or_key(slug_or_key, now).await?;
            Ok::<_, StoreError>(found.filter(|space| space.published).map(|space| {
                Arc::new(SpaceRef {
                    tenant: space.tenant_id,
                    space: space.space_id,
                    slug: space.slug,
                    allowed_origins: space.allowed_origins,
                })
            }))
        };
        self.by_name.try_get_with(slug_or_key.to_owned(), load).await
    }

    /// Lets a space that has changed be fetched again, under every name it has or had. Other processes
    /// see the change within two seconds.
    pub async fn changed(&self, was: &spaces::Space, is: Option<&spaces::Space>) {
        for row in [was].into_iter().chain(is) {
            self.by_id.invalidate(&(row.tenant_id, row.id)).await;
            let names = [Some(&row.slug), Some(&row.public_key), row.old_key.as_ref()];
            for name in names.into_iter().flatten() {
                self.by_name.invalidate(name).await;
            }
        }
    }

    /// A space of a tenant, published or not, with the experiment that runs in it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn space(&self, tenant: TenantId, id: SpaceId) -> Result<Option<Arc<Space>>, Arc<StoreError>> {
        let load = async {
            let found = self
                .db
                .tenant(tenant)
                .read(async |conn| experiments::with_space(conn, id).await)
                .await?;
            Ok::<_, StoreError>(found.map(|(row, experiment, plan)| {
                let mut space = Space::from(row);
                space.white_label = self.plans.of(&plan).features.white_label;
                space.arms = experiment.map(|experiment| Arms::of(&space, &experiment));
                Arc::new(space)
            }))
        };
        self.by_id.try_get_with((tenant, id), load).await
    }
}

impl SpaceDirectory {
    /// Forgets what it knew of a space, which has changed.
    pub async fn forget(&self, tenant: TenantId, id: SpaceId) {
        self.by_id.invalidate(&(tenant, id)).await;
    }
}

/// Of its plan nothing is known by its row alone.
impl From<spaces::Space> for Space {
    fn from(row: spaces::Space) -> Self {
        let settings = serde_json::from_value(row.settings).unwrap_or_else(|error| {
            tracing::error!(space.id = %row.id, %error, "a space's settings cannot be read, defaults are used");
            SpaceSettings::default()
        });
        Self {
            id: row.id,
            tenant: row.tenant_id,
            slug: row.slug,
            name: row.name,
            public_key: row.public_key,
            old_key: row.old_key.zip(row.old_key_until),
            knowledge_version: row.knowledge_version,
            published: row.published,
            white_label: false,
            settings,
            arms: None,
            assigned: None,
        }
    }
}
