//! A crawl again: after an interruption, and when most is unchanged.

use parlance::domain::knowledge::web::{Ended, Known, Outcome, Scope, Was};
use tokio_util::sync::CancellationToken;

use super::{crawler, page, plan, site::Site, told};

/// A chain of pages, each of which only the one before it leads to.
async fn chain() -> Site {
    Site::start()
        .await
        .at("/", page("Front", &["/a"]).with("ETag", "\"front\""))
        .at("/a", page("A", &["/b"]).with("ETag", "\"a\""))
        .at("/b", page("B", &["/c"]).with("ETag", "\"b\""))
        .at("/c", page("C", &[]).with("ETag", "\"c\""))
}

/// What a job keeps of the first `count` pages.
async fn first(site: &Site, count: usize, done: bool) -> Vec<Known> {
    let plan = plan(site.url("127.0.0.1", "/"), Scope::Site);
    let mut crawl = crawler(site).begin(plan, [], CancellationToken::new()).unwrap();
    let mut known = Vec::new();
    while known.len() < count
        && let Some(visit) = crawl.next().await
    {
        if let Outcome::Page(page) = visit.outcome {
            known.push(Known {
                url: page.url.into(),
                canonical: page.canonical.into(),
                etag: page.etag,
                last_modified: page.last_modified,
                links: page.links,
                done,
                was: Was::Page,
            });
        }
    }
    known
}

#[tokio::test]
async fn after_an_interruption_it_goes_on_where_it_was() {
    let site = chain().await;
    let known = first(&site, 2, true).await;
    assert_eq!(site.paths(), ["/", "/a"]);
    let plan = plan(site.url("127.0.0.1", "/"), Scope::Site);
    let mut crawl = crawler(&site)
        .begin(plan, known, CancellationToken::new())
        .unwrap();
    assert_eq!(told(&mut crawl).await, ["/b page", "/c page"]);
    assert_eq!(site.paths(), ["/", "/a", "/b", "/c"]);
    assert_eq!(
        (crawl.progress().pages, crawl.ended()),
        (4, Some(Ended::Complete))
    );
}

#[tokio::test]
async fn what_is_unchanged_is_not_sent_and_still_leads_on() {
    let site = chain().await;
    let known = first(&site, 4, false).await;
    site.put("/b", page("B, revised", &["/d"]).with("ETag", "\"b2\""));
    site.put("/d", page("D", &[]));
    let plan = plan(site.url("127.0.0.1", "/"), Scope::Site);
    let mut crawl = crawler(&site)
        .begin(plan, known, CancellationToken::new())
        .unwrap();
    assert_eq!(
        told(&mut crawl).await,
        ["/ unchanged", "/a unchanged", "/b page", "/d page"]
    );
}

#[tokio::test]
async fn what_was_too_deep_before_an_interruption_is_not_told_again() {
    let site = chain().await;
    let mut plan = plan(site.url("127.0.0.1", "/"), Scope::Site);
    plan.max_depth = 0;
    let mut known = first(&site, 1, true).await;
    known.push(Known {
        url: site.url("127.0.0.1", "/a").into(),
        done: true,
        was: Was::Nothing,
        ..Known::default()
    });
    let mut crawl = crawler(&site)
        .begin(plan, known, CancellationToken::new())
        .unwrap();
    assert_eq!(told(&mut crawl).await, [] as [&str; 0]);
}

#[tokio::test]
async fn as_many_links_are_kept_as_are_followed() {
    let paths: Vec<String> = (0..1_500).map(|n| format!("/{n}")).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let site = Site::start().await.at("/", page("Front", &paths));
    let known = first(&site, 1, true).await;
    assert_eq!(known[0].links.len(), paths.len());
}
