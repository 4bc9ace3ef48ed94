//! What may be said: its bounds, whoever says it.

use crate::kernel::{code::Code, problem::Problem};

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
    if text.chars().count() > MAX_TEXT {
        let detail = format!("a message has at most {MAX_TEXT} characters");
        return Err(Problem::new(Code::TextTooLong, detail));
    }
    Ok(text.to_owned())
}
