//! The one integration binary: linking is slow, so there is only one. A folder per feature.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a broken expectation is how a test fails"
)]

mod llm;
