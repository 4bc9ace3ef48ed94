//! Every route under a stranger's token, and what every refusal looks like.

mod accounts;
mod isolation;
mod operations;
mod problems;
mod rates;
mod reading;
mod upgrade;

use reqwest::Response;
use serde_json::Value;

/// Insists that it is a problem document of this status, and gives its code.
async fn problem(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let kind = answer
        .headers()
        .get("content-type")
        .map(|kind| kind.to_str().unwrap().to_owned());
    let text = answer.text().await.unwrap();
    assert_eq!(
        kind.as_deref(),
        Some("application/problem+json"),
        "{status} {text}"
    );
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(body["status"], status);
    for field in ["type", "title", "detail", "code"] {
        assert!(
            !body[field].as_str().unwrap_or_default().is_empty(),
            "{field} in {body}"
        );
    }
    (status, body["code"].as_str().unwrap().to_owned())
}
