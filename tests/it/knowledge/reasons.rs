//! Why a question found what it found.

use serde_json::{Value, json};

use super::rest::Admin;

fn outcomes(reasons: &Value) -> Vec<&str> {
    let candidates = reasons["candidates"].as_array().unwrap();
    candidates
        .iter()
        .map(|candidate| candidate["outcome"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_search_tells_why_each_passage_was_kept_or_dropped_and_what_a_model_would_be_asked() {
    let admin = Admin::start().await;
    let rule = "The telescopic ladder reaches 3.8 metres and carries 150 kg.";
    for (title, text) in [
        ("Ladders", rule),
        ("Ladders again", rule),
        (
            "Heights",
            "How high a ladder may reach indoors is up to 4 metres.",
        ),
    ] {
        admin.settled(admin.pastes(title, text).await).await;
    }
    let question = "How high does the telescopic ladder reach?";
    let asked = json!({ "space": "acme", "text": question, "limit": 1, "explain": true });
    let found = admin.asks(asked).await;
    let reasons = &found["reasons"];
    let outcomes = outcomes(reasons);
    assert_eq!(outcomes[0], "kept", "{reasons}");
    assert!(
        outcomes.contains(&"repeats") && !outcomes.contains(&"surplus"),
        "{outcomes:?}"
    );

    let best = &reasons["candidates"][0];
    assert_eq!(best["id"], found["passages"][0]["id"]);
    assert_eq!(
        (&best["place"], &best["reaches_floor"]),
        (&json!(1), &json!(true))
    );
    // Both legs have it, and its fused rank is that of its places.
    let reciprocal = |leg: &str| 1.0 / (60.0 + best[leg]["place"].as_f64().unwrap());
    let fused = reciprocal("meaning") + reciprocal("text_match");
    assert!((best["fused"].as_f64().unwrap() - fused).abs() < 1e-9, "{best}");
    assert!(best["text_match"]["score"].as_f64().unwrap() > 0.0);
    let word = |lexeme: &str| {
        let words = reasons["words"].as_array().unwrap();
        words
            .iter()
            .find(|word| word["lexeme"] == lexeme)
            .unwrap()
            .clone()
    };
    let (ladder, telescopic) = (word("ladder"), word("telescop"));
    assert_eq!(
        (&ladder["passages"], &telescopic["passages"]),
        (&json!(3), &json!(2))
    );
    assert!(telescopic["weight"].as_f64() > ladder["weight"].as_f64());

    let prompt = &reasons["prompt"];
    let sent = prompt["messages"][0]["text"].as_str().unwrap();
    assert!(
        sent.contains("<source id=\"S1\"") && sent.contains(rule) && sent.ends_with(question),
        "{sent}"
    );
    assert!(
        sent.contains("<source id=\"S2\""),
        "as many as a visitor's question gets"
    );
    assert_eq!(found["passages"].as_array().unwrap().len(), 1);
    assert!(prompt["tokens"].as_u64() > prompt["messages"][0]["tokens"].as_u64());

    let repeated = found["reasons"]["candidates"]
        .as_array()
        .unwrap()
        .iter()
        .find(|candidate| candidate["outcome"] == "repeats")
        .unwrap();
    assert_eq!(repeated["repeats"], found["passages"][0]["id"]);
}

#[tokio::test]
async fn a_search_that_abstains_tells_what_was_too_far_off() {
    let admin = Admin::start().await;
    let about = "The telescopic ladder reaches 3.8 metres.";
    admin.settled(admin.pastes("Ladders", about).await).await;
    let asked =
        json!({ "space": "acme", "text": "Who won the chess final, and the ladder?", "explain": true });
    let found = admin.asks(asked).await;
    let reasons = &found["reasons"];
    assert_eq!(
        (&found["abstained"], &found["passages"]),
        (&json!(true), &json!([]))
    );
    assert_eq!(
        (&reasons["floor"]["reached"], &reasons["prompt"]),
        (&json!(false), &Value::Null)
    );
    assert!(outcomes(reasons).contains(&"below_floor"), "{reasons}");
    // Nobody who did not ask for reasons gets any.
    assert_eq!(admin.finds("ladder").await["reasons"], Value::Null);
}
