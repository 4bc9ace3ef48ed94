//! What an answer says: where it leads, what its headers tell, and its body within bounds.

use std::time::Duration;

use reqwest::{
    Response,
    header::{self, HeaderMap, HeaderValue},
};
use url::Url;

use super::{
    FetchError, Fetched, Get, Limit, Reply,
    body::{Body, Stop},
    guard::Target,
};

/// Kept of a header that is stored and sent back.
const MAX_MARK: usize = 512;
/// Never documents.
const MEDIA: [&str; 4] = ["image/", "video/", "audio/", "font/"];

/// Reads an answer to `get`.
///
/// # Errors
/// [`FetchError`] where it leads nowhere, or its body is not what was asked for.
pub(super) async fn read(get: &Get, response: Response) -> Result<Reply, FetchError> {
    let (status, headers) = (response.status(), response.headers());
    match status.as_u16() {
        200 | 203 => {}
        304 => return Ok(Reply::Unchanged),
        301 | 302 | 303 | 307 | 308 => return moved(&get.url, headers).map(Reply::Moved),
        code => {
            let seconds = text(headers, header::RETRY_AFTER).and_then(|value| value.trim().parse().ok());
            return Ok(Reply::Status {
                code,
                retry_after: seconds.map(Duration::from_secs),
            });
        }
    }
    let mut fetched = described(headers);
    if MEDIA.iter().any(|kind| fetched.media_type.starts_with(kind)) {
        return Err(FetchError::Media(fetched.media_type));
    }
    fetched.body = body(response, get.limit).await?;
    Ok(Reply::Document(Box::new(fetched)))
}

/// Where a redirect leads. Not from https to http: who reads the line could then write the page.
fn moved(from: &Url, headers: &HeaderMap) -> Result<Url, FetchError> {
    let location = headers.get(header::LOCATION).map(HeaderValue::as_bytes);
    let location = String::from_utf8_lossy(location.unwrap_or_default());
    let to = from
        .join(location.trim())
        .ok()
        .filter(|_| !location.trim().is_empty())
        .ok_or_else(|| FetchError::Location(location.chars().take(200).collect()))?;
    Target::of(&to)?;
    if from.scheme() == "https" && to.scheme() == "http" {
        return Err(FetchError::Downgrade(to));
    }
    Ok(to)
}

fn described(headers: &HeaderMap) -> Fetched {
    let kind = text(headers, header::CONTENT_TYPE)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let mut parts = kind.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default().to_owned();
    let charset = parts.find_map(|part| part.strip_prefix("charset="));
    let mark = |name| {
        text(headers, name)
            .filter(|mark| mark.len() <= MAX_MARK)
            .map(str::to_owned)
    };
    let robots = headers.get_all("x-robots-tag").iter();
    let robots: Vec<_> = robots.filter_map(|value| value.to_str().ok()).collect();
    let links = headers.get_all(header::LINK).iter();
    Fetched {
        media_type,
        charset: charset.map(|charset| charset.trim_matches(['"', '\'']).to_owned()),
        body: Vec::new(),
        etag: mark(header::ETAG),
        last_modified: mark(header::LAST_MODIFIED),
        robots: robots.join("\n"),
        canonical: links.filter_map(|value| value.to_str().ok()).find_map(canonical),
    }
}

/// `</help>; rel="canonical"`, among others between commas.
fn canonical(links: &str) -> Option<String> {
    links.split(",").find_map(|link| {
        let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let mut parameters = parameters
            .split(';')
            .map(|parameter| parameter.trim().to_ascii_lowercase());
        parameters
            .any(|parameter| matches!(parameter.as_str(), "rel=canonical" | "rel=\"canonical\""))
            .then(|| target.to_owned())
    })
}

async fn body(mut response: Response, limit: Limit) -> Result<Vec<u8>, FetchError> {
    let packing = text(response.headers(), header::CONTENT_ENCODING).unwrap_or_default();
    let packing = packing.trim().to_ascii_lowercase();
    let gzip = match packing.as_str() {
        "" | "identity" => false,
        "gzip" | "x-gzip" => true,
        _ => return Err(FetchError::Packing(packing)),
    };
    let mut read = Body::new(gzip, limit.bytes());
    while let Some(bytes) = response
        .chunk()
        .await
        .map_err(|error| FetchError::Cut(reason(error)))?
    {
        match (read.push(&bytes), limit) {
            (Ok(()), _) => {}
            (Err(Stop::Full), Limit::Cut(_)) => break,
            (Err(Stop::Full), Limit::Refuse(bytes)) => return Err(FetchError::TooLong(bytes)),
            (Err(Stop::Broken), _) => return Err(FetchError::Packing(packing)),
        }
    }
    read.into_bytes().map_err(|stop| match stop {
        Stop::Full => FetchError::TooLong(limit.bytes()),
        Stop::Broken => FetchError::Packing(packing),
    })
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The innermost cause without the address: reqwest's own text only says that sending failed.
pub(super) fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(from: &str, location: &str) -> Result<String, FetchError> {
        let headers = HeaderMap::from_iter([(
            header::LOCATION,
            HeaderValue::from_bytes(location.as_bytes()).unwrap(),
        )]);
        moved(&Url::parse(from).unwrap(), &headers).map(String::from)
    }

    #[test]
    fn a_redirect_leads_on_but_not_out_of_https() {
        let from = "https://acme.example/help/";
        assert_eq!(
            to(from, " ../größe ").unwrap(),
            "https://acme.example/gr%C3%B6%C3%9Fe"
        );
        assert_eq!(to(from, "//other.example").unwrap(), "https://other.example/");
        assert_eq!(to("http://acme.example/", from).unwrap(), from);
        assert!(matches!(
            to(from, "http://acme.example/"),
            Err(FetchError::Downgrade(_))
        ));
        assert!(matches!(
            to(from, "javascript:alert(1)"),
            Err(FetchError::Refused(_))
        ));
        assert!(matches!(to(from, "https://[bad"), Err(FetchError::Location(_))));
        assert!(matches!(to(from, " "), Err(FetchError::Location(_))));
    }

    #[test]
    fn headers_describe_a_document() {
        let headers = HeaderMap::from_iter(
            [
                ("content-type", "Text/HTML; boundary=x; Charset=\"Shift_JIS\""),
                ("etag", "W/\"7\""),
                ("x-robots-tag", "noindex"),
                (
                    "link",
                    "</style.css>; rel=preload, </help?a=1>; title=x; rel=\"canonical\"",
                ),
            ]
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))),
        );
        let fetched = described(&headers);
        assert_eq!(
            (fetched.media_type.as_str(), fetched.charset.as_deref()),
            ("text/html", Some("shift_jis"))
        );
        assert_eq!(
            (fetched.etag.as_deref(), fetched.robots.as_str()),
            (Some("W/\"7\""), "noindex")
        );
        assert_eq!(fetched.canonical.as_deref(), Some("/help?a=1"));
        let long = HeaderMap::from_iter([(header::ETAG, HeaderValue::from_str(&"x".repeat(600)).unwrap())]);
        assert_eq!(described(&long), Fetched::default());
    }
}
