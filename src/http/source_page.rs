//! A document as a page: its text with the cited passage marked. Pure. Whatever a document holds,
//! only text, headings, lists, tables and links come out.

use std::ops::Range;

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html::push_html};

use crate::kernel::text::sentences::{Found, end_of};

/// The end of a cited sentence is looked for in so many bytes more.
const NEIGHBOURHOOD: usize = 600;

/// What is shown.
#[derive(Debug)]
pub struct Page<'a> {
    pub title: &'a str,
    pub text: &'a str,
    pub markdown: bool,
    /// Characters of `text` that were cited.
    pub marked: Option<Range<usize>>,
    /// Where the document itself is.
    pub origin: Option<&'a str>,
}

/// The style of [`html`], served under the address the page names.
pub const STYLE: &str = include_str!("source_page.css");

/// The whole page.
#[must_use]
pub fn html(page: &Page<'_>) -> String {
    let marked = page
        .marked
        .clone()
        .map(|range| to_sentence_end(page.text, bytes(page.text, range)));
    let body = if page.markdown {
        markdown(page.text, marked)
    } else {
        plain(page.text, marked)
    };
    let title = escaped(page.title);
    let origin = page
        .origin
        .filter(|origin| is_safe(origin))
        .map_or_else(String::new, |origin| {
            format!(
                "<p><a href=\"{}\" rel=\"noopener nofollow\">Open the original</a></p>",
                escaped(origin)
            )
        });
    format!(
        "<!doctype html>\n<html lang=\"\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"/sources.css\">\n</head>\n<body>\n<header><p class=\"title\">{title}</p>{origin}</header>\n\
         <main>\n{body}</main>\n</body>\n</html>\n"
    )
}

/// Byte offsets of a range of characters.
fn bytes(text: &str, chars: Range<usize>) -> Range<usize> {
    let at = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(byte, _)| byte);
    at(chars.start)..at(chars.end)
}

/// The same range up to the end of the sentence it ends in: passages are cut by their size.
fn to_sentence_end(text: &str, range: Range<usize>) -> Range<usize> {
    let cited = text.get(range.clone()).unwrap_or_default().trim_end();
    let (mut sentence, within) = (range.start, range.start + cited.len());
    if cited.is_empty() {
        return range;
    }
    loop {
        let Found::End(end) = end_of(text, sentence, true) else {
            return range;
        };
        if end > within + NEIGHBOURHOOD || end <= sentence {
            return range;
        }
        if end >= within {
            return range.start..end.max(range.end);
        }
        sentence = end;
    }
}

fn markdown(text: &str, marked: Option<Range<usize>>) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut first = true;
    let mut events = Vec::new();
    for (event, at) in Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Html(_) | Event::InlineHtml(_) => {}
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => {
                let dest_url = if is_safe(&dest_url) {
                    dest_url
                } else {
                    CowStr::Borrowed("#")
                };
                events.push(Event::Start(Tag::Link {
                    link_type,
                    dest_url,
                    title,
                    id,
                }));
            }
            Event::Text(words) | Event::Code(words) if overlaps(&at, marked.as_ref()) => {
                let range = marked.clone().unwrap_or(0..0);
                for (piece, cited) in cut(&words, &at, &range) {
                    events.push(if cited {
                        mark(piece, &mut first)
                    } else {
                        Event::Text(piece.to_owned().into())
                    });
                }
            }
            other => events.push(other),
        }
    }
    let mut out = String::new();
    push_html(&mut out, events.into_iter());
    out
}

fn plain(text: &str, marked: Option<Range<usize>>) -> String {
    let range = marked.unwrap_or(0..0);
    let mut first = true;
    let mut out = String::from("<div class=\"plain\">");
    for (piece, cited) in cut(text, &(0..text.len()), &range) {
        match cited.then(|| mark(piece, &mut first)) {
            Some(Event::InlineHtml(html)) => out.push_str(&html),
            _ => out.push_str(&escaped(piece)),
        }
    }
    out.push_str("</div>\n");
    out
}

fn overlaps(at: &Range<usize>, marked: Option<&Range<usize>>) -> bool {
    marked.is_some_and(|marked| at.start < marked.end && marked.start < at.end)
}

/// `words`, which stand at `at` in the source, cut where `range` begins and ends. Words whose
/// source is longer than they are (escapes) are taken whole.
fn cut<'a>(words: &'a str, at: &Range<usize>, range: &Range<usize>) -> Vec<(&'a str, bool)> {
    if words.len() != at.len() {
        return vec![(words, true)];
    }
    let from = range.start.saturating_sub(at.start).min(words.len());
    let to = range.end.saturating_sub(at.start).min(words.len()).max(from);
    let pieces = match (words.get(..from), words.get(from..to), words.get(to..)) {
        (Some(before), Some(cited), Some(after)) => vec![(before, false), (cited, true), (after, false)],
        _ => vec![(words, true)],
    };
    pieces
        .into_iter()
        .filter(|(piece, _)| !piece.is_empty())
        .collect()
}

fn mark(text: &str, first: &mut bool) -> Event<'static> {
    let id = if std::mem::take(first) {
        " id=\"cited\""
    } else {
        ""
    };
    Event::InlineHtml(format!("<mark{id}>{}</mark>", escaped(text)).into())
}

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Web addresses, mail addresses, and our own pages.
fn is_safe(address: &str) -> bool {
    let lower = address.trim().to_ascii_lowercase();
    ["http://", "https://", "mailto:", "#"]
        .iter()
        .any(|start| lower.starts_with(start))
        || (lower.starts_with('/') && !lower.starts_with("//"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str, markdown: bool, cited: &str) -> String {
        let start = text
            .find(cited)
            .map(|byte| text.get(..byte).unwrap_or_default().chars().count());
        let marked = start.map(|start| start..start + cited.chars().count());
        html(&Page {
            title: "T",
            text,
            markdown,
            marked,
            origin: None,
        })
    }

    #[test]
    fn the_cited_words_are_marked_across_structure() {
        let text = "# Héading\n\nFirst **bold** words. Then more.\n\n- an item\n- another\n";
        let page = body(text, true, "bold** words. Then more.\n\n- an item");
        assert!(
            page.contains("<strong><mark id=\"cited\">bold</mark></strong>"),
            "{page}"
        );
        assert!(page.contains("<mark> words. Then more.</mark>"), "{page}");
        assert!(page.contains("<li><mark>an item</mark></li>"), "{page}");
        assert!(page.contains("<li>another</li>"), "{page}");
        assert!(body("a & b <c>", false, "b <c").contains("a &amp; <mark id=\"cited\">b &lt;c&gt;</mark>"));
    }

    #[test]
    fn a_mark_goes_on_to_the_end_of_its_sentence_and_no_further() {
        let text = "One is short. Two costs 4.50 € in\nthe shop, e.g. here. Three follows.\n\n- an item\n- Another\n";
        for (cited, marked) in [
            ("One is short.", "One is short."),
            ("One is", "One is short."),
            ("One is short. ", "One is short. "),
            (
                "One is short. Two costs 4",
                "One is short. Two costs 4.50 € in\nthe shop, e.g. here.",
            ),
            ("costs", "costs 4.50 € in\nthe shop, e.g. here."),
            ("Three follows.\n\n- an", "Three follows.\n\n- an item"),
        ] {
            let page = body(text, false, cited);
            assert!(
                page.contains(&format!("<mark id=\"cited\">{marked}</mark>")),
                "{cited}: {page}"
            );
        }
        let page = body(text, true, "Two costs");
        assert!(
            page.contains("the shop, e.g. here.</mark> Three follows."),
            "{page}"
        );
        let endless = "word ".repeat(NEIGHBOURHOOD);
        assert!(body(&endless, false, "word word").contains("<mark id=\"cited\">word word</mark>"));
    }

    #[test]
    fn nothing_of_a_document_runs() {
        let text = "<script>alert(1)</script> <img src=x onerror=alert(1)> ![x](http://e/x.png)\n\n\
                    [a](javascript:alert(1)) [b](https://ok.example) <b onclick=x>b</b>";
        for markdown in [true, false] {
            let page = body(text, markdown, "nothing");
            let (_, main) = page.split_once("<main>").unwrap();
            for bad in ["<script", "<img", "<b ", "href=\"javascript"] {
                assert!(!main.contains(bad), "{bad} in {main}");
            }
        }
        let evil = Page {
            title: "<i>",
            text: "",
            markdown: true,
            marked: None,
            origin: Some("javascript:x"),
        };
        assert!(!html(&evil).contains("<i>") && !html(&evil).contains("javascript"));
    }

    #[test]
    fn any_range_is_survived() {
        for marked in [0..0, 0..1_000, 500..900, 5..6] {
            for markdown in [true, false] {
                let text = "日本語 \\* &amp; text";
                let page = html(&Page {
                    title: "",
                    text,
                    markdown,
                    marked: Some(marked.clone()),
                    origin: None,
                });
                assert!(page.ends_with("</html>\n"));
            }
        }
    }

    #[test]
    fn every_block_of_a_pdf_can_be_marked() {
        use crate::domain::knowledge::extract::{ExtractLimits, pdf};
        let file = include_bytes!("../../demo/globex/docs/dangerous-goods.pdf");
        let document = pdf::extract(file, ExtractLimits::default()).unwrap();
        for block in &document.blocks {
            let page = body(&document.text, true, &document.text[block.range.clone()]);
            assert_eq!(page.matches("<mark id=\"cited\">").count(), 1, "{block:?}");
        }
        let page = body(&document.text, true, "| 2.3 | Poisonous gas | no |");
        assert!(page.contains("<td><mark>Poisonous gas</mark></td>"), "{page}");
    }

    mod hostile {
        use proptest::prelude::*;
        use scraper::{Html, Selector};

        use super::*;

        const PIECES: [&str; 24] = [
            "[a](javascript:alert(1))",
            "[a]( java\tscript:x)",
            "<script>x</script>",
            "<img src=x onerror=x>",
            "![p](https://t.example)",
            "<a href=\"data:x\">",
            "[r]: javascript:x\n\n[r]",
            "<https://ok.example>",
            "<javascript:x>",
            "**",
            "_",
            "`",
            "```\n",
            "\n\n",
            "- ",
            "> ",
            "| a | b |\n|---|---|\n",
            "# ",
            "<svg onload=x>",
            "&lt;script&gt;",
            "\"",
            "'",
            "</mark>",
            "é🦀",
        ];

        proptest! {
            /// Whatever a document says: no script, no picture, no handler, no address that runs something.
            #[test]
            fn a_page_holds_nothing_that_runs(
                pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 1..14),
                marked in prop::option::of((0usize..120, 0usize..60)),
                markdown in any::<bool>(),
            ) {
                let text = pieces.concat();
                let marked = marked.map(|(start, length)| start..start + length);
                let page = html(&Page { title: &text, text: &text, markdown, marked, origin: Some(&text) });
                let page = Html::parse_document(&page);
                for element in page.select(&Selector::parse("body *").unwrap()) {
                    let name = element.value().name();
                    prop_assert!(!["script", "img", "svg", "iframe", "style", "form"].contains(&name), "<{name}> of {text:?}");
                    for (attribute, value) in element.value().attrs() {
                        prop_assert!(!attribute.starts_with("on"), "{attribute} of {text:?}");
                        let runs = attribute == "href" && value != "#" && !is_safe(value);
                        prop_assert!(!runs, "{value:?} of {text:?}");
                    }
                }
            }
        }
    }
}
