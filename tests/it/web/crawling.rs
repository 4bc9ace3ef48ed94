//! Crawls of small sites: how far they go, what they leave, and when they end.

use std::time::Instant;

use parlance::domain::knowledge::web::{Ended, Outcome, Plan, Scope};
use tokio_util::sync::CancellationToken;

use super::{
    begin, crawler, page, plan,
    site::{Answer, Site, gzip},
    told,
};

/// A front page, two pages below it, and so on, `levels` deep: `/1`, `/11`, `/12` …
async fn tree(levels: usize) -> Site {
    let site = Site::start().await;
    let mut names = vec![String::new()];
    for _ in 0..=levels {
        let mut below = Vec::new();
        for name in names {
            let children = [format!("/{name}1"), format!("/{name}2")];
            site.put(
                &format!("/{name}"),
                page(&format!("Page {name}"), &[&children[0], &children[1], "/"]),
            );
            below.extend(children.map(|child| child.trim_start_matches('/').to_owned()));
        }
        names = below;
    }
    site
}

#[tokio::test]
async fn a_site_is_read_in_order_once_up_to_its_depth() {
    let site = tree(3).await;
    let depth = Plan {
        max_depth: 2,
        ..plan(site.url("127.0.0.1", "/"), Scope::Site)
    };
    let mut crawl = begin(&site, depth);
    let told = told(&mut crawl).await;
    let pages: Vec<_> = told
        .iter()
        .filter_map(|line| line.strip_suffix(" page"))
        .collect();
    assert_eq!(pages, ["/", "/1", "/2", "/11", "/12", "/21", "/22"]);
    let deep = told
        .iter()
        .filter(|line| line.contains("more links away"))
        .count();
    assert_eq!((deep, site.paths().len()), (8, 7));
    assert_eq!(crawl.ended(), Some(Ended::Complete));
}

#[tokio::test]
async fn and_up_to_its_number_of_pages() {
    let site = tree(3).await;
    let few = Plan {
        max_pages: 4,
        ..plan(site.url("127.0.0.1", "/"), Scope::Site)
    };
    let mut crawl = begin(&site, few);
    assert_eq!(
        told(&mut crawl).await,
        ["/ page", "/1 page", "/2 page", "/11 page"]
    );
    assert_eq!(crawl.ended(), Some(Ended::Full));
    let progress = crawl.progress();
    assert_eq!((progress.pages, progress.requests, site.paths().len()), (4, 4, 4));
    assert!(crawl.next().await.is_none());
}

/// None of its pages counts, so the bound of requests ends it.
#[tokio::test]
async fn a_site_that_only_leads_on_is_left() {
    let site = Site::start().await;
    for n in 0..60 {
        let links = format!("<a href=/{}>on</a>", n + 1);
        let path = if n == 0 { "/".to_owned() } else { format!("/{n}") };
        site.put(
            &path,
            Answer::html(format!("<meta name=robots content=noindex><main>{links}</main>")),
        );
    }
    let trap = Plan {
        max_pages: 2,
        max_depth: 100,
        ..plan(site.url("127.0.0.1", "/"), Scope::Site)
    };
    let mut crawl = begin(&site, trap);
    assert_eq!(told(&mut crawl).await.len(), 30);
    assert_eq!(crawl.ended(), Some(Ended::Full));
}

#[tokio::test]
async fn robots_txt_is_kept_to() {
    let site = tree(1).await.at(
        "/robots.txt",
        Answer::text("User-agent: *\nDisallow: /\n\nUser-agent: ParlanceBot\nDisallow: /1\nAllow: /12\nCrawl-delay: 0.2\n"),
    );
    let begun = Instant::now();
    let told = told(&mut begin(&site, plan(site.url("127.0.0.1", "/"), Scope::Site))).await;
    assert_eq!(
        told[..3],
        [
            "/ page",
            "/1 skipped: robots.txt of its host asks not to read it",
            "/2 page"
        ]
    );
    let asked = site.paths();
    assert!(!asked.contains(&"/1".to_owned()), "{asked:?}");
    let turns = u32::try_from(asked.len() - 1).unwrap();
    assert!(
        begun.elapsed() >= std::time::Duration::from_millis(200) * turns,
        "{asked:?}"
    );
}

#[tokio::test]
async fn no_robots_txt_allows_and_one_that_fails_forbids_for_now() {
    for (answer, read) in [
        (Answer::status(404), true),
        (Answer::status(403), true),
        (Answer::of("image/png", *b"\x89PNG"), true),
        (Answer::redirect("/elsewhere.txt"), false),
        (Answer::status(500), false),
        (Answer::status(503), false),
        (Answer::status(429), false),
        (
            Answer::text(&format!(
                "User-agent: *\nDisallow: /\n# {}",
                "x".repeat(600 << 10)
            )),
            false,
        ),
    ] {
        let site = Site::start()
            .await
            .at("/", page("Front", &[]))
            .at("/robots.txt", answer)
            .at("/elsewhere.txt", Answer::text("User-agent: *\nDisallow: /"));
        let told = told(&mut begin(&site, plan(site.url("127.0.0.1", "/"), Scope::Page))).await;
        assert_eq!(told == ["/ page"], read, "{told:?}");
        assert_eq!(site.paths().contains(&"/".to_owned()), read);
    }
}

#[tokio::test]
async fn a_sitemap_leads_to_sitemaps_and_these_to_pages() {
    let site = Site::start().await;
    let at = |path: &str| site.url("127.0.0.1", path).to_string();
    let index = format!(
        "<?xml version='1.0'?><sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>\
         <sitemap><loc>{}</loc></sitemap><sitemap><loc>{}</loc></sitemap>\
         <sitemap><loc>http://127.0.0.2/sitemap.xml</loc></sitemap></sitemapindex>",
        at("/sitemap-1.xml.gz"),
        at("/sitemap-missing.xml")
    );
    let pages = format!(
        "<urlset><url><loc>{}</loc><lastmod>2026-03-01</lastmod></url><url><loc>{}</loc></url>\
         <url><loc>https://other.example/</loc></url></urlset>",
        at("/a?x=1&amp;y=2"),
        at("/b")
    );
    site.put("/sitemap.xml", Answer::of("application/xml", index));
    site.put(
        "/sitemap-1.xml.gz",
        Answer::of("application/gzip", gzip(pages.as_bytes())),
    );
    site.put("/a?x=1&y=2", page("A", &["/not-listed"]));
    site.put("/b", page("B", &[]));

    let mut crawl = begin(&site, plan(site.url("127.0.0.1", "/sitemap.xml"), Scope::Sitemap));
    let first = crawl.next().await.unwrap();
    assert!(matches!(first.outcome, Outcome::Failed(_)) && first.url.path() == "/sitemap-missing.xml");
    let Outcome::Page(a) = crawl.next().await.unwrap().outcome else {
        panic!();
    };
    assert_eq!(
        a.modified,
        parlance::domain::knowledge::web::when::parse("2026-03-01")
    );
    assert_eq!(told(&mut crawl).await, ["/b page"]);

    // A crawl finds the same by itself, after what it is led to by links.
    site.put("/", page("Front", &["/b"]));
    let told = told(&mut begin(&site, plan(site.url("127.0.0.1", "/"), Scope::Host))).await;
    assert_eq!(told, ["/ page", "/b page", "/a page", "/not-listed gone"]);
    let none = super::told(&mut begin(
        &site,
        plan(site.url("127.0.0.1", "/b"), Scope::Sitemap),
    ))
    .await;
    assert!(
        none[0].starts_with("/b failed: the sitemap is neither"),
        "{none:?}"
    );
}

#[tokio::test]
async fn redirects_are_followed_once_and_not_in_circles() {
    let site = Site::start()
        .await
        .at("/", Answer::redirect("/en/"))
        .at(
            "/en/",
            page(
                "Front",
                &["/old", "/older", "/round", "/self", "/away", "/en/#top"],
            ),
        )
        .at("/old", Answer::redirect("/new"))
        .at("/older", Answer::redirect("/new?utm_source=x"))
        .at("/new", page("New", &[]))
        .at("/round", Answer::redirect("/about"))
        .at("/about", Answer::redirect("/round"))
        .at("/self", Answer::redirect("/self#"))
        .at("/away", Answer::redirect("https://other.example/"));
    let told = told(&mut begin(&site, plan(site.url("127.0.0.1", "/"), Scope::Site))).await;
    let new = site.url("127.0.0.1", "/new");
    assert_eq!(
        told,
        [
            "/ moved to /en/".to_owned(),
            "/en/ page".to_owned(),
            "/old moved to /new".to_owned(),
            "/new page".to_owned(),
            format!("/older skipped: it is the same page as {new}"),
            "/round moved to /about".to_owned(),
            "/about failed: it leads back to itself".to_owned(),
            "/self failed: it leads back to itself".to_owned(),
            "/away skipped: it leads to another site: https://other.example/".to_owned(),
        ]
    );
}

#[tokio::test]
async fn a_page_that_sends_a_browser_on_is_a_redirect() {
    let refresh = |to: &str| Answer::html(format!("<meta http-equiv=refresh content='0; url={to}'>"));
    let site = Site::start()
        .await
        .at("/", refresh("/en/"))
        .at("/en/", page("Front", &["/away", "/back"]))
        .at("/away", refresh("http://169.254.169.254/"))
        .at("/back", refresh("/back"));
    let told = told(&mut begin(&site, plan(site.url("127.0.0.1", "/"), Scope::Site))).await;
    assert_eq!(
        told,
        [
            "/ moved to /en/",
            "/en/ page",
            "/away skipped: it leads to another site: http://169.254.169.254/",
            "/back failed: it leads back to itself",
        ]
    );
}

/// Who starts at `acme.example` means the site that it leads to, another host if need be.
#[tokio::test]
async fn the_start_may_lead_to_another_host() {
    let site = Site::start().await;
    let there = site.url("shop.example", "/start");
    site.put("/", Answer::redirect(there.clone()));
    site.put("/start", page("Shop", &["/more", "http://acme.example/"]));
    site.put("/more", page("More", &[]));
    let told = told(&mut begin(
        &site,
        plan(site.url("acme.example", "/"), Scope::Host),
    ))
    .await;
    assert_eq!(told, ["/ moved to /start", "/start page", "/more page"]);
}

#[tokio::test]
async fn what_fails_for_a_moment_is_tried_once_more_at_the_end() {
    let site = Site::start()
        .await
        .at("/", page("Front", &["/broken", "/gone", "/fine"]))
        .at("/broken", Answer::status(500))
        .at("/gone", Answer::status(410))
        .at("/fine", page("Fine", &[]));
    let told = told(&mut begin(&site, plan(site.url("127.0.0.1", "/"), Scope::Site))).await;
    let expected = [
        "/ page",
        "/gone gone",
        "/fine page",
        "/broken failed: the server answers with status 500",
    ];
    assert_eq!(told, expected);
    assert_eq!(site.paths(), ["/", "/broken", "/gone", "/fine", "/broken"]);
}

#[tokio::test]
async fn a_site_that_is_away_is_left_for_later() {
    let links: Vec<_> = (0..40).map(|n| format!("/{n}")).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    let site = Site::start().await.at("/", page("Front", &links));
    for link in &links {
        site.put(link, Answer::status(500));
    }
    let mut crawl = begin(&site, plan(site.url("127.0.0.1", "/"), Scope::Site));
    assert_eq!(told(&mut crawl).await, ["/ page"]);
    assert_eq!((crawl.ended(), site.paths().len()), (Some(Ended::Away), 11));
    assert!(crawl.progress().waiting > 30);
}

#[tokio::test]
async fn cancelled_it_asks_for_nothing_more() {
    let site = tree(2).await.at("/1", Answer::Stalled);
    let cancel = CancellationToken::new();
    let plan = plan(site.url("127.0.0.1", "/"), Scope::Site);
    let mut crawl = crawler(&site).begin(plan, [], cancel.clone()).unwrap();
    assert!(matches!(crawl.next().await.unwrap().outcome, Outcome::Page(_)));
    // The next page never arrives in full; the crawl ends in the middle of it.
    let ends = async {
        while !site.paths().contains(&"/1".to_owned()) {
            tokio::task::yield_now().await;
        }
        cancel.cancel();
    };
    let (next, ()) = tokio::join!(crawl.next(), ends);
    assert!(next.is_none());
    assert_eq!(crawl.ended(), Some(Ended::Cancelled));
    assert!(crawl.next().await.is_none());
    assert_eq!(site.paths(), ["/", "/1"]);
}

#[test]
fn a_crawl_starts_at_a_page() {
    let crawler = parlance::domain::knowledge::web::Crawler::new(std::sync::Arc::new(NoWeb));
    for start in [
        "mailto:a@acme.example",
        "https://me:pw@acme.example/",
        "file:///etc",
    ] {
        let plan = Plan::new(url::Url::parse(start).unwrap(), Scope::Page);
        assert!(
            crawler.begin(plan, [], CancellationToken::new()).is_err(),
            "{start}"
        );
    }
}

#[derive(Debug)]
struct NoWeb;

#[async_trait::async_trait]
impl parlance::adapters::web::Fetch for NoWeb {
    async fn hop(
        &self,
        _: &parlance::adapters::web::Get,
    ) -> Result<parlance::adapters::web::Reply, parlance::adapters::web::FetchError> {
        unreachable!("nothing is asked for")
    }
}
