//! Walks the catalogue: no table of a tenant without forced row-level security, no right too many.

use parlance_store::testing;

use crate::{
    exceptions::{ABOVE_TENANTS, OTHER_POLICIES},
    support::{admin, chat, database},
};

const TENANT_ONLY: &str = "(tenant_id = (current_setting('app.tenant_id'::text))::uuid)";

#[tokio::test]
async fn every_table_of_a_tenant_is_isolated_by_force() {
    let test = database().await;
    let admin = admin(&test).await;
    let tables = admin
        .query(
            "SELECT c.relname::text, c.relrowsecurity, c.relforcerowsecurity, \
                    EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' \
                            AND a.attnotnull AND NOT a.attisdropped), \
                    (SELECT pg_get_expr(polqual, polrelid) FROM pg_policy p WHERE p.polrelid = c.oid \
                       AND p.polname = 'tenant' AND polcmd = '*' AND polpermissive AND polroles = '{0}'), \
                    (SELECT pg_get_expr(polwithcheck, polrelid) FROM pg_policy p WHERE p.polrelid = c.oid \
                       AND p.polname = 'tenant' AND polcmd = '*' AND polpermissive AND polroles = '{0}') \
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') \
               AND n.nspname NOT LIKE 'pg_toast%' ORDER BY 1",
            &[],
        )
        .await
        .unwrap();
    let mut isolated = 0;
    for row in &tables {
        let name: &str = row.get(0);
        if ABOVE_TENANTS.iter().any(|(table, _)| *table == name) {
            continue;
        }
        assert!(
            row.get::<_, bool>(3),
            "{name} has no tenant_id: add one, or a line with a reason above"
        );
        assert!(row.get::<_, bool>(1), "{name}: row-level security is not enabled");
        assert!(row.get::<_, bool>(2), "{name}: row-level security is not forced");
        assert_eq!(
            row.get::<_, Option<&str>>(4),
            Some(TENANT_ONLY),
            "{name}: reading"
        );
        assert_eq!(
            row.get::<_, Option<&str>>(5),
            Some(TENANT_ONLY),
            "{name}: writing"
        );
        isolated += 1;
    }
    assert!(isolated >= 11, "only {isolated} tables seen");
    for (table, _) in ABOVE_TENANTS {
        assert!(
            tables.iter().any(|row| row.get::<_, &str>(0) == *table),
            "{table} is gone: strike its line"
        );
    }
}

#[tokio::test]
async fn no_policy_lets_more_through() {
    let test = database().await;
    let policies = admin(&test)
        .await
        .query(
            "SELECT tablename::text, policyname::text FROM pg_policies WHERE policyname <> 'tenant'",
            &[],
        )
        .await
        .unwrap();
    for row in policies {
        let (table, policy): (&str, &str) = (row.get(0), row.get(1));
        let known = OTHER_POLICIES.iter().any(|(t, p, _)| (*t, *p) == (table, policy));
        assert!(known, "policy {policy} on {table} is not on the list");
    }
}

#[tokio::test]
async fn the_roles_own_nothing_else_and_cannot_bypass() {
    let test = database().await;
    let admin = admin(&test).await;
    let roles = admin
        .query(
            "SELECT rolname::text, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin, \
                    (SELECT count(*) FROM pg_auth_members m WHERE m.member = r.oid) \
             FROM pg_roles r WHERE rolname IN ('parlance_app', 'parlance_sweeper', 'parlance_searcher', \
                    'parlance_operator')",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(roles.len(), 4);
    for row in roles {
        for right in 1..=5 {
            assert!(
                !row.get::<_, bool>(right),
                "{} has right {right}",
                row.get::<_, &str>(0)
            );
        }
        assert_eq!(
            row.get::<_, i64>(6),
            0,
            "{} is a member of another role",
            row.get::<_, &str>(0)
        );
    }
    let owned = admin
        .query(
            "SELECT r.rolname::text, pg_describe_object(d.classid, d.objid, d.objsubid) FROM pg_shdepend d \
             JOIN pg_roles r ON r.oid = d.refobjid WHERE d.deptype = 'o' \
             AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) \
             AND r.rolname IN ('parlance_app', 'parlance_sweeper', 'parlance_searcher', \
                    'parlance_operator') ORDER BY 1, 2",
            &[],
        )
        .await
        .unwrap();
    let owned: Vec<(&str, &str)> = owned.iter().map(|row| (row.get(0), row.get(1))).collect();
    let (operator, searcher) = ("parlance_operator", "parlance_searcher");
    assert_eq!(
        owned,
        [
            (
                operator,
                "function operator_calendar(date,timestamp with time zone)"
            ),
            (operator, "function operator_health(timestamp with time zone)"),
            (
                operator,
                "function operator_income(date,timestamp with time zone,uuid)"
            ),
            (
                operator,
                "function operator_months(date,timestamp with time zone)"
            ),
            (operator, "function operator_paid()"),
            (
                operator,
                "function operator_tenant_months(uuid,date,timestamp with time zone)"
            ),
            (operator, "function operator_tenants(timestamp with time zone)"),
            (searcher, "function parlance_count_words(uuid,text[])"),
            (
                searcher,
                "function parlance_search_conversations(tsquery,uuid,text[],boolean,uuid,uuid,integer)"
            ),
            (
                searcher,
                "function parlance_search_words(uuid,text,text[],double precision[],integer)"
            ),
            ("parlance_sweeper", "function agents_with_conversations()"),
            (
                "parlance_sweeper",
                "function conversations_to_wake(timestamp with time zone,integer)"
            ),
            (
                "parlance_sweeper",
                "function deadlines_to_look_at(timestamp with time zone,integer)"
            ),
            (
                "parlance_sweeper",
                "function subscriptions_to_look_at(timestamp with time zone,integer)"
            ),
            ("parlance_sweeper", "function tenant_of_customer(text,text)"),
            (
                "parlance_sweeper",
                "function tenants_with_due_jobs(timestamp with time zone,text[])"
            ),
            ("parlance_sweeper", "function tenants_with_open_work()"),
            ("parlance_sweeper", "function tenants_with_question_marks()"),
            ("parlance_sweeper", "function tenants_with_rollup_deltas()"),
        ]
    );
    for (role, columns) in [
        (
            operator,
            &[
                "billing_events.handled_at",
                "billing_events.received_at",
                "billing_events.tries",
                "jobs.due_at",
                "jobs.ended_at",
                "jobs.kind",
                "jobs.state",
                "memberships.tenant_id",
                "paid_plans.at",
                "paid_plans.currency",
                "paid_plans.id",
                "paid_plans.plan",
                "paid_plans.price",
                "paid_plans.tenant_id",
                "quota_counters.period",
                "quota_counters.quota",
                "quota_counters.tenant_id",
                "quota_counters.used",
                "reservations.created_at",
                "reservations.recorded_at",
                "reservations.settled_at",
                "reservations.state",
                "rollup_checks.checked_at",
                "rollup_checks.differences",
                "rollup_deltas.at",
                "subscriptions.cancel_at_period_end",
                "subscriptions.current_period_end",
                "subscriptions.status",
                "subscriptions.tenant_id",
                "subscriptions.trial_end",
                "tenants.created_at",
                "tenants.id",
                "tenants.name",
                "tenants.plan",
                "tenants.status",
                "usage_daily.cost_nanos",
                "usage_daily.day",
                "usage_daily.tenant_id",
            ][..],
        ),
        (
            "parlance_sweeper",
            &[
                "conversations.assignee_id",
                "conversations.id",
                "conversations.snoozed_until",
                "conversations.status",
                "conversations.tenant_id",
                "jobs.due_at",
                "jobs.kind",
                "jobs.state",
                "jobs.tenant_id",
                "memberships.tenant_id",
                "memberships.user_id",
                "question_marks.tenant_id",
                "reservations.recorded_at",
                "reservations.state",
                "reservations.tenant_id",
                "rollup_deltas.tenant_id",
                "subscriptions.customer",
                "subscriptions.look_at",
                "subscriptions.provider",
                "subscriptions.tenant_id",
                "ticket_deadlines.look_at",
                "ticket_deadlines.tenant_id",
                "ticket_deadlines.ticket_id",
            ][..],
        ),
        (
            searcher,
            &[
                "conversations.assignee_id",
                "conversations.id",
                "conversations.space_id",
                "conversations.status",
                "conversations.tenant_id",
                "large_passages.lexemes",
                "large_passages.passage_id",
                "large_passages.space_id",
                "large_passages.tenant_id",
                "messages.author_kind",
                "messages.conversation_id",
                "messages.id",
                "messages.seq",
                "messages.tenant_id",
                "messages.text",
            ],
        ),
    ] {
        let sees = admin
            .query(
                "SELECT attrelid::regclass::text || '.' || attname FROM pg_attribute \
                 WHERE attnum > 0 AND attrelid IN (SELECT oid FROM pg_class \
                     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')) \
                   AND has_column_privilege($1::text, attrelid, attnum, 'SELECT, INSERT, UPDATE') ORDER BY 1",
                &[&role],
            )
            .await
            .unwrap();
        let sees: Vec<&str> = sees.iter().map(|row| row.get(0)).collect();
        assert_eq!(sees, columns);
    }
}

/// Functions that run with their owner's rights, and how their search path is pinned.
#[tokio::test]
async fn a_function_with_other_rights_is_known_and_pinned() {
    let test = database().await;
    let functions = admin(&test)
        .await
        .query(
            "SELECT p.proname::text, coalesce(array_to_string(p.proconfig, ';'), ''), \
                    has_function_privilege('public', p.oid, 'EXECUTE') \
             FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace ORDER BY 1",
            &[],
        )
        .await
        .unwrap();
    for row in &functions {
        let name: &str = row.get(0);
        assert!(
            row.get::<_, &str>(1).starts_with("search_path=pg_catalog"),
            "{name}: search_path is not pinned"
        );
        assert!(!row.get::<_, bool>(2), "{name}: everyone may call it");
    }
    let known: Vec<&str> = functions.iter().map(|row| row.get(0)).collect();
    assert_eq!(
        known,
        [
            "agents_with_conversations",
            "conversations_to_wake",
            "deadlines_to_look_at",
            "operator_calendar",
            "operator_health",
            "operator_income",
            "operator_months",
            "operator_paid",
            "operator_tenant_months",
            "operator_tenants",
            "parlance_count_words",
            "parlance_empty_space",
            "parlance_index_space",
            "parlance_search_conversations",
            "parlance_search_words",
            "subscriptions_to_look_at",
            "tenant_of_customer",
            "tenants_with_due_jobs",
            "tenants_with_open_work",
            "tenants_with_question_marks",
            "tenants_with_rollup_deltas"
        ]
    );
}

#[tokio::test]
async fn the_log_and_the_usage_cannot_be_rewritten() {
    let test = database().await;
    let acme = chat(test.db(), "acme").await;
    for table in [
        "conversation_events",
        "usage_events",
        "citations",
        "audit_events",
        "paid_plans",
    ] {
        for statement in [
            format!("DELETE FROM {table}"),
            format!("UPDATE {table} SET tenant_id = tenant_id"),
            format!("TRUNCATE {table}"),
        ] {
            let done = acme
                .db
                .transaction(async |conn| testing::sql_in(conn, &statement).await)
                .await;
            assert!(done.is_err(), "{statement}");
        }
    }
    let made = testing::sql_on_pool(test.db(), "CREATE TABLE public.mine (id int)").await;
    assert!(made.is_err(), "the server may make tables");
}

/// The tenant of a transaction is what the policy compares with, whatever the statement says.
#[tokio::test]
async fn a_row_cannot_be_written_for_another_tenant_or_point_to_one() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    let (mine, theirs) = (acme.db.tenant_id(), globex.db.tenant_id());
    for statement in [
        format!(
            "INSERT INTO visitors SELECT '{theirs}', gen_random_uuid(), '{}', '{{}}', null, now(), now()",
            globex.space
        ),
        format!(
            "INSERT INTO visitors SELECT '{mine}', gen_random_uuid(), '{}', '{{}}', null, now(), now()",
            globex.space
        ),
        format!("UPDATE visitors SET tenant_id = '{theirs}'"),
        format!("UPDATE conversations SET visitor_id = '{}'", globex.visitor),
        format!("UPDATE memberships SET tenant_id = '{theirs}'"),
        format!(
            "INSERT INTO memberships (user_id, tenant_id, role) SELECT user_id, '{theirs}', 'owner' FROM memberships WHERE tenant_id = '{mine}'"
        ),
        format!("INSERT INTO organisations VALUES ('clerk', 'org_1', '{theirs}')"),
    ] {
        let done = acme
            .db
            .transaction(async |conn| testing::sql_in(conn, &statement).await)
            .await;
        assert!(done.is_err(), "{statement}");
    }
}

/// Who belongs where is read by all, and so must not be written by all.
#[tokio::test]
async fn who_belongs_to_a_tenant_is_written_by_it_alone() {
    let test = database().await;
    let (acme, globex) = (chat(test.db(), "acme").await, chat(test.db(), "globex").await);
    for statement in [
        "UPDATE memberships SET role = 'viewer'",
        "DELETE FROM memberships",
    ] {
        acme.db
            .transaction(async |conn| testing::sql_in(conn, statement).await)
            .await
            .unwrap();
    }
    let left = test
        .rows("SELECT tenant_id, role FROM memberships")
        .await
        .unwrap();
    let theirs = serde_json::json!({ "tenant_id": globex.db.tenant_id(), "role": "owner" });
    assert_eq!(left, [theirs]);
}
