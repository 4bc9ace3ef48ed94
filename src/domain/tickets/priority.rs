//! How soon a ticket should be done that nobody has said of.

use super::Priority;
use crate::domain::mood::{Mood, Urgency};

/// What somebody in this mood should be given: never less than others, and at once where somebody may be hurt
/// or lawyers come.
#[must_use]
pub fn from_mood(mood: &Mood) -> Priority {
    match mood.urgency {
        Some(Urgency::Safety | Urgency::Legal) => Priority::Urgent,
        Some(_) => Priority::High,
        None if mood.is_angry() => Priority::High,
        None => Priority::Normal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pressing_or_angry_goes_first() {
        let of = |urgency, anger| {
            from_mood(&Mood {
                urgency,
                anger,
                ..Mood::default()
            })
        };
        assert_eq!(of(None, 0.0), Priority::Normal);
        assert_eq!(of(None, 1.0), Priority::High);
        assert_eq!(of(Some(Urgency::Money), 0.0), Priority::High);
        assert_eq!(of(Some(Urgency::Safety), 0.0), Priority::Urgent);
        assert_eq!(of(Some(Urgency::Legal), 1.0), Priority::Urgent);
    }
}
