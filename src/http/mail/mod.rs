//! Mail of conversations, as mail servers and mail programs call: replies come in ([`inbound`]) and become
//! what the visitor says ([`deliver`]); somebody wants no more ([`unsubscribe`]), or rates ([`rating`]). How a mail is read is in
//! `domain::mail_replies`.

mod body;
mod deliver;
pub mod inbound;
mod page;
pub mod rating;
pub mod unsubscribe;
