//! Who takes payments.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use secrecy::SecretString;

use super::{Billing, PaidBy, env::Env};
use crate::adapters::billing::StripeOptions;

const STRIPE_API: &str = "https://api.stripe.com";
/// Days that a plan is kept while it is not paid, and the most that they may be.
const GRACE_DAYS: u16 = 7;
const GRACE_DAYS_MAX: u16 = 90;

pub(super) fn billing(env: &mut Env<'_>) -> Billing {
    let days = env.parsed("BILLING_GRACE_DAYS", GRACE_DAYS);
    if days > GRACE_DAYS_MAX {
        env.problems
            .push(format!("BILLING_GRACE_DAYS: give it at most {GRACE_DAYS_MAX}"));
    }
    let stripe = env.word("BILLING_PROVIDER", &[("mock", false), ("stripe", true)], false);
    // What is missing is among the problems.
    let paid_by = stripe.then(|| self::stripe(env)).flatten();
    Billing {
        paid_by: paid_by.map_or(PaidBy::Mock, |options| PaidBy::Stripe(Box::new(options))),
        grace: TimeDelta::days(days.into()),
    }
}

fn stripe(env: &mut Env<'_>) -> Option<StripeOptions> {
    let mut needed = |name: &str| {
        let value = env.text(name);
        if value.is_none() {
            env.problems
                .push(format!("{name}: set it, BILLING_PROVIDER=stripe needs it"));
        }
        value
    };
    let (key, secrets) = (needed("STRIPE_SECRET_KEY"), needed("STRIPE_WEBHOOK_SECRETS"));
    let prices = needed("STRIPE_PRICES");
    let base_url = env
        .url("STRIPE_BASE_URL")
        .unwrap_or_else(|| STRIPE_API.to_owned());
    let (key, secrets, written) = (key?, secrets?, prices?);
    let secrets = secrets
        .split(',')
        .map(str::trim)
        .filter(|secret| !secret.is_empty());
    let mut prices: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in written.split(',') {
        let Some((plan, price)) = pair
            .split_once('=')
            .map(|(plan, price)| (plan.trim(), price.trim()))
        else {
            env.problems
                .push("STRIPE_PRICES: write plan=price, with commas between them".to_owned());
            return None;
        };
        if prices.values().flatten().any(|known| known == price) {
            env.problems
                .push(format!("STRIPE_PRICES: {price} is there twice"));
        }
        prices.entry(plan.to_owned()).or_default().push(price.to_owned());
    }
    Some(StripeOptions {
        secret_key: SecretString::from(key),
        webhook_secrets: secrets
            .map(|secret| SecretString::from(secret.to_owned()))
            .collect(),
        prices,
        base_url,
    })
}
