use std::time::Duration;

use super::*;

fn read(events: &[&str]) -> Result<Vec<Chunk>, LlmError> {
    let mut decoder = Events::new("claude-sonnet-5-5".into(), SecretString::from("sk-secret"));
    let mut out = VecDeque::new();
    for data in events {
        decoder.event(
            &SseEvent {
                event: String::new(),
                data: (*data).to_owned(),
            },
            &mut out,
        )?;
    }
    Ok(out.into())
}

#[test]
fn a_call_of_the_tool_is_put_together_and_another_is_passed_over() {
    let chunks = read(&[
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"One moment."}}"#,
        r#"{"type":"content_block_stop","index":0}"#,
        r#"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_0","name":"search","input":{}}}"#,
        r#"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{}"}}"#,
        r#"{"type":"content_block_stop","index":1}"#,
        r#"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"hand_over","input":{}}}"#,
        r#"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":""}}"#,
        r#"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"reason\": \"is"}}"#,
        r#"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":" upset\"}"}}"#,
        r#"{"type":"content_block_stop","index":2}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":9}}"#,
        r#"{"type":"message_stop"}"#,
    ])
    .unwrap();
    assert_eq!(
        chunks,
        [
            Chunk::Text("One moment.".into()),
            Chunk::HandOver {
                reason: "is upset".into()
            },
            Chunk::Usage(Usage {
                output: 9,
                ..Usage::default()
            }),
            Chunk::Done(StopReason::Other),
        ]
    );
}

#[test]
fn reads_an_answer_with_thinking_and_overwrites_its_usage() {
    let chunks = read(&[
        r#"{"type":"message_start","message":{"id":"m","model":"claude-sonnet-5-5-20260901","usage":{"input_tokens":25,"output_tokens":1,"cache_creation_input_tokens":30,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":10}}}}"#,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
        r#"{"type":"ping"}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"x"}}"#,
        r#"{"type":"content_block_stop","index":0}"#,
        r#"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":"A"}}"#,
        r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"b"}}"#,
        r#"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{"}}"#,
        r#"{"type":"something_new","with":["fields"]}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":null},"usage":{"output_tokens":7}}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15,"input_tokens":26,"cache_creation_input_tokens":30}}"#,
        r#"{"type":"message_stop"}"#,
    ])
    .unwrap();
    let usage = |input, output| {
        Chunk::Usage(Usage {
            input,
            output,
            cache_write_5m: 20,
            cache_write_1h: 10,
            cache_read: 0,
        })
    };
    assert_eq!(
        chunks,
        [
            Chunk::Started {
                model: "claude-sonnet-5-5".into()
            },
            usage(25, 1),
            Chunk::Text("A".into()),
            Chunk::Text("b".into()),
            usage(25, 7),
            usage(26, 15),
            Chunk::Done(StopReason::EndTurn),
        ]
    );
}

#[test]
fn an_error_event_stands_for_its_status() {
    let error = |kind: &str| {
        read(&[&format!(
            r#"{{"type":"error","error":{{"type":"{kind}","message":"sk-secret is\nbad"}}}}"#
        )])
        .unwrap_err()
    };
    assert_eq!(
        error("overloaded_error"),
        LlmError::Overloaded { retry_after: None }
    );
    assert_eq!(
        error("rate_limit_error"),
        LlmError::RateLimited { retry_after: None }
    );
    assert_eq!(error("billing_error"), LlmError::SpendLimit);
    assert_eq!(
        error("authentication_error"),
        LlmError::Rejected {
            status: 401,
            detail: "authentication_error: [key] is bad".into()
        }
    );
    assert!(matches!(
        error("news_error"),
        LlmError::Server { status: 500, .. }
    ));
}

#[test]
fn garbage_is_malformed_and_not_quoted() {
    for data in [
        "{",
        "[]",
        "secret words",
        r#"{"type":"message_start"}"#,
        r#"{"type":"content_block_delta","delta":7}"#,
    ] {
        let LlmError::Malformed(text) = read(&[data]).unwrap_err() else {
            panic!("{data}")
        };
        assert!(!text.contains("secret"), "{text}");
    }
}

#[test]
fn documented_refusals_are_told_apart() {
    let mut headers = HeaderMap::new();
    headers.insert("retry-after", "7".parse().unwrap());
    let after = Some(Duration::from_secs(7));
    let refused = |status, body: &str| refusal(status, &headers, body, &SecretString::from("sk"));
    assert_eq!(refused(429, "{}"), LlmError::RateLimited { retry_after: after });
    assert_eq!(
        refused(529, "<html>"),
        LlmError::Overloaded { retry_after: after }
    );
    let cap = r#"{"type":"error","error":{"type":"rate_limit_error","message":"m","details":{"error_code":"enforced_spend_limit_reached"}}}"#;
    assert_eq!(refused(429, cap), LlmError::SpendLimit);
    let own = r#"{"error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits."}}"#;
    assert_eq!(refused(400, own), LlmError::SpendLimit);
    for status in [400, 401, 403, 404, 413] {
        let error = refused(status, "{}");
        assert!(matches!(error, LlmError::Rejected { status: s, .. } if s == status));
        assert!(!error.retryable());
    }
    for status in [500, 502, 503, 504] {
        assert!(refused(status, "").retryable());
    }
}
