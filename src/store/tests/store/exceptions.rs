//! What the rule of isolation does not cover, and why that is right: as it was reviewed.

/// Tables that the tenant's policy does not cover, and why that is right.
pub const ABOVE_TENANTS: &[(&str, &str)] = &[
    ("tenants", "the tenants themselves"),
    ("plans", "a copy of the plan file, of no tenant"),
    (
        "users",
        "a person may belong to several tenants and logs in before one is known",
    ),
    (
        "memberships",
        "read at login, before a tenant is known; written by its tenant only",
    ),
    (
        "refresh_tokens",
        "found by hash before a tenant is known; holds ids and a hash",
    ),
    (
        "sessions",
        "a person sees theirs in all tenants; asked for with each request before its tenant is bound",
    ),
    (
        "mail_tokens",
        "found by hash before a tenant is known; holds ids, a hash and the address it was sent to",
    ),
    (
        "second_factors",
        "a person's, whatever the tenant; holds a sealed secret",
    ),
    ("recovery_codes", "a person's, whatever the tenant; holds hashes"),
    (
        "space_index",
        "finds the tenant of a slug or key; read by all, written by its tenant only",
    ),
    (
        "api_key_index",
        "finds the tenant of a key; read by all, written by its tenant only",
    ),
    (
        "identities",
        "found by a provider's id before a tenant is known; holds ids",
    ),
    (
        "organisations",
        "finds the tenant of a provider's organisation; read by all, written by its tenant only",
    ),
    (
        "billing_events",
        "whose an event is stands in its body, and may not be known",
    ),
    (
        "reconciliations",
        "what the operator is told of all books; names tenants, and is shown to none",
    ),
    (
        "operators",
        "who runs the installation sees all tenants; the server may only read it",
    ),
    (
        "operator_sessions",
        "an entry of an operator, of no tenant; holds a hash",
    ),
    (
        "operator_access",
        "when an operator acted as which tenant; read before that is bound",
    ),
    ("operator_requests", "what was asked for then; only added to"),
    ("operator_acts", "what operators did, of no tenant; only added to"),
    (
        "__diesel_schema_migrations",
        "the list of migrations; the server has no right to it",
    ),
];

/// Policies besides the tenant's, and why they are right.
pub const OTHER_POLICIES: &[(&str, &str, &str)] = &[
    ("space_index", "lookup", "found before a tenant is known"),
    ("space_index", "tenant_insert", "the tenant's own rows"),
    ("space_index", "tenant_update", "the tenant's own rows"),
    ("space_index", "tenant_delete", "the tenant's own rows"),
    ("api_key_index", "lookup", "found before a tenant is known"),
    ("api_key_index", "tenant_insert", "the tenant's own rows"),
    ("api_key_index", "tenant_delete", "the tenant's own rows"),
    ("memberships", "lookup", "read at login, before a tenant is known"),
    ("memberships", "tenant_insert", "the tenant's own rows"),
    ("memberships", "tenant_update", "the tenant's own rows"),
    ("memberships", "tenant_delete", "the tenant's own rows"),
    ("organisations", "lookup", "found before a tenant is known"),
    ("organisations", "tenant_insert", "the tenant's own rows"),
    (
        "reservations",
        "sweep",
        "lets tenants_with_open_work see which tenants have work",
    ),
    (
        "conversations",
        "sweep",
        "lets two functions see whose snooze is over and which members have conversations",
    ),
    (
        "ticket_deadlines",
        "sweep",
        "lets deadlines_to_look_at see which tickets have one that is at risk or has passed",
    ),
    (
        "subscriptions",
        "sweep",
        "lets two functions see whose a customer is and which tenants' subscriptions are due",
    ),
    (
        "jobs",
        "sweep",
        "lets tenants_with_due_jobs see which tenants have jobs",
    ),
    (
        "rollup_deltas",
        "sweep",
        "lets tenants_with_rollup_deltas see which tenants have some",
    ),
    (
        "question_marks",
        "sweep",
        "lets tenants_with_question_marks see which tenants have some",
    ),
    ("paid_plans", "operate", "lets operators see what tenants pay"),
    (
        "subscriptions",
        "operate",
        "lets operators see how subscriptions stand",
    ),
    ("usage_daily", "operate", "lets operators see what tenants cost"),
    ("quota_counters", "operate", "lets operators see who is active"),
    (
        "jobs",
        "operate",
        "lets operators see how many jobs wait or failed",
    ),
    (
        "reservations",
        "operate",
        "lets operators see how many calls are not settled",
    ),
    (
        "rollup_deltas",
        "operate",
        "lets operators see how many counts wait",
    ),
    (
        "rollup_checks",
        "operate",
        "lets operators see whether counts are right",
    ),
    (
        "large_passages",
        "search",
        "lets the two functions that search words use the index; they bind the tenant themselves",
    ),
    (
        "messages",
        "search",
        "lets parlance_search_conversations use the index; it binds the tenant itself",
    ),
    ("conversations", "search", "the same"),
];
