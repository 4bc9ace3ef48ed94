//! Words that change what stands beside them: more of it, less of it, its opposite, or what was said
//! before counts half.

use std::{collections::HashMap, sync::LazyLock};

/// What such a word does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Modifier {
    Boost,
    Dampen,
    Negate,
    /// As [`Self::Negate`], but reaches no farther than over one word: "no", "without".
    NegateNear,
    But,
}

const BOOSTS: &str = "absolutely amazingly awfully completely considerably deeply enormously entirely especially exceptionally extremely fully greatly highly hugely incredibly intensely more most particularly purely quite really remarkably so substantially such super thoroughly too total totally tremendously unbelievably utter utterly very fucking freaking bloody sehr absolut extrem völlig très trop vraiment tellement muy demasiado realmente muito extremamente molto troppo davvero heel erg zeer बहुत 很 太 جدا";
const DAMPENS: &str = "almost barely hardly kinda less little marginally occasionally partly scarcely slight slightly somewhat sorta etwas kaum peu poco pouco beetje";
const NEGATES: &str = "not never nor cannot neither nobody nowhere cant dont doesnt didnt isnt wasnt wont wouldnt couldnt shouldnt havent hasnt aint arent rarely seldom lacks lack nicht kein keine keinen nie pas jamais nunca não nem non mai niet geen nooit नहीं 不 没 لا لم ليس لن";
const NEGATES_NEAR: &str = "no without none nothing ohne sans sin sem senza zonder";
const BUTS: &str = "but however aber mais pero ma però maar लेकिन";

/// What a word in lower case does to its neighbours.
pub(super) fn modifier(word: &str) -> Option<Modifier> {
    static MODIFIERS: LazyLock<HashMap<&'static str, Modifier>> = LazyLock::new(|| {
        let lists = [
            (BOOSTS, Modifier::Boost),
            (DAMPENS, Modifier::Dampen),
            (NEGATES, Modifier::Negate),
            (NEGATES_NEAR, Modifier::NegateNear),
            (BUTS, Modifier::But),
        ];
        let words = |(list, modifier): (&'static str, _)| list.split(' ').map(move |word| (word, modifier));
        lists.into_iter().flat_map(words).collect()
    });
    if word.ends_with("n't") {
        return Some(Modifier::Negate);
    }
    MODIFIERS.get(word).copied()
}
