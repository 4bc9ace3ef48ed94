//! Who a visitor is. A host site proves it with a key of the space ([`keys`], [`proof`]); then the
//! browser is one of a contact's, who sees the same history on each ([`visit`]). What a page says
//! without a proof is hearsay: agents see it as such, and it opens nothing. What is told about
//! somebody besides is in [`attributes`]. Start at [`visit::Visits::begin`].
//!
//! Agents keep contacts too, of whoever they talk to: [`keeping`] has what they know and whom they block,
//! [`notes`] what they write for each other, [`merge`] makes one of two. None of that opens anything to a
//! visitor.

pub mod attributes;
pub mod identity;
pub mod keeping;
pub mod keys;
pub mod merge;
pub mod notes;
pub mod proof;
pub mod visit;
