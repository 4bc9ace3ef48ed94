//! Questions a visitor asks, and what comes out.

use futures_util::StreamExt;

use super::*;
use crate::adapters::llm::{Role, Source, Turn};

const WARRANTY: &str = "Every home robot has a warranty of 24 months from delivery. Batteries are covered for 12 months. \
    It does not cover water damage.\n\n\
    | Part | Cover |\n|---|---|\n| Motors | 36 months |\n| Brushes | wear parts, none |\n";
const RESET: &str = "## Factory reset\n\nA reset erases the map. To reset the robot:\n\n\
    1. Open the **lid**.\n2. Press the reset pin for 10 seconds.\n3. Wait for the [tone](x).\n";

fn ask(questions: &[&str]) -> ChatRequest {
    let source = |number, title: &str, text: &str| Source {
        number,
        title: title.into(),
        heading: vec![],
        text: text.into(),
    };
    ChatRequest {
        model: NAME.into(),
        system: String::new(),
        turns: questions
            .iter()
            .map(|text| Turn {
                role: Role::User,
                text: (*text).into(),
            })
            .collect(),
        sources: vec![
            source(1, "Warranty", WARRANTY),
            source(2, "Troubleshooting", RESET),
        ],
        max_tokens: 400,
        temperature: None,
        hand_over: false,
        request_id: String::new(),
    }
}

fn answer(request: &ChatRequest) -> String {
    futures_util::future::FutureExt::now_or_never(Extractive::new(0).answer(request)).unwrap()
}

fn reply(questions: &[&str]) -> String {
    answer(&ask(questions))
}

#[test]
fn a_question_is_answered_with_cited_sentences() {
    assert_eq!(
        reply(&["How long are batteries covered?"]),
        "Batteries are covered for 12 months [S1]."
    );
    assert!(
        reply(&["How long is the warranty on my robot?"])
            .starts_with("Every home robot has a warranty of 24 months")
    );
}

#[test]
fn how_do_i_is_answered_with_the_steps_in_order() {
    assert_eq!(
        reply(&["How do I reset the robot?"]),
        "To reset the robot:\n1. Open the lid [S2].\n2. Press the reset pin for 10 seconds [S2].\n3. Wait for the tone [S2]."
    );
}

/// Asks the sources given instead of the warranty's.
fn reply_from(question: &str, texts: &[&str]) -> String {
    let mut request = ask(&[question]);
    let sources = texts.iter().zip(1..).map(|(text, number)| Source {
        number,
        title: String::new(),
        heading: vec![],
        text: (*text).into(),
    });
    request.sources = sources.collect();
    answer(&request)
}

#[test]
fn a_thing_is_known_by_what_the_sources_call_it() {
    let mut request = ask(&["How long is the warranty on my vacuum"]);
    let mut question = question::read(&request.turns);
    assert_eq!(question.asks("sweep 3"), None);
    request.sources[0].text = "Sweep 3 is a robot vacuum that also mops. It is loud.".into();
    question.learn(&units::of_sources(&request.sources));
    assert_eq!(question.asks("sweep 3").map(|(term, _)| term), Some("vacuum"));
    assert_eq!(question.asks("it"), None);
}

#[test]
fn how_long_is_answered_with_a_time() {
    let exclusions =
        "Not covered by the warranty are:\n\n- damage by liquids vacuumed up\n- scratches of the lid";
    let terms = "## How long the warranty lasts\n\n\
        | Product | Warranty |\n|---|---|\n| Vacuums | 24 months |\n| Arms | 18 months |\n";
    let said = reply_from("How long is the warranty on my vacuum", &[exclusions, terms]);
    assert!(
        said.contains("Vacuums: 24 months [S2]") && !said.contains("[S1]"),
        "{said}"
    );
}

#[test]
fn the_number_of_a_name_is_no_amount() {
    let about = "Sweep 3 returns to its dock by itself.";
    let terms = "Everything can be returned within 30 days of delivery.";
    for question in [
        "can i return it after 3 weeks?",
        "Is a return after 3 weeks possible?",
    ] {
        let said = reply_from(question, &[about, terms]);
        assert!(
            said.starts_with("Everything can be returned within 30 days"),
            "{said}"
        );
    }
}

#[test]
fn a_rule_comes_before_its_example() {
    let example = "## Price of an example\n\nThe fuel surcharge of 14.5% is €1.80 for this parcel.";
    let rule = "| Surcharge | Amount |\n|---|---|\n| Fuel | 14.5% of the price |\n";
    let said = reply_from("How high is the fuel surcharge?", &[example, rule]);
    assert!(said.starts_with("Fuel: 14.5% of the price [S2]"), "{said}");
    let said = reply_from("Is there an example of the fuel surcharge?", &[example, rule]);
    assert!(said.contains("€1.80"), "{said}");
}

#[test]
fn a_table_row_reads_as_a_line() {
    assert_eq!(reply(&["Are motors covered?"]), "Motors: 36 months [S1].");
}

#[test]
fn a_follow_up_leans_on_the_question_before() {
    let answer = reply(&["Are batteries covered?", "and for how long?"]);
    assert!(answer.contains("12 months [S1]"), "{answer}");
}

#[test]
fn courtesy_cites_nothing() {
    for question in ["Hello!", "thanks"] {
        let answer = reply(&[question]);
        assert!(
            !answer.is_empty() && !answer.contains("[S"),
            "{question}: {answer}"
        );
    }
}

#[test]
fn what_nothing_answers_is_left_unanswered() {
    for question in [
        "Do you sell bicycles in Norway?",
        "",
        "¿Tienen bicicletas en la tienda de Madrid?",
        "Haben Sie auch Fahrräder für Kinder im Angebot?",
    ] {
        assert_eq!(reply(&[question]), "", "{question}");
    }
    let mut empty = ask(&["How long is the warranty?"]);
    empty.sources.clear();
    assert_eq!(answer(&empty), "");
}

#[tokio::test(start_paused = true)]
async fn it_streams_word_by_word_at_its_pace() {
    let request = ask(&["How long are batteries covered?"]);
    let before = tokio::time::Instant::now();
    let chunks: Vec<Chunk> = Extractive::new(10)
        .stream(&request)
        .await
        .unwrap()
        .map(|chunk| chunk.unwrap())
        .collect()
        .await;
    let text: String = chunks
        .iter()
        .filter_map(|c| {
            if let Chunk::Text(t) = c {
                Some(t.as_str())
            } else {
                None
            }
        })
        .collect();
    assert_eq!(text, answer(&request));
    assert_eq!(before.elapsed(), Duration::from_millis(700));
    assert_eq!(chunks.first(), Some(&Chunk::Started { model: NAME.into() }));
    assert_eq!(chunks.last(), Some(&Chunk::Done(StopReason::EndTurn)));
    assert!(chunks.contains(&Chunk::Usage(Usage::default())));
    let mut short = request.clone();
    short.max_tokens = 4;
    let chunks: Vec<_> = Extractive::new(0).stream(&short).await.unwrap().collect().await;
    assert_eq!(chunks.last(), Some(&Ok(Chunk::Done(StopReason::MaxTokens))));
}

#[test]
fn any_source_is_survived() {
    for text in [
        "",
        "|",
        "|||\n|-|",
        "```",
        "1.",
        "- \n- ",
        "# \n",
        "[](",
        "日本語。",
        "\u{0}**",
        "| a |\n|---|\n| |",
    ] {
        let mut request = ask(&["How long is that? 日本"]);
        if let Some(source) = request.sources.first_mut() {
            source.text = text.into();
        }
        let answer = answer(&request);
        assert!(answer.is_empty() || answer.contains("[S1]"), "{text}: {answer}");
    }
}
