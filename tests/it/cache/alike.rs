//! The pairs of `demo/alike.tsv` with the real model: how near questions that ask the same are, and
//! those that only look alike.

use std::{fs, path::Path};

use parlance::{
    adapters::embed::{Embedder, MiniLm, MiniLmOptions, Purpose},
    domain::answering::cache::{kept::NEAR, wording},
    kernel::vector::dot,
};

/// Measured: of 97 pairs that ask the same 64 are met, of 169 that only look alike none.
const MET: usize = 64;

#[tokio::test]
async fn what_words_take_for_one_is_near_and_nearness_alone_would_not_do() {
    #[expect(
        clippy::disallowed_methods,
        reason = "where the model is, the environment tells"
    )]
    let Ok(folder) = std::env::var("PARLANCE_MODEL_DIR") else {
        println!("skipped: PARLANCE_MODEL_DIR is not set; `make test` sets it");
        return;
    };
    let model = MiniLm::load(Path::new(&folder), MiniLmOptions::default()).unwrap();
    let pairs = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/alike.tsv")).unwrap();
    let (mut met, mut wrong, mut near_by_words, mut near_but_other) = (0, Vec::new(), Vec::new(), 0);
    for line in pairs.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [_, verdict, a, b] = fields[..] else {
            panic!("{line}")
        };
        let texts = [a.to_owned(), b.to_owned()];
        let vectors = model.embed(&texts, Purpose::Query).await.unwrap().vectors;
        let cosine = dot(&vectors[0], &vectors[1]);
        let same = wording::same(a) == wording::same(b);
        let one = wording::asked(a).is_some() && wording::asked(a) == wording::asked(b);
        let hit = same || (one && cosine >= NEAR);
        match verdict {
            "same" => met += usize::from(hit),
            _ if hit => wrong.push(line),
            _ => near_but_other += usize::from(cosine >= NEAR),
        }
        if one {
            near_by_words.push(cosine);
        }
        println!("{cosine:.3}\t{one}\t{line}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(met >= MET, "{met}");
    assert!(
        near_by_words.iter().all(|cosine| *cosine >= NEAR),
        "{near_by_words:?}"
    );
    assert!(near_but_other > 140, "{near_but_other}");
}
