//! Every route and who may use it, as it was reviewed. What the server has is compared with it.

use reqwest::Method;

use self::For::{All, Member, Person, Space, Visitor};

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// Everybody: it shows nothing of a tenant.
    All,
    /// Everybody, of a published space.
    Space,
    /// A visitor of the space in the path.
    Visitor,
    /// A member of the workspace with this permission, and a program with this scope.
    Member(&'static str),
    /// Whoever has a session, its cookie or a password, about their own account.
    Person,
}

/// Every route. `{space}`, `{document}`, `{conversation}` and `{space_id}` stand for Acme's.
pub const ROUTES: &[(&str, &str, For)] = &[
    ("GET", "/healthz", All),
    ("GET", "/readyz", All),
    ("GET", "/metrics", All),
    ("GET", "/api/openapi.json", All),
    ("GET", "/docs", All),
    ("GET", "/docs/{file}", All),
    ("GET", "/", All),
    ("GET", "/pricing", All),
    ("GET", "/site/{file}", All),
    ("GET", "/app", All),
    ("GET", "/app/{path:.*}", All),
    ("GET", "/widget.js", All),
    ("GET", "/widget/{file:.*}", All),
    ("GET", "/sources.css", All),
    ("GET", "/demo/{tenant}", All),
    ("GET", "/demo/{tenant}/{file}", All),
    ("GET", "/widget/{space}/frame", Space),
    ("GET", "/sources/{space}/{document}", Space),
    ("GET", "/sources/{space}/{document}/original", Space),
    ("GET", "/api/widget/{space}/config", Space),
    ("POST", "/api/widget/{space}/session", Space),
    ("GET", "/api/widget/{space}/conversations", Visitor),
    ("POST", "/api/widget/{space}/conversation", Visitor),
    ("GET", "/api/widget/{space}/conversation/{id}", Visitor),
    ("GET", "/api/widget/{space}/conversation/{id}/events", Visitor),
    ("POST", "/api/widget/{space}/conversation/{id}/frames", Visitor),
    (
        "POST",
        "/api/widget/{space}/conversation/{id}/attachments",
        Visitor,
    ),
    // Its address is signed: see `agents::attachments`.
    ("GET", "/api/attachments/{id}", All),
    ("POST", "/api/widget/{space}/chat", Visitor),
    // Its token is in the first frame: see `abuse::tokens`.
    ("GET", "/api/widget/{space}/socket", Space),
    // So is this one's: see `console`.
    ("GET", "/api/console/socket", All),
    // A provider's secret: see `mail_replies`.
    ("POST", "/api/mail/inbound/postmark", All),
    ("POST", "/api/mail/inbound/sendgrid", All),
    ("POST", "/api/mail/inbound/raw", All),
    ("GET", "/mail/unsubscribe/{token}", All),
    ("POST", "/mail/unsubscribe/{token}", All),
    // On a developer's machine only: see `accounts::mail`.
    ("GET", "/dev/outbox", All),
    // These are tried in `accounts`.
    ("POST", "/api/auth/signup", Person),
    ("POST", "/api/auth/login", Person),
    ("POST", "/api/auth/refresh", Person),
    ("POST", "/api/auth/logout", Person),
    ("POST", "/api/auth/switch", Person),
    ("GET", "/api/auth/provider", All),
    // This one in `outside`.
    ("PUT", "/api/auth/workspace", Person),
    ("POST", "/api/auth/forgot-password", Person),
    ("POST", "/api/auth/reset-password", Person),
    ("POST", "/api/auth/verify-email", Person),
    ("POST", "/api/auth/verify-email/resend", Person),
    ("GET", "/api/auth/me", Person),
    ("GET", "/api/team/members", Member("team:read")),
    ("PATCH", "/api/team/members/{id}", Member("team:write")),
    ("DELETE", "/api/team/members/{id}", Member("team:write")),
    ("GET", "/api/team/invitations", Member("team:read")),
    ("POST", "/api/team/invitations", Member("team:write")),
    ("DELETE", "/api/team/invitations/{id}", Member("team:write")),
    ("POST", "/api/auth/invitation", Person),
    ("POST", "/api/auth/accept-invitation", Person),
    ("POST", "/api/team/leave", Person),
    ("POST", "/api/team/transfer-ownership", Member("workspace:write")),
    ("GET", "/api/workspace", Member("team:read")),
    ("PATCH", "/api/workspace", Member("workspace:write")),
    ("GET", "/api/team/teams", Member("team:read")),
    ("POST", "/api/team/teams", Member("team:write")),
    ("PUT", "/api/team/teams/{id}", Member("team:write")),
    ("DELETE", "/api/team/teams/{id}", Member("team:write")),
    ("GET", "/api/keys", Member("keys:read")),
    ("POST", "/api/keys", Member("keys:write")),
    ("DELETE", "/api/keys/{id}", Member("keys:write")),
    ("GET", "/api/audit", Member("audit:read")),
    ("GET", "/api/analytics/overview", Member("analytics:read")),
    ("GET", "/api/chat-spaces/{id}/analytics", Member("analytics:read")),
    ("GET", "/api/analytics/sla", Member("analytics:read")),
    ("GET", "/api/sla-policies", Member("spaces:read")),
    ("POST", "/api/sla-policies", Member("spaces:write")),
    ("PUT", "/api/sla-policies/order", Member("spaces:write")),
    ("PUT", "/api/sla-policies/{id}", Member("spaces:write")),
    ("DELETE", "/api/sla-policies/{id}", Member("spaces:write")),
    ("GET", "/api/audit/export", Member("audit:read")),
    ("PATCH", "/api/auth/me", Person),
    ("GET", "/api/auth/notifications", Person),
    ("PATCH", "/api/auth/notifications", Person),
    ("POST", "/api/auth/change-password", Person),
    ("POST", "/api/auth/change-email", Person),
    ("GET", "/api/auth/sessions", Person),
    ("DELETE", "/api/auth/sessions", Person),
    ("DELETE", "/api/auth/sessions/{id}", Person),
    ("GET", "/api/auth/second-factor", Person),
    ("POST", "/api/auth/second-factor", Person),
    ("POST", "/api/auth/second-factor/enable", Person),
    ("POST", "/api/auth/second-factor/disable", Person),
    ("POST", "/api/auth/second-factor/recovery-codes", Person),
    ("GET", "/api/chat-spaces", Member("spaces:read")),
    ("GET", "/api/chat-spaces/{id}", Member("spaces:read")),
    ("PATCH", "/api/chat-spaces/{id}", Member("spaces:write")),
    ("POST", "/api/chat-spaces", Member("spaces:write")),
    ("DELETE", "/api/chat-spaces/{id}", Member("spaces:write")),
    ("GET", "/api/chat-spaces/{id}/checks", Member("spaces:read")),
    ("POST", "/api/chat-spaces/{id}/publish", Member("spaces:write")),
    ("POST", "/api/chat-spaces/{id}/unpublish", Member("spaces:write")),
    ("POST", "/api/chat-spaces/{id}/archive", Member("spaces:write")),
    ("POST", "/api/chat-spaces/{id}/unarchive", Member("spaces:write")),
    ("POST", "/api/chat-spaces/{id}/rotate-key", Member("spaces:write")),
    ("GET", "/api/chat-spaces/{id}/widget", Member("spaces:read")),
    ("POST", "/api/chat-spaces/{id}/preview", Member("spaces:read")),
    ("GET", "/api/chat-spaces/{id}/versions", Member("spaces:read")),
    ("GET", "/api/chat-spaces/{id}/versions/{n}", Member("spaces:read")),
    (
        "GET",
        "/api/chat-spaces/{id}/versions/{n}/diff",
        Member("spaces:read"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/versions/{n}/restore",
        Member("spaces:write"),
    ),
    ("GET", "/api/chat-spaces/{id}/experiments", Member("spaces:read")),
    (
        "POST",
        "/api/chat-spaces/{id}/experiments",
        Member("spaces:write"),
    ),
    (
        "GET",
        "/api/chat-spaces/{id}/experiments/{experiment}",
        Member("spaces:read"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/experiments/{experiment}/end",
        Member("spaces:write"),
    ),
    (
        "GET",
        "/api/chat-spaces/{id}/identity-keys",
        Member("spaces:write"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/identity-keys",
        Member("spaces:write"),
    ),
    (
        "DELETE",
        "/api/chat-spaces/{id}/identity-keys/{kid}",
        Member("spaces:write"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/identity-keys/{kid}/retire",
        Member("spaces:write"),
    ),
    ("GET", "/api/visitors/{id}", Member("conversations:read")),
    (
        "POST",
        "/api/visitors/{id}/contact",
        Member("conversations:write"),
    ),
    ("GET", "/api/ticket-categories", Member("tickets:read")),
    ("POST", "/api/ticket-categories", Member("tickets:configure")),
    (
        "POST",
        "/api/ticket-categories/import",
        Member("tickets:configure"),
    ),
    ("POST", "/api/ticket-categories/try", Member("tickets:configure")),
    (
        "PATCH",
        "/api/ticket-categories/{id}",
        Member("tickets:configure"),
    ),
    (
        "DELETE",
        "/api/ticket-categories/{id}",
        Member("tickets:configure"),
    ),
    (
        "GET",
        "/api/ticket-categories/{id}/examples",
        Member("tickets:configure"),
    ),
    (
        "POST",
        "/api/ticket-categories/{id}/examples",
        Member("tickets:configure"),
    ),
    (
        "DELETE",
        "/api/ticket-categories/{id}/examples/{example}",
        Member("tickets:configure"),
    ),
    ("GET", "/api/routing-rules", Member("tickets:configure")),
    ("POST", "/api/routing-rules", Member("tickets:configure")),
    ("PUT", "/api/routing-rules/order", Member("tickets:configure")),
    ("POST", "/api/routing-rules/try", Member("tickets:configure")),
    ("PUT", "/api/routing-rules/{id}", Member("tickets:configure")),
    ("DELETE", "/api/routing-rules/{id}", Member("tickets:configure")),
    ("GET", "/api/tickets", Member("tickets:read")),
    ("POST", "/api/tickets", Member("tickets:write")),
    ("GET", "/api/tickets/{number}", Member("tickets:read")),
    ("PATCH", "/api/tickets/{number}", Member("tickets:write")),
    ("GET", "/api/tickets/{number}/events", Member("tickets:read")),
    ("POST", "/api/tickets/{number}/notes", Member("tickets:write")),
    ("POST", "/api/tickets/{number}/merge", Member("tickets:write")),
    ("POST", "/api/tickets/{number}/links", Member("tickets:write")),
    (
        "DELETE",
        "/api/tickets/{number}/links/{id}",
        Member("tickets:write"),
    ),
    (
        "PUT",
        "/api/tickets/{number}/watchers/{id}",
        Member("tickets:write"),
    ),
    (
        "DELETE",
        "/api/tickets/{number}/watchers/{id}",
        Member("tickets:write"),
    ),
    ("GET", "/api/contacts", Member("conversations:read")),
    ("GET", "/api/contacts/{id}", Member("conversations:read")),
    ("PATCH", "/api/contacts/{id}", Member("conversations:write")),
    (
        "GET",
        "/api/contacts/{id}/conversations",
        Member("conversations:read"),
    ),
    ("GET", "/api/contacts/{id}/notes", Member("conversations:read")),
    ("POST", "/api/contacts/{id}/notes", Member("conversations:write")),
    (
        "DELETE",
        "/api/contacts/{id}/notes/{note}",
        Member("conversations:write"),
    ),
    ("POST", "/api/contacts/{id}/block", Member("conversations:write")),
    (
        "POST",
        "/api/contacts/{id}/unblock",
        Member("conversations:write"),
    ),
    ("POST", "/api/contacts/{id}/merge", Member("contacts:merge")),
    ("GET", "/api/chat-spaces/{id}/documents", Member("knowledge:read")),
    (
        "POST",
        "/api/chat-spaces/{id}/documents/upload",
        Member("knowledge:write"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/documents/text",
        Member("knowledge:write"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/documents/faq",
        Member("knowledge:write"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/documents/url",
        Member("knowledge:write"),
    ),
    ("GET", "/api/chat-spaces/{id}/sources", Member("knowledge:read")),
    ("GET", "/api/sources/{id}", Member("knowledge:read")),
    ("DELETE", "/api/sources/{id}", Member("knowledge:write")),
    ("GET", "/api/sources/{id}/pages", Member("knowledge:read")),
    ("POST", "/api/sources/{id}/read", Member("knowledge:write")),
    ("GET", "/api/documents/{id}", Member("knowledge:read")),
    ("DELETE", "/api/documents/{id}", Member("knowledge:write")),
    ("GET", "/api/documents/{id}/content", Member("knowledge:read")),
    ("GET", "/api/documents/{id}/passages", Member("knowledge:read")),
    ("POST", "/api/documents/{id}/reprocess", Member("knowledge:write")),
    ("POST", "/api/query", Member("knowledge:read")),
    (
        "GET",
        "/api/chat-spaces/{id}/golden-questions",
        Member("knowledge:read"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/golden-questions",
        Member("knowledge:write"),
    ),
    ("PUT", "/api/golden-questions/{id}", Member("knowledge:write")),
    ("DELETE", "/api/golden-questions/{id}", Member("knowledge:write")),
    (
        "GET",
        "/api/chat-spaces/{id}/golden-runs",
        Member("knowledge:read"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/golden-runs",
        Member("knowledge:write"),
    ),
    ("GET", "/api/golden-runs/{id}", Member("knowledge:read")),
    ("GET", "/api/chat-spaces/{id}/gaps", Member("knowledge:read")),
    (
        "GET",
        "/api/chat-spaces/{id}/gaps/{gap}",
        Member("knowledge:read"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/gaps/{gap}/dismiss",
        Member("knowledge:write"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/gaps/{gap}/reopen",
        Member("knowledge:write"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/gaps/{gap}/draft",
        Member("knowledge:write"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/gaps/{gap}/preview",
        Member("knowledge:write"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/gaps/{gap}/answer",
        Member("knowledge:write"),
    ),
    ("GET", "/api/analytics/questions", Member("analytics:read")),
    ("GET", "/api/jobs", Member("knowledge:read")),
    ("GET", "/api/jobs/{id}", Member("knowledge:read")),
    ("POST", "/api/jobs/{id}/cancel", Member("knowledge:write")),
    (
        "GET",
        "/api/chat-spaces/{id}/conversations",
        Member("conversations:read"),
    ),
    ("GET", "/api/conversations/{id}", Member("conversations:read")),
    (
        "GET",
        "/api/conversations/{id}/messages",
        Member("conversations:read"),
    ),
    ("GET", "/api/canned-replies", Member("conversations:read")),
    ("POST", "/api/canned-replies", Member("conversations:write")),
    ("PUT", "/api/canned-replies/{id}", Member("conversations:write")),
    (
        "DELETE",
        "/api/canned-replies/{id}",
        Member("conversations:write"),
    ),
    ("GET", "/api/conversations", Member("conversations:read")),
    ("GET", "/api/conversations/search", Member("conversations:read")),
    (
        "GET",
        "/api/conversations/{id}/events",
        Member("conversations:read"),
    ),
    (
        "GET",
        "/api/conversations/{id}/notes",
        Member("conversations:read"),
    ),
    (
        "POST",
        "/api/conversations/{id}/messages",
        Member("conversations:write"),
    ),
    (
        "POST",
        "/api/conversations/{id}/notes",
        Member("conversations:write"),
    ),
    (
        "POST",
        "/api/conversations/{id}/attachments",
        Member("conversations:write"),
    ),
    (
        "POST",
        "/api/conversations/{id}/draft",
        Member("conversations:write"),
    ),
    (
        "POST",
        "/api/conversations/{id}/take",
        Member("conversations:write"),
    ),
    (
        "POST",
        "/api/conversations/{id}/release",
        Member("conversations:write"),
    ),
    (
        "POST",
        "/api/conversations/{id}/transfer",
        Member("conversations:write"),
    ),
    (
        "POST",
        "/api/conversations/{id}/resolve",
        Member("conversations:write"),
    ),
    (
        "POST",
        "/api/conversations/{id}/snooze",
        Member("conversations:write"),
    ),
    (
        "POST",
        "/api/conversations/{id}/reopen",
        Member("conversations:write"),
    ),
];

pub fn routes(of: For) -> impl Iterator<Item = (Method, &'static str)> {
    let read = |(method, path, _): &(&str, &'static str, For)| (method.parse().unwrap(), *path);
    ROUTES.iter().filter(move |route| route.2 == of).map(read)
}

/// Those that take a permission, with it.
pub fn permitted() -> impl Iterator<Item = (Method, &'static str, &'static str)> {
    ROUTES.iter().filter_map(|(method, path, who)| match who {
        For::Member(permission) => Some((method.parse().unwrap(), *path, *permission)),
        _ => None,
    })
}

/// The paths in the source of the two route tables.
fn written() -> Vec<String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |file: &str| std::fs::read_to_string(root.join(file)).unwrap();
    let mut paths = Vec::new();
    let quoted = |line: &str, call: &str| {
        let (_, rest) = line.split_once(call)?;
        Some(rest.split('"').next()?.to_owned())
    };
    for line in read("src/http/routes.rs").lines() {
        let scoped = |path: String| match path.as_str() {
            "/config" | "/session" => format!("/api/widget/{{space}}{path}"),
            _ => path,
        };
        paths.extend(quoted(line, "at(\"").map(scoped));
        assert!(
            !line.contains(".route(\""),
            "a route this test cannot read: {line}"
        );
    }
    for (file, below) in [
        ("src/realtime/visitor.rs", "/api/widget/{space}"),
        ("src/realtime/console/mod.rs", "/api/console"),
    ] {
        for line in read(file).lines() {
            let path = quoted(line, "route(\"").or_else(|| quoted(line, "at(\""));
            paths.extend(path.map(|path| format!("{below}{path}")));
        }
    }
    paths
}

#[test]
fn every_route_is_in_the_table_above() {
    let written = written();
    assert!(written.len() > 25, "{written:?}");
    for path in &written {
        assert!(ROUTES.iter().any(|route| route.1 == path), "{path} is missing");
    }
    for (_, path, _) in ROUTES {
        assert!(written.iter().any(|route| route == path), "{path} is gone");
    }
}
