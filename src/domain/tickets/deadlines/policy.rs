//! What a service level policy promises: which tickets it is for, by when they are to be answered and
//! resolved, and which time counts. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use parlance_store::{
    ids::{SpaceId, TeamId, TicketCategoryId},
    queries::{deadlines::DeadlineKind, tickets::Priority},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::clock::Counting;
use crate::domain::hours::Hours;

/// Minutes of a target at most: 60 days.
pub const TARGET_MAX: u32 = 60 * 24 * 60;
/// Of each condition.
const CHOICES_MAX: usize = 100;
const PLAN_MAX: usize = 60;
const NAME_MAX: usize = 60;
/// Of a target, in percent: from then on a ticket is at risk.
const AT_RISK: i32 = 80;

/// A policy as somebody writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SlaPolicyWords)]
pub struct Policy {
    /// Unique in the workspace without regard to case.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
    /// All of them must hold; a policy without any is for every ticket.
    #[serde(default)]
    #[schema(inline)]
    pub conditions: Conditions,
    #[serde(default)]
    #[schema(inline)]
    pub targets: Targets,
    /// Which time counts.
    #[serde(default)]
    #[schema(inline)]
    pub hours: WhoseHours,
    /// There exactly where `hours` is `own`.
    #[serde(default)]
    #[schema(inline)]
    pub own_hours: Option<Hours>,
}

/// Each holds where the ticket's is among them, or none is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = SlaConditions)]
pub struct Conditions {
    #[schema(value_type = Vec<uuid::Uuid>, max_items = 100)]
    pub spaces: Vec<SpaceId>,
    #[schema(value_type = Vec<uuid::Uuid>, max_items = 100)]
    pub teams: Vec<TeamId>,
    #[schema(value_type = Vec<uuid::Uuid>, max_items = 100)]
    pub categories: Vec<TicketCategoryId>,
    /// What the customer's attribute `plan` says, which the host site vouches for; without regard to case.
    #[schema(max_items = 100)]
    pub plans: Vec<String>,
}

/// By the ticket's priority.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Targets {
    #[schema(inline)]
    pub urgent: Target,
    #[schema(inline)]
    pub high: Target,
    #[schema(inline)]
    pub normal: Target,
    #[schema(inline)]
    pub low: Target,
}

/// Minutes of the time that counts; null promises nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Target {
    #[schema(minimum = 1, maximum = 86_400)]
    pub first_response: Option<u32>,
    #[schema(minimum = 1, maximum = 86_400)]
    pub resolution: Option<u32>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhoseHours {
    /// Those of the ticket's space; all time where it has none.
    #[default]
    Space,
    /// The policy's.
    Own,
    /// All time.
    Calendar,
}

/// A field that cannot be taken, by its path, such as `targets.high.resolution`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub field: String,
    pub detail: String,
}

/// What of a ticket decides which policy is for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub space: Option<SpaceId>,
    pub team: Option<TeamId>,
    pub category: Option<TicketCategoryId>,
    pub plan: Option<String>,
}

impl Conditions {
    /// Whether a ticket is one of those meant.
    #[must_use]
    pub fn hold(&self, facts: &Facts) -> bool {
        fn among<T: PartialEq>(named: &[T], is: Option<&T>) -> bool {
            named.is_empty() || is.is_some_and(|is| named.contains(is))
        }
        let plan = |plan: &String| {
            let plan = plan.trim().to_lowercase();
            self.plans.iter().any(|named| named.to_lowercase() == plan)
        };
        among(&self.spaces, facts.space.as_ref())
            && among(&self.teams, facts.team.as_ref())
            && among(&self.categories, facts.category.as_ref())
            && (self.plans.is_empty() || facts.plan.as_ref().is_some_and(plan))
    }
}

impl Target {
    fn minutes(&self, kind: DeadlineKind) -> Option<u32> {
        match kind {
            DeadlineKind::FirstResponse => self.first_response,
            DeadlineKind::Resolution => self.resolution,
        }
    }

    /// From when on a target of so many minutes is at risk: 80 % of it.
    #[must_use]
    pub fn at_risk(minutes: u32) -> TimeDelta {
        TimeDelta::seconds(i64::from(minutes) * 60) * AT_RISK / 100
    }
}

impl Policy {
    /// The same without space around its texts.
    #[must_use]
    pub fn tidy(mut self) -> Self {
        for text in [&mut self.name].into_iter().chain(&mut self.conditions.plans) {
            *text = text.replace('\0', "").trim().to_owned();
        }
        self
    }

    /// The hours it counts by in a space that has these.
    #[must_use]
    pub fn counting(&self, of_space: Option<Hours>) -> Counting {
        let hours = match self.hours {
            WhoseHours::Space => of_space,
            WhoseHours::Own => self.own_hours.clone(),
            WhoseHours::Calendar => None,
        };
        hours.map_or(Counting::Calendar, Counting::Business)
    }

    /// Every field out of its bounds; empty when the policy is sound.
    #[must_use]
    pub fn problems(&self, now: DateTime<Utc>) -> Vec<Refused> {
        let mut found = Vec::new();
        let mut refuse = |field: String, detail: String| found.push(Refused { field, detail });
        if !(1..=NAME_MAX).contains(&self.name.chars().count()) {
            refuse("name".to_owned(), format!("give 1 to {NAME_MAX} characters"));
        }
        let of = &self.conditions;
        let chosen = [
            ("spaces", of.spaces.len()),
            ("teams", of.teams.len()),
            ("categories", of.categories.len()),
            ("plans", of.plans.len()),
        ];
        for (field, many) in chosen {
            if many > CHOICES_MAX {
                refuse(
                    format!("conditions.{field}"),
                    format!("name at most {CHOICES_MAX}"),
                );
            }
        }
        for (n, plan) in of.plans.iter().enumerate() {
            if !(1..=PLAN_MAX).contains(&plan.chars().count()) {
                refuse(
                    format!("conditions.plans.{n}"),
                    format!("give 1 to {PLAN_MAX} characters"),
                );
            }
        }
        for (priority, kind, minutes) in self.targets.promised() {
            if !(1..=TARGET_MAX).contains(&minutes) {
                let detail = format!("give 1 to {TARGET_MAX} minutes, or null for none");
                refuse(format!("targets.{priority}.{kind}"), detail);
            }
        }
        for (priority, target) in self.targets.each() {
            if let (Some(answer), Some(resolve)) = (target.first_response, target.resolution)
                && answer > resolve
            {
                refuse(
                    format!("targets.{priority}.resolution"),
                    "give at least as long as for the first response".to_owned(),
                );
            }
        }
        if self.targets.promised().next().is_none() {
            refuse("targets".to_owned(), "give at least one".to_owned());
        }
        match (self.hours, &self.own_hours) {
            (WhoseHours::Own, Some(hours)) => {
                for problem in hours.problems() {
                    refuse(format!("own_hours.{}", problem.field), problem.detail);
                }
            }
            (WhoseHours::Own, None) => refuse("own_hours".to_owned(), "give the policy's hours".to_owned()),
            (_, Some(_)) => refuse(
                "own_hours".to_owned(),
                "leave it out unless hours is own".to_owned(),
            ),
            (_, None) => {}
        }
        if found.is_empty() {
            found = self.beyond_reach(now);
        }
        found
    }

    /// The targets for which its own hours are not open long enough within a year from `now`.
    fn beyond_reach(&self, now: DateTime<Utc>) -> Vec<Refused> {
        let counting = self.counting(None);
        let promised = self.targets.promised();
        let beyond = promised.filter(|(.., minutes)| {
            let time = TimeDelta::minutes((*minutes).into());
            counting.after(now, time).is_none()
        });
        let refused = |(priority, kind, _): (Priority, DeadlineKind, u32)| Refused {
            field: format!("targets.{priority}.{kind}"),
            detail: "the policy's hours are not open for so long within a year".to_owned(),
        };
        beyond.map(refused).collect()
    }
}

impl Targets {
    fn each(&self) -> [(Priority, Target); 4] {
        [
            (Priority::Urgent, self.urgent),
            (Priority::High, self.high),
            (Priority::Normal, self.normal),
            (Priority::Low, self.low),
        ]
    }

    /// Each that there is, with its minutes.
    fn promised(&self) -> impl Iterator<Item = (Priority, DeadlineKind, u32)> {
        let kinds = DeadlineKind::ALL.iter();
        let both = self
            .each()
            .into_iter()
            .flat_map(move |(priority, target)| kinds.clone().map(move |kind| (priority, *kind, target)));
        both.filter_map(|(priority, kind, target)| Some((priority, kind, target.minutes(kind)?)))
    }

    /// Minutes that are promised of this kind to a ticket of this priority.
    #[must_use]
    pub fn minutes(&self, priority: Priority, kind: DeadlineKind) -> Option<u32> {
        let mut each = self.each().into_iter();
        let (_, target) = each.find(|(of, _)| *of == priority)?;
        target.minutes(kind)
    }
}
