//! What goes over the wire, as the mock saw it.

use parlance::adapters::llm::{ChatModel, anthropic::Anthropic, openai_compatible::OpenAiCompatible};
use parlance_loadtest::upstream::{Behaviour, MockUpstream};
use secrecy::SecretString;

use super::{hear, question};

#[tokio::test]
async fn the_sources_ride_in_the_last_question_and_the_prefix_is_cached() {
    let mock = MockUpstream::start(Behaviour {
        min_cacheable: 1,
        ..Behaviour::default()
    })
    .await
    .unwrap();
    let model = Anthropic::new(&mock.base_url(), SecretString::from("sk-test")).unwrap();
    let mut asked = question("r-9");
    asked.temperature = Some(0.2);
    let first = hear(model.stream(&asked).await.unwrap()).await.usage.unwrap();
    let second = hear(model.stream(&asked).await.unwrap()).await.usage.unwrap();
    assert!(first.cache_write_5m > 0 && first.cache_read == 0);
    assert_eq!(
        (second.cache_write_5m, second.cache_read),
        (0, first.cache_write_5m)
    );

    let body: serde_json::Value = serde_json::from_str(&mock.requests()[0].body).unwrap();
    let content = body["messages"][0]["content"].as_str().unwrap();
    assert!(content.starts_with("<sources>\n<source id=\"S1\" title=\"Refunds\" section=\"Returns\">"));
    assert!(content.ends_with("\n\nHow long do refunds take?"));
    assert_eq!(body["metadata"]["user_id"], "r-9");
    assert!(body.get("temperature").is_none(), "this model answers 400 to it");
}

#[tokio::test]
async fn a_server_without_usage_still_completes() {
    let mock = MockUpstream::start(Behaviour {
        no_usage: true,
        ..Behaviour::default()
    })
    .await
    .unwrap();
    let model = OpenAiCompatible::new("ollama", &format!("{}/v1", mock.base_url()), None).unwrap();
    let heard = hear(model.stream(&question("r-1")).await.unwrap()).await;
    assert!(heard.complete());
    assert_eq!(heard.usage, None);
}

/// As a small model behind Ollama: it answers without the tool, and is asked without from then on.
#[tokio::test]
async fn a_model_that_takes_no_tools_is_asked_without() {
    let mock = MockUpstream::start(Behaviour {
        no_tools: true,
        ..Behaviour::default()
    })
    .await
    .unwrap();
    let model = OpenAiCompatible::new("ollama", &format!("{}/v1", mock.base_url()), None).unwrap();
    let mut asked = question("r-1");
    asked.hand_over = true;
    for _ in 0..2 {
        assert!(hear(model.stream(&asked).await.unwrap()).await.complete());
    }
    let requests = mock.requests();
    let given: Vec<bool> = requests
        .iter()
        .map(|request| request.body.contains("\"tools\""))
        .collect();
    assert_eq!(given, [true, false, false]);
}

/// One client for all requests: a hundred answers in turn don't cost a hundred handshakes.
#[tokio::test]
async fn a_connection_serves_many_answers() {
    let mock = MockUpstream::start(Behaviour::default()).await.unwrap();
    let model = Anthropic::new(&mock.base_url(), SecretString::from("sk-test")).unwrap();
    for _ in 0..30 {
        assert!(
            hear(model.stream(&question("again")).await.unwrap())
                .await
                .complete()
        );
    }
    let connections = mock.connections();
    assert!(
        connections <= 5,
        "{connections} connections for 30 answers in turn"
    );
}
