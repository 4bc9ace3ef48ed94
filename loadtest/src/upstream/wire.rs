//! What the two chat dialects have in common for the one who paces a stream.

use super::records::Told;

/// The arguments of a call for a person, in pieces.
pub(super) const HAND_OVER: [&str; 3] = ["{\"rea", "son\": \"wants a refund", " that only people give\"}"];

/// One answer in one dialect, as text of server-sent events with `\n` line ends.
pub(super) trait Wire: Send {
    /// From acceptance to just before the first text token.
    fn opening(&self, told: &Told, thinking_tokens: usize) -> String;
    fn token(&self, text: &str) -> String;
    /// From after the last token to the end.
    fn ending(&self, told: &Told) -> String;
    fn error(&self, kind: &str) -> String;
}

/// The body of a refusal and its error type, alike in both dialects but for the outermost field.
pub(super) fn refusal(status: u16, message: &str, spend_limit: bool) -> String {
    let kind = match status {
        400 => "invalid_request_error",
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        529 => "overloaded_error",
        _ => "api_error",
    };
    let mut error = serde_json::json!({"type": kind, "message": message});
    if spend_limit {
        error["details"] = serde_json::json!({"error_code": "enforced_spend_limit_reached"});
        error["code"] = "insufficient_quota".into();
    }
    serde_json::json!({"type": "error", "error": error, "request_id": "req_mock"}).to_string()
}
