//! How often somebody may try. Who guesses at an account is slowed down at once; who only shares it
//! with a guesser is not locked out:
//!
//! - an account from one address: [`AccountRates::log_in`], 10 at once and 5 a minute;
//! - an account from all addresses: 50 at once and 20 a minute, which does not hold for addresses from
//!   which somebody has logged in to it in the last 30 days;
//! - an address: 60 at once and 60 a minute, an office behind one;
//! - codes of an authenticator app, which are guessed at by who has the password only: 5 at once and one
//!   a minute, for an account from one address, and the same from all addresses, which does not hold for
//!   those known as above;
//! - recovery codes, which are too long to guess: 5 at once and one a minute, for an account from one
//!   address;
//! - sign-ups from one address: [`AccountRates::sign_up`], 20 at once and 4 a minute;
//! - looking anew at somebody whose account another service keeps: 20 at once and 6 a minute, for them;
//! - invitations, which go to strangers: 50 at once and 30 an hour, of a workspace and of a person;
//! - mails that somebody asks for: 3 at once and one in 10 minutes to an address, 20 at once and 6 a
//!   minute from one.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};

use governor::Quota;
use parlance_store::ids::{TenantId, UserId};
use uuid::Uuid;

use crate::{
    domain::quota::{keyed::Buckets, rate::Rate},
    kernel::clock::SharedClock,
};

const TWENTY: NonZeroU32 = NonZeroU32::new(20).unwrap();
const THIRTY: NonZeroU32 = NonZeroU32::new(30).unwrap();
const FIFTY: NonZeroU32 = NonZeroU32::new(50).unwrap();
const SIXTY: NonZeroU32 = NonZeroU32::new(60).unwrap();
const FIVE: NonZeroU32 = NonZeroU32::new(5).unwrap();
const SIX: NonZeroU32 = NonZeroU32::new(6).unwrap();
const THREE: NonZeroU32 = NonZeroU32::new(3).unwrap();
const MAIL_EVERY: Duration = Duration::from_secs(600);

/// What of it can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountRates {
    /// Attempts at an account from one address.
    pub log_in: Rate,
    /// From one address.
    pub sign_up: Rate,
}

impl Default for AccountRates {
    fn default() -> Self {
        let rate = |burst, per_minute| Rate::new(burst, per_minute).unwrap_or(Rate::ONE);
        Self {
            log_in: rate(10, 5),
            sign_up: rate(20, 4),
        }
    }
}

/// Which of an attempt's buckets is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    /// That of the account from this address, or of the address.
    Here(Duration),
    /// That of the account from all addresses, for those who were never there.
    Everywhere(Duration),
}

/// All buckets.
#[derive(Debug)]
pub struct Limits {
    pairs: Buckets<(String, Option<IpAddr>)>,
    accounts: Buckets<String>,
    addresses: Buckets<IpAddr>,
    code_pairs: Buckets<(UserId, Option<IpAddr>)>,
    codes: Buckets<UserId>,
    recovery_codes: Buckets<(UserId, Option<IpAddr>)>,
    sign_ups: Buckets<IpAddr>,
    mails: Buckets<String>,
    askers: Buckets<IpAddr>,
    admissions: Buckets<String>,
    invitations: Buckets<Uuid>,
}

impl Limits {
    #[must_use]
    pub fn new(rates: AccountRates, clock: &SharedClock) -> Arc<Self> {
        let per_minute = |burst, rate| Quota::per_minute(rate).allow_burst(burst);
        let mails = Quota::with_period(MAIL_EVERY).unwrap_or(Quota::per_hour(SIX));
        Arc::new(Self {
            pairs: Buckets::new(rates.log_in.quota(), clock.clone()),
            accounts: Buckets::new(per_minute(FIFTY, TWENTY), clock.clone()),
            addresses: Buckets::new(per_minute(SIXTY, SIXTY), clock.clone()),
            code_pairs: Buckets::new(per_minute(FIVE, NonZeroU32::MIN), clock.clone()),
            recovery_codes: Buckets::new(per_minute(FIVE, NonZeroU32::MIN), clock.clone()),
            codes: Buckets::new(per_minute(FIVE, NonZeroU32::MIN), clock.clone()),
            sign_ups: Buckets::new(rates.sign_up.quota(), clock.clone()),
            mails: Buckets::new(mails.allow_burst(THREE), clock.clone()),
            askers: Buckets::new(per_minute(TWENTY, SIX), clock.clone()),
            invitations: Buckets::new(Quota::per_hour(THIRTY).allow_burst(FIFTY), clock.clone()),
            admissions: Buckets::new(per_minute(TWENTY, SIX), clock.clone()),
        })
    }

    /// An attempt at the password of an account, the narrowest bucket first: what one address is
    /// refused does not use up the account's room.
    ///
    /// # Errors
    /// Which bucket is empty.
    pub fn attempt(&self, email: &str, address: Option<IpAddr>) -> Result<(), Empty> {
        let email = email.to_lowercase();
        let pair = (email, address);
        self.pairs.take(&pair).map_err(Empty::Here)?;
        self.address(address).map_err(Empty::Here)?;
        self.accounts.take(&pair.0).map_err(Empty::Everywhere)
    }

    /// # Errors
    /// How long the bucket stays empty; so below.
    pub fn address(&self, address: Option<IpAddr>) -> Result<(), Duration> {
        address.map_or(Ok(()), |address| self.addresses.take(&address))
    }

    /// A code of an app, the narrower bucket first.
    ///
    /// # Errors
    /// Which bucket is empty.
    pub fn code(&self, user: UserId, address: Option<IpAddr>) -> Result<(), Empty> {
        self.code_pairs.take(&(user, address)).map_err(Empty::Here)?;
        self.codes.take(&user).map_err(Empty::Everywhere)
    }

    /// A recovery code.
    #[expect(clippy::missing_errors_doc, reason = "as above")]
    pub fn recovery_code(&self, user: UserId, address: Option<IpAddr>) -> Result<(), Duration> {
        self.recovery_codes.take(&(user, address))
    }

    #[expect(clippy::missing_errors_doc, reason = "as above")]
    pub fn sign_up(&self, address: Option<IpAddr>) -> Result<(), Duration> {
        address.map_or(Ok(()), |address| self.sign_ups.take(&address))
    }

    /// A mail that somebody asks for, from their address.
    #[expect(clippy::missing_errors_doc, reason = "as above")]
    pub fn asking(&self, address: Option<IpAddr>) -> Result<(), Duration> {
        address.map_or(Ok(()), |address| self.askers.take(&address))
    }

    /// A mail that somebody asks for, to an address.
    #[expect(clippy::missing_errors_doc, reason = "as above")]
    pub fn mail(&self, email: &str) -> Result<(), Duration> {
        self.mails.take(&email.to_lowercase())
    }

    /// An invitation of a workspace, by a person.
    #[expect(clippy::missing_errors_doc, reason = "as above")]
    pub fn invitation(&self, tenant: TenantId, by: UserId) -> Result<(), Duration> {
        self.invitations.take(&tenant.into())?;
        self.invitations.take(&by.into())
    }

    /// A look at somebody anew, by what their provider calls them.
    #[expect(clippy::missing_errors_doc, reason = "as above")]
    pub fn admission(&self, subject: &str) -> Result<(), Duration> {
        self.admissions.take(&subject.to_owned())
    }

    /// Forgets keys whose buckets are full again.
    pub fn sweep(&self) {
        self.pairs.sweep();
        self.accounts.sweep();
        self.addresses.sweep();
        self.code_pairs.sweep();
        self.codes.sweep();
        self.recovery_codes.sweep();
        self.sign_ups.sweep();
        self.mails.sweep();
        self.askers.sweep();
        self.admissions.sweep();
        self.invitations.sweep();
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use chrono::{DateTime, TimeDelta};

    use super::*;
    use crate::kernel::clock::ManualClock;

    fn limits() -> (Arc<Limits>, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(
            DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        ));
        let shared: SharedClock = clock.clone();
        (Limits::new(AccountRates::default(), &shared), clock)
    }

    fn from(n: u32) -> Option<IpAddr> {
        Some(Ipv4Addr::from_bits(n).into())
    }

    #[test]
    fn one_guesser_is_stopped_and_nobody_else() {
        let (limits, clock) = limits();
        for _ in 0..10 {
            assert_eq!(limits.attempt("ada@acme.example", from(1)), Ok(()));
        }
        for _ in 0..100 {
            let refused = limits.attempt("ADA@acme.example", from(1));
            assert!(matches!(refused, Err(Empty::Here(_))), "{refused:?}");
        }
        assert_eq!(
            limits.attempt("ada@acme.example", from(2)),
            Ok(()),
            "the owner, elsewhere"
        );
        assert_eq!(limits.attempt("bob@acme.example", from(1)), Ok(()), "a neighbour");
        clock.advance(TimeDelta::seconds(12));
        assert_eq!(limits.attempt("ada@acme.example", from(1)), Ok(()));
    }

    #[test]
    fn many_guessers_empty_the_bucket_of_the_account_alone() {
        let (limits, _) = limits();
        let all = (0..60).map(|n| limits.attempt("ada@acme.example", from(n)));
        let refused = all.filter(Result::is_err).count();
        assert_eq!(refused, 10);
        let next = limits.attempt("ada@acme.example", from(99));
        assert!(matches!(next, Err(Empty::Everywhere(_))), "{next:?}");
        assert_eq!(limits.attempt("bob@acme.example", from(1)), Ok(()));
    }

    #[test]
    fn an_address_and_codes_and_mails_have_an_end() {
        let (limits, clock) = limits();
        let tried = |n: usize| limits.attempt(&format!("{n}@acme.example"), from(1)).is_ok();
        assert_eq!((0..100).filter(|n| tried(*n)).count(), 60);
        let user = UserId::new();
        assert_eq!((0..10).filter(|_| limits.code(user, from(1)).is_ok()).count(), 5);
        let elsewhere = limits.code(user, from(2));
        assert!(matches!(elsewhere, Err(Empty::Everywhere(_))), "{elsewhere:?}");
        assert!(limits.recovery_code(user, from(1)).is_ok(), "a room of their own");
        assert_eq!((0..30).filter(|_| limits.sign_up(from(1)).is_ok()).count(), 20);
        assert_eq!((0..30).filter(|_| limits.asking(from(1)).is_ok()).count(), 20);
        assert_eq!(
            (0..9).filter(|_| limits.mail("ada@acme.example").is_ok()).count(),
            3
        );
        clock.advance(TimeDelta::seconds(600));
        assert_eq!(
            (0..9).filter(|_| limits.mail("ada@acme.example").is_ok()).count(),
            1
        );
        assert!(limits.code(user, from(1)).is_ok());
    }
}
