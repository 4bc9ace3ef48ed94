//! Mail that is sent nowhere: the last 200 in a folder, which outlive a restart.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::{Mail, MailError, Mailer, one_line};

/// Mails that are kept.
const KEPT: usize = 200;

/// A mail that was sent nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// The addresses in `text`, in their order.
    pub links: Vec<String>,
    /// Where a reply would go to.
    #[serde(default)]
    pub reply_to: Option<String>,
}

/// The folder. Only its owner reads it: the links in it open accounts.
#[derive(Clone, Debug)]
pub struct Outbox {
    folder: PathBuf,
}

impl Outbox {
    /// A folder, made with the first mail.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// What is kept, the newest first.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn list(&self) -> io::Result<Vec<Kept>> {
        let folder = self.folder.clone();
        blocking(move || {
            let mut all = Vec::new();
            for name in names(&folder)?.iter().rev() {
                // One may have made room meanwhile.
                let Ok(bytes) = fs::read(folder.join(name)) else {
                    continue;
                };
                all.extend(serde_json::from_slice::<Kept>(&bytes).ok());
            }
            Ok(all)
        })
        .await
    }
}

#[async_trait::async_trait]
impl Mailer for Outbox {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let kept = Kept {
            to: mail.to.clone(),
            subject: one_line(&mail.subject),
            text: mail.text.clone(),
            html: mail.html.clone(),
            links: links(&mail.text),
            reply_to: mail.thread.as_ref().and_then(|thread| thread.reply_to.clone()),
        };
        let folder = self.folder.clone();
        let put = blocking(move || put(&folder, &kept)).await;
        put.map_err(|error| MailError::Passing(format!("the outbox cannot be written: {error}")))
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}

/// Written under another name first: whoever lists sees no half mail.
fn put(folder: &Path, kept: &Kept) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let name = Uuid::now_v7();
    let half = folder.join(format!("{name}.half"));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&half)?;
    file.write_all(&serde_json::to_vec_pretty(kept)?)?;
    fs::rename(&half, folder.join(format!("{name}.json")))?;
    let names = names(folder)?;
    for old in names.iter().rev().skip(KEPT) {
        match fs::remove_file(folder.join(old)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// The mails of a folder, the oldest first: their names begin with the time.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(
            entry?
                .file_name()
                .into_string()
                .ok()
                .filter(|name| name.ends_with(".json")),
        );
    }
    names.sort_unstable();
    Ok(names)
}

fn links(text: &str) -> Vec<String> {
    let words = text.split_whitespace();
    let web = words.filter(|word| word.starts_with("http://") || word.starts_with("https://"));
    web.map(|word| word.trim_end_matches(['.', ',', ';', ')', '>']).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mail(n: usize) -> Mail {
        Mail {
            id: Uuid::now_v7(),
            to: "ada@acme.example".to_owned(),
            name: String::new(),
            subject: format!("Mail {n}"),
            text: "Follow https://a.example/x#token=1-_a.\n\nOr http://b.example".to_owned(),
            html: String::new(),
            thread: None,
        }
    }

    #[tokio::test]
    async fn the_last_are_kept_for_whoever_comes_later_and_for_the_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("outbox");
        let outbox = Outbox::new(folder.clone());
        assert!(outbox.list().await.unwrap().is_empty());
        for n in 0..KEPT + 3 {
            outbox.send(&mail(n)).await.unwrap();
        }
        let all = Outbox::new(folder.clone()).list().await.unwrap();
        assert_eq!(all.len(), KEPT);
        assert_eq!(all[0].subject, format!("Mail {}", KEPT + 2));
        assert_eq!(
            all[0].links,
            ["https://a.example/x#token=1-_a", "http://b.example"]
        );
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&folder.join(&names(&folder).unwrap()[0])), 0o600);
    }
}
