//! Tokens that requests carry.

use actix_web::{HttpRequest, http::header};

const SCHEME: &str = "bearer ";

/// The token of `Authorization: Bearer …` (RFC 6750, in any case), empty where there is none.
#[must_use]
pub fn bearer(request: &HttpRequest) -> &str {
    let header = request.headers().get(header::AUTHORIZATION);
    let header = header.and_then(|value| value.to_str().ok());
    let (scheme, token) = header
        .and_then(|value| value.split_at_checked(SCHEME.len()))
        .unwrap_or_default();
    if scheme.eq_ignore_ascii_case(SCHEME) {
        token.trim_start()
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_token_follows_its_scheme() {
        for (sent, token) in [
            ("Bearer a.b.c", "a.b.c"),
            ("bearer  a.b.c", "a.b.c"),
            ("BEARER sk_1", "sk_1"),
            ("Bearer", ""),
            ("Basic a.b.c", ""),
            ("Bearers a", ""),
            ("", ""),
        ] {
            let request = TestRequest::default().insert_header((header::AUTHORIZATION, sent));
            assert_eq!(bearer(&request.to_http_request()), token, "{sent}");
        }
    }
}
