//! Servers that never end, in time or in size.

use std::{sync::Arc, time::Duration};

use parlance::adapters::web::{Fetch, FetchError, Get, Limit, Reply, Web, WebLimits};

use super::{
    Names, get,
    site::{Answer, Site},
    web,
};

fn hurried(site: &Site) -> Web {
    let limits = WebLimits {
        connect: Duration::from_millis(100),
        headers: Duration::from_millis(200),
        whole: Duration::from_millis(600),
    };
    let allow = site.address.to_string().parse().unwrap();
    Web::new(Arc::<Names>::default(), allow, None, limits).unwrap()
}

#[tokio::test]
async fn a_slow_server_runs_out_of_time() {
    let site = Site::start()
        .await
        .at("/drip", Answer::Drip(Duration::from_millis(20)))
        .at("/stalled", Answer::Stalled);
    let web = hurried(&site);
    for (path, limit) in [("/drip", 300), ("/stalled", 600)] {
        let late = web.hop(&get(site.url("127.0.0.1", path))).await.unwrap_err();
        assert_eq!(late, FetchError::Late(Duration::from_millis(limit)), "{path}");
        assert!(late.is_transient());
    }
}

#[tokio::test]
async fn a_body_without_an_end_is_cut_off() {
    let site = Site::start()
        .await
        .at("/", Answer::Endless(b"more and more ".repeat(1_000)));
    let web = web(Arc::default(), &site);
    let url = site.url("127.0.0.1", "/");
    let refused = web.hop(&Get::new(url.clone(), Limit::Refuse(100_000))).await;
    assert_eq!(refused, Err(FetchError::TooLong(100_000)));
    let Ok(Reply::Document(start)) = web.hop(&Get::new(url, Limit::Cut(100_000))).await else {
        panic!();
    };
    assert_eq!(start.body.len(), 100_000);
}

#[tokio::test]
async fn a_bomb_does_not_go_off() {
    let zeros = vec![b' '; 64 << 20];
    let site = Site::start()
        .await
        .at("/bomb", Answer::of("text/html", zeros.clone()).gzip())
        .at(
            "/sitemap.xml.gz",
            Answer::of("application/gzip", super::site::gzip(&zeros)),
        )
        .at(
            "/broken",
            Answer::html("not packed at all").with("Content-Encoding", "gzip"),
        )
        .at("/other", Answer::html("x").with("Content-Encoding", "br"));
    let web = web(Arc::default(), &site);
    let fetched = async |path: &str| web.hop(&get(site.url("127.0.0.1", path))).await;
    assert_eq!(fetched("/bomb").await, Err(FetchError::TooLong(1 << 20)));
    assert_eq!(
        fetched("/broken").await,
        Err(FetchError::Packing("gzip".to_owned()))
    );
    assert_eq!(fetched("/other").await, Err(FetchError::Packing("br".to_owned())));
    let Ok(Reply::Document(packed)) = fetched("/sitemap.xml.gz").await else {
        panic!();
    };
    assert_eq!(parlance::adapters::web::gunzip(packed.body, 1 << 20), None);
}

#[tokio::test]
async fn redirects_end() {
    let mut site = Site::start().await.at("/loop", Answer::redirect("/loop"));
    for n in 0..10 {
        site = site.at(&format!("/{n}"), Answer::redirect(format!("/{}", n + 1)));
    }
    site.put("/10", Answer::text("there"));
    let web = web(Arc::default(), &site);
    let fetched = async |path: &str| web.get(get(site.url("127.0.0.1", path))).await;
    assert_eq!(fetched("/loop").await, Err(FetchError::TooManyRedirects));
    assert_eq!(fetched("/4").await, Err(FetchError::TooManyRedirects));
    assert!(matches!(fetched("/5").await, Ok(Reply::Document(_))));
    site.put("/nowhere", Answer::status(302));
    assert_eq!(
        fetched("/nowhere").await,
        Err(FetchError::Location(String::new()))
    );
}

#[tokio::test]
async fn pictures_are_not_fetched_and_refusals_are_told() {
    let site = Site::start()
        .await
        .at("/logo", Answer::of("image/png", *b"\x89PNG"))
        .at("/busy", Answer::status(429).with("Retry-After", "7"));
    let web = web(Arc::default(), &site);
    let fetched = async |path: &str| web.hop(&get(site.url("127.0.0.1", path))).await;
    assert_eq!(
        fetched("/logo").await,
        Err(FetchError::Media("image/png".to_owned()))
    );
    let busy = Reply::Status {
        code: 429,
        retry_after: Some(Duration::from_secs(7)),
    };
    assert_eq!(fetched("/busy").await, Ok(busy));
}
