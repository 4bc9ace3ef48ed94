//! What an admin sets of a space, and changing it: a JSON merge patch (RFC 7396) on what is stored,
//! of which every field must be known and within its bounds.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{RefOr, schema::Schema},
};

use super::picture::{self, is_picture};
use crate::{
    domain::{
        answering::settings::AnswerSettings,
        conversations::{handoff::HandoffSettings, queue::QueueSettings},
        csat::CsatSettings,
        hours::Hours,
        knowledge::settings::KnowledgeSettings,
        tickets::TicketSettings,
    },
    kernel::words,
};

const NAME_MAX: usize = 60;
const GREETING_MAX: usize = 500;
const PLACEHOLDER_MAX: usize = 100;
const QUESTIONS_MAX: usize = 6;
const QUESTION_MAX: usize = 120;
const MODES: &[&str] = &["auto", "light", "dark"];
const POSITIONS: &[&str] = &["right", "left"];
const PRECHAT: &[&str] = &["name", "email"];
const REQUIRED: &str = "required";
const IDENTITY: &[&str] = &["optional", REQUIRED];

/// What an admin sets. Absent fields have the defaults below.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct SpaceSettings {
    #[schema(min_length = 1, max_length = 60)]
    pub bot_name: String,
    /// A PNG, JPEG, GIF or WebP picture of 12 KiB at most, as `data:image/…;base64,…`.
    #[schema(
        max_length = 16_407,
        pattern = "^data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*$"
    )]
    pub bot_avatar: Option<String>,
    #[schema(max_length = 500)]
    pub greeting: String,
    #[schema(max_length = 100)]
    pub placeholder: String,
    /// `#rrggbb`.
    #[schema(pattern = "^#[0-9a-fA-F]{6}$")]
    pub color: String,
    #[schema(schema_with = modes)]
    pub mode: String,
    #[schema(schema_with = positions)]
    pub position: String,
    #[schema(schema_with = suggested)]
    pub suggested_questions: Vec<String>,
    #[schema(schema_with = prechat)]
    pub prechat: Vec<String>,
    /// A language tag, such as `en` or `pt-BR`.
    #[schema(
        min_length = 2,
        max_length = 35,
        pattern = "^[A-Za-z0-9]{2,3}(-[A-Za-z0-9]{1,8})*$"
    )]
    pub locale: String,
    #[schema(schema_with = identity)]
    pub identity: String,
    /// Whether visitors may attach files.
    pub attachments: bool,
    /// Whether the widget names Parlance. Where the plan has no `white_label` it does, whatever this says.
    pub branding: bool,
    #[schema(inline)]
    pub ai: AnswerSettings,
    #[schema(inline)]
    pub handoff: HandoffSettings,
    #[schema(inline)]
    pub queue: QueueSettings,
    #[schema(inline)]
    pub tickets: TicketSettings,
    #[schema(inline)]
    pub csat: CsatSettings,
    /// When people are there to answer; null is always.
    #[schema(inline)]
    pub hours: Option<Hours>,
    #[schema(inline)]
    pub knowledge: KnowledgeSettings,
}

fn modes() -> RefOr<Schema> {
    words::closed(MODES.iter().copied())
}

fn positions() -> RefOr<Schema> {
    words::closed(POSITIONS.iter().copied())
}

fn suggested() -> RefOr<Schema> {
    words::texts(
        0..=QUESTIONS_MAX,
        1..=QUESTION_MAX,
        "What may be clicked before anything was said",
    )
}

fn prechat() -> RefOr<Schema> {
    let fields = words::closed(PRECHAT.iter().copied());
    words::list(fields, 0..=PRECHAT.len(), "Fields asked before the first message")
}

/// Whether visitors must be proven to be somebody by the host site.
fn identity() -> RefOr<Schema> {
    words::closed(IDENTITY.iter().copied())
}

impl Default for SpaceSettings {
    fn default() -> Self {
        Self {
            bot_name: "Assistant".to_owned(),
            bot_avatar: None,
            greeting: "Hi! How can we help?".to_owned(),
            placeholder: "Ask a question…".to_owned(),
            color: "#2456e6".to_owned(),
            mode: "auto".to_owned(),
            position: "right".to_owned(),
            suggested_questions: Vec::new(),
            prechat: Vec::new(),
            locale: "en".to_owned(),
            identity: "optional".to_owned(),
            attachments: true,
            branding: true,
            ai: AnswerSettings::default(),
            handoff: HandoffSettings::default(),
            queue: QueueSettings::default(),
            tickets: TicketSettings::default(),
            csat: CsatSettings::default(),
            hours: None,
            knowledge: KnowledgeSettings::default(),
        }
    }
}

/// A setting that cannot be taken, by its path, such as `ai.top_k`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub field: String,
    pub detail: String,
}

impl SpaceSettings {
    /// Whether only those may chat whom the host site vouches for.
    #[must_use]
    pub fn requires_identity(&self) -> bool {
        self.identity == REQUIRED
    }

    /// Every field out of its bounds; empty when the settings are sound.
    #[must_use]
    pub fn problems(&self) -> Vec<Refused> {
        let short = |text: &str, most: usize| text.chars().count() <= most;
        let within = |most: usize| format!("keep it within {most} characters");
        let one_of = |words: &[&str]| format!("give one of {}", words.join(", "));
        let named = !self.bot_name.trim().is_empty() && short(&self.bot_name, NAME_MAX);
        let questions = &self.suggested_questions;
        let checks = [
            ("bot_name", named, format!("give 1 to {NAME_MAX} characters")),
            (
                "bot_avatar",
                self.bot_avatar.as_deref().is_none_or(is_picture),
                format!(
                    "give a PNG, JPEG, GIF or WebP picture of at most {} KiB as data:image/…;base64,…",
                    picture::BYTES_MAX / 1024
                ),
            ),
            (
                "greeting",
                short(&self.greeting, GREETING_MAX),
                within(GREETING_MAX),
            ),
            (
                "placeholder",
                short(&self.placeholder, PLACEHOLDER_MAX),
                within(PLACEHOLDER_MAX),
            ),
            ("color", is_color(&self.color), "give it as #rrggbb".to_owned()),
            ("mode", MODES.contains(&&*self.mode), one_of(MODES)),
            (
                "position",
                POSITIONS.contains(&&*self.position),
                one_of(POSITIONS),
            ),
            (
                "suggested_questions",
                questions.len() <= QUESTIONS_MAX
                    && questions
                        .iter()
                        .all(|question| !question.trim().is_empty() && short(question, QUESTION_MAX)),
                format!("give at most {QUESTIONS_MAX} questions of 1 to {QUESTION_MAX} characters"),
            ),
            (
                "prechat",
                self.prechat.len() <= PRECHAT.len()
                    && self.prechat.iter().all(|field| PRECHAT.contains(&&**field)),
                format!("name fields out of {}, each once", PRECHAT.join(", ")),
            ),
            (
                "locale",
                is_locale(&self.locale),
                "give a language tag such as en or pt-BR".to_owned(),
            ),
            ("identity", IDENTITY.contains(&&*self.identity), one_of(IDENTITY)),
        ];
        let own = checks
            .into_iter()
            .filter(|(_, sound, _)| !sound)
            .map(|(field, _, detail)| (field.to_owned(), detail));
        let below = |part: &'static str| {
            move |problem: crate::domain::answering::settings::Problem| {
                (format!("{part}.{}", problem.field), problem.detail)
            }
        };
        let hours = self.hours.iter().flat_map(Hours::problems);
        own.chain(self.ai.problems().into_iter().map(below("ai")))
            .chain(self.handoff.problems().into_iter().map(below("handoff")))
            .chain(self.queue.problems().into_iter().map(below("queue")))
            .chain(self.csat.problems().into_iter().map(below("csat")))
            .chain(hours.map(|problem| (format!("hours.{}", problem.field), problem.detail)))
            .chain(self.knowledge.problems().into_iter().map(below("knowledge")))
            .map(|(field, detail)| Refused { field, detail })
            .collect()
    }
}

/// What is stored after `patch`, and what it means. A field that the patch sets to null has its
/// default again.
///
/// # Errors
/// Every field that is unknown, of the wrong type or out of its bounds.
pub fn changed(stored: &Value, patch: &Value) -> Result<(Value, SpaceSettings), Vec<Refused>> {
    if has_nul(patch) {
        return Err(vec![Refused {
            field: "*".to_owned(),
            detail: "a text cannot hold the character NUL".to_owned(),
        }]);
    }
    let merged = merged(stored.clone(), patch);
    let settings: SpaceSettings = serde_path_to_error::deserialize(&merged).map_err(|error| {
        vec![Refused {
            field: error.path().to_string(),
            detail: error.into_inner().to_string(),
        }]
    })?;
    let mut refused = settings.problems();
    let known = serde_json::to_value(&settings).unwrap_or_default();
    unknown(patch, &known, "", &mut refused);
    if refused.is_empty() {
        Ok((merged, settings))
    } else {
        Err(refused)
    }
}

/// What is stored, where it is sound by today's rules.
///
/// # Errors
/// Every field of the wrong type or out of its bounds.
pub fn sound(stored: &Value) -> Result<SpaceSettings, Vec<Refused>> {
    changed(stored, &Value::Object(serde_json::Map::new())).map(|(_, settings)| settings)
}

/// Whether a text in it holds what the database cannot.
pub(in crate::domain) fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(has_nul),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| name.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// RFC 7396, MergePatch.
fn merged(target: Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else {
        return patch.clone();
    };
    let mut fields = match target {
        Value::Object(fields) => fields,
        _ => serde_json::Map::new(),
    };
    for (name, value) in patch {
        let before = fields.remove(name).unwrap_or_default();
        if !value.is_null() {
            fields.insert(name.clone(), merged(before, value));
        }
    }
    Value::Object(fields)
}

/// Names the fields of `patch` that are none.
fn unknown(patch: &Value, known: &Value, path: &str, refused: &mut Vec<Refused>) {
    let Value::Object(known) = known else { return };
    let Value::Object(patch) = patch else {
        if !patch.is_null() {
            refused.push(Refused {
                field: path.to_owned(),
                detail: "give an object of settings".to_owned(),
            });
        }
        return;
    };
    for (name, value) in patch {
        let field = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        match known.get(name) {
            Some(known) => unknown(value, known, &field, refused),
            None => refused.push(Refused {
                field,
                detail: "there is no such setting".to_owned(),
            }),
        }
    }
}

fn is_color(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or_default();
    digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_locale(tag: &str) -> bool {
    let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let language = tag.split('-').next().unwrap_or_default();
    (2..=3).contains(&language.len()) && tag.len() <= 35 && tag.split('-').all(part)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(refused: Vec<Refused>) -> Vec<String> {
        refused.into_iter().map(|refused| refused.field).collect()
    }

    #[test]
    fn defaults_are_sound_and_a_patch_changes_only_what_it_names() {
        assert!(SpaceSettings::default().problems().is_empty());
        let stored =
            json!({ "bot_name": "Robi", "ai": { "top_k": 4, "max_tokens": 300 }, "color": "#112233" });
        let patch = json!({ "ai": { "top_k": 5 }, "color": null, "knowledge": { "passage_tokens": 120 } });
        let (stored, settings) = changed(&stored, &patch).unwrap();
        assert_eq!(
            stored,
            json!({ "bot_name": "Robi", "ai": { "top_k": 5, "max_tokens": 300 }, "knowledge": { "passage_tokens": 120 } })
        );
        assert_eq!((settings.ai.top_k, settings.ai.max_tokens), (5, 300));
        assert_eq!(settings.color, SpaceSettings::default().color);
        assert_eq!(settings.knowledge.passage_tokens, 120);
    }

    #[test]
    fn what_cannot_be_taken_is_named_by_its_path() {
        let refused = |patch| fields(changed(&json!({}), &patch).unwrap_err());
        assert_eq!(refused(json!({ "ai": { "top_k": "many" } })), ["ai.top_k"]);
        assert_eq!(refused(json!({ "ai": { "guardrails": ["never\0"] } })), ["*"]);
        assert!(changed(&json!({}), &json!({ "greeting": "\\u0000 is text" })).is_ok());
        assert_eq!(
            refused(json!({ "ai": { "topk": 3 }, "colour": "#112233" })),
            ["ai.topk", "colour"]
        );
        // Which a reader of a struct takes for its fields in their order.
        assert_eq!(refused(json!({ "ai": [] })), ["ai"]);
        assert_eq!(refused(json!([])), [""]);
        assert_eq!(
            refused(
                json!({ "bot_name": " ", "bot_avatar": "https://a.example/b.png", "color": "red", "mode": "dim", "position": "top", "prechat": ["age"],
                "suggested_questions": [""], "locale": "english!", "identity": "maybe", "ai": { "max_tokens": 1 },
                "handoff": { "after_abstentions": 6, "message": "" }, "queue": { "per_agent": 0 },
                "hours": { "time_zone": "Europe/Berlin", "week": { "monday": [{ "from": "10:00", "to": "09:00" }] } },
                "knowledge": { "passage_tokens": 5_000 } })
            ),
            [
                "bot_name",
                "bot_avatar",
                "color",
                "mode",
                "position",
                "suggested_questions",
                "prechat",
                "locale",
                "identity",
                "ai.max_tokens",
                "handoff.after_abstentions",
                "handoff.message",
                "queue.per_agent",
                "hours.week.monday.0.to",
                "knowledge.passage_tokens"
            ]
        );
    }

    #[test]
    fn hours_are_changed_by_the_day_and_taken_away_whole() {
        let nine = json!([{ "from": "09:00", "to": "17:00" }]);
        let stored =
            json!({ "hours": { "time_zone": "Europe/Berlin", "week": { "monday": nine, "friday": nine } } });
        let patch = json!({ "hours": { "time_zone": "Asia/Kolkata", "week": { "friday": null } } });
        let (stored, settings) = changed(&stored, &patch).unwrap();
        let kept = json!({ "time_zone": "Asia/Kolkata", "week": { "monday": nine } });
        assert_eq!(stored, json!({ "hours": kept }));
        assert!(settings.hours.unwrap().week.friday.is_empty());
        let (stored, settings) = changed(&stored, &json!({ "hours": null })).unwrap();
        assert_eq!((stored, settings.hours), (json!({}), None));
        let refused = |hours| fields(changed(&json!({}), &json!({ "hours": hours })).unwrap_err());
        assert_eq!(refused(json!({ "week": {} })), ["hours"]);
        assert_eq!(
            refused(json!({ "time_zone": "Mars/Olympus" })),
            ["hours.time_zone"]
        );
        assert_eq!(
            refused(json!({ "time_zone": "UTC", "week": { "someday": [] }, "zone": 1 })),
            ["hours.week.someday", "hours.zone"]
        );
        assert_eq!(
            refused(json!({ "time_zone": "UTC", "week": { "monday": [{ "from": "9", "to": "17:00" }] } })),
            ["hours.week.monday[0].from"]
        );
    }

    #[test]
    fn merging_follows_the_standard() {
        // The cases of RFC 7396, appendix A.
        for (target, patch, result) in [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b","b":"c"}), json!({"a":null}), json!({"b":"c"})),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (
                json!({"a":{"b":"c"}}),
                json!({"a":{"b":"d","c":null}}),
                json!({"a":{"b":"d"}}),
            ),
            (
                json!({}),
                json!({"a":{"bb":{"ccc":null}}}),
                json!({"a":{"bb":{}}}),
            ),
            (json!(["a"]), json!({"a":1}), json!({"a":1})),
        ] {
            assert_eq!(merged(target, &patch), result);
        }
    }
}
