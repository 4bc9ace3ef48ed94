//! Which errors of the database are refusals for good. diesel-async keeps the SQLSTATE to itself: of
//! class 23 (integrity) it tells each kind, of all others only the message. So a data exception
//! (class 22), a value beyond a limit of the program (54000) and a row that row-level security
//! forbids (42501) are known by their message, which every session asks for in English. Where the
//! server does not let it choose the language, or says something that is not here, it is no refusal:
//! to try once too often costs less than to throw away what could have been stored.
//!
//! The texts are those of Postgres 14 to 18 and of pgvector. Their beginning counts, for further on
//! a value may stand, and what a visitor wrote must not pass for a refusal.

use diesel::result::DatabaseErrorKind as Kind;

/// How messages of a refusal begin.
const BEGIN: &[&str] = &[
    "bigint out of range",
    "character with byte sequence ",
    "date out of range",
    "date/time field value out of range",
    "different halfvec dimensions ",
    "different vector dimensions ",
    "division by zero",
    "incorrect binary data format ",
    "index row requires ",
    "index row size ",
    "infinite value not allowed in ",
    "integer out of range",
    "interval out of range",
    "invalid byte sequence for encoding ",
    "invalid input syntax for type ",
    "invalid input value for enum ",
    "NaN not allowed in ",
    "new row violates row-level security policy ",
    "numeric field overflow",
    "row is too big: ",
    "smallint out of range",
    "string is too long for tsvector ",
    "timestamp out of range",
    "unsupported Unicode escape sequence",
    "value out of range: ",
    "value overflows numeric format",
    "value too long for type ",
];

/// How those begin that name a value first, and how they go on.
const GO_ON: &[(&str, &str)] = &[
    ("\"", " is out of range for type "),
    ("expected ", " dimensions, not "),
    ("value \"", " is out of range for type "),
];

/// Whether the same change is refused whenever it is tried.
pub(crate) fn is_one(kind: &Kind, message: &str) -> bool {
    match kind {
        Kind::UniqueViolation
        | Kind::ForeignKeyViolation
        | Kind::RestrictViolation
        | Kind::NotNullViolation
        | Kind::CheckViolation
        | Kind::ExclusionViolation => true,
        Kind::Unknown => {
            BEGIN.iter().any(|begin| message.starts_with(begin))
                || GO_ON
                    .iter()
                    .any(|(begin, then)| message.starts_with(begin) && message.contains(then))
        }
        _ => false,
    }
}
