//! Who a visitor is: proofs and their refusals, one history on every device, and whom it is closed to.

mod attributes;
mod blocked;
mod kept;
mod keys;
mod live;
mod merged;
mod merging;
mod proof;
mod renewing;

use serde_json::Value;

use crate::support::TestVisitor;

impl TestVisitor {
    /// The ids of their own conversations.
    async fn past(&self) -> Vec<String> {
        let answer = self.get("/conversations").send().await.unwrap();
        let list: Value = answer.error_for_status().unwrap().json().await.unwrap();
        let items = list["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The status that reading a conversation comes to.
    async fn reads(&self, conversation: &str) -> u16 {
        let answer = self
            .get(&format!("/conversation/{conversation}"))
            .send()
            .await
            .unwrap();
        answer.status().as_u16()
    }
}
