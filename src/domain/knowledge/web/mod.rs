//! Pages of the web, for ingestion: one page, those of a sitemap, or a crawl of a site.
//!
//! [`Crawler::begin`] takes a [`Plan`] and gives a [`Crawl`], whose `next` tells of one address
//! after another what came of it; a [`Page`] is ready to be ingested. What decides is pure and has
//! a file each (`normal`, `robots`, `sitemap`, `plan`, `frontier`); `crawl` and `visit` put it in
//! order. Nothing here opens a connection: that is `adapters::web`.

mod clean;
mod crawl;
mod dom;
mod frontier;
mod metadata;
pub mod normal;
mod outcome;
mod pace;
mod page;
mod plan;
pub mod robots;
mod rules;
pub mod sitemap;
mod sitemaps;
mod visit;
pub mod when;

pub use self::{
    crawl::{Crawl, Crawler, NotAPage},
    outcome::{Ended, Failure, Forgotten, Known, Outcome, Page, Progress, Recall, Skip, Visit, Was},
    page::PageError,
    plan::{Plan, Scope},
};
