//! Pages of the web over real sockets: what is fetched and what is refused (`refused.rs`,
//! `hostile.rs`), and crawls of small sites (`crawling.rs`, `resuming.rs`). `site` is the server.

mod crawling;
mod hostile;
mod refused;
mod resuming;
pub mod site;
mod texts;

use std::{
    collections::VecDeque,
    io,
    net::IpAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use parlance::{
    adapters::web::{Get, Limit, Resolve, Web, WebLimits},
    domain::knowledge::web::{Crawl, Crawler, Outcome, Plan, Scope},
};
use tokio_util::sync::CancellationToken;

use self::site::Site;

/// Every name leads to 127.0.0.1, unless it is told other answers, which it gives one by one.
#[derive(Debug, Default)]
struct Names {
    answers: Mutex<VecDeque<Vec<&'static str>>>,
    asked: Mutex<Vec<String>>,
}

impl Names {
    fn answering<const N: usize>(answers: [&[&'static str]; N]) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::new(answers.iter().map(|answer| answer.to_vec()).collect()),
            asked: Mutex::default(),
        })
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

#[async_trait::async_trait]
impl Resolve for Names {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.lock().unwrap().push(name.to_owned());
        let answer = self.answers.lock().unwrap().pop_front();
        let answer = answer.unwrap_or_else(|| vec!["127.0.0.1"]);
        Ok(answer
            .into_iter()
            .map(|address| address.parse().unwrap())
            .collect())
    }
}

/// The web of a test: `site`'s address and port are open, nothing else is.
fn web(names: Arc<Names>, site: &Site) -> Web {
    let allow = site.address.to_string().parse().unwrap();
    let limits = WebLimits {
        connect: Duration::from_secs(5),
        headers: Duration::from_secs(5),
        whole: Duration::from_secs(20),
    };
    Web::new(names, allow, Some("https://parlance.example/bot"), limits).unwrap()
}

fn crawler(site: &Site) -> Crawler {
    Crawler::new(Arc::new(web(Arc::default(), site)))
}

fn get(url: url::Url) -> Get {
    Get::new(url, Limit::Refuse(1 << 20))
}

/// A plan for a test site, without waiting between requests.
fn plan(start: url::Url, scope: Scope) -> Plan {
    Plan {
        gap: Duration::ZERO,
        ..Plan::new(start, scope)
    }
}

fn begin(site: &Site, plan: Plan) -> Crawl {
    crawler(site).begin(plan, [], CancellationToken::new()).unwrap()
}

/// Every outcome of a crawl by its path, a word each.
async fn told(crawl: &mut Crawl) -> Vec<String> {
    let mut told = Vec::new();
    while let Some(visit) = crawl.next().await {
        let path = visit.url.path().to_owned();
        told.push(match visit.outcome {
            Outcome::Page(page) if page.canonical == visit.url => format!("{path} page"),
            Outcome::Page(page) => format!("{path} page as {}", page.canonical.path()),
            Outcome::Unchanged => format!("{path} unchanged"),
            Outcome::Gone => format!("{path} gone"),
            Outcome::Moved(to) => format!("{path} moved to {}", to.path()),
            Outcome::Skipped(skip) => format!("{path} skipped: {skip}"),
            Outcome::Failed(failure) => format!("{path} failed: {failure}"),
        });
    }
    told
}

/// A page with enough words to be one, and links to these paths.
pub fn page(title: &str, links: &[&str]) -> site::Answer {
    let links: String = links
        .iter()
        .map(|link| format!("<li><a href='{link}'>{link}</a></li>"))
        .collect();
    site::Answer::html(format!(
        "<!doctype html><title>{title}</title><main><h1>{title}</h1><p>All that is to be known about {title} \
         stands on this page, and a little more.</p><ul>{links}</ul></main>"
    ))
}
