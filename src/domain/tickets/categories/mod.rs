//! What tickets are about: a list of the tenant's own, each learned from its description and examples.
//! What somebody corrects becomes an example.
//!
//! [`classifier`] and [`score`] are pure. [`Classifiers`] keeps what was learned for those tenants that
//! have tickets; [`embed`] gives examples the vectors it is learned from. See `docs/ROUTING.md`.

pub mod classifier;
mod classifiers;
pub mod embed;
pub mod import;
pub mod score;

use chrono::{DateTime, Utc};
use parlance_store::{
    StoreError, TenantDb,
    ids::{TicketCategoryId, TicketExampleId, TicketId},
    queries::{
        routing_rules,
        ticket_categories::{self as store, Category, ExampleSource},
    },
    tenant::TenantConn,
};
use serde_json::{Value, json};

pub use self::classifiers::{Classifiers, Unread};
use super::{
    CategoryBy, Ticket, author,
    routing::sort::text_of,
    touched::{self, Lost, Touched},
};
use crate::domain::{
    accounts::caller::Caller,
    audit,
    jobs::{self, Priority, Work},
};

/// Categories of a workspace at most.
pub const MOST: usize = 100;
/// Examples of a category at most.
pub const EXAMPLES_MOST: i64 = 200;
/// Characters at most.
pub const NAME_MAX: usize = 80;
pub const TEXT_MAX: usize = 2_000;

/// Why a category cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum CategoryError {
    /// In words for whoever wrote it.
    #[error("{0}")]
    Unsound(String),
    #[error("another category has this name: choose another one")]
    Taken,
    #[error("there are {MOST} categories: delete one first")]
    Full,
    #[error("a category has at most {EXAMPLES_MOST} examples: remove some first")]
    FullOfExamples,
    #[error("the routing rule \"{0}\" asks for this category: change the rule first")]
    Asked(String),
    #[error("a ticket was given this category just now: try again")]
    Given,
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for CategoryError {
    fn from(error: StoreError) -> Self {
        if error.is_conflict("ticket_categories_name_once") {
            Self::Taken
        } else if error.is_conflict("tickets_category") {
            Self::Given
        } else {
            Self::Store(error)
        }
    }
}

/// What is to be of a category; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Written {
    pub name: Option<String>,
    /// Empty says nothing.
    pub description: Option<String>,
}

impl Written {
    /// The same without space around it, where it can be kept.
    ///
    /// # Errors
    /// [`CategoryError::Unsound`] names what is out of bounds.
    pub fn sound(self) -> Result<Self, CategoryError> {
        let longer =
            |text: &Option<String>, most| text.as_ref().is_some_and(|text| text.chars().count() > most);
        let name = self.name.as_deref().map(tidy);
        if longer(&self.name, NAME_MAX) || name.as_ref().is_some_and(String::is_empty) {
            return Err(unsound(format!("name: give 1 to {NAME_MAX} characters")));
        }
        if longer(&self.description, TEXT_MAX) {
            return Err(unsound(format!(
                "description: give at most {TEXT_MAX} characters"
            )));
        }
        let description = self.description.as_deref().map(tidy);
        Ok(Self { name, description })
    }
}

fn tidy(text: &str) -> String {
    text.replace('\0', "").trim().to_owned()
}

fn unsound(detail: String) -> CategoryError {
    CategoryError::Unsound(detail)
}

/// Makes a category.
///
/// # Errors
/// [`CategoryError`].
pub async fn create(
    db: &TenantDb,
    caller: &Caller,
    written: Written,
    now: DateTime<Utc>,
) -> Result<Category, CategoryError> {
    let Written { name, description } = written.sound()?;
    let name = name.ok_or_else(|| unsound(format!("name: give 1 to {NAME_MAX} characters")))?;
    db.transaction(async |conn| {
        store::change(conn).await?;
        if store::list(conn).await?.len() >= MOST {
            return Err(CategoryError::Full);
        }
        let id = TicketCategoryId::new();
        store::put(conn, id, &name, now).await?;
        store::describe(conn, id, &description.unwrap_or_default(), now).await?;
        let category = store::get(conn, id).await?;
        let mut act = caller.act("ticket_category.create", ("ticket_category", id), now);
        act.after = Some(told(&category));
        audit::record(conn, act).await?;
        have_embedded(conn, now).await?;
        Ok(category)
    })
    .await
}

/// Changes a category.
///
/// # Errors
/// [`CategoryError`]; the store's `NotFound` where the tenant has no such category.
pub async fn change(
    db: &TenantDb,
    caller: &Caller,
    id: TicketCategoryId,
    written: Written,
    now: DateTime<Utc>,
) -> Result<Category, CategoryError> {
    let Written { name, description } = written.sound()?;
    db.transaction(async |conn| {
        store::change(conn).await?;
        let before = store::get(conn, id).await?;
        store::put(conn, id, name.as_deref().unwrap_or(&before.name), now).await?;
        if let Some(description) = description {
            store::describe(conn, id, &description, now).await?;
        }
        let category = store::get(conn, id).await?;
        let mut act = caller.act("ticket_category.change", ("ticket_category", id), now);
        (act.before, act.after) = (Some(told(&before)), Some(told(&category)));
        audit::record(conn, act).await?;
        have_embedded(conn, now).await?;
        Ok(category)
    })
    .await
}

/// Removes a category with its examples. Gives the tickets that were of it, which have none then.
///
/// # Errors
/// `Asked` where a rule asks for it, `Given` where a ticket was given it meanwhile; the store's `NotFound` where
/// the tenant has no such category.
pub async fn remove(
    db: &TenantDb,
    caller: &Caller,
    id: TicketCategoryId,
    now: DateTime<Utc>,
) -> Result<Vec<Touched>, CategoryError> {
    let (lost, by) = (Lost::Category(id), author(caller));
    db.read(async |conn| removable(conn, id).await.map(drop)).await?;
    let mut tickets = touched::lose(db, lost, &by, now).await?;
    db.transaction(async |conn| {
        // Rules first: one that asks for the category is not made meanwhile.
        routing_rules::hold(conn).await?;
        let before = removable(conn, id).await?;
        // Tickets before what is learned, as where one is corrected.
        tickets.extend(touched::lose_some(conn, lost, &by, now).await?);
        store::change(conn).await?;
        store::remove(conn, id).await?;
        let mut act = caller.act("ticket_category.remove", ("ticket_category", id), now);
        act.before = Some(told(&before));
        audit::record(conn, act).await?;
        Ok(tickets)
    })
    .await
}

/// The category, where no rule asks for it.
async fn removable(conn: &mut TenantConn<'_>, id: TicketCategoryId) -> Result<Category, CategoryError> {
    let category = store::get(conn, id).await?;
    match routing_rules::of_category(conn, id).await? {
        Some(rule) => Err(CategoryError::Asked(rule)),
        None => Ok(category),
    }
}

/// What became of examples that were to be added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    pub added: usize,
    /// Examples already, of this category or of another.
    pub known: usize,
}

/// Adds examples that somebody wrote.
///
/// # Errors
/// [`CategoryError`]; the store's `NotFound` where the tenant has no such category.
pub async fn add_examples(
    db: &TenantDb,
    caller: &Caller,
    id: TicketCategoryId,
    texts: Vec<String>,
    now: DateTime<Utc>,
) -> Result<Added, CategoryError> {
    let texts = sound_examples(texts)?;
    db.transaction(async |conn| {
        store::change(conn).await?;
        let category = store::get(conn, id).await?;
        let added = put_examples(conn, id, &texts, ExampleSource::Person, now).await?;
        let mut act = caller.act("ticket_category.add_examples", ("ticket_category", id), now);
        act.after = Some(json!({ "name": category.name, "examples": added.added }));
        audit::record(conn, act).await?;
        have_embedded(conn, now).await?;
        Ok(added)
    })
    .await
}

/// Adds examples in a transaction that changes what is learned.
async fn put_examples(
    conn: &mut TenantConn<'_>,
    id: TicketCategoryId,
    texts: &[String],
    source: ExampleSource,
    now: DateTime<Utc>,
) -> Result<Added, CategoryError> {
    let added = store::put_examples(conn, id, texts, source, now).await?;
    if store::count_examples(conn, id).await? > EXAMPLES_MOST {
        return Err(CategoryError::FullOfExamples);
    }
    Ok(Added {
        added,
        known: texts.len() - added,
    })
}

fn sound_examples(texts: Vec<String>) -> Result<Vec<String>, CategoryError> {
    let texts: Vec<String> = texts.iter().map(|text| tidy(text)).collect();
    let sound = |text: &String| (1..=TEXT_MAX).contains(&text.chars().count());
    if texts.is_empty() || !texts.iter().all(sound) {
        return Err(unsound(format!(
            "texts: give at least one, each of 1 to {TEXT_MAX} characters"
        )));
    }
    Ok(texts)
}

/// Removes an example.
///
/// # Errors
/// [`StoreError::NotFound`] where the category has no such example.
pub async fn remove_example(
    db: &TenantDb,
    caller: &Caller,
    category: TicketCategoryId,
    id: TicketExampleId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    db.transaction(async |conn| {
        store::change(conn).await?;
        store::remove_example(conn, category, id).await?;
        let target = ("ticket_category", category);
        audit::record(conn, caller.act("ticket_category.remove_example", target, now)).await
    })
    .await
}

/// Learns from somebody who says what a ticket is about, in the transaction in which they do; none says
/// that it is of no category. Of a category that is full, the oldest example goes.
///
/// # Errors
/// [`StoreError::Conflict`] where the tenant has no such category or ticket.
pub async fn correct(
    conn: &mut TenantConn<'_>,
    ticket: TicketId,
    text: &str,
    category: Option<TicketCategoryId>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let text: String = tidy(text).chars().take(TEXT_MAX).collect();
    if text.is_empty() {
        return Ok(());
    }
    store::change(conn).await?;
    store::learn(conn, category, ticket, &text, EXAMPLES_MOST, now).await?;
    have_embedded(conn, now).await
}

/// Learns where somebody has said what a ticket is about; a guess of its own teaches nothing.
///
/// # Errors
/// [`StoreError`], as [`correct`].
pub(super) async fn follow(
    conn: &mut TenantConn<'_>,
    before: Option<&Ticket>,
    ticket: &Ticket,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let is_said = ticket.category_by == Some(CategoryBy::Person);
    if !is_said || before.and_then(|before| before.category_id) == ticket.category_id {
        return Ok(());
    }
    let told = routing_rules::told(conn, ticket.id).await?;
    let text = text_of(&ticket.subject, told.text.as_deref());
    correct(conn, ticket.id, &text, ticket.category_id, now).await
}

async fn have_embedded(conn: &mut TenantConn<'_>, now: DateTime<Utc>) -> Result<(), StoreError> {
    jobs::enqueue_apart(conn, &Work::LearnCategories {}, Priority::Now, now).await?;
    Ok(())
}

fn told(category: &Category) -> Value {
    json!({ "name": category.name, "description": category.description })
}
