//! The ZIP file around a document, opened within limits: what a part claims to unpack to is checked
//! first, what it does unpack to while it is read.

use std::io::{Cursor, Read};

use zip::{ZipArchive, result::ZipError};

use crate::domain::knowledge::{
    extract::{ExtractError, ExtractLimits},
    sniff,
};

pub struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    limits: ExtractLimits,
    /// Bytes that parts may still unpack to.
    left: usize,
}

impl<'a> Package<'a> {
    /// # Errors
    /// `Damaged` where the archive cannot be opened, `Expands` where it has too many entries or
    /// says itself that it unpacks to too much.
    pub fn open(bytes: &'a [u8], limits: ExtractLimits) -> Result<Self, ExtractError> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        let claimed = archive.decompressed_size().unwrap_or(0);
        if archive.len() > limits.entries || claimed > limits.expanded_bytes as u128 {
            return Err(expands(limits));
        }
        Ok(Self {
            archive,
            limits,
            left: limits.expanded_bytes,
        })
    }

    /// The names of all entries.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.archive
            .file_names_raw()
            .map(|name| String::from_utf8_lossy(name).into_owned())
    }

    /// The text of an entry, if there is one of this name.
    ///
    /// # Errors
    /// `Expands` when it unpacks to more than is left, `Encrypted`, `Damaged`.
    pub fn part(&mut self, name: &str) -> Result<Option<String>, ExtractError> {
        let name = name.trim_start_matches('/');
        let entry = match self.archive.by_name(name) {
            Ok(entry) => entry,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword) => {
                return Err(ExtractError::Encrypted);
            }
            Err(error) => return Err(damaged(error)),
        };
        let room = self.left.min(self.limits.entry_bytes);
        let mut bytes = Vec::new();
        let mut bounded = entry.take((room as u64).saturating_add(1));
        bounded.read_to_end(&mut bytes).map_err(damaged)?;
        if bytes.len() > room {
            return Err(expands(self.limits));
        }
        self.left -= bytes.len();
        let text = sniff::decode(&bytes);
        text.map(Some)
            .ok_or_else(|| ExtractError::Damaged(format!("its part {name} is no text")))
    }
}

fn damaged(error: impl std::fmt::Display) -> ExtractError {
    ExtractError::Damaged(error.to_string())
}

fn expands(limits: ExtractLimits) -> ExtractError {
    ExtractError::Expands {
        limit: limits.expanded_bytes >> 20,
    }
}
