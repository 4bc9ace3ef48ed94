//! A small picture that is kept as its address, `data:image/…;base64,…`: it is versioned, previewed and
//! sent with what it belongs to, and no page fetches it from anywhere.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::domain::attachments::Kind;

/// Bytes of a picture at most. 96 pixels square, it has a few thousand.
pub const BYTES_MAX: usize = 12 * 1024;

/// Whether it is the address of a picture that is what it says and no larger than [`BYTES_MAX`].
#[must_use]
pub fn is_picture(address: &str) -> bool {
    let parts = address
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(";base64,"));
    parts.is_some_and(|(media_type, data)| {
        data.len() <= BYTES_MAX.div_ceil(3) * 4
            && STANDARD.decode(data).is_ok_and(|bytes| {
                let kind = Kind::of(&bytes).filter(|kind| kind.image().is_some());
                bytes.len() <= BYTES_MAX && kind.is_some_and(|kind| kind.media_type() == media_type)
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(kind: &str, bytes: &[u8]) -> String {
        format!("data:{kind};base64,{}", STANDARD.encode(bytes))
    }

    #[test]
    fn a_picture_is_what_it_says_and_small() {
        let png = b"\x89PNG\r\n\x1a\n and so on";
        assert!(is_picture(&address("image/png", png)));
        assert!(is_picture(&address("image/jpeg", b"\xff\xd8\xff\xe0")));
        assert!(is_picture(&address("image/webp", b"RIFF\0\0\0\0WEBPVP8 ")));
        let largest = [png.as_slice(), &vec![0; BYTES_MAX - png.len()]].concat();
        assert!(is_picture(&address("image/png", &largest)));
        for wrong in [
            address("image/png", &[largest.as_slice(), b"x"].concat()),
            address("image/png", b"\xff\xd8\xff\xe0"),
            address("image/svg+xml", b"<svg onload=alert(1)>"),
            address("text/html", b"<script>"),
            "data:image/png;base64,%%%".to_owned(),
            "https://pictures.example/robi.png".to_owned(),
            "javascript:alert(1)".to_owned(),
            String::new(),
        ] {
            assert!(!is_picture(&wrong), "{wrong:.60}");
        }
    }
}
