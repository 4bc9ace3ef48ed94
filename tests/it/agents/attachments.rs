//! Files sent with messages and notes: who may upload, send and read them, and what is refused.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use parlance::{
    adapters::scan::{ScanError, Scanner, Verdict},
    kernel::clock::ManualClock,
};
use parlance_store::control::Role;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Agent;
use crate::support::{Setup, TestApp, TestVisitor, Workspace};

/// What the scanner here takes for malware.
const MALWARE: &[u8] = b"this would be malware";
const PDF: &[u8] = b"%PDF-1.7\nterms";

/// A PNG of this size, as far as it is looked at, in which somebody noted something.
fn png(width: u8, height: u8) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], held: &[u8]| {
        let length = u32::try_from(held.len()).unwrap().to_be_bytes();
        [&length, &kind[..], held, b"sum4"].concat()
    };
    let header = [0, 0, 0, width, 0, 0, 0, height, 8, 6, 0, 0, 0];
    let parts = [
        chunk(b"IHDR", &header),
        chunk(b"tEXt", b"Location\0at home"),
        chunk(b"IDAT", b"pixels"),
        chunk(b"IEND", b""),
    ];
    [b"\x89PNG\r\n\x1a\n", &parts.concat()[..]].concat()
}

#[derive(Debug)]
struct Suspicious;

#[async_trait::async_trait]
impl Scanner for Suspicious {
    async fn scan(&self, file: &[u8]) -> Result<Verdict, ScanError> {
        if file == b"be silent" {
            return Err(ScanError::Unavailable("it is a test".to_owned()));
        }
        Ok(if file == MALWARE {
            Verdict::Infected("Test".to_owned())
        } else {
            Verdict::Clean
        })
    }
}

fn form(name: &str, file: &[u8]) -> Form {
    Form::new().part("file", Part::bytes(file.to_vec()).file_name(name.to_owned()))
}

async fn answered(request: reqwest::RequestBuilder, name: &str, file: &[u8]) -> (u16, Value) {
    let answer = request.multipart(form(name, file)).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

impl Agent {
    async fn attaches(&self, app: &TestApp, conversation: &str, name: &str, file: &[u8]) -> (u16, Value) {
        let url = app.url(&format!("/api/conversations/{conversation}/attachments"));
        answered(app.http.post(url).bearer_auth(&self.token), name, file).await
    }

    /// Says it with these files; its client id.
    async fn sends(&mut self, kind: &str, conversation: &str, text: &str, files: &[&Value]) -> Uuid {
        let client_id = Uuid::new_v4();
        let more = json!({ "client_id": client_id, "text": text, "attachments": files });
        self.send(kind, conversation, more).await;
        client_id
    }
}

impl TestVisitor {
    async fn attaches(&self, conversation: &str, name: &str, file: &[u8]) -> (u16, Value) {
        let path = format!("/conversation/{conversation}/attachments");
        answered(self.post(&path), name, file).await
    }
}

fn says(text: &str, files: &[&Value]) -> Value {
    json!({ "type": "say", "client_id": Uuid::new_v4(), "text": text, "attachments": files })
}

async fn chat() -> (TestApp, Workspace, TestVisitor) {
    Setup::default().scanner(Suspicious).chat().await
}

#[tokio::test]
async fn an_agent_sends_an_image_and_the_visitor_sees_it() {
    let (app, acme, visitor) = chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    let mut ada = Agent::owner(&app, &acme).await;
    ada.watch(&conversation, 0).await;
    let (status, file) = ada
        .attaches(&app, &conversation, "../Photo of it.PNG", &png(40, 30))
        .await;
    assert_eq!(status, 201, "{file}");
    assert_eq!(
        (&file["name"], &file["type"], &file["width"], &file["height"]),
        (
            &json!("Photo of it.PNG"),
            &json!("image/png"),
            &json!(40),
            &json!(30)
        )
    );

    let client_id = ada.sends("say", &conversation, "", &[&file["id"]]).await;
    let ack = ada.socket.next_of("ack").await;
    let message = socket.next_of("message").await;
    assert_eq!(message["text"], "");
    let sent = &message["attachments"][0];
    assert_eq!(
        (&sent["id"], &sent["size"], &sent["width"]),
        (&file["id"], &file["size"], &json!(40))
    );

    let answer = app
        .http
        .get(app.url(sent["url"].as_str().unwrap()))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "image/png");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("content-disposition").starts_with("inline"));
    assert!(header("content-security-policy").starts_with("sandbox; default-src 'none'"));
    assert!(header("cache-control").starts_with("private, max-age="));
    let shown = answer.bytes().await.unwrap();
    assert!(
        !shown.windows(7).any(|part| part == b"at home"),
        "it tells no place"
    );
    assert_eq!(
        shown.len(),
        usize::try_from(sent["size"].as_u64().unwrap()).unwrap()
    );

    // The same again says nothing new.
    let again = json!({ "client_id": client_id, "text": "", "attachments": [file["id"]] });
    ada.send("say", &conversation, again).await;
    assert_eq!(ada.socket.next_of("ack").await["seq"], ack["seq"]);

    // Whoever comes back, by socket or REST, has it with an address; what is stored has none.
    let (_, mut resumed) = visitor.resumes(&conversation, 0).await;
    let again = resumed.next_of("message").await;
    assert!(again["attachments"][0]["url"].is_string());
    let log = visitor.log(&conversation).await;
    assert!(log.last().unwrap()["attachments"][0]["url"].is_string());
    for path in ["events", "messages"] {
        let page = ada
            .get(&app, &format!("/api/conversations/{conversation}/{path}"))
            .await;
        let last = page["items"].as_array().unwrap().last().unwrap();
        assert!(last["attachments"][0]["url"].is_string(), "{last}");
    }
    let stored = "SELECT count(*) AS n FROM conversation_events WHERE body::text LIKE '%signature=%'";
    assert_eq!(app.db().rows(stored).await.unwrap()[0]["n"], 0);
    let listed = ada.get(&app, &format!("/api/conversations/{conversation}")).await;
    assert_eq!(listed["last"]["text"], "Sent an image");
    let own: Value = visitor
        .get("/conversations")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(own["items"][0]["preview"], "Sent an image");
}

#[tokio::test]
async fn a_visitor_sends_a_pdf_and_the_model_is_told_its_name_alone() {
    let (app, acme, visitor) = chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    let mut ada = Agent::owner(&app, &acme).await;
    ada.watch(&conversation, 0).await;
    let (status, file) = visitor.attaches(&conversation, "my order.pdf", PDF).await;
    assert_eq!(status, 201, "{file}");
    let question = "How long does the warranty last?";
    socket.send(&says(question, &[&file["id"]])).await;
    let message = ada.next_event().await;
    let sent = &message["attachments"][0];
    let answer = app
        .http
        .get(app.url(sent["url"].as_str().unwrap()))
        .send()
        .await
        .unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/pdf");
    assert!(header("content-disposition").starts_with("attachment; filename=\"my order.pdf\""));
    assert_eq!(answer.bytes().await.unwrap(), PDF);

    socket.until_answer().await;
    let asked = app.upstream.requests().pop().unwrap().body;
    assert!(asked.contains("[attached: my order.pdf]"), "{asked}");
    assert!(!asked.contains("signature") && !asked.contains("terms"));
}

#[tokio::test]
async fn a_note_has_files_that_no_visitor_is_told_of() {
    let (app, acme, visitor) = chat().await;
    let (conversation, _socket) = visitor.connects().await;
    let mut ada = Agent::owner(&app, &acme).await;
    let mut cole = Agent::colleague(&app, &acme, Role::Agent).await;
    cole.watch(&conversation, 0).await;
    let (_, file) = ada.attaches(&app, &conversation, "log.txt", b"it broke").await;
    ada.sends("note", &conversation, "", &[&file["id"]]).await;
    ada.socket.next_of("ack").await;
    let told = cole.socket.next_of("note").await;
    assert_eq!(told["attachments"][0]["name"], "log.txt");
    assert!(told["attachments"][0]["url"].is_string());
    let notes = ada
        .get(&app, &format!("/api/conversations/{conversation}/notes"))
        .await;
    assert!(notes["items"][0]["attachments"][0]["url"].is_string());
    let seen = ada.watch(&conversation, 0).await;
    assert!(
        seen.iter()
            .any(|event| event["attachments"][0]["url"].is_string())
    );
    assert!(visitor.log(&conversation).await.is_empty());
}

#[tokio::test]
async fn what_may_not_be_sent_is_refused_with_a_reason() {
    let (app, acme, visitor) = chat().await;
    let conversation = visitor.conversation().await;
    let ada = Agent::owner(&app, &acme).await;
    let large = vec![b'x'; (10 << 20) + 1];
    for (name, file, status, code) in [
        ("a.png", MALWARE, 422, "file_infected"),
        ("a.txt", b"", 400, "invalid_request"),
        (
            "a.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            415,
            "unsupported_media_type",
        ),
        (
            "a.png",
            b"<!doctype html><script></script>",
            415,
            "unsupported_media_type",
        ),
        ("a.zip", b"PK\x03\x04 and so on", 415, "unsupported_media_type"),
        ("a.png", b"\x89PNG\r\n\x1a\n cut off", 400, "invalid_request"),
        ("a.txt", b"be silent", 503, "busy"),
        ("a.txt", &large, 413, "payload_too_large"),
    ] {
        let by_agent = ada.attaches(&app, &conversation, name, file).await;
        assert_eq!((by_agent.0, by_agent.1["code"].as_str().unwrap()), (status, code));
        let by_visitor = visitor.attaches(&conversation, name, file).await;
        assert_eq!(by_visitor.1["code"], code, "{name}");
    }
    let viewer = Agent::colleague(&app, &acme, Role::Viewer).await;
    assert_eq!(viewer.attaches(&app, &conversation, "a.pdf", PDF).await.0, 403);
    let none = "SELECT count(*) AS n FROM attachments";
    assert_eq!(app.db().rows(none).await.unwrap()[0]["n"], 0);
}

#[tokio::test]
async fn a_file_is_sent_once_and_by_who_uploaded_it_where_they_did() {
    let (app, acme, visitor) = chat().await;
    let globex = app.workspace("globex").await;
    let stranger = app.visitor(&globex).await;
    let (conversation, mut socket) = visitor.connects().await;
    let other = visitor.conversation().await;
    let foreign = stranger.conversation().await;
    let ada = Agent::owner(&app, &acme).await;
    let mut cole = Agent::colleague(&app, &acme, Role::Agent).await;
    let (_, own) = visitor.attaches(&conversation, "a.pdf", PDF).await;
    let (_, elsewhere) = visitor.attaches(&other, "b.pdf", PDF).await;
    let (_, agents) = ada.attaches(&app, &conversation, "c.pdf", PDF).await;
    let (_, tenants) = stranger.attaches(&foreign, "d.pdf", PDF).await;
    let never = json!(Uuid::now_v7());
    for file in [&elsewhere["id"], &agents["id"], &tenants["id"], &never] {
        socket.send(&says("see", &[&own["id"], file])).await;
        assert_eq!(socket.next_of("error").await["code"], "attachment_unknown");
    }
    cole.sends("say", &conversation, "see", &[&agents["id"]]).await;
    assert_eq!(cole.socket.next_of("error").await["code"], "attachment_unknown");
    cole.sends("note", &conversation, "see", &[&agents["id"]]).await;
    assert_eq!(cole.socket.next_of("error").await["code"], "attachment_unknown");
    assert!(visitor.log(&conversation).await.is_empty(), "nothing was said");

    // What was refused can be sent all the same, once.
    socket.send(&says("", &[&own["id"]])).await;
    socket.next_of("ack").await;
    socket.send(&says("again", &[&own["id"]])).await;
    assert_eq!(socket.next_of("error").await["code"], "attachment_unknown");
    let twice = says("see", &[&own["id"], &own["id"]]);
    let many: Vec<Value> = (0..11).map(|_| json!(Uuid::now_v7())).collect();
    let many = says("see", &many.iter().collect::<Vec<_>>());
    for wrong in [twice, many, says("", &[])] {
        socket.send(&wrong).await;
        assert_eq!(socket.next_of("error").await["code"], "invalid_request");
    }
    for (token, at) in [(&stranger, &conversation), (&visitor, &foreign)] {
        assert_ne!(token.attaches(at, "a.pdf", PDF).await.0, 201);
    }
    assert_eq!(ada.attaches(&app, &foreign, "a.pdf", PDF).await.0, 404);
}

#[tokio::test]
async fn files_have_a_rate_of_their_own() {
    let setup = Setup::default().set("CHAT_RATE_VISITOR", "2/1");
    let (_app, _, visitor) = setup.set("UPLOAD_RATE_VISITOR", "10/1").chat().await;
    let (conversation, mut socket) = visitor.connects().await;
    socket.send(&says("I have ten photos of it", &[])).await;
    socket.until_answer().await;
    let mut files = Vec::new();
    for n in 0..10 {
        let (status, file) = visitor.attaches(&conversation, &format!("{n}.pdf"), PDF).await;
        assert_eq!(status, 201, "{file}");
        files.push(file["id"].clone());
    }
    let (status, refused) = visitor.attaches(&conversation, "11.pdf", PDF).await;
    assert_eq!((status, refused["code"].as_str().unwrap()), (429, "rate_limited"));
    socket.send(&says("", &files.iter().collect::<Vec<_>>())).await;
    socket.next_of("ack").await;
}

#[tokio::test]
async fn a_large_file_goes_out_whole() {
    let (app, _, visitor) = TestApp::chat().await;
    let conversation = visitor.conversation().await;
    let large: Vec<u8> = b"0123456789".repeat(50_000);
    let (_, file) = visitor.attaches(&conversation, "a.txt", &large).await;
    let answer = app.http.get(app.url(file["url"].as_str().unwrap())).send().await;
    let answer = answer.unwrap();
    assert_eq!(answer.content_length(), Some(500_000));
    assert_eq!(answer.bytes().await.unwrap(), large);
}

#[tokio::test]
async fn an_address_opens_its_own_file_and_only_for_a_while() {
    let clock = Arc::new(ManualClock::at(
        DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
    ));
    let (app, acme, visitor) = Setup::default().clock(clock.clone()).chat().await;
    let conversation = visitor.conversation().await;
    let (_, file) = visitor.attaches(&conversation, "a.pdf", PDF).await;
    let (_, other) = visitor.attaches(&conversation, "b.pdf", PDF).await;
    let url = file["url"].as_str().unwrap().to_owned();
    let opens = async |url: &str| app.http.get(app.url(url)).send().await.unwrap().status().as_u16();
    assert_eq!(opens(&url).await, 200);
    let (id, other) = (file["id"].as_str().unwrap(), other["id"].as_str().unwrap());
    let globex = app.workspace("globex").await;
    for forged in [
        url.replace(id, other),
        url.replace(&acme.tenant.to_string(), &globex.tenant.to_string()),
        url.replace("expires=1", "expires=2"),
        url.replace("signature=", "signature=A"),
    ] {
        assert_eq!(opens(&forged).await, 404, "{forged}");
    }
    assert_eq!(opens(url.split('?').next().unwrap()).await, 400);
    clock.advance(TimeDelta::hours(25));
    assert_eq!(opens(&url).await, 410);
}

#[tokio::test]
async fn a_space_may_take_no_files_of_visitors() {
    let app = TestApp::start().await;
    let acme = app
        .workspace_with("acme", json!({ "attachments": false }), &[])
        .await;
    let visitor = app.visitor(&acme).await;
    let conversation = visitor.conversation().await;
    let (status, refused) = visitor.attaches(&conversation, "a.pdf", PDF).await;
    assert_eq!((status, refused["code"].as_str().unwrap()), (403, "forbidden"));
    let ada = Agent::owner(&app, &acme).await;
    assert_eq!(ada.attaches(&app, &conversation, "a.pdf", PDF).await.0, 201);
    let config = app.http.get(app.url("/api/widget/acme/config")).send().await;
    let config: Value = config.unwrap().json().await.unwrap();
    assert_eq!(config["attachments"], false);
}
