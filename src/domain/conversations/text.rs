//! What may be said: its bounds, whoever says it.

use std::collections::HashSet;

use parlance_store::ids::AttachmentId;

use crate::{
    domain::attachments::MAX_FILES,
    kernel::{code::Code, problem::Problem},
};

/// Characters of one message at most.
pub const MAX_TEXT: usize = 4_000;

/// A text as it is stored.
///
/// # Errors
/// `InvalidRequest` where it is empty, `TextTooLong`.
pub fn worth_saying(text: &str) -> Result<String, Problem> {
    // NUL cannot be stored in a text column, and means nothing to a reader.
    let text = text.replace('\0', "");
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::new(Code::InvalidRequest, "the text is empty"));
    }
    within_bounds(text)
}

/// A text as it is stored that is sent with files: it may be empty.
///
/// # Errors
/// `InvalidRequest` where there is nothing to send, too many files, or one twice; `TextTooLong`.
pub fn worth_sending(text: &str, attachments: &[AttachmentId]) -> Result<String, Problem> {
    if attachments.is_empty() {
        return worth_saying(text);
    }
    if attachments.len() > MAX_FILES {
        let detail = format!("at most {MAX_FILES} files are sent at once");
        return Err(Problem::new(Code::InvalidRequest, detail));
    }
    if attachments.iter().collect::<HashSet<_>>().len() < attachments.len() {
        return Err(Problem::new(Code::InvalidRequest, "a file is attached twice"));
    }
    within_bounds(text.replace('\0', "").trim())
}

fn within_bounds(text: &str) -> Result<String, Problem> {
    if text.chars().count() > MAX_TEXT {
        let detail = format!("a message has at most {MAX_TEXT} characters");
        return Err(Problem::new(Code::TextTooLong, detail));
    }
    Ok(text.to_owned())
}
