//! Words that carry little by themselves. Three classes, because they are worth different
//! things: grammar (`the`), conversation (`well`, `thanks`) and merely frequent words (`make`).
//! The frequent words stand in for an inverse document frequency, which a single passage cannot
//! give: they are the commonest content words of written English.

use std::{collections::HashMap, sync::LazyLock};

/// How little a word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weak {
    /// Articles, prepositions, pronouns, auxiliaries.
    Grammar,
    /// Turns of conversation: agreement, hesitation, courtesy.
    Discourse,
    /// Content words met on every page.
    Frequent,
}

const GRAMMAR: &str = "a an the of to in on at by for with from as is are was were be been being am and or but if so than then that this these those it its he she they them his her their theirs him us we our ours you your yours i my me mine myself do does did done have has had having will would can could should may might must shall there here who which what when where how why also too very just really about into out up down over under again more most some any all each both such own same other another only even still because while during after before between through not no nor never n't cannot without either neither per via upon within until since whether it's you're we're they're i'm i've we've you've don't doesn't isn't aren't can't won't one be's d ll m re s t ve";

const DISCOURSE: &str = "yes yeah yep yea nope oh ok okay well wow nice cool haha lol hmm hi hello hey thanks thank please sure actually great interesting interestingly right exactly indeed true course fact know think agree believe guess heard understand mean like ah sorry glad certainly definitely absolutely";

const FREQUENT: &str = "get make go see look need want use find give tell work call try ask take come keep let put help show say new good first last long way day time year people thing part place case week number point home hand high different small large next early important able many much few several often usually always sometimes call turn start run move include provide set follow change allow add offer contain become begin end available possible based used using made called known well around back off away together every against however though although";

/// The class of a lower-case word, `None` for one that carries meaning.
#[must_use]
pub fn weak(word: &str) -> Option<Weak> {
    static CLASSES: LazyLock<HashMap<&'static str, Weak>> = LazyLock::new(|| {
        let mut classes = HashMap::new();
        for (list, class) in [
            (FREQUENT, Weak::Frequent),
            (DISCOURSE, Weak::Discourse),
            (GRAMMAR, Weak::Grammar),
        ] {
            classes.extend(list.split(' ').map(|word| (word, class)));
        }
        classes
    });
    CLASSES.get(word).copied()
}

/// Whether a lower-case word turns a statement into its opposite.
#[must_use]
pub fn negates(word: &str) -> bool {
    word.ends_with("n't")
        || matches!(
            word,
            "not" | "no" | "never" | "nor" | "without" | "cannot" | "neither" | "none" | "nothing"
        )
}

/// Whether a lower-case word speaks of the speaker alone. `we` is left out: a support answer
/// says it for the company.
#[must_use]
pub fn first_person(word: &str) -> bool {
    matches!(
        word,
        "i" | "my" | "me" | "mine" | "myself" | "i'm" | "i've" | "i'd" | "i'll"
    )
}
