//! What a page becomes: its characters, its canonical address, who wrote it and when.

use std::sync::Arc;

use parlance::{
    adapters::web::{Fetch, Reply},
    domain::knowledge::{
        extract::{self, ExtractLimits},
        sniff::Format,
        web::{Outcome, Page, Scope},
    },
};

use super::{
    begin, get, page, plan,
    site::{Answer, Site},
    told, web,
};

async fn read(site: &Site, path: &str) -> Page {
    let mut crawl = begin(site, plan(site.url("127.0.0.1", path), Scope::Page));
    loop {
        match crawl.next().await.expect("a page").outcome {
            Outcome::Page(page) => return *page,
            Outcome::Moved(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn characters_arrive_whole_whatever_they_were_written_in() {
    let body = |head: &str, text: &str| {
        format!(
            "<html><head>{head}<title>x</title></head><body><main><h1>x</h1><p>{text}</p></main></body></html>"
        )
    };
    let site = Site::start().await;
    let western = "Rückgabe binnen 30 Tagen – „kostenlos“ für 5 €, sagt das Café in Malmö.";
    let japanese = "未使用の商品は到着後三十日以内であれば返品できます。送料は当店が負担します。領収書を同封してください。";
    for (path, charset, header, head, text) in [
        ("/header", "windows-1252", Some("windows-1252"), "", western),
        (
            "/meta",
            "windows-1252",
            None,
            "<meta charset='windows-1252'>",
            western,
        ),
        ("/neither", "windows-1252", None, "", western),
        (
            "/sjis",
            "shift_jis",
            None,
            "<meta http-equiv=Content-Type content='text/html; charset=Shift_JIS'>",
            japanese,
        ),
        (
            "/sjis2",
            "shift_jis",
            Some("Shift_JIS"),
            "<meta charset=utf-8>",
            japanese,
        ),
    ] {
        let encoding = encoding_rs::Encoding::for_label(charset.as_bytes()).unwrap();
        let html = body(head, text);
        let (bytes, _, lost) = encoding.encode(&html);
        assert!(!lost);
        let media_type = header.map_or_else(
            || "text/html".to_owned(),
            |name| format!("text/html; charset={name}"),
        );
        site.put(path, Answer::of(&media_type, bytes.into_owned()));
        let content = String::from_utf8(read(&site, path).await.content).unwrap();
        assert!(content.contains(text), "{path}: {content}");
    }
    let text = "\u{feff}größer als nötig, sagt der Plan für Übermorgen";
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    site.put("/plan.txt", Answer::of("text/plain; charset=iso-8859-1", utf16));
    let content = String::from_utf8(read(&site, "/plan.txt").await.content).unwrap();
    assert_eq!(content, text.trim_start_matches('\u{feff}'));
}

#[tokio::test]
async fn a_page_is_kept_under_its_canonical_address_with_who_and_when() {
    let html = "<!doctype html><html><head><title>Returns | Acme</title><link rel=canonical href='/help/returns'>\
                <script type='application/ld+json'>{\"@type\":\"Article\",\"author\":{\"name\":\"Ann Lee\"},\
                \"datePublished\":\"2026-02-03\"}</script></head><body><nav><a href=/shop>Shop</a></nav>\
                <main><h1>Returns</h1><p>Unused goods may be returned within thirty days of delivery, with the \
                receipt.</p></main></body></html>";
    let site = Site::start().await.at(
        "/r?id=7",
        Answer::html(html)
            .with("ETag", "\"7\"")
            .with("Last-Modified", "Sun, 01 Mar 2026 12:30:00 GMT"),
    );
    let page = read(&site, "/r?utm_source=mail&id=7#top").await;
    assert_eq!(page.url, site.url("127.0.0.1", "/r?id=7"));
    assert_eq!(page.canonical, site.url("127.0.0.1", "/help/returns"));
    assert_eq!(
        (page.title.as_deref(), page.author.as_deref()),
        (Some("Returns"), Some("Ann Lee"))
    );
    assert_eq!(
        page.published,
        parlance::domain::knowledge::web::when::parse("2026-02-03")
    );
    assert_eq!(page.etag.as_deref(), Some("\"7\""));
    assert_eq!(
        page.last_modified.as_deref(),
        Some("Sun, 01 Mar 2026 12:30:00 GMT")
    );
    let content = String::from_utf8(page.content.clone()).unwrap();
    assert!(
        content.starts_with("# Returns\n\nUnused goods") && !content.contains("Shop"),
        "{content}"
    );
    // And is what ingestion reads under that name.
    let limits = ExtractLimits::default();
    let (format, extracted) = extract::read(&page.content, page.canonical.as_str(), limits).unwrap();
    assert_eq!(
        (format, extracted.title.as_deref()),
        (Format::Markdown, Some("Returns"))
    );
    assert_eq!(extracted.blocks[0].heading[..], ["Returns"]);
}

#[tokio::test]
async fn pages_with_one_canonical_address_are_one() {
    let same = |links: &str| {
        Answer::html(format!(
            "<link rel=canonical href=/one><main><h1>One</h1><p>The same words at many addresses, which is one \
             page after all.</p>{links}</main>"
        ))
    };
    let site = Site::start()
        .await
        .at(
            "/",
            page("Front", &["/two", "/one", "/three", "/front", "/foreign"]),
        )
        .at("/one", same(""))
        .at("/two", same(""))
        .at("/three", same("<a href=/four>4</a>"))
        .at("/four", page("Four", &[]))
        // Templates that call every page the front page, and pages of other sites, are not believed.
        .at(
            "/front",
            page("About", &[]).with("Link", "</>; rel=\"canonical\""),
        )
        .at(
            "/foreign",
            page("Foreign", &[]).with("Link", "<https://other.example/x>; rel=canonical"),
        );
    let told = told(&mut begin(&site, plan(site.url("127.0.0.1", "/"), Scope::Site))).await;
    let one = site.url("127.0.0.1", "/one");
    assert_eq!(
        told,
        [
            "/ page".to_owned(),
            "/two page as /one".to_owned(),
            format!("/three skipped: it is the same page as {one}"),
            "/front page".to_owned(),
            "/foreign page".to_owned(),
            "/four page".to_owned(),
        ]
    );
}

#[tokio::test]
async fn files_on_the_way_are_handed_on_as_they_are() {
    let pdf = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\nnot much of one".to_vec();
    let site = Site::start()
        .await
        .at(
            "/",
            page(
                "Front",
                &[
                    "/terms.pdf",
                    "/notes.md",
                    "/data.bin",
                    "/secret.pdf",
                    "/logo.png",
                    "/untitled",
                ],
            ),
        )
        .at("/terms.pdf", Answer::of("application/pdf", pdf.clone()))
        .at(
            "/notes.md",
            Answer::of("application/octet-stream", *b"# Notes\n\nOf caf\xe9s."),
        )
        .at(
            "/secret.pdf",
            Answer::of("application/pdf", pdf.clone()).with("X-Robots-Tag", "noindex"),
        )
        .at(
            "/data.bin",
            Answer::of("application/octet-stream", *b"\x01\x02\0\x03"),
        )
        .at(
            "/untitled",
            Answer::of(
                "",
                *b"<!doctype html><main><p>A page that no header calls one, with words.</main>",
            ),
        );
    let mut crawl = begin(&site, plan(site.url("127.0.0.1", "/"), Scope::Site));
    let mut found = Vec::new();
    while let Some(visit) = crawl.next().await {
        match visit.outcome {
            Outcome::Page(page) => found.push((page.canonical.path().to_owned(), page.content)),
            outcome => {
                let left = ["/data.bin", "/secret.pdf"].contains(&visit.url.path());
                assert!(left && matches!(outcome, Outcome::Skipped(_)), "{outcome:?}");
            }
        }
    }
    assert_eq!(found[1], ("/terms.pdf".to_owned(), pdf));
    assert_eq!(
        found[2],
        ("/notes.md".to_owned(), "# Notes\n\nOf cafés.".as_bytes().to_vec())
    );
    assert!(found[3].1.starts_with(b"# untitled\n\nA page"));
    assert_eq!(found.len(), 4);
}

#[tokio::test]
async fn an_unchanged_page_is_not_sent_again_and_we_say_who_we_are() {
    let site = Site::start()
        .await
        .at("/", Answer::text("words").with("ETag", "\"1\""));
    let web = web(Arc::default(), &site);
    let mut request = get(site.url("127.0.0.1", "/"));
    let Ok(Reply::Document(first)) = web.hop(&request).await else {
        panic!();
    };
    request.etag = first.etag;
    request.last_modified = Some("Sun, 01 Mar 2026 12:30:00 GMT".to_owned());
    assert_eq!(web.hop(&request).await, Ok(Reply::Unchanged));
    let asked = &site.asked()[1].headers;
    assert_eq!(asked["if-none-match"], "\"1\"");
    assert_eq!(asked["if-modified-since"], "Sun, 01 Mar 2026 12:30:00 GMT");
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        asked["user-agent"],
        format!("ParlanceBot/{version} (+https://parlance.example/bot)")
    );
    assert_eq!(asked["accept-encoding"], "gzip");
    assert!(!asked.contains_key("referer") && !asked.contains_key("cookie"));
}
