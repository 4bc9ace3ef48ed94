//! What is said of files where they are not shown.

use super::kind::is_name_of_image;

const ATTACHED: &str = "[attached: ";

/// What the model and a summary are told: the text, and the names of what came with it.
#[must_use]
pub fn told(text: String, attachments: &[String]) -> String {
    let notes = attachments.iter().map(|name| format!("{ATTACHED}{name}]"));
    let parts = Some(text)
        .filter(|text| !text.is_empty())
        .into_iter()
        .chain(notes);
    parts.collect::<Vec<_>>().join("\n")
}

/// What was asked, of what was [`told`]: no document is found by the name of a file that came with a question.
#[must_use]
pub fn asked(told: &str) -> String {
    let asked: Vec<_> = told.lines().filter(|line| !line.starts_with(ATTACHED)).collect();
    asked.join("\n")
}

/// The beginning of a message for a list: its text, or what was sent without one.
#[must_use]
pub fn preview(text: &str, attachments: &[String]) -> String {
    if !text.is_empty() {
        return text.to_owned();
    }
    let images = attachments.iter().all(|name| is_name_of_image(name));
    match (attachments.len(), images) {
        (0, _) => String::new(),
        (1, true) => "Sent an image".to_owned(),
        (1, false) => "Sent a file".to_owned(),
        (n, true) => format!("Sent {n} images"),
        (n, false) => format!("Sent {n} files"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_name_and_previewed_by_kind() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(told("hi".into(), &[]), "hi");
        assert_eq!(
            told("see".into(), &names(&["a.png", "b.pdf"])),
            "see\n[attached: a.png]\n[attached: b.pdf]"
        );
        assert_eq!(told(String::new(), &names(&["a.png"])), "[attached: a.png]");
        assert_eq!(asked("how\nlong?\n[attached: a.png]"), "how\nlong?");
        assert_eq!(asked("[attached: a.png]"), "");
        assert_eq!(preview("see", &names(&["a.png"])), "see");
        assert_eq!(preview("", &names(&["a.png"])), "Sent an image");
        assert_eq!(preview("", &names(&["a.png", "b.webp"])), "Sent 2 images");
        assert_eq!(preview("", &names(&["a.pdf"])), "Sent a file");
        assert_eq!(preview("", &names(&["a.pdf", "b.png"])), "Sent 2 files");
        assert_eq!(preview("", &[]), "");
    }
}
