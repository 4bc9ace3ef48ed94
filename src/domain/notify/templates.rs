//! The words of mails: `templates/mail`, compiled in, each of which a file of the same name in the
//! folder of `MAIL_TEMPLATES` replaces. The first line of a `.txt` is its subject. HTML escapes what
//! it is given by itself.

use std::{fs, path::Path};

use minijinja::{Environment, UndefinedBehavior, value::Serde};
use rust_embed::RustEmbed;
use serde::Serialize;

use super::letter::Letter;

#[derive(RustEmbed)]
#[folder = "templates/mail"]
#[include = "*.txt"]
#[include = "*.html"]
struct BuiltIn;

const SUBJECT: &str = "Subject:";
/// Bytes of a template at most.
const MAX_TEMPLATE: u64 = 256 << 10;

/// What is wrong with the templates, and where.
#[derive(Debug, thiserror::Error)]
#[error("the mail template {file} cannot be used: {why}")]
pub struct TemplateError {
    pub file: String,
    pub why: String,
}

/// Whom a mail is for.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    pub to: &'a str,
    pub name: &'a str,
}

/// A mail in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// All templates.
#[derive(Clone, Debug)]
pub struct Templates {
    all: Environment<'static>,
    home: String,
}

#[derive(Serialize)]
struct Context<'a> {
    home: &'a str,
    to: &'a str,
    name: &'a str,
    #[serde(flatten)]
    letter: &'a Letter,
}

impl Templates {
    /// The built-in ones and those of `folder`, tried with a sample of each mail. `home` is the address
    /// of this installation, without a slash at its end.
    ///
    /// # Errors
    /// Names the template that cannot be used.
    pub fn load(folder: Option<&Path>, home: &str) -> Result<Self, TemplateError> {
        let mut all = Environment::new();
        all.set_undefined_behavior(UndefinedBehavior::Strict);
        for name in BuiltIn::iter() {
            let source = match folder.map(|folder| own(folder, &name)).transpose()?.flatten() {
                Some(own) => own,
                None => built_in(&name)?,
            };
            let added = all.add_template_owned(name.to_string(), source);
            added.map_err(|error| wrong(&name, error))?;
        }
        let templates = Self {
            all,
            home: home.to_owned(),
        };
        let reader = Reader {
            to: "ada@acme.example",
            name: "Ada",
        };
        for sample in Letter::samples() {
            templates.write(&sample, reader)?;
        }
        Ok(templates)
    }

    /// The address of this installation.
    #[must_use]
    pub fn home(&self) -> &str {
        &self.home
    }

    /// Puts a letter into words.
    ///
    /// # Errors
    /// Not with templates that were [tried](Self::load).
    pub fn write(&self, letter: &Letter, reader: Reader<'_>) -> Result<Written, TemplateError> {
        let context = Context {
            home: &self.home,
            to: reader.to,
            name: reader.name,
            letter,
        };
        let context = minijinja::Value::from(Serde(&context));
        let render = |ending: &str| {
            let name = format!("{}.{ending}", letter.template());
            let template = self.all.get_template(&name);
            let rendered = template.and_then(|template| template.render(context.clone()));
            rendered.map_err(|error| wrong(&name, error))
        };
        let (text, html) = (render("txt")?, render("html")?);
        let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
        let subject = first.strip_prefix(SUBJECT).map(str::trim).unwrap_or_default();
        if subject.is_empty() {
            return Err(TemplateError {
                file: format!("{}.txt", letter.template()),
                why: format!("its first line must be `{SUBJECT} …`"),
            });
        }
        Ok(Written {
            subject: subject.to_owned(),
            text: rest.trim_start_matches(['\r', '\n']).to_owned(),
            html,
        })
    }
}

fn wrong(file: &str, why: impl ToString) -> TemplateError {
    TemplateError {
        file: file.to_owned(),
        why: why.to_string(),
    }
}

fn built_in(name: &str) -> Result<String, TemplateError> {
    let file = BuiltIn::get(name).ok_or_else(|| wrong(name, "it is gone"))?;
    String::from_utf8(file.data.into_owned()).map_err(|error| wrong(name, error))
}

fn own(folder: &Path, name: &str) -> Result<Option<String>, TemplateError> {
    let path = folder.join(name);
    match fs::metadata(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(wrong(name, error)),
        Ok(found) if found.len() > MAX_TEMPLATE => {
            Err(wrong(name, format!("it has more than {MAX_TEMPLATE} bytes")))
        }
        Ok(_) => fs::read_to_string(&path)
            .map(Some)
            .map_err(|error| wrong(name, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: &str = "https://chat.example";

    fn reader(name: &str) -> Reader<'_> {
        Reader {
            to: "ada@acme.example",
            name,
        }
    }

    #[test]
    fn every_mail_is_written_twice_with_its_link_in_both() {
        let templates = Templates::load(None, HOME).unwrap();
        let samples = Letter::samples();
        assert_eq!(samples.len(), 20);
        for letter in samples {
            // To a visitor, without a greeting: see below.
            if matches!(letter, Letter::Reply { .. } | Letter::Rating { .. }) {
                continue;
            }
            let written = templates.write(&letter, reader("Ada")).unwrap();
            assert!(written.text.starts_with("Hello Ada,\n\n"), "{}", written.text);
            assert!(written.html.contains("Hello Ada,"), "{}", written.html);
            assert!(!written.text.contains("{%") && !written.html.contains("{%"));
            let link = match &letter {
                Letter::EmailChanging { .. } | Letter::PasswordChanged {} | Letter::SecondFactor { .. } => {
                    format!("{HOME}/app/forgot-password")
                }
                Letter::EmailChanged { .. } => HOME.to_owned(),
                Letter::Waiting { link, .. }
                | Letter::Deadline { link, .. }
                | Letter::Ticket { link, .. }
                | Letter::Quota { link, .. }
                | Letter::Unpriced { link, .. }
                | Letter::Billing { link, .. } => link.clone(),
                _ => "https://parlance.example/app/x#token=abc".to_owned(),
            };
            assert!(written.text.contains(&link), "{}", written.text);
            assert!(
                written.html.replace("&#x2f;", "/").contains(&link),
                "{}",
                written.html
            );
            let anonymous = templates.write(&letter, reader("")).unwrap();
            assert!(anonymous.text.starts_with("Hello,\n\n"), "{}", anonymous.text);
        }
    }

    #[test]
    fn a_rating_is_asked_for_with_a_link_for_each_and_the_way_out() {
        let templates = Templates::load(None, HOME).unwrap();
        let mut samples = Letter::samples().into_iter();
        let letter = samples.find(|letter| matches!(letter, Letter::Rating { .. }));
        let written = templates.write(&letter.unwrap(), reader("")).unwrap();
        for part in [
            &written.text,
            &written.html.replace("&#x2f;", "/").replace("&#x3d;", "="),
        ] {
            assert!(
                part.contains("https://parlance.example/mail/rating/abc?score=5"),
                "{part}"
            );
            assert!(
                part.contains("https://parlance.example/mail/unsubscribe/abc"),
                "{part}"
            );
        }
    }

    #[test]
    fn what_agents_wrote_is_text_in_html_and_ends_with_the_way_out() {
        let templates = Templates::load(None, HOME).unwrap();
        let mut samples = Letter::samples().into_iter();
        let letter = samples.find(|letter| matches!(letter, Letter::Reply { .. }));
        let written = templates.write(&letter.unwrap(), reader("")).unwrap();
        assert_eq!(written.subject, "Your conversation with Acme");
        let text = "You have an answer from Acme\n\nAda Keller:\nIt is <ready>.\n\nCome by!\n📎 <arm>.pdf\n\n\
                    Reply to this e-mail to answer.\nGo on in the chat: https://shop.example/\n\n-- \n\
                    Get no more of these e-mails: https://parlance.example/mail/unsubscribe/abc";
        assert_eq!(written.text.trim_end(), text);
        let html = written.html.replace("&#x2f;", "/");
        assert!(html.contains("It is &lt;ready&gt;.\n\nCome by!"), "{html}");
        assert!(html.contains("📎 &lt;arm&gt;.pdf"), "{html}");
        assert!(html.contains("href=\"https://shop.example/\""), "{html}");
        assert!(
            html.contains("href=\"https://parlance.example/mail/unsubscribe/abc\""),
            "{html}"
        );
    }

    #[test]
    fn a_name_is_text_in_html_too() {
        let templates = Templates::load(None, HOME).unwrap();
        let evil = "<img src=x onerror=alert(1)>";
        let written = templates
            .write(&Letter::PasswordChanged {}, reader(evil))
            .unwrap();
        assert!(!written.html.contains("<img"), "{}", written.html);
        assert!(written.text.contains(evil));
    }

    #[test]
    fn a_folder_replaces_some_and_what_is_wrong_in_it_is_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        put("reset.txt", "Subject: Our own\r\n\r\nHi {{ name }}: {{ link }}");
        let templates = Templates::load(Some(folder.path()), HOME).unwrap();
        let reset = Letter::reset("https://l.example".to_owned());
        let written = templates.write(&reset, reader("Ada")).unwrap();
        assert_eq!(
            (written.subject.as_str(), written.text.as_str()),
            ("Our own", "Hi Ada: https://l.example")
        );
        assert!(
            written.html.contains("Choose another password"),
            "the built-in one"
        );
        for broken in [
            "Subject: x\n\n{{ lnik }}",
            "Subject: x\n\n{% if",
            "Hello {{ name }}",
            "",
        ] {
            put("reset.txt", broken);
            let refused = Templates::load(Some(folder.path()), HOME).unwrap_err();
            assert_eq!(refused.file, "reset.txt", "{broken}");
        }
    }
}
