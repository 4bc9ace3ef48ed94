//! The link by which a visitor rates a conversation, also without JavaScript. Opening it shows what was chosen in
//! the mail and keeps nothing, for programs that look at mail open every link; a POST keeps it. The last word
//! counts.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use parlance_store::{StoreError, queries::messages::RatedVia, queries::ratings};
use serde::Deserialize;

use super::{
    super::source_page::escaped,
    deliver::ask,
    page::{language, page},
};
use crate::{
    actors::{conversation::ActorError, services::Services},
    domain::{
        csat::{
            COMMENT_MAX, LINK_TTL,
            words::{self, Words},
        },
        mail_replies::address::Named,
    },
    kernel::problem::Problem,
};

/// Bytes of a form at most: a comment of four bytes a character, each written as three.
pub const MAX_FORM: usize = 32 << 10;

/// What was chosen in the mail.
#[derive(Debug, Deserialize)]
pub struct Chosen {
    score: Option<String>,
}

/// What was filled in.
#[derive(Debug, Deserialize)]
pub struct Filled {
    score: Option<String>,
    #[serde(default)]
    comment: String,
}

/// Shows what was chosen.
///
/// # Errors
/// What the database cannot do.
pub async fn show(
    request: HttpRequest,
    token: web::Path<String>,
    chosen: web::Query<Chosen>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let words = words::of(language(&request));
    Ok(match open(&services, &token).await? {
        Link::Open(_, brand) => form(words, &brand, score(chosen.score.as_deref()), "", StatusCode::OK),
        closed => closed.told(words),
    })
}

/// Keeps it.
///
/// # Errors
/// What the database cannot do, and a conversation that takes nothing just now.
pub async fn keep(
    request: HttpRequest,
    token: web::Path<String>,
    filled: web::Form<Filled>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    let words = words::of(language(&request));
    let (named, brand) = match open(&services, &token).await? {
        Link::Open(named, brand) => (named, brand),
        closed => return Ok(closed.told(words)),
    };
    let Filled {
        score: given,
        comment,
    } = filled.into_inner();
    let Some(score) = score(given.as_deref()) else {
        return Ok(form(words, &brand, None, &comment, StatusCode::BAD_REQUEST));
    };
    // As the browser bounds it, which counts a line's end as one.
    let comment: String = comment.replace("\r\n", "\n").replace('\0', "");
    let comment: String = comment.trim().chars().take(COMMENT_MAX).collect();
    let comment = (!comment.is_empty()).then_some(comment);
    let rated = ask(&services, named, async |actor| {
        actor.rate(score, comment.clone(), RatedVia::Mail).await
    });
    match rated.await {
        Ok(()) => Ok(page(StatusCode::OK, words.lang, words.thanks, "")),
        Err(ActorError::NotFound) => Ok(Link::Unknown.told(words)),
        Err(error) => Err(error.into()),
    }
}

/// What a link leads to.
enum Link {
    /// A conversation, and the name of its assistant.
    Open(Named, String),
    Expired,
    Unknown,
}

impl Link {
    fn told(&self, words: &Words) -> HttpResponse {
        match self {
            Self::Expired => page(StatusCode::GONE, words.lang, words.expired, ""),
            Self::Open(..) | Self::Unknown => page(StatusCode::NOT_FOUND, words.lang, words.invalid, ""),
        }
    }
}

async fn open(services: &Services, token: &str) -> Result<Link, Problem> {
    let Some(named) = services.mail_addresses.rated(token) else {
        return Ok(Link::Unknown);
    };
    let db = services.db.tenant(named.tenant);
    let found = db.read(async |conn| ratings::asking(conn, named.conversation).await);
    let found: Result<Option<ratings::Asking>, StoreError> = found.await;
    let Some(found) = found.map_err(Problem::internal)? else {
        return Ok(Link::Unknown);
    };
    // That it was sent is noted right after it was.
    let now = services.clock.now();
    if found.asked_at.is_some_and(|asked_at| now > asked_at + LINK_TTL) {
        return Ok(Link::Expired);
    }
    let space = services.spaces.space(named.tenant, found.space_id).await;
    let space = space.map_err(Problem::internal)?;
    Ok(space.map_or(Link::Unknown, |space| {
        Link::Open(named, space.settings.bot_name.clone())
    }))
}

/// 1 to 5.
fn score(given: Option<&str>) -> Option<i16> {
    let score = given?.parse().ok()?;
    (1..=5).contains(&score).then_some(score)
}

fn form(words: &Words, brand: &str, chosen: Option<i16>, comment: &str, status: StatusCode) -> HttpResponse {
    let choices = (1..).zip(words.scores).map(|(score, label)| {
        let checked = if chosen == Some(score) { " checked" } else { "" };
        let label = escaped(label);
        format!(
            "<label><input type=\"radio\" name=\"score\" value=\"{score}\" required{checked}> {score} · {label}</label>\n"
        )
    });
    let choices: String = choices.collect();
    let choose = match status {
        StatusCode::BAD_REQUEST => format!("<p role=\"alert\">{}</p>\n", escaped(words.choose)),
        _ => String::new(),
    };
    let asked = words.question.replace("{}", brand);
    let [question, comment, about, send] = [&asked, comment, words.comment, words.send].map(escaped);
    let more = format!(
        "{choose}<form method=\"post\" class=\"rating\">\n<fieldset aria-label=\"{question}\">\n{choices}</fieldset>\n\
         <label for=\"comment\">{about}</label>\n\
         <textarea id=\"comment\" name=\"comment\" rows=\"4\" maxlength=\"{COMMENT_MAX}\">{comment}</textarea>\n\
         <button>{send}</button>\n</form>"
    );
    page(status, words.lang, &asked, &more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_one_of_five() {
        for (given, read) in [
            ("1", Some(1)),
            ("5", Some(5)),
            ("0", None),
            ("6", None),
            ("x", None),
        ] {
            assert_eq!(score(Some(given)), read, "{given}");
        }
        assert_eq!(score(None), None);
    }
}
