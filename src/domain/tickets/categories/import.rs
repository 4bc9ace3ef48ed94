//! Examples from a file: a text and the name of its category each.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use parlance_store::{
    TenantDb,
    ids::TicketCategoryId,
    queries::ticket_categories::{self as store, ExampleSource},
};
use serde_json::json;

use super::{CategoryError, MOST, Written, have_embedded, put_examples, sound_examples, unsound};
use crate::domain::{accounts::caller::Caller, audit};

/// Rows of one call at most.
pub const ROWS_MAX: usize = 1_000;

/// A row of the file.
#[derive(Clone, Debug)]
pub struct Row {
    pub text: String,
    /// The name of the category; one that is not there is made.
    pub category: String,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    pub added: usize,
    /// Examples already.
    pub known: usize,
    /// Categories that were made.
    pub categories: usize,
}

/// Adds all rows, or none where one cannot be taken.
///
/// # Errors
/// [`CategoryError`] names what cannot be taken.
pub async fn import(
    db: &TenantDb,
    caller: &Caller,
    rows: Vec<Row>,
    now: DateTime<Utc>,
) -> Result<Imported, CategoryError> {
    if rows.is_empty() || rows.len() > ROWS_MAX {
        return Err(unsound(format!("examples: give 1 to {ROWS_MAX} at a time")));
    }
    let mut by_name: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
    for row in rows {
        let named = Written {
            name: Some(row.category),
            description: None,
        };
        let name = named.sound()?.name.unwrap_or_default();
        let (_, texts) = by_name.entry(name.to_lowercase()).or_insert((name, Vec::new()));
        texts.push(row.text);
    }
    db.transaction(async |conn| {
        store::change(conn).await?;
        let there = store::list(conn).await?;
        let mut ids: BTreeMap<String, TicketCategoryId> = there
            .into_iter()
            .map(|category| (category.name.to_lowercase(), category.id))
            .collect();
        let mut imported = Imported::default();
        for (key, (name, texts)) in by_name {
            let id = match ids.get(&key) {
                Some(id) => *id,
                None if ids.len() >= MOST => return Err(CategoryError::Full),
                None => {
                    let id = TicketCategoryId::new();
                    store::put(conn, id, &name, now).await?;
                    ids.insert(key, id);
                    imported.categories += 1;
                    id
                }
            };
            let texts = sound_examples(texts)?;
            let added = put_examples(conn, id, &texts, ExampleSource::Import, now).await?;
            imported.added += added.added;
            imported.known += added.known;
        }
        let mut act = caller.act("ticket_category.import", ("workspace", db.tenant_id()), now);
        act.after = Some(json!({ "examples": imported.added, "categories": imported.categories }));
        audit::record(conn, act).await?;
        have_embedded(conn, now).await?;
        Ok(imported)
    })
    .await
}
