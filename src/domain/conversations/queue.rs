//! Which agent is given a conversation that waits, and what an admin may set about that. What is most
//! [urgent](super::urgency) comes first; whether they still wait is decided in [`state`](super::state).

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use parlance_store::ids::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::answering::settings::{Problem, range};

/// Conversations that an agent has at once.
const PER_AGENT: RangeInclusive<u8> = 1..=50;
const PLANS: usize = 20;
/// Characters of a plan's name.
const PLAN_NAME: usize = 60;
/// Minutes.
const PLAN_MOST: u16 = 24 * 60;

/// How agents are given conversations that wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Assignment {
    /// They take them by hand.
    #[default]
    Off,
    /// To the one who was assigned something longest ago.
    RoundRobin,
    /// To the one who has fewest.
    LeastLoaded,
}

/// Who gets a conversation that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct QueueSettings {
    pub assign: Assignment,
    /// Nothing is assigned to an agent who has so many. What they take by hand has no limit.
    #[schema(minimum = 1, maximum = 50)]
    pub per_agent: u8,
    /// Who is answered earlier, by what the attribute `plan` of a contact says in whichever case.
    #[schema(inline, max_items = 20)]
    pub plans: Vec<PlanCredit>,
}

/// By how much those of a plan are answered earlier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlanCredit {
    #[schema(min_length = 1, max_length = 60, example = "enterprise")]
    pub plan: String,
    #[schema(maximum = 1440, example = 240)]
    pub minutes: u16,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            assign: Assignment::Off,
            per_agent: 5,
            plans: Vec::new(),
        }
    }
}

impl QueueSettings {
    /// Every field out of its bounds; empty when the settings are sound.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let sound = |PlanCredit { plan, minutes }: &PlanCredit| {
            !plan.trim().is_empty() && plan.chars().count() <= PLAN_NAME && *minutes <= PLAN_MOST
        };
        let plans = self.plans.len() <= PLANS && self.plans.iter().all(sound);
        let checks = [
            (
                "per_agent",
                PER_AGENT.contains(&self.per_agent),
                range(&PER_AGENT),
            ),
            (
                "plans",
                plans,
                format!(
                    "give at most {PLANS} plans, names of 1 to {PLAN_NAME} characters, and 0 to {PLAN_MOST} minutes for each"
                ),
            ),
        ];
        let broken = checks.into_iter().filter(|(_, sound, _)| !sound);
        broken
            .map(|(field, _, detail)| Problem { field, detail })
            .collect()
    }

    /// Minutes by which those of this plan are answered earlier.
    #[must_use]
    pub fn credit(&self, plan: Option<&str>) -> u16 {
        let plain = |plan: &str| plan.trim().to_lowercase();
        let plan = plan.map(plain);
        let theirs = self.plans.iter().find(|one| Some(plain(&one.plan)) == plan);
        theirs.map_or(0, |one| one.minutes)
    }
}

/// An agent whose console is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub agent: UserId,
    /// Takes nothing new.
    pub away: bool,
    /// Conversations they have now, in all spaces.
    pub open: u32,
    /// When they were last assigned something.
    pub assigned_at: Option<DateTime<Utc>>,
}

/// Who is given a conversation that waits in a space of these settings; nobody where all are away or
/// have enough.
#[must_use]
pub fn choose(settings: &QueueSettings, candidates: &[Candidate]) -> Option<UserId> {
    let may = |candidate: &&Candidate| candidate.open < u32::from(settings.per_agent);
    let candidates = candidates.iter().filter(may);
    match settings.assign {
        Assignment::Off => None,
        Assignment::RoundRobin => {
            let there = candidates.filter(|candidate| !candidate.away);
            let chosen = there.min_by_key(|one| (one.assigned_at, one.agent));
            chosen.map(|candidate| candidate.agent)
        }
        Assignment::LeastLoaded => least_loaded(candidates),
    }
}

/// Who of those that are there has least to do; of several, who was given something longest ago. Nobody where
/// all are away.
#[must_use]
pub fn least_loaded<'a>(candidates: impl Iterator<Item = &'a Candidate>) -> Option<UserId> {
    let there = candidates.filter(|candidate| !candidate.away);
    let chosen = there.min_by_key(|one| (one.open, one.assigned_at, one.agent));
    chosen.map(|candidate| candidate.agent)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn candidate(agent: u128, open: u32, assigned: Option<i64>) -> Candidate {
        Candidate {
            agent: Uuid::from_u128(agent).into(),
            away: false,
            open,
            assigned_at: assigned.map(at),
        }
    }

    fn chosen(assign: Assignment, candidates: &[Candidate]) -> Option<u128> {
        let settings = QueueSettings {
            assign,
            per_agent: 3,
            ..QueueSettings::default()
        };
        choose(&settings, candidates).map(|agent| agent.0.as_u128())
    }

    #[test]
    fn a_limit_out_of_bounds_is_named() {
        let limited = |per_agent| QueueSettings {
            per_agent,
            ..QueueSettings::default()
        };
        assert!(
            [1, 5, 50]
                .iter()
                .all(|limit| limited(*limit).problems().is_empty())
        );
        for limit in [0, 51] {
            assert_eq!(limited(limit).problems()[0].field, "per_agent");
        }
    }

    #[test]
    fn a_plan_is_known_by_its_name_in_whichever_case() {
        let of = |plans: &[(&str, u16)]| QueueSettings {
            plans: plans
                .iter()
                .map(|(plan, minutes)| PlanCredit {
                    plan: (*plan).to_owned(),
                    minutes: *minutes,
                })
                .collect(),
            ..QueueSettings::default()
        };
        let settings = of(&[("Enterprise", 240), ("pro", 60)]);
        let asked = [Some("enterprise "), Some("PRO"), Some("free"), None];
        assert_eq!(asked.map(|plan| settings.credit(plan)), [240, 60, 0, 0]);
        assert!(settings.problems().is_empty());
        let long = "x".repeat(61);
        for broken in [of(&[(" ", 1)]), of(&[("pro", 1441)]), of(&[(&long, 1)])] {
            assert_eq!(broken.problems()[0].field, "plans");
        }
    }

    #[test]
    fn each_way_has_its_order() {
        use Assignment::{LeastLoaded, Off, RoundRobin};
        let (ada, ben) = (candidate(1, 2, Some(10)), candidate(2, 0, Some(20)));
        assert_eq!(chosen(RoundRobin, &[ada, ben]), Some(1));
        assert_eq!(chosen(LeastLoaded, &[ada, ben]), Some(2));
        assert_eq!(chosen(Off, &[ada, ben]), None);
        // Who never had anything comes first, and of those who are alike always the same.
        let new = [candidate(9, 2, None), candidate(8, 2, None)];
        for assign in [RoundRobin, LeastLoaded] {
            assert_eq!(chosen(assign, &[ada, new[0], new[1]]), Some(8));
        }
        let away = Candidate { away: true, ..ben };
        assert_eq!(chosen(LeastLoaded, &[ada, away]), Some(1));
        assert_eq!(chosen(RoundRobin, &[candidate(1, 3, None)]), None, "has enough");
        assert_eq!(chosen(RoundRobin, &[]), None);
    }

    #[test]
    fn who_has_least_to_do_is_given_a_ticket_however_much_that_is() {
        let (busy, busier) = (candidate(1, 300, Some(9)), candidate(2, 301, Some(0)));
        assert_eq!(least_loaded([busier, busy].iter()), Some(busy.agent));
        let away = Candidate { away: true, ..busy };
        assert_eq!(least_loaded([busier, away].iter()), Some(busier.agent));
        assert_eq!(least_loaded([away].iter()), None);
    }

    fn ways() -> impl Strategy<Value = Assignment> {
        prop_oneof![Just(Assignment::RoundRobin), Just(Assignment::LeastLoaded)]
    }

    fn desks() -> impl Strategy<Value = Vec<Candidate>> {
        let desk = (any::<bool>(), 0..8_u32, proptest::option::of(0..100_i64));
        let desks = proptest::collection::vec(desk, 0..6);
        desks.prop_map(|desks| {
            let numbered = (1..).zip(desks);
            let desk = |(n, (away, open, assigned))| Candidate {
                away,
                ..candidate(n, open, assigned)
            };
            numbered.map(desk).collect()
        })
    }

    proptest! {
        /// Until everyone there has enough, each is given something, and nobody else is.
        #[test]
        fn nobody_gets_too_much_and_nobody_waits_for_nothing(
            assign in ways(), per_agent in 1..=6_u8, mut desks in desks()
        ) {
            let (settings, limit) = (QueueSettings { assign, per_agent, ..QueueSettings::default() }, u32::from(per_agent));
            for second in 1_000.. {
                let Some(agent) = choose(&settings, &desks) else { break };
                let desk = desks.iter_mut().find(|desk| desk.agent == agent).unwrap();
                prop_assert!(!desk.away && desk.open < limit);
                (desk.open, desk.assigned_at) = (desk.open + 1, Some(at(second)));
            }
            prop_assert!(desks.iter().all(|desk| desk.away || desk.open >= limit));
        }

        /// In a row as long as there are agents, round robin gives each one; by load, nobody is ever
        /// two ahead of another who began alike.
        #[test]
        fn it_is_fair(assign in ways(), agents in 1..8_u128, given in 1..40_usize) {
            let settings = QueueSettings { assign, per_agent: 50, ..QueueSettings::default() };
            let mut desks: Vec<_> = (1..=agents).map(|n| candidate(n, 0, None)).collect();
            for second in (1..).take(given) {
                let agent = choose(&settings, &desks).unwrap();
                let desk = desks.iter_mut().find(|desk| desk.agent == agent).unwrap();
                (desk.open, desk.assigned_at) = (desk.open + 1, Some(at(second)));
            }
            let most = desks.iter().map(|desk| desk.open).max().unwrap();
            let least = desks.iter().map(|desk| desk.open).min().unwrap();
            prop_assert!(most - least <= 1);
        }
    }
}
