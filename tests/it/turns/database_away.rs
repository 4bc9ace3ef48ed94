//! The database is away for a while: that is said, nothing is lost, and all goes on when it is back.

use std::{sync::Arc, time::Duration};

use parlance::{
    actors::conversation::ActorError,
    kernel::clock::{Clock, ManualClock, SystemClock},
};
use serde_json::Value;
use tokio::time::timeout;
use uuid::Uuid;

use crate::support::{Setup, TestApp, eventually, says};

async fn ready(app: &TestApp) -> (u16, Value) {
    let answer = app.http.get(app.url("/readyz")).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn an_outage_is_no_absence() {
    let (app, _, visitor) = TestApp::chat().await;
    let live = visitor.asks(None, "How long does the warranty last?").await;
    let live = live["conversation"].as_str().unwrap();
    let unloaded = visitor.conversation().await;

    app.db().take_away().await.unwrap();
    let (status, told) = ready(&app).await;
    assert_eq!(
        (status, &told["checks"]["database"]),
        (503, &"does not answer".into())
    );
    let question = says("When are refunds paid?");
    for conversation in [live, &unloaded] {
        let (status, refused) = visitor.frame(conversation, &question).await;
        assert_eq!(status.as_u16(), 503, "{refused}");
        assert_eq!(refused["code"], "busy");
    }

    app.db().bring_back().await.unwrap();
    assert_eq!(ready(&app).await.0, 200);
    for conversation in [live, &unloaded] {
        let before = visitor.log(conversation).await.len();
        let answer = visitor.asks(Some(conversation), "When are refunds paid?").await;
        assert_eq!(answer["state"], "complete");
        assert_eq!(visitor.log(conversation).await.len(), before + 2);
    }
    assert_eq!(
        app.upstream.totals().requests,
        3,
        "no model is asked what was not stored"
    );
}

/// However often it was asked for meanwhile: what could not be loaded has not crashed.
#[tokio::test]
async fn a_conversation_is_there_again_as_soon_as_the_database_is() {
    // Time in which crashes are counted does not pass.
    let clock = Arc::new(ManualClock::at(SystemClock.now()));
    let (mut app, acme, visitor) = Setup::default().clock(clock).chat().await;
    let conversation: Uuid = visitor.conversation().await.parse().unwrap();
    // Nobody has it loaded then.
    app.restart().await;
    let observed = async || {
        let actor = app
            .services
            .registry
            .conversation(acme.tenant, conversation.into())?;
        actor.observe().await
    };
    app.db().take_away().await.unwrap();
    for _ in 0..12 {
        assert_eq!(observed().await.err(), Some(ActorError::Busy));
    }
    app.db().bring_back().await.unwrap();
    // What has ended is swept away each minute.
    let observed = eventually(async || observed().await.ok());
    let observed = timeout(Duration::from_secs(30), observed).await;
    observed.expect("it is there again at once");
}
