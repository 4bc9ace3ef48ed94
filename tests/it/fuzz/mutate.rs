//! Inputs that are nearly right, which reach further into a parser than noise does.

use proptest::{prelude::*, sample::Index};

#[derive(Clone, Debug)]
enum Edit {
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize, usize),
    Cut(Index),
}

/// One of `samples` with some bytes changed, removed, repeated or cut off, and some of `words` put in.
pub fn mutated(samples: Vec<Vec<u8>>, words: Vec<&'static str>) -> impl Strategy<Value = Vec<u8>> {
    let word = prop::sample::select(words).prop_map(|word| word.as_bytes().to_vec());
    let bytes = prop::collection::vec(any::<u8>(), 1..6);
    let edit = prop_oneof![
        3 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Edit::Flip(at, byte)),
        3 => (any::<Index>(), prop_oneof![3 => word, 1 => bytes]).prop_map(|(at, put)| Edit::Insert(at, put)),
        2 => (any::<Index>(), 1usize..40).prop_map(|(at, many)| Edit::Remove(at, many)),
        1 => (any::<Index>(), 1usize..60, 1usize..50).prop_map(|(at, len, times)| Edit::Repeat(at, len, times)),
        1 => any::<Index>().prop_map(Edit::Cut),
    ];
    (prop::sample::select(samples), prop::collection::vec(edit, 1..8)).prop_map(|(mut bytes, edits)| {
        for edit in edits {
            apply(&mut bytes, edit);
        }
        bytes
    })
}

fn apply(bytes: &mut Vec<u8>, edit: Edit) {
    let len = bytes.len();
    let place = |at: Index| at.index(len + 1);
    match edit {
        Edit::Flip(at, byte) => {
            if let Some(old) = bytes.get_mut(place(at)) {
                *old ^= byte.max(1);
            }
        }
        Edit::Insert(at, put) => {
            let at = place(at);
            bytes.splice(at..at, put);
        }
        Edit::Remove(at, many) => {
            let at = place(at);
            bytes.drain(at..(at + many).min(len));
        }
        Edit::Repeat(at, length, times) => {
            let at = place(at);
            let piece = bytes[at..(at + length).min(len)].repeat(times);
            bytes.splice(at..at, piece);
        }
        Edit::Cut(at) => bytes.truncate(place(at)),
    }
}
