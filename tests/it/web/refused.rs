//! No way to a private address: not by name, literal, redirect, or a second answer of the DNS.

use std::sync::Arc;

use parlance::{
    adapters::web::{Fetch, FetchError, Reply, guard::Refused},
    domain::knowledge::web::{Failure, Outcome, Scope},
};
use url::Url;

use super::{
    Names, begin, get, plan,
    site::{Answer, Site},
    told, web,
};

fn address_of(error: &FetchError) -> Option<String> {
    match error {
        FetchError::Refused(Refused::Address { address, .. }) => Some(address.to_string()),
        _ => None,
    }
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_before_a_connection() {
    let site = Site::start().await.at("/", Answer::text("secret"));
    for inside in [
        "127.0.0.2",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.1",
        "::1",
        "::",
        "fd00::1",
        "fe80::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "::127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
    ] {
        let names = Names::answering([&[inside]]);
        let refused = web(names, &site).hop(&get(site.url("acme.example", "/"))).await;
        let error = refused.unwrap_err();
        assert_eq!(
            address_of(&error),
            Some(inside.parse::<std::net::IpAddr>().unwrap().to_string()),
            "{error}"
        );
    }
    assert!(site.asked().is_empty());
}

#[tokio::test]
async fn one_bad_address_spoils_the_answer() {
    let site = Site::start().await.at("/", Answer::text("secret"));
    let names = Names::answering([&["127.0.0.1", "10.0.0.1"]]);
    let refused = web(names, &site)
        .hop(&get(site.url("acme.example", "/")))
        .await
        .unwrap_err();
    assert_eq!(address_of(&refused).as_deref(), Some("10.0.0.1"));
    assert!(site.asked().is_empty());
}

#[tokio::test]
async fn literals_are_refused_however_they_are_written() {
    let site = Site::start().await.at("/", Answer::text("secret"));
    let web = web(Arc::default(), &site);
    for host in [
        "127.0.0.2",
        "2130706434",
        "0x7f.2",
        "0177.2",
        "127.2",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "0",
        "[::]",
    ] {
        let refused = web.hop(&get(site.url(host, "/"))).await.unwrap_err();
        assert!(address_of(&refused).is_some(), "{host}: {refused}");
    }
    assert!(site.asked().is_empty());
}

#[tokio::test]
async fn other_schemes_ports_and_users_are_refused() {
    let site = Site::start().await;
    let web = web(Arc::default(), &site);
    let refused = async |url: &str| web.hop(&get(Url::parse(url).unwrap())).await.unwrap_err();
    assert_eq!(refused("file:///etc/passwd").await, Refused::Scheme.into());
    assert_eq!(
        refused("http://me:pw@acme.example/").await,
        Refused::Credentials.into()
    );
    let port = refused("http://1.1.1.1:22/").await;
    assert_eq!(port, Refused::Port(22).into());
}

#[tokio::test]
async fn a_redirect_is_checked_as_the_first_request_is() {
    let site = Site::start().await.at("/", Answer::text("never reached twice"));
    let port = site.address.port();
    let web = web(Arc::default(), &site);
    for to in [
        format!("http://127.0.0.2:{port}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        "http://2130706433/".to_owned(),
        format!("//[::1]:{port}/"),
    ] {
        site.put("/away", Answer::redirect(to.clone()));
        let refused = web.get(get(site.url("acme.example", "/away"))).await.unwrap_err();
        assert!(address_of(&refused).is_some(), "{to}: {refused}");
    }
    for (to, expected) in [
        ("file:///etc/passwd", Refused::Scheme),
        ("http://me@acme.example/", Refused::Credentials),
        ("http://1.1.1.1:22/", Refused::Port(22)),
    ] {
        site.put("/away", Answer::redirect(to));
        let refused = web.get(get(site.url("acme.example", "/away"))).await.unwrap_err();
        assert_eq!(refused, expected.into(), "{to}");
    }
    assert!(site.paths().iter().all(|path| path == "/away"));
}

/// The connection goes to the address that was checked: the name is not looked up again for it.
/// Nor is a check good for the next request, whose answer may be another.
#[tokio::test]
async fn a_second_answer_of_the_dns_comes_too_late() {
    let site = Site::start().await.at("/", Answer::text("ours"));
    let names = Names::answering([&["127.0.0.1"], &["10.0.0.1"]]);
    let web = web(names.clone(), &site);
    let request = get(site.url("acme.example", "/"));
    let Ok(Reply::Document(first)) = web.hop(&request).await else {
        panic!("the checked address answers");
    };
    assert_eq!((first.text().as_str(), names.asked()), ("ours", 1));
    assert_eq!(
        site.asked()[0].headers["host"],
        format!("acme.example:{}", site.address.port())
    );

    let second = web.hop(&request).await.unwrap_err();
    assert_eq!(
        (address_of(&second).as_deref(), names.asked()),
        (Some("10.0.0.1"), 2)
    );
    assert_eq!(site.asked().len(), 1);
}

#[tokio::test]
async fn a_redirect_to_the_same_name_is_looked_up_anew() {
    let site = Site::start().await.at("/", Answer::redirect("/inside"));
    let names = Names::answering([&["127.0.0.1"], &["192.168.0.1"]]);
    let refused = web(names, &site)
        .get(get(site.url("acme.example", "/")))
        .await
        .unwrap_err();
    assert_eq!(address_of(&refused).as_deref(), Some("192.168.0.1"));
}

#[tokio::test]
async fn a_page_cannot_send_a_crawl_inside() {
    let site = Site::start().await;
    let port = site.address.port();
    site.put("/", Answer::redirect(format!("http://127.0.0.2:{port}/admin")));
    for scope in [Scope::Page, Scope::Site] {
        let mut crawl = begin(&site, plan(site.url("127.0.0.1", "/"), scope));
        assert!(matches!(crawl.next().await.unwrap().outcome, Outcome::Moved(_)));
        let visit = crawl.next().await.unwrap();
        let Outcome::Failed(Failure::Fetch(error)) = visit.outcome else {
            panic!("{visit:?}");
        };
        assert_eq!(address_of(&error).as_deref(), Some("127.0.0.2"));
    }
    // Links and further redirects do not even leave the site.
    let linked = format!("http://127.0.0.2:{port}/admin");
    site.put(
        "/",
        super::page("Front", &[&linked, "http://169.254.169.254/", "/on"]),
    );
    site.put("/on", Answer::redirect(linked));
    let told = told(&mut begin(&site, plan(site.url("127.0.0.1", "/"), Scope::Site))).await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[1].starts_with("/on skipped: it leads to another site"),
        "{told:?}"
    );
}
