//! What comes from outside, nearly right: no parser falls over it, and what each promises of its result holds. A small run
//! each here; `PROPTEST_CASES=100000 cargo test --release -p parlance --test it fuzz` is a long one. A case that failed is
//! kept beside this file and tried first from then on.

mod extractors;
mod mutate;
mod socket;

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};
use parlance::{
    adapters::{
        billing::signature,
        llm::sse::{SseEvent, SseParser},
    },
    domain::{
        accounts::token::{Tokens, VisitorClaims},
        answering::{
            grounding::SourceText,
            stream::{AnswerEvent, AnswerStream},
        },
        contacts::{
            identity::Identity,
            proof::{self, Key, Names},
        },
        mail_replies::incoming::{mime, postmark},
    },
    kernel::clock::{ManualClock, SharedClock},
    realtime::protocol::{ClientFrame, MAX_COMMENT},
    store::{
        ids::{IdentityKeyId, SpaceId, TenantId, VisitorId},
        queries::identity_keys::IdentityAlgorithm,
    },
};
use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::json;

use self::mutate::mutated;
use crate::support::SECRET;

fn texts(samples: &[&str]) -> Vec<Vec<u8>> {
    samples.iter().map(|sample| sample.as_bytes().to_vec()).collect()
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

/// The bytes in pieces of these lengths, over and over.
fn pieces<'a>(mut bytes: &'a [u8], lengths: &[usize]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    for length in lengths.iter().cycle() {
        if bytes.is_empty() {
            break;
        }
        let (piece, rest) = bytes.split_at((*length).clamp(1, bytes.len()));
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}

pub const FRAMES: [&str; 9] = [
    r#"{"type":"hello","token":"a.b.c","conversation":"0193e8a0-0000-7000-8000-000000000001","after":3}"#,
    r#"{"type":"say","client_id":"0193e8a0-0000-7000-8000-000000000001","text":"How long?","attachments":[]}"#,
    r#"{"type":"typing","on":true}"#,
    r#"{"type":"read","seq":18446744073709551615}"#,
    r#"{"type":"human"}"#,
    r#"{"type":"feedback","message":"0193e8a0-0000-7000-8000-000000000001","value":"up","comment":"Good"}"#,
    r#"{"type":"rate","score":5,"comment":"Good"}"#,
    r#"{"type":"email","address":"ann@shop.example"}"#,
    r#"{"type":"ping"}"#,
];
pub const JSON_WORDS: [&str; 14] = [
    "null",
    "true",
    "-1",
    "1e999",
    "99999999999999999999",
    "\"\"",
    "[",
    "{",
    "}",
    ",",
    "\\u0000",
    "\\ud800",
    "\"type\":\"say\"",
    "\u{202e}",
];

proptest! {
    /// A frame is read or refused; what is read is what it says it is.
    #[test]
    fn frames(bytes in mutated(texts(&FRAMES), JSON_WORDS.to_vec())) {
        if let Ok(ClientFrame::Rate { comment: Some(comment), .. }) = serde_json::from_slice(&bytes) {
            prop_assert!(comment.len() <= bytes.len() && MAX_COMMENT > 0);
        }
    }

    /// However the bytes come, the events are the same, and none outgrows the limit.
    #[test]
    fn server_sent_events(
        bytes in mutated(
            texts(&["event: a\ndata: {\"x\":1}\n\n: c\r\n\r\ndata: b\r\ndata: c\r\r", "\u{feff}id: 1\nretry: 5\ndata\n\n"]),
            vec!["\r", "\n", "\r\n\r\n", "data:", "event:", ":", "\u{feff}", "\0"],
        ),
        lengths in prop::collection::vec(1usize..9, 1..20),
    ) {
        const LIMIT: usize = 64;
        let parse = |pieces: &[&[u8]]| {
            let (mut parser, mut out) = (SseParser::new(LIMIT), VecDeque::new());
            let refused = pieces.iter().any(|piece| parser.push(piece, &mut out).is_err());
            (out, refused)
        };
        let (whole, refused) = parse(&[&bytes]);
        prop_assert_eq!(&parse(&pieces(&bytes, &lengths)), &(whole.clone(), refused));
        let fits = |event: &SseEvent| event.event.len() + event.data.len() <= 3 * LIMIT;
        prop_assert!(whole.iter().all(fits), "{whole:?}");
    }

    /// No marker of a source that is not there is ever shown, claims lie in the text, and the deltas are the text.
    #[test]
    fn citations(
        bytes in mutated(
            texts(&["It lasts two years [S1], or [S2]. See [S1, S2]: 24 months [S1][S2].", "```\n[S1]\n``` **Ünï** 🦀 [S12]."]),
            vec!["[S", "S1]", "[S9]", "[S1", "]", "[[S1]]", "[ S1 ]", "[s2]", "[S1–S3]", "【S1】", ". ", "\n\n", "🦀"],
        ),
        lengths in prop::collection::vec(1usize..7, 1..20),
    ) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let sources = [(1, "It lasts two years."), (2, "24 months of warranty.")];
        let sources = sources.map(|(number, text)| SourceText { number, text: text.to_owned() });
        let mut stream = AnswerStream::new(sources.to_vec());
        let chars: Vec<char> = text.chars().collect();
        let (mut events, mut at) = (Vec::new(), 0);
        for length in lengths.iter().cycle() {
            if at >= chars.len() { break; }
            let end = (at + length).min(chars.len());
            events.extend(stream.push(&chars[at..end].iter().collect::<String>()));
            at = end;
        }
        let (rest, answer) = stream.finish(false);
        let shown: String = events.iter().chain(&rest).filter_map(|event| match event {
            AnswerEvent::Delta(text) => Some(text.as_str()),
            AnswerEvent::Claim(_) => None,
        }).collect();
        prop_assert_eq!(&shown, &answer.text);
        prop_assert!(answer.cited.is_subset(&BTreeSet::from([1, 2])), "{:?}", answer.cited);
        let length = answer.text.encode_utf16().count();
        for claim in &answer.claims {
            prop_assert!(claim.start < claim.end && claim.end <= length, "{claim:?} of {length}");
            prop_assert!((0.0..=1.0).contains(&claim.support), "{claim:?}");
        }
    }

    /// Nobody but who has the secret signs a webhook: another body, or another header, is refused.
    #[test]
    fn webhook_bodies(
        body in mutated(texts(&[r#"{"id":"evt_1","type":"invoice.paid","data":{"object":{"customer":"cus_1"}}}"#]), JSON_WORDS.to_vec()),
        header in mutated(texts(&["t=1800000000,v1=00ff"]), vec!["t=", "v1=", ",", "v0=", "-", "9999999999999999999"]),
    ) {
        let secrets = [SecretString::from("whsec_one"), SecretString::from("whsec_two")];
        let signed = signature::sign(b"another body", &secrets, now());
        prop_assert!(signature::verify(&body, &signed, &secrets, now()).is_err());
        prop_assert!(signature::verify(&body, &String::from_utf8_lossy(&header), &secrets, now()).is_err());
        prop_assert!(signature::verify(&body, &signature::sign(&body, &secrets[..1], now()), &secrets, now()).is_ok());
    }

    /// Mail that was delivered is read or refused, and is never more than a few messages.
    #[test]
    fn incoming_mail(
        mail in mutated(
            texts(&["From: Ann <ann@shop.example>\r\nTo: r+x@in.example\r\nSubject: =?utf-8?q?Hi?=\r\nMIME-Version: 1.0\r\n\
                     Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Yes</p>\r\n--b--\r\n"]),
            vec!["\r\n\r\n", "--b", "boundary=", "=?utf-8?b?", "Content-Type: message/rfc822\r\n", "<div>", "<!--", "\0", ">"],
        ),
        body in mutated(
            texts(&[r#"{"From":"ann@shop.example","To":"r+x@in.example","TextBody":"Yes","Headers":[{"Name":"Message-ID","Value":"<1@a>"}]}"#]),
            JSON_WORDS.to_vec(),
        ),
    ) {
        for read in [mime::read(&mail), postmark::read(&body)].into_iter().flatten() {
            prop_assert!(read.messages().len() <= 12);
        }
    }

    /// A token that was changed anywhere says what it said, or nothing.
    #[test]
    fn tokens(seed in any::<u64>(), changed in mutated(vec![b"...".to_vec()], vec!["eyJhbGciOiJub25lIn0", ".", "=", "_", "A"])) {
        let clock: SharedClock = Arc::new(ManualClock::at(now()));
        let tokens = Tokens::new(&SecretString::from(SECRET), clock);
        let claims = VisitorClaims { visitor: VisitorId::new(), tenant: TenantId::new(), space: SpaceId::new(), verified: None };
        let (token, _) = tokens.visitor(claims).unwrap();
        prop_assert_eq!(tokens.verify_visitor(&token), Ok(claims));
        let mut bytes = token.into_bytes();
        let at = usize::try_from(seed % bytes.len() as u64).unwrap();
        bytes.splice(at..=at, changed);
        if let Ok(said) = tokens.verify_visitor(&String::from_utf8_lossy(&bytes)) {
            prop_assert_eq!(said, claims);
        }
    }

    /// So does what a host site vouches for.
    #[test]
    fn proofs(seed in any::<u64>(), changed in mutated(vec![b"...".to_vec()], vec!["eyJhbGciOiJub25lIn0", ".", "=", "_", "A"])) {
        let key = Key {
            id: IdentityKeyId::new(),
            algorithm: IdentityAlgorithm::Hs256,
            material: SECRET.as_bytes().to_vec(),
        };
        let names = Names { slug: "acme", public_key: "pk_1", old_key: None, origins: &[] };
        let claims = json!({ "sub": "u-1", "exp": (now() + TimeDelta::minutes(5)).timestamp(), "email": "ann@shop.example" });
        let signing = jsonwebtoken::EncodingKey::from_secret(SECRET.as_bytes());
        let token = jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &signing).unwrap();
        let check = |token: String| {
            let identity = Identity { token: Some(token), ..Identity::default() };
            proof::check(std::slice::from_ref(&key), names, &identity, now())
        };
        let proven = check(token.clone()).unwrap();
        let mut bytes = token.into_bytes();
        let at = usize::try_from(seed % bytes.len() as u64).unwrap();
        bytes.splice(at..=at, changed);
        if let Ok(said) = check(String::from_utf8_lossy(&bytes).into_owned()) {
            prop_assert_eq!(said, proven);
        }
    }
}
