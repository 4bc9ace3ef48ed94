use std::collections::HashMap;

use serde_json::json;

use super::*;

const TO: &str = "r+abc@in.parlance.example";

/// As a mail server hands it on.
fn piped(headers: &str, body: &str) -> Incoming {
    let mail = format!(
        "Return-Path: <mara@shop.example>\r\nDelivered-To: inbound@parlance.example\r\nX-Original-To: {TO}\r\n\
         From: =?UTF-8?Q?Mara_K=C3=A9?= <mara@shop.example>\r\nTo: Acme <{TO}>\r\n\
         Message-ID: <CAF=1@mail.gmail.com>\r\nSubject: Re: Your conversation with Acme\r\n{headers}\r\n\r\n{body}"
    );
    mime::read(mail.replace("\r\n", "\n").replace('\n', "\r\n").as_bytes()).unwrap()
}

const GMAIL: &str = "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"b1\"";
const GMAIL_BODY: &str = "--b1\nContent-Type: text/plain; charset=\"UTF-8\"\nContent-Transfer-Encoding: quoted-printable\n\n\
    Gr=C3=BC=C3=9Fe, it is 5 =E2=82=AC.\n\nOn Mon, 3 Nov 2025 at 10:00, Acme <no-reply@parlance.example> wrote:\n\n> How much?\n\n\
    --b1\nContent-Type: text/html; charset=\"UTF-8\"\n\n<div>Gr&uuml;&szlig;e</div>\n--b1--\n";

#[test]
fn a_mail_is_read_with_its_codings() {
    let mail = piped(GMAIL, GMAIL_BODY);
    assert_eq!(mail.from, "mara@shop.example");
    assert_eq!(mail.message_id.as_deref(), Some("CAF=1@mail.gmail.com"));
    assert!(
        mail.to.iter().filter(|to| *to == TO).count() == 2,
        "{:?}",
        mail.to
    );
    assert!(!mail.automatic);
    assert_eq!(mail.messages(), ["Grüße, it is 5 €."]);
}

#[test]
fn a_mail_in_html_alone_is_read_as_text_in_its_lines() {
    let html = "<html><head><style>p { color: red }</style></head><body><div>It <b>hums</b>.</div><div>And stops.</div>\
                <br><div class=\"gmail_quote\"><div>On Mon, 3 Nov 2025 at 10:00, Acme &lt;a@b.example&gt; wrote:<br></div>\
                <blockquote>Does it work?</blockquote></div></body></html>";
    let mail = piped(
        "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8",
        html,
    );
    assert_eq!((mail.text.as_deref(), mail.html.is_some()), (None, true));
    assert_eq!(mail.messages(), ["It hums.\nAnd stops."]);
}

#[test]
fn files_are_counted_and_said_to_be_left_out() {
    let headers = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b1";
    let file = "--b1\nContent-Type: image/png; name=\"a.png\"\nContent-Disposition: attachment; filename=\"a.png\"\n\
                Content-Transfer-Encoding: base64\n\niVBORw0KGgo=\n";
    let text = "--b1\nContent-Type: text/plain\n\nSee the picture.\n";
    let mail = piped(headers, &format!("{text}{file}--b1--\n"));
    assert_eq!(
        mail.messages(),
        ["See the picture.\n\n(1 attachment was left out)"]
    );
    let mail = piped(headers, &format!("{file}{file}--b1--\n"));
    assert_eq!(mail.messages(), ["(2 attachments were left out)"]);
}

#[test]
fn what_is_written_before_and_after_an_image_is_read() {
    let headers = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b1";
    let image = "--b1\nContent-Type: image/png; name=\"a.png\"\nContent-Disposition: inline; filename=\"a.png\"\n\
                 Content-Transfer-Encoding: base64\n\niVBORw0KGgo=\n";
    let part = |kind: &str, text: &str| format!("--b1\nContent-Type: text/{kind}\n\n{text}\n");
    let said = |parts: &[String]| {
        let mail = piped(headers, &format!("{}--b1--\n", parts.concat()));
        let text = mail.messages().concat();
        text.split("\n\n(").next().unwrap().to_owned()
    };
    let [before, after] = [part("plain", "It hums:"), part("plain", "Since Monday.")];
    assert_eq!(
        said(&[before.clone(), image.to_owned(), after]),
        "It hums:\nSince Monday."
    );
    let after = part("html", "<p>Since <b>Monday</b>.</p>");
    assert_eq!(
        said(&[before, image.to_owned(), after.clone()]),
        "It hums:\nSince Monday."
    );
    let before = part("html", "<p>It hums:</p>");
    assert_eq!(
        said(&[before, image.to_owned(), after]),
        "It hums:\nSince Monday."
    );
}

#[test]
fn what_machines_write_by_themselves_is_told_from_what_people_write() {
    for header in [
        "Auto-Submitted: auto-replied",
        "auto-submitted: auto-generated (holiday)",
        "X-Autoreply: yes",
        "X-Autorespond: Away",
        "Precedence: bulk",
        "Precedence: auto_reply",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
        "Return-Path: <>",
    ] {
        assert!(piped(header, "I am away.").automatic, "{header}");
    }
    for header in ["Auto-Submitted: no", "Precedence: normal", "X-Priority: 1"] {
        assert!(!piped(header, "I am here.").automatic, "{header}");
    }
    for from in ["MAILER-DAEMON@mx.example", "postmaster@shop.example"] {
        let bounce = json!({ "From": from, "TextBody": "It could not be delivered." });
        assert!(
            postmark::read(bounce.to_string().as_bytes()).unwrap().automatic,
            "{from}"
        );
    }
}

#[test]
fn what_postmark_posts_is_read() {
    let posted = json!({
        "FromName": "Mara K", "MessageStream": "inbound", "From": "mara@shop.example",
        "FromFull": { "Email": "mara@shop.example", "Name": "Mara K", "MailboxHash": "" },
        "To": format!("\"Acme\" <{TO}>"), "ToFull": [{ "Email": TO, "Name": "Acme", "MailboxHash": "abc" }],
        "Cc": "", "CcFull": [], "Bcc": "", "BccFull": [], "OriginalRecipient": TO, "Subject": "Re: Your conversation",
        "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b", "ReplyTo": "", "MailboxHash": "abc",
        "Date": "Mon, 3 Nov 2025 10:05:00 +0000",
        "TextBody": "Yes, please.\n\nOn Mon, 3 Nov 2025 at 10:00, Acme <a@b.example> wrote:\n> Shall we?\n",
        "HtmlBody": "<div>Yes, please.</div>", "StrippedTextReply": "Yes, please.", "Tag": "",
        "Headers": [
            { "Name": "Message-ID", "Value": "<CAF=1@mail.gmail.com>" },
            { "Name": "X-Spam-Status", "Value": "No" },
        ],
        "Attachments": [{ "Name": "a.png", "Content": "iVBORw0KGgo=", "ContentType": "image/png", "ContentLength": 8 }],
    });
    let mail = postmark::read(posted.to_string().as_bytes()).unwrap();
    assert_eq!(mail.messages(), ["Yes, please.\n\n(1 attachment was left out)"]);
    assert!(mail.to.iter().any(|to| to == TO) && !mail.automatic);
    // The same mail has the same id, whoever brings it.
    assert_eq!(mail.client_id(0), piped("", "x").client_id(0));
    assert!(postmark::read(b"{}").is_err() && postmark::read(b"From: a@b.example").is_err());
}

fn form(fields: &[(&str, &str)]) -> HashMap<String, Vec<u8>> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), value.as_bytes().to_vec());
    fields.iter().map(own).collect()
}

#[test]
fn what_sendgrid_posts_is_read() {
    let headers = "Received: by mx.example with SMTP id 1\nMIME-Version: 1.0\nMessage-ID:\n <CAF=1@mail.gmail.com>\nSubject: Re: Hi\n";
    let envelope = format!("{{\"to\":[\"{TO}\"],\"from\":\"mara@shop.example\"}}");
    let mail = sendgrid::read(&form(&[
        ("headers", headers),
        ("from", "Mara K <mara@shop.example>"),
        ("to", "Acme <help@shop.example>, Other <other@shop.example>"),
        ("text", "Yes, please.\n"),
        ("html", "<p>Yes, please.</p>"),
        ("envelope", &envelope),
        ("attachments", "0"),
        ("charsets", "{\"to\":\"UTF-8\"}"),
        ("SPF", "pass"),
    ]));
    let mail = mail.unwrap();
    assert_eq!(mail.to, ["help@shop.example", "other@shop.example", TO]);
    assert_eq!(
        (mail.from.as_str(), mail.messages()),
        ("mara@shop.example", vec!["Yes, please.".to_owned()])
    );
    assert_eq!(mail.client_id(0), piped("", "x").client_id(0));
    let mut latin = form(&[
        ("from", "mara@shop.example"),
        ("html", "<p>Grüße</p>"),
        ("charsets", "{\"text\":\"iso-8859-1\",\"html\":\"utf-8\"}"),
    ]);
    latin.insert("text".to_owned(), b"Gr\xfc\xdfe".to_vec());
    let mail = sendgrid::read(&latin).unwrap();
    assert_eq!(
        (mail.text.as_deref(), mail.html.as_deref()),
        (Some("Grüße"), Some("<p>Grüße</p>"))
    );
    let raw = format!("From: mara@shop.example\r\nTo: {TO}\r\nAuto-Submitted: auto-replied\r\n\r\nAway.");
    let raw = sendgrid::read(&form(&[("email", &raw), ("envelope", &envelope)])).unwrap();
    assert!(raw.automatic && raw.to.iter().all(|to| to == TO));
    assert!(sendgrid::read(&form(&[("text", "Hi")])).is_err());
}

#[test]
fn what_is_no_mail_is_refused() {
    for text in [
        "",
        "\r\n\r\n",
        "no header here",
        "Subject: x\r\n\r\nnobody sent it",
    ] {
        assert!(mime::read(text.as_bytes()).is_err(), "{text:?}");
    }
    assert!(mime::read(&[0xff; 100]).is_err());
}

#[test]
fn a_long_mail_becomes_several_messages_and_says_what_is_left_out() {
    let said = |text: String| Incoming {
        text: Some(text),
        ..Incoming::default()
    };
    let paragraph = format!("{}.", "word ".repeat(500).trim());
    let text = vec![paragraph.clone(); 4].join("\n\n");
    let parts = said(text.clone()).messages();
    assert!(parts.len() > 1 && parts.iter().all(|part| part.chars().count() <= MAX_TEXT));
    assert_eq!(
        parts.join("\n\n"),
        text,
        "nothing is lost, and paragraphs stay whole"
    );
    let ids: Vec<_> = (0..parts.len())
        .map(|n| said(text.clone()).client_id(n))
        .collect();
    assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
    let endless = said("ä".repeat(MAX_TEXT * 20)).messages();
    assert_eq!(endless.len(), MOST_PARTS + 1);
    assert_eq!(endless.last().unwrap(), "(The rest of this e-mail was left out)");
    let quoting = said(format!("Yes.\n{}", "> No?\n".repeat(MAX_TEXT * 40))).messages();
    assert_eq!(quoting, ["Yes."]);
    assert_eq!(said(" \n ".to_owned()).messages(), Vec::<String>::new());
}
