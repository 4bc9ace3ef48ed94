use super::*;

fn reading(html: &str) -> Reading {
    let url = Url::parse("https://acme.example/help/returns-and-refunds").unwrap();
    parse(html, &url, "", "ParlanceBot").unwrap()
}

const BODY: &str = "<p>Unused goods may be returned within thirty days of delivery, in their original \
                    packaging and with the receipt.</p>";

#[test]
fn the_main_content_becomes_markdown_with_its_headings_lists_and_tables() {
    let html = format!(
        "<!doctype html><html><head><title>Returns | Acme</title></head><body>\
         <header><a href=/>Acme</a></header><nav><ul><li><a href=/shop>Shop</a></li></ul></nav>\
         <div class=cookie-banner>We use cookies</div>\
         <main><h1>Returns <a class=anchor href=#returns>¶</a></h1>{BODY}\
         <h2>What you need</h2><ul><li>the <a href='label?utm_source=x'>label</a></li><li>the receipt</li></ul>\
         <table><tr><th>Country</th><th>Days</th></tr><tr><td>Norway</td><td>60</td></tr></table>\
         <img src=pixel.gif alt=''><img alt=flow src='data:image/png;base64,AAAA'></main>\
         <aside>Read also</aside><footer>© Acme</footer><script>track()</script></body></html>"
    );
    let markdown = reading(&html).markdown;
    assert!(markdown.starts_with("# Returns\n\nUnused goods"), "{markdown}");
    assert!(markdown.contains("## What you need"), "{markdown}");
    assert!(
        markdown.contains("- the [label](https://acme.example/help/label?utm_source=x)"),
        "{markdown}"
    );
    assert!(markdown.contains("| Norway"), "{markdown}");
    for noise in [
        "Shop",
        "cookies",
        "Read also",
        "©",
        "track",
        "¶",
        "data:",
        "pixel",
    ] {
        assert!(!markdown.contains(noise), "{noise} in {markdown}");
    }
}

#[test]
fn a_page_without_a_heading_is_named_by_its_title_or_address() {
    let titled = reading(&format!("<title>Our  returns</title><main>{BODY}</main>"));
    assert!(
        titled.markdown.starts_with("# Our returns\n\nUnused"),
        "{}",
        titled.markdown
    );
    let bare = reading(&format!("<main>{BODY}</main>"));
    assert!(
        bare.markdown.starts_with("# returns and refunds\n\n"),
        "{}",
        bare.markdown
    );
    assert_eq!(bare.metadata.title.as_deref(), Some("returns and refunds"));
}

#[test]
fn links_are_whole_and_once_and_those_not_to_be_followed_are_left() {
    let html = format!(
        "<base href=/docs/><main>{BODY}<a href=a>1</a><a href='a#x'>2</a><a href=/b?utm_medium=x>3</a>\
         <a rel='external nofollow' href=c>4</a><a href='mailto:a@acme.example'>5</a><a href=logo.svg>6</a>\
         <a href=//other.example/d>7</a><a href='http://[bad'>8</a></main>"
    );
    let links = reading(&html).links;
    let links: Vec<_> = links.iter().map(Url::as_str).collect();
    assert_eq!(
        links,
        [
            "https://acme.example/docs/a",
            "https://acme.example/b",
            "https://other.example/d"
        ]
    );
    assert!(
        reading(&format!("<meta name=robots content=nofollow>{html}"))
            .links
            .is_empty()
    );
}

#[test]
fn a_page_that_is_not_to_be_kept_still_leads_on() {
    let read = reading(&format!(
        "<meta name=robots content=noindex><main>{BODY}<a href=/a>a</a></main>"
    ));
    assert!(read.metadata.noindex && read.markdown.is_empty());
    assert_eq!(read.links.len(), 1);
}

#[tokio::test]
async fn what_was_made_to_harm_is_refused() {
    let read = async |html: String| {
        let url = Url::parse("https://acme.example/").unwrap();
        super::read(html, url, String::new(), "ParlanceBot")
            .await
            .map(|_| ())
    };
    assert_eq!(read("<div>".repeat(1_000_000)).await, Err(PageError::TooDeep));
    assert_eq!(read(" ".repeat(MAX_HTML + 1)).await, Err(PageError::TooLong));
    assert_eq!(
        read("<main><div id=app></div></main>".to_owned()).await,
        Err(PageError::NoText)
    );
    let deep = format!("{}{BODY}", "<div>".repeat(dom::MAX_DEPTH - 10));
    assert_eq!(read(deep).await, Ok(()));
}

/// Half of all help centres are folded up.
#[test]
fn folded_questions_keep_their_answers() {
    let html = format!(
        "<main><h1>Help</h1>{BODY}<h2>Shipping</h2>\
         <details><summary>How long does it take?</summary><p>Two days within the country.</p></details>\
         <h3><button aria-expanded=false aria-controls=a1>What does it cost?</button></h3>\
         <div id=a1 role=region hidden><p>Nothing above 40 euros.</p></div>\
         <h3><button aria-expanded=false aria-controls=a2>And abroad?</button></h3>\
         <div id=a2 aria-hidden=true><p>Nine euros.</p></div>\
         <div hidden>Leave this out</div><button>Was this helpful?</button></main>"
    );
    let markdown = reading(&html).markdown;
    let expected = "## Shipping\n\n### How long does it take?\n\nTwo days within the country.\n\n\
                    ### What does it cost?\n\nNothing above 40 euros.\n\n### And abroad?\n\nNine euros.";
    assert!(markdown.contains(expected), "{markdown}");
    assert!(
        !markdown.contains("Leave this out") && !markdown.contains("helpful"),
        "{markdown}"
    );
}

#[test]
fn boxes_beside_the_text_are_left_out() {
    let html = format!(
        "<main class=sidebar><h1>Returns</h1><div class='toc sticky'><a href=#a>Contents</a></div>{BODY}{BODY}\
         <ul class='social-share'><li>Post it</li></ul><section id=related>Read also</section>\
         <p class=shared>Shared costs are paid by both.</p></main>"
    );
    let markdown = reading(&html).markdown;
    assert!(
        markdown.contains("Unused goods") && markdown.contains("Shared costs"),
        "{markdown}"
    );
    for noise in ["Contents", "Post it", "Read also"] {
        assert!(!markdown.contains(noise), "{noise} in {markdown}");
    }
}
