//! `robots.txt` as RFC 9309 reads it, with the common `Crawl-delay`.

use std::time::Duration;

use url::Url;

use super::normal::octets;

/// What must be read at least (section 2.5), and is at most.
pub const MAX_BYTES: usize = 500 << 10;
/// Sitemaps that are noted.
const MAX_SITEMAPS: usize = 50;

/// What a host asks of one crawler.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Robots {
    rules: Vec<Rule>,
    /// Between two requests, as the host wishes it.
    pub delay: Option<Duration>,
    /// Where the host says its sitemaps are, as it is written.
    pub sitemaps: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    pattern: String,
    allow: bool,
}

/// Rules under one or more `User-agent` lines.
#[derive(Default)]
struct Group {
    agents: Vec<String>,
    rules: Vec<Rule>,
    delay: Option<Duration>,
    /// A rule was read: the next `User-agent` begins another group.
    closed: bool,
}

impl Robots {
    /// Nothing may be read: the host says so, or could not be asked.
    #[must_use]
    pub fn closed() -> Self {
        Self {
            rules: vec![Rule {
                pattern: "/".to_owned(),
                allow: false,
            }],
            ..Self::default()
        }
    }

    /// The groups that name `agent`, together; else those of `*`.
    #[must_use]
    pub fn parse(text: &str, agent: &str) -> Self {
        let mut groups = vec![Group::default()];
        let mut sitemaps = Vec::new();
        for line in text.trim_start_matches('\u{feff}').split(['\n', '\r']) {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else {
                continue;
            };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            if key == "sitemap" {
                if sitemaps.len() < MAX_SITEMAPS {
                    sitemaps.push(value.to_owned());
                }
            } else {
                read(&mut groups, &key, value);
            }
        }
        let of = |name: &str| -> Vec<&Group> {
            let named = |group: &&Group| group.agents.iter().any(|agent| agent == name);
            groups.iter().filter(named).collect()
        };
        let mut own = of(&agent.to_ascii_lowercase());
        if own.is_empty() {
            own = of("*");
        }
        Self {
            rules: own.iter().flat_map(|group| group.rules.clone()).collect(),
            delay: own.iter().find_map(|group| group.delay),
            sitemaps,
        }
    }

    /// Whether the page may be read: the longest pattern that matches says so, `Allow` in a tie.
    #[must_use]
    pub fn allows(&self, url: &Url) -> bool {
        if url.path() == "/robots.txt" {
            return true;
        }
        let mut path = octets(url.path());
        if let Some(query) = url.query() {
            path.push('?');
            path.push_str(&octets(query));
        }
        let matching = self.rules.iter().filter(|rule| matches(&rule.pattern, &path));
        let strongest = matching.max_by_key(|rule| (rule.pattern.len(), rule.allow));
        strongest.is_none_or(|rule| rule.allow)
    }
}

fn read(groups: &mut Vec<Group>, key: &str, value: &str) {
    if key == "user-agent" && groups.last().is_some_and(|group| group.closed) {
        groups.push(Group::default());
    }
    let Some(group) = groups.last_mut() else {
        return;
    };
    match key {
        "user-agent" => group.agents.push(product(value)),
        "allow" | "disallow" => {
            group.closed = true;
            if !value.is_empty() {
                group.rules.push(Rule {
                    pattern: octets(value),
                    allow: key == "allow",
                });
            }
        }
        "crawl-delay" => {
            group.closed = true;
            let seconds = value.parse().ok().filter(|seconds: &f64| *seconds >= 0.0);
            group.delay = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        }
        _ => {}
    }
}

/// `Examplebot/1.2 (x)` names the product `examplebot`; `*` is everybody.
fn product(value: &str) -> String {
    if value.starts_with('*') {
        return "*".to_owned();
    }
    let name = value
        .split(|c: char| !(c.is_ascii_alphabetic() || matches!(c, '-' | '_')))
        .next();
    name.unwrap_or_default().to_ascii_lowercase()
}

/// Whether `pattern` matches the beginning of `path`; `*` is anything, a `$` at the end its end.
/// Each piece is found as early as it can be, so the time is at most the product of both lengths.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, whole) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| path.strip_prefix(first)) else {
        return false;
    };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return !whole || rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if whole && pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some((_, after)) = rest.split_once(piece) else {
            return false;
        };
        rest = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(text: &str, path: &str) -> bool {
        let url = Url::parse(&format!("https://acme.example{path}")).unwrap();
        Robots::parse(text, "ParlanceBot").allows(&url)
    }

    #[test]
    fn ones_own_groups_count_together_and_before_those_of_all() {
        let text = "User-agent: *\nDisallow: /\n\n\
                    user-agent: parlancebot/2.0 (x)\nUser-Agent: other\nDisallow: /a\n\n\
                    Sitemap: https://acme.example/s.xml\n\
                    User-agent: PARLANCEBOT\nDisallow: /b # and why\n";
        assert!(allows(text, "/c"));
        assert!(!allows(text, "/a/x") && !allows(text, "/b"));
        let robots = Robots::parse(text, "Somebody");
        assert!(!robots.allows(&Url::parse("https://acme.example/c").unwrap()));
        assert_eq!(robots.sitemaps, ["https://acme.example/s.xml"]);
        assert!(allows("User-agent: parlancebot-news\nDisallow: /", "/c"));
    }

    #[test]
    fn the_longest_pattern_decides_and_allow_in_a_tie() {
        let text = "User-agent: *\nDisallow: /shop\nAllow: /shop/help\nDisallow: /page\nAllow: /page\n";
        assert!(allows(text, "/shop/help/returns") && allows(text, "/page") && allows(text, "/"));
        assert!(!allows(text, "/shop") && !allows(text, "/shopping"));
        assert!(allows("User-agent: *\nDisallow:\n", "/x"));
        assert!(!allows("User-agent: *\nDisallow: /\n", "/x"));
        assert!(allows("User-agent: *\nDisallow: /\n", "/robots.txt"));
        assert!(allows("Disallow: /\n", "/x"), "a rule of nobody's");
    }

    #[test]
    fn stars_and_the_end() {
        for (pattern, path, hit) in [
            ("/*.pdf$", "/a/b.pdf", true),
            ("/*.pdf$", "/a/b.pdf?x", false),
            ("/*.pdf", "/a/b.pdf?x", true),
            ("/fish*", "/fish", true),
            ("/fish*.php", "/fishheads/catfish.php?id=1", true),
            ("/fish$", "/fish", true),
            ("/fish$", "/fishes", false),
            ("*", "/x", true),
            ("/a*b*b$", "/a-b", false),
            ("/a*b*b$", "/a-b-b", true),
            ("/a*b$", "/ab-b", true),
            ("/*?", "/x?y", true),
            ("/*?", "/x", false),
            ("fish", "/fish", false),
            ("/$", "/", true),
        ] {
            let text = format!("User-agent: *\nDisallow: {pattern}");
            assert_eq!(!allows(&text, path), hit, "{pattern} {path}");
        }
        let stars = format!("/{}", "*a".repeat(200));
        assert!(allows(
            &format!("User-agent: *\nDisallow: {stars}b"),
            &format!("/{}", "a".repeat(2_000))
        ));
    }

    #[test]
    fn octets_are_compared_however_they_are_written() {
        assert!(!allows("User-agent: *\nDisallow: /größe", "/gr%c3%b6%C3%9Fe"));
        assert!(!allows("User-agent: *\nDisallow: /%7Ejoe", "/~joe"));
        assert!(allows("User-agent: *\nDisallow: /a%2Fb", "/a/b"));
    }

    #[test]
    fn odd_files_are_read_as_far_as_they_make_sense() {
        let text = "\u{feff}user-agent : *\r\nDISALLOW : /x\rnonsense\r\ncrawl-delay: 1.5\n<html>: 7";
        assert!(!allows(text, "/x"));
        assert_eq!(Robots::parse(text, "a").delay, Some(Duration::from_millis(1_500)));
        for delay in ["-1", "NaN", "inf", "1e400", "soon"] {
            let text = format!("User-agent: *\nCrawl-delay: {delay}");
            assert_eq!(Robots::parse(&text, "a").delay, None, "{delay}");
        }
        assert!(!Robots::closed().allows(&Url::parse("https://acme.example/").unwrap()));
    }
}
