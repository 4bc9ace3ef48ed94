//! The one table of error codes: what a client may rely on. Problem documents over HTTP and
//! `error` frames over a socket name the same codes.

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, schema::Schema},
};

use super::words;

/// A stable error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    InvalidRequest,
    InvalidFrame,
    TextTooLong,
    Unauthenticated,
    InvalidCredentials,
    CodeRequired,
    InvalidCode,
    RefreshReused,
    IdentityInvalid,
    IdentityExpired,
    IdentityRequired,
    Blocked,
    OriginNotAllowed,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Conflict,
    Held,
    Stale,
    LastOwner,
    EmailTaken,
    EmailUnconfirmed,
    LinkOver,
    WeakPassword,
    LimitReached,
    PlanLimit,
    SpaceArchived,
    VersionChanged,
    NotReady,
    ModelNeeded,
    PayloadTooLarge,
    UnsupportedMediaType,
    FileInfected,
    AttachmentUnknown,
    RateLimited,
    TooManyListeners,
    Busy,
    Draining,
    Timeout,
    Internal,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub code: Code,
    pub name: &'static str,
    /// HTTP status.
    pub status: u16,
    pub title: &'static str,
    /// Whether the same request may succeed later.
    pub retryable: bool,
}

const fn row(code: Code, name: &'static str, status: u16, title: &'static str, retryable: bool) -> Row {
    Row {
        code,
        name,
        status,
        title,
        retryable,
    }
}

/// Every code, once.
pub const TABLE: &[Row] = &[
    row(
        Code::InvalidRequest,
        "invalid_request",
        400,
        "The request is not valid",
        false,
    ),
    row(
        Code::InvalidFrame,
        "invalid_frame",
        400,
        "The frame is not valid",
        false,
    ),
    row(
        Code::TextTooLong,
        "text_too_long",
        422,
        "The text is too long",
        false,
    ),
    row(
        Code::Unauthenticated,
        "unauthenticated",
        401,
        "A valid token is needed",
        false,
    ),
    row(
        Code::InvalidCredentials,
        "invalid_credentials",
        401,
        "E-mail or password is wrong",
        false,
    ),
    row(
        Code::CodeRequired,
        "code_required",
        401,
        "A code of the second factor is needed",
        false,
    ),
    row(Code::InvalidCode, "invalid_code", 401, "The code is wrong", false),
    row(
        Code::RefreshReused,
        "refresh_reused",
        401,
        "This session was ended",
        false,
    ),
    row(
        Code::IdentityInvalid,
        "identity_invalid",
        401,
        "Who this is could not be proven",
        false,
    ),
    row(
        Code::IdentityExpired,
        "identity_expired",
        401,
        "Who this is must be proven anew",
        false,
    ),
    row(
        Code::IdentityRequired,
        "identity_required",
        403,
        "Only for those who are logged in",
        false,
    ),
    row(Code::Blocked, "blocked", 403, "This chat is not available", false),
    row(
        Code::OriginNotAllowed,
        "origin_not_allowed",
        403,
        "This site may not use the space",
        false,
    ),
    row(Code::Forbidden, "forbidden", 403, "Not permitted", false),
    row(Code::NotFound, "not_found", 404, "Not found", false),
    row(
        Code::MethodNotAllowed,
        "method_not_allowed",
        405,
        "Method not allowed",
        false,
    ),
    row(Code::Conflict, "conflict", 409, "There is one already", false),
    row(Code::Held, "held", 409, "Another agent answers", false),
    row(Code::Stale, "stale", 409, "Another agent has written", false),
    row(
        Code::LastOwner,
        "last_owner",
        409,
        "A workspace has an owner",
        false,
    ),
    row(
        Code::EmailTaken,
        "email_taken",
        409,
        "The e-mail address has an account",
        false,
    ),
    row(
        Code::EmailUnconfirmed,
        "email_unconfirmed",
        403,
        "The e-mail address is not confirmed",
        false,
    ),
    row(
        Code::LinkOver,
        "link_over",
        410,
        "The link does not work any more",
        false,
    ),
    row(
        Code::WeakPassword,
        "weak_password",
        422,
        "The password is easy to guess",
        false,
    ),
    row(
        Code::LimitReached,
        "limit_reached",
        409,
        "There are as many as there may be",
        false,
    ),
    row(
        Code::PlanLimit,
        "plan_limit",
        402,
        "The plan has no room for it",
        false,
    ),
    row(
        Code::SpaceArchived,
        "space_archived",
        409,
        "The space is archived",
        false,
    ),
    row(
        Code::VersionChanged,
        "version_changed",
        412,
        "It changed meanwhile",
        false,
    ),
    row(
        Code::NotReady,
        "not_ready",
        422,
        "It is not ready to be published",
        false,
    ),
    row(
        Code::ModelNeeded,
        "model_needed",
        409,
        "No model is set up for this",
        false,
    ),
    row(
        Code::PayloadTooLarge,
        "payload_too_large",
        413,
        "The body is too large",
        false,
    ),
    row(
        Code::UnsupportedMediaType,
        "unsupported_media_type",
        415,
        "Unsupported media type",
        false,
    ),
    row(
        Code::FileInfected,
        "file_infected",
        422,
        "Malware was found in the file",
        false,
    ),
    row(
        Code::AttachmentUnknown,
        "attachment_unknown",
        422,
        "An attached file is not there",
        false,
    ),
    row(Code::RateLimited, "rate_limited", 429, "Too many requests", true),
    row(
        Code::TooManyListeners,
        "too_many_listeners",
        429,
        "The conversation is open too often",
        true,
    ),
    row(Code::Busy, "busy", 503, "Busy, try again", true),
    row(
        Code::Draining,
        "draining",
        503,
        "The server is restarting, try again",
        true,
    ),
    row(Code::Timeout, "timeout", 504, "It took too long, try again", true),
    row(
        Code::Internal,
        "internal",
        500,
        "Something went wrong on our side",
        true,
    ),
];

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        words::closed(TABLE.iter().map(|row| row.name))
    }
}

impl ToSchema for Code {}

impl Code {
    /// This code's row of the table.
    #[must_use]
    pub fn row(self) -> Row {
        let found = TABLE.iter().find(|row| row.code == self).copied();
        found.unwrap_or_else(|| row(self, "internal", 500, "Something went wrong on our side", true))
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_and_codes_stand_once() {
        let names: HashSet<_> = TABLE.iter().map(|row| row.name).collect();
        let codes: HashSet<_> = TABLE.iter().map(|row| row.code).collect();
        assert_eq!((names.len(), codes.len()), (TABLE.len(), TABLE.len()));
    }
}
