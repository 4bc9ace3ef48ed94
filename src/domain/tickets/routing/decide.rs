//! Which rule a ticket takes. Pure.

use parlance_store::{
    ids::{RoutingRuleId, TeamId, UserId},
    queries::tickets::Priority,
};

use super::conditions::{Condition, Conditions, Facts, Reason};

/// A rule as it decides.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub id: RoutingRuleId,
    pub name: String,
    /// One that is off is passed over.
    pub enabled: bool,
    pub conditions: Conditions,
    pub gives: Gives,
}

/// What a rule does with a ticket.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gives {
    pub team: Option<TeamId>,
    /// Rather than somebody of the team.
    pub agent: Option<UserId>,
    pub priority: Option<Priority>,
    /// Besides those it has.
    pub tags: Vec<String>,
}

/// What became of a rule that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The ticket takes it.
    Taken(Vec<Reason>),
    /// It would hold as well, and comes later.
    Later,
    /// This does not hold, the first of what does not.
    Missed(Condition),
    Off,
}

/// The first rule whose conditions all hold, and why they do.
#[must_use]
pub fn decide<'a>(rules: &'a [Rule], facts: &Facts) -> Option<(&'a Rule, Vec<Reason>)> {
    let mut tried = rules.iter().filter(|rule| rule.enabled);
    tried.find_map(|rule| Some((rule, rule.conditions.hold(facts).ok()?)))
}

/// What becomes of each rule, in order.
#[must_use]
pub fn explain(rules: &[Rule], facts: &Facts) -> Vec<Outcome> {
    let mut taken = false;
    let mut outcome = |rule: &Rule| match rule.conditions.hold(facts) {
        _ if !rule.enabled => Outcome::Off,
        Err(missed) => Outcome::Missed(missed),
        Ok(_) if taken => Outcome::Later,
        Ok(why) => {
            taken = true;
            Outcome::Taken(why)
        }
    };
    rules.iter().map(&mut outcome).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::tickets::routing::conditions::{Feeling, When};

    fn rule(name: &str, conditions: Conditions) -> Rule {
        Rule {
            id: RoutingRuleId::new(),
            name: name.to_owned(),
            enabled: true,
            conditions,
            gives: Gives::default(),
        }
    }

    fn angry() -> Conditions {
        Conditions {
            moods: vec![Feeling::Angry],
            ..Conditions::default()
        }
    }

    fn facts(moods: &[Feeling]) -> Facts {
        Facts {
            category: None,
            locale: None,
            moods: moods.to_vec(),
            plan: None,
            priority: Priority::Normal,
            space: Uuid::nil().into(),
            hours: When::Within,
        }
    }

    #[test]
    fn the_first_rule_that_holds_decides() {
        let mut rules = vec![
            rule("angry", angry()),
            rule("all", Conditions::default()),
            rule("never", Conditions::default()),
        ];
        let taken = |rules: &[Rule], moods: &[Feeling]| {
            decide(rules, &facts(moods)).map(|(rule, why)| (rule.name.clone(), why.len()))
        };
        assert_eq!(taken(&rules, &[Feeling::Angry]), Some(("angry".to_owned(), 1)));
        assert_eq!(taken(&rules, &[]), Some(("all".to_owned(), 0)));
        rules[1].enabled = false;
        assert_eq!(taken(&rules, &[Feeling::Urgent]), Some(("never".to_owned(), 0)));
        assert_eq!(taken(&rules[..1], &[]), None);
        assert_eq!(taken(&[], &[]), None);
    }

    #[test]
    fn every_rule_says_what_became_of_it() {
        let mut rules = vec![
            rule("off", Conditions::default()),
            rule("angry", angry()),
            rule("all", Conditions::default()),
            rule("after", Conditions::default()),
        ];
        rules[0].enabled = false;
        let told = explain(&rules, &facts(&[]));
        let expected = [
            Outcome::Off,
            Outcome::Missed(Condition::Mood),
            Outcome::Taken(Vec::new()),
            Outcome::Later,
        ];
        assert_eq!(told, expected);
    }
}
