use super::*;

fn read(set: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let set: Vec<(String, String)> = set
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    Config::read(&move |name| {
        set.iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    })
}

#[test]
fn with_nothing_set_there_is_a_default_for_everything() {
    let config = read(&[]).unwrap();
    assert_eq!((config.server.port, config.database.url.is_none()), (8080, true));
    assert!(matches!(config.embeddings, Embeddings::MiniLm(_)));
}

#[test]
fn the_outbox_has_a_page_on_a_developers_machine_or_when_asked_for_by_name() {
    let page = |set: &[(&str, &str)]| read(set).map(|config| config.mail.outbox_page).ok();
    assert_eq!(page(&[]), Some(true));
    assert_eq!(page(&[("PUBLIC_URL", "http://localhost:8080")]), Some(true));
    for production in [
        ("PUBLIC_URL", "https://chat.example"),
        ("DATABASE_URL", "postgres://localhost/parlance"),
        ("BEHIND_PROXY", "on"),
    ] {
        assert_eq!(page(&[production]), Some(false), "{production:?}");
        assert_eq!(page(&[production, ("DEV_OUTBOX", "on")]), Some(true));
    }
    assert_eq!(page(&[("DEV_OUTBOX", "off")]), Some(false));
    let smtp = [("SMTP_URL", "smtp://localhost"), ("MAIL_FROM", "a@b.example")];
    assert_eq!(page(&smtp), Some(false));
    assert_eq!(
        page(&[smtp[0], smtp[1], ("DEV_OUTBOX", "on")]),
        None,
        "there is no mail in it"
    );
    assert_eq!(page(&[smtp[0]]), None, "nobody sends");
    assert_eq!(page(&[("SMTP_URL", "mail.example"), smtp[1]]), None);
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let wrong = [
        ("PORT", "http"),
        ("LOG_FORMAT", "xml"),
        ("AUTH_SECRET", "short"),
        ("PUBLIC_URL", "example.com"),
        ("EMBEDDINGS", "openai"),
        ("CHAT_RATE_VISITOR", "many"),
        ("DATABASE_ADMIN_URL", "postgres://x"),
        ("DATABASE_POOL", "1"),
        ("CRAWL_ALLOW", "https://intranet.example"),
        ("CLAMD_ADDR", "clamav"),
        ("READER_MEMORY_MB", "8"),
        ("READER_SECONDS", "0"),
        ("ANSWER_CACHE_HOURS", "0"),
        ("AUTH_PROVIDER", "auth0"),
        ("MAIL_INBOUND_DOMAIN", "in parlance"),
    ];
    let told = read(&wrong).unwrap_err().to_string();
    for (name, _) in wrong {
        assert!(told.contains(&format!("{name}: ")), "{name} in {told}");
    }
}

#[test]
fn a_provider_says_what_it_needs() {
    let told = |set: &[(&str, &str)]| read(set).unwrap_err().to_string();
    let clerk = told(&[("AUTH_PROVIDER", "clerk"), ("CLERK_PUBLISHABLE_KEY", "pk_test_!")]);
    for name in [
        "CLERK_PUBLISHABLE_KEY",
        "CLERK_SECRET_KEY",
        "CLERK_AUTHORIZED_PARTIES",
    ] {
        assert!(clerk.contains(name), "{name} in {clerk}");
    }
    let supabase = told(&[("AUTH_PROVIDER", "supabase"), ("SUPABASE_JWT_SECRET", "short")]);
    for name in ["SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY", "SUPABASE_JWT_SECRET"] {
        assert!(supabase.contains(name), "{name} in {supabase}");
    }
    let complete = read(&[
        ("AUTH_PROVIDER", "clerk"),
        ("CLERK_PUBLISHABLE_KEY", "pk_test_Y2xlcmsuc2hvcC5leGFtcGxlJA"),
        ("CLERK_SECRET_KEY", "sk_test_secret"),
        ("PUBLIC_URL", "https://chat.example/"),
    ]);
    let config = complete.unwrap();
    assert!(!format!("{config:?}").contains("sk_test_secret"));
    let Logins::Clerk(options) = config.logins else {
        panic!("it is Clerk");
    };
    assert_eq!(options.frontend_api, "https://clerk.shop.example");
    assert_eq!(options.authorized_parties, ["https://chat.example"]);
}

#[test]
fn replies_come_in_at_a_domain_with_a_secret_or_not_at_all() {
    let told = |set: &[(&str, &str)]| read(set).unwrap_err().to_string();
    let domain = ("MAIL_INBOUND_DOMAIN", "in.parlance.example");
    assert!(told(&[domain]).contains("MAIL_INBOUND_SECRET"));
    assert!(told(&[domain, ("MAIL_INBOUND_SECRET", "short")]).contains("MAIL_INBOUND_SECRET"));
    let secret = ("MAIL_INBOUND_SECRET", "a secret of providers");
    assert!(told(&[secret]).contains("MAIL_INBOUND_DOMAIN"));
    let config = read(&[domain, secret]).unwrap();
    assert!(!format!("{config:?}").contains("a secret of providers"));
    assert_eq!(config.mail.inbound.unwrap().domain, "in.parlance.example");
}

#[test]
fn secrets_are_not_printed() {
    let config = read(&[
        ("AUTH_SECRET", "0123456789-0123456789-0123456789"),
        ("ANTHROPIC_API_KEY", "sk-ant-secret"),
        ("OPENAI_API_KEY", "sk-open-secret"),
        ("EMBEDDINGS", "openai"),
        ("DATABASE_URL", "postgres://u:password-of-the-database@h/d"),
    ]);
    let printed = format!("{:?}", config.unwrap());
    for secret in [
        "0123456789",
        "sk-ant-secret",
        "sk-open-secret",
        "password-of-the-database",
    ] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[test]
fn stripe_says_what_it_needs_and_shows_no_secret() {
    let told = |set: &[(&str, &str)]| read(set).unwrap_err().to_string();
    let missing = told(&[("BILLING_PROVIDER", "stripe")]);
    for name in ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRETS", "STRIPE_PRICES"] {
        assert!(missing.contains(name), "{name} in {missing}");
    }
    let stripe = [
        ("BILLING_PROVIDER", "stripe"),
        ("STRIPE_SECRET_KEY", "sk_test_secret"),
        ("STRIPE_WEBHOOK_SECRETS", "whsec_new, whsec_old"),
    ];
    assert!(told(&[&stripe[..], &[("STRIPE_PRICES", "price_1")]].concat()).contains("plan=price"));
    assert!(told(&[("BILLING_PROVIDER", "paypal")]).contains("mock, stripe"));
    assert!(told(&[("BILLING_GRACE_DAYS", "91")]).contains("BILLING_GRACE_DAYS"));
    let complete = [
        &stripe[..],
        &[("STRIPE_PRICES", "pro=price_1, enterprise=price_2")],
    ]
    .concat();
    let config = read(&complete).unwrap();
    let printed = format!("{config:?}");
    assert!(
        !printed.contains("sk_test_secret") && !printed.contains("whsec"),
        "{printed}"
    );
    let PaidBy::Stripe(options) = config.billing.paid_by else {
        panic!("it is Stripe");
    };
    assert_eq!(options.webhook_secrets.len(), 2);
    assert_eq!(options.prices["enterprise"], ["price_2"]);
    assert!(matches!(read(&[]).unwrap().billing.paid_by, PaidBy::Mock));
}
