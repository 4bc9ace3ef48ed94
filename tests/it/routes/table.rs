//! Every route and who may use it, as it was reviewed. What the server has is compared with it.

use reqwest::Method;

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
    ("GET", "/healthz", For::All),
    ("GET", "/readyz", For::All),
    ("GET", "/metrics", For::All),
    ("GET", "/api/openapi.json", For::All),
    ("GET", "/docs", For::All),
    ("GET", "/docs/{file}", For::All),
    ("GET", "/", For::All),
    ("GET", "/pricing", For::All),
    ("GET", "/site/{file}", For::All),
    ("GET", "/app", For::All),
    ("GET", "/app/{path:.*}", For::All),
    ("GET", "/widget.js", For::All),
    ("GET", "/widget/{file:.*}", For::All),
    ("GET", "/sources.css", For::All),
    ("GET", "/demo/{tenant}", For::All),
    ("GET", "/demo/{tenant}/{file}", For::All),
    ("GET", "/widget/{space}/frame", For::Space),
    ("GET", "/sources/{space}/{document}", For::Space),
    ("GET", "/sources/{space}/{document}/original", For::Space),
    ("GET", "/api/widget/{space}/config", For::Space),
    ("POST", "/api/widget/{space}/session", For::Space),
    ("GET", "/api/widget/{space}/conversations", For::Visitor),
    ("POST", "/api/widget/{space}/conversation", For::Visitor),
    ("GET", "/api/widget/{space}/conversation/{id}", For::Visitor),
    (
        "GET",
        "/api/widget/{space}/conversation/{id}/events",
        For::Visitor,
    ),
    (
        "POST",
        "/api/widget/{space}/conversation/{id}/frames",
        For::Visitor,
    ),
    (
        "POST",
        "/api/widget/{space}/conversation/{id}/attachments",
        For::Visitor,
    ),
    // Its address is signed: see `agents::attachments`.
    ("GET", "/api/attachments/{id}", For::All),
    ("POST", "/api/widget/{space}/chat", For::Visitor),
    // Its token is in the first frame: see `abuse::tokens`.
    ("GET", "/api/widget/{space}/socket", For::Space),
    // So is this one's: see `console`.
    ("GET", "/api/console/socket", For::All),
    // A provider's secret: see `mail_replies`.
    ("POST", "/api/mail/inbound/postmark", For::All),
    ("POST", "/api/mail/inbound/sendgrid", For::All),
    ("POST", "/api/mail/inbound/raw", For::All),
    ("GET", "/mail/unsubscribe/{token}", For::All),
    ("POST", "/mail/unsubscribe/{token}", For::All),
    // On a developer's machine only: see `accounts::mail`.
    ("GET", "/dev/outbox", For::All),
    // These are tried in `accounts`.
    ("POST", "/api/auth/signup", For::Person),
    ("POST", "/api/auth/login", For::Person),
    ("POST", "/api/auth/refresh", For::Person),
    ("POST", "/api/auth/logout", For::Person),
    ("POST", "/api/auth/switch", For::Person),
    ("GET", "/api/auth/provider", For::All),
    // This one in `outside`.
    ("PUT", "/api/auth/workspace", For::Person),
    ("POST", "/api/auth/forgot-password", For::Person),
    ("POST", "/api/auth/reset-password", For::Person),
    ("POST", "/api/auth/verify-email", For::Person),
    ("POST", "/api/auth/verify-email/resend", For::Person),
    ("GET", "/api/auth/me", For::Person),
    ("GET", "/api/team/members", For::Member("team:read")),
    ("PATCH", "/api/team/members/{id}", For::Member("team:write")),
    ("DELETE", "/api/team/members/{id}", For::Member("team:write")),
    ("GET", "/api/team/invitations", For::Member("team:read")),
    ("POST", "/api/team/invitations", For::Member("team:write")),
    ("DELETE", "/api/team/invitations/{id}", For::Member("team:write")),
    ("POST", "/api/auth/invitation", For::Person),
    ("POST", "/api/auth/accept-invitation", For::Person),
    ("POST", "/api/team/leave", For::Person),
    (
        "POST",
        "/api/team/transfer-ownership",
        For::Member("workspace:write"),
    ),
    ("GET", "/api/team/teams", For::Member("team:read")),
    ("POST", "/api/team/teams", For::Member("team:write")),
    ("PUT", "/api/team/teams/{id}", For::Member("team:write")),
    ("DELETE", "/api/team/teams/{id}", For::Member("team:write")),
    ("GET", "/api/keys", For::Member("keys:read")),
    ("POST", "/api/keys", For::Member("keys:write")),
    ("DELETE", "/api/keys/{id}", For::Member("keys:write")),
    ("GET", "/api/audit", For::Member("audit:read")),
    ("GET", "/api/analytics/overview", For::Member("analytics:read")),
    (
        "GET",
        "/api/chat-spaces/{id}/analytics",
        For::Member("analytics:read"),
    ),
    ("GET", "/api/audit/export", For::Member("audit:read")),
    ("PATCH", "/api/auth/me", For::Person),
    ("GET", "/api/auth/notifications", For::Person),
    ("PATCH", "/api/auth/notifications", For::Person),
    ("POST", "/api/auth/change-password", For::Person),
    ("POST", "/api/auth/change-email", For::Person),
    ("GET", "/api/auth/sessions", For::Person),
    ("DELETE", "/api/auth/sessions", For::Person),
    ("DELETE", "/api/auth/sessions/{id}", For::Person),
    ("GET", "/api/auth/second-factor", For::Person),
    ("POST", "/api/auth/second-factor", For::Person),
    ("POST", "/api/auth/second-factor/enable", For::Person),
    ("POST", "/api/auth/second-factor/disable", For::Person),
    ("POST", "/api/auth/second-factor/recovery-codes", For::Person),
    ("GET", "/api/chat-spaces", For::Member("spaces:read")),
    ("GET", "/api/chat-spaces/{id}", For::Member("spaces:read")),
    ("PATCH", "/api/chat-spaces/{id}", For::Member("spaces:write")),
    ("POST", "/api/chat-spaces", For::Member("spaces:write")),
    ("DELETE", "/api/chat-spaces/{id}", For::Member("spaces:write")),
    ("GET", "/api/chat-spaces/{id}/checks", For::Member("spaces:read")),
    (
        "POST",
        "/api/chat-spaces/{id}/publish",
        For::Member("spaces:write"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/unpublish",
        For::Member("spaces:write"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/archive",
        For::Member("spaces:write"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/unarchive",
        For::Member("spaces:write"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/rotate-key",
        For::Member("spaces:write"),
    ),
    ("GET", "/api/chat-spaces/{id}/widget", For::Member("spaces:read")),
    (
        "POST",
        "/api/chat-spaces/{id}/preview",
        For::Member("spaces:read"),
    ),
    (
        "GET",
        "/api/chat-spaces/{id}/versions",
        For::Member("spaces:read"),
    ),
    (
        "GET",
        "/api/chat-spaces/{id}/versions/{n}",
        For::Member("spaces:read"),
    ),
    (
        "GET",
        "/api/chat-spaces/{id}/versions/{n}/diff",
        For::Member("spaces:read"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/versions/{n}/restore",
        For::Member("spaces:write"),
    ),
    (
        "GET",
        "/api/chat-spaces/{id}/experiments",
        For::Member("spaces:read"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/experiments",
        For::Member("spaces:write"),
    ),
    (
        "GET",
        "/api/chat-spaces/{id}/experiments/{experiment}",
        For::Member("spaces:read"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/experiments/{experiment}/end",
        For::Member("spaces:write"),
    ),
    (
        "GET",
        "/api/chat-spaces/{id}/identity-keys",
        For::Member("spaces:write"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/identity-keys",
        For::Member("spaces:write"),
    ),
    (
        "DELETE",
        "/api/chat-spaces/{id}/identity-keys/{kid}",
        For::Member("spaces:write"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/identity-keys/{kid}/retire",
        For::Member("spaces:write"),
    ),
    ("GET", "/api/visitors/{id}", For::Member("conversations:read")),
    (
        "POST",
        "/api/visitors/{id}/contact",
        For::Member("conversations:write"),
    ),
    ("GET", "/api/contacts", For::Member("conversations:read")),
    ("GET", "/api/contacts/{id}", For::Member("conversations:read")),
    ("PATCH", "/api/contacts/{id}", For::Member("conversations:write")),
    (
        "GET",
        "/api/contacts/{id}/conversations",
        For::Member("conversations:read"),
    ),
    (
        "GET",
        "/api/contacts/{id}/notes",
        For::Member("conversations:read"),
    ),
    (
        "POST",
        "/api/contacts/{id}/notes",
        For::Member("conversations:write"),
    ),
    (
        "DELETE",
        "/api/contacts/{id}/notes/{note}",
        For::Member("conversations:write"),
    ),
    (
        "POST",
        "/api/contacts/{id}/block",
        For::Member("conversations:write"),
    ),
    (
        "POST",
        "/api/contacts/{id}/unblock",
        For::Member("conversations:write"),
    ),
    ("POST", "/api/contacts/{id}/merge", For::Member("contacts:merge")),
    (
        "GET",
        "/api/chat-spaces/{id}/documents",
        For::Member("knowledge:read"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/documents/upload",
        For::Member("knowledge:write"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/documents/text",
        For::Member("knowledge:write"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/documents/faq",
        For::Member("knowledge:write"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/documents/url",
        For::Member("knowledge:write"),
    ),
    (
        "GET",
        "/api/chat-spaces/{id}/sources",
        For::Member("knowledge:read"),
    ),
    ("GET", "/api/sources/{id}", For::Member("knowledge:read")),
    ("DELETE", "/api/sources/{id}", For::Member("knowledge:write")),
    ("GET", "/api/sources/{id}/pages", For::Member("knowledge:read")),
    ("POST", "/api/sources/{id}/read", For::Member("knowledge:write")),
    ("GET", "/api/documents/{id}", For::Member("knowledge:read")),
    ("DELETE", "/api/documents/{id}", For::Member("knowledge:write")),
    (
        "GET",
        "/api/documents/{id}/content",
        For::Member("knowledge:read"),
    ),
    (
        "GET",
        "/api/documents/{id}/passages",
        For::Member("knowledge:read"),
    ),
    (
        "POST",
        "/api/documents/{id}/reprocess",
        For::Member("knowledge:write"),
    ),
    ("POST", "/api/query", For::Member("knowledge:read")),
    (
        "GET",
        "/api/chat-spaces/{id}/golden-questions",
        For::Member("knowledge:read"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/golden-questions",
        For::Member("knowledge:write"),
    ),
    (
        "PUT",
        "/api/golden-questions/{id}",
        For::Member("knowledge:write"),
    ),
    (
        "DELETE",
        "/api/golden-questions/{id}",
        For::Member("knowledge:write"),
    ),
    (
        "GET",
        "/api/chat-spaces/{id}/golden-runs",
        For::Member("knowledge:read"),
    ),
    (
        "POST",
        "/api/chat-spaces/{id}/golden-runs",
        For::Member("knowledge:write"),
    ),
    ("GET", "/api/golden-runs/{id}", For::Member("knowledge:read")),
    ("GET", "/api/jobs", For::Member("knowledge:read")),
    ("GET", "/api/jobs/{id}", For::Member("knowledge:read")),
    ("POST", "/api/jobs/{id}/cancel", For::Member("knowledge:write")),
    (
        "GET",
        "/api/chat-spaces/{id}/conversations",
        For::Member("conversations:read"),
    ),
    (
        "GET",
        "/api/conversations/{id}",
        For::Member("conversations:read"),
    ),
    (
        "GET",
        "/api/conversations/{id}/messages",
        For::Member("conversations:read"),
    ),
    ("GET", "/api/canned-replies", For::Member("conversations:read")),
    ("POST", "/api/canned-replies", For::Member("conversations:write")),
    (
        "PUT",
        "/api/canned-replies/{id}",
        For::Member("conversations:write"),
    ),
    (
        "DELETE",
        "/api/canned-replies/{id}",
        For::Member("conversations:write"),
    ),
    ("GET", "/api/conversations", For::Member("conversations:read")),
    (
        "GET",
        "/api/conversations/search",
        For::Member("conversations:read"),
    ),
    (
        "GET",
        "/api/conversations/{id}/events",
        For::Member("conversations:read"),
    ),
    (
        "GET",
        "/api/conversations/{id}/notes",
        For::Member("conversations:read"),
    ),
    (
        "POST",
        "/api/conversations/{id}/messages",
        For::Member("conversations:write"),
    ),
    (
        "POST",
        "/api/conversations/{id}/notes",
        For::Member("conversations:write"),
    ),
    (
        "POST",
        "/api/conversations/{id}/attachments",
        For::Member("conversations:write"),
    ),
    (
        "POST",
        "/api/conversations/{id}/draft",
        For::Member("conversations:write"),
    ),
    (
        "POST",
        "/api/conversations/{id}/take",
        For::Member("conversations:write"),
    ),
    (
        "POST",
        "/api/conversations/{id}/release",
        For::Member("conversations:write"),
    ),
    (
        "POST",
        "/api/conversations/{id}/transfer",
        For::Member("conversations:write"),
    ),
    (
        "POST",
        "/api/conversations/{id}/resolve",
        For::Member("conversations:write"),
    ),
    (
        "POST",
        "/api/conversations/{id}/snooze",
        For::Member("conversations:write"),
    ),
    (
        "POST",
        "/api/conversations/{id}/reopen",
        For::Member("conversations:write"),
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
