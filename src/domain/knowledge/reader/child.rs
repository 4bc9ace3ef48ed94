//! What the worker does: reads one request, answers it and ends. It has set its limits by then and
//! is given nothing but the file: no configuration, no database, no model.

use std::{
    io::{self, Read, Write},
    panic,
};

use super::wire::{Answer, NOT_FOLLOWED, Request};
use crate::domain::knowledge::extract::{self, ExtractError};

/// Answers the request on `input`.
///
/// # Errors
/// Where `input` is no request or `output` does not take the answer.
pub fn answer(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    let (request, file) = Request::parse(&bytes)?;
    #[cfg(debug_assertions)]
    super::misbehave::as_told(file, &mut output)?;
    let read = panic::catch_unwind(|| extract::read(file, &request.name, request.limits));
    let read = read.unwrap_or_else(|_| Err(ExtractError::Damaged(NOT_FOLLOWED.into())));
    output.write_all(&Answer::new(read).bytes()?)?;
    output.flush()
}
