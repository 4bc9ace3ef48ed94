//! Headers that every answer carries. A page that needs another content policy sets its own.

use actix_web::middleware::DefaultHeaders;

/// Nothing is sniffed, framed or referred unless a page says otherwise.
#[must_use]
pub fn security_headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add(("X-Content-Type-Options", "nosniff"))
        .add(("Referrer-Policy", "strict-origin-when-cross-origin"))
        .add((
            "Content-Security-Policy",
            "default-src 'none'; frame-ancestors 'none'",
        ))
        .add(("Permissions-Policy", "camera=(), geolocation=(), microphone=()"))
        .add(("Cross-Origin-Resource-Policy", "cross-origin"))
}
