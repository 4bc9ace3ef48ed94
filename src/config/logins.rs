//! Who keeps the accounts of people.

use secrecy::ExposeSecret;

use super::{Logins, env::Env};
use crate::adapters::identity::{ClerkOptions, SupabaseOptions, frontend_api};

const CLERK_API: &str = "https://api.clerk.com";
/// Bytes of the shared secret of a Supabase project at least.
const JWT_SECRET_MIN: usize = 32;

#[derive(Clone, Copy)]
enum Provider {
    Local,
    Clerk,
    Supabase,
}

pub(super) fn logins(env: &mut Env<'_>) -> Logins {
    let words = [
        ("local", Provider::Local),
        ("clerk", Provider::Clerk),
        ("supabase", Provider::Supabase),
    ];
    let chosen = match env.word("AUTH_PROVIDER", &words, Provider::Local) {
        Provider::Local => Some(Logins::Local),
        Provider::Clerk => clerk(env),
        Provider::Supabase => supabase(env),
    };
    // What is missing is among the problems.
    chosen.unwrap_or(Logins::Local)
}

/// A variable that the provider cannot do without.
fn needed<T>(env: &mut Env<'_>, name: &str, value: Option<T>) -> Option<T> {
    if value.is_none() {
        env.problems
            .push(format!("{name}: set it, AUTH_PROVIDER needs it"));
    }
    value
}

fn clerk(env: &mut Env<'_>) -> Option<Logins> {
    let publishable_key = env.text("CLERK_PUBLISHABLE_KEY");
    let publishable_key = needed(env, "CLERK_PUBLISHABLE_KEY", publishable_key);
    let secret_key = env.secret("CLERK_SECRET_KEY");
    let secret_key = needed(env, "CLERK_SECRET_KEY", secret_key);
    let frontend = env.url("CLERK_FRONTEND_API_URL");
    let frontend = frontend.or_else(|| {
        let found = frontend_api(publishable_key.as_deref()?);
        if found.is_none() {
            env.problems.push(
                "CLERK_PUBLISHABLE_KEY: it begins with pk_test_ or pk_live_, and has an address in it"
                    .to_owned(),
            );
        }
        found
    });
    let api = env.url("CLERK_API_URL").unwrap_or_else(|| CLERK_API.to_owned());
    let parties = env
        .text("CLERK_AUTHORIZED_PARTIES")
        .or_else(|| env.text("PUBLIC_URL"));
    let parties = needed(env, "CLERK_AUTHORIZED_PARTIES (or PUBLIC_URL)", parties)?;
    let origins = parties.split(',').map(|party| party.trim().trim_end_matches('/'));
    let authorized_parties = origins
        .filter(|party| !party.is_empty())
        .map(str::to_owned)
        .collect();
    Some(Logins::Clerk(Box::new(ClerkOptions {
        publishable_key: publishable_key?,
        secret_key: secret_key?,
        frontend_api: frontend?,
        api,
        authorized_parties,
    })))
}

fn supabase(env: &mut Env<'_>) -> Option<Logins> {
    let url = env.url("SUPABASE_URL");
    let url = needed(env, "SUPABASE_URL", url);
    let publishable_key = env.text("SUPABASE_PUBLISHABLE_KEY");
    let publishable_key = needed(env, "SUPABASE_PUBLISHABLE_KEY", publishable_key);
    let jwt_secret = env.secret("SUPABASE_JWT_SECRET");
    if jwt_secret
        .as_ref()
        .is_some_and(|secret| secret.expose_secret().len() < JWT_SECRET_MIN)
    {
        env.problems.push(format!(
            "SUPABASE_JWT_SECRET: it has at least {JWT_SECRET_MIN} bytes"
        ));
    }
    Some(Logins::Supabase(Box::new(SupabaseOptions {
        url: url?,
        publishable_key: publishable_key?,
        jwt_secret,
    })))
}
