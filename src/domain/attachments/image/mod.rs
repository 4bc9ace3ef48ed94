//! Images without what their camera noted (where it was, when, whose it is), and their size. Nothing is
//! decoded: the parts of the file are walked through, those that are needed to show it are kept as they are,
//! and what stands behind its end is left out. A GIF keeps its comments, in which no camera writes.

mod jpeg;
mod png;
mod webp;

use super::kind::ImageFormat;

/// Pixels of an image at most: a browser takes four bytes for each to show it.
const MAX_PIXELS: u64 = 100_000_000;

/// An image as it is kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Image {
    pub content: Vec<u8>,
    /// As it is shown.
    width: u32,
    height: u32,
}

impl Image {
    /// Width and height; none where it has more pixels than a browser can show.
    pub(super) fn size(&self) -> Option<(i32, i32)> {
        let few = u64::from(self.width) * u64::from(self.height) <= MAX_PIXELS;
        let size = i32::try_from(self.width)
            .ok()
            .zip(i32::try_from(self.height).ok());
        size.filter(|_| few)
    }
}

/// The image in `file`; none where it is damaged.
pub(super) fn clean(format: ImageFormat, file: &[u8]) -> Option<Image> {
    let image = match format {
        ImageFormat::Png => png::clean(file),
        ImageFormat::Jpeg => jpeg::clean(file),
        ImageFormat::Gif => gif(file),
        ImageFormat::Webp => webp::clean(file),
    }?;
    (image.width > 0 && image.height > 0).then_some(image)
}

fn gif(file: &[u8]) -> Option<Image> {
    let (width, rest) = file.get(6..)?.split_first_chunk()?;
    let (height, _) = rest.split_first_chunk()?;
    Some(Image {
        content: file.to_vec(),
        width: u16::from_le_bytes(*width).into(),
        height: u16::from_le_bytes(*height).into(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_gif_says_how_large_it_is() {
        let image = clean(ImageFormat::Gif, b"GIF89a\x03\x00\x02\x01rest").unwrap();
        assert_eq!(image.size(), Some((3, 258)));
        assert_eq!(clean(ImageFormat::Gif, b"GIF89a\x03\x00"), None);
        assert_eq!(clean(ImageFormat::Gif, b"GIF89a\x00\x00\x02\x01"), None);
    }

    #[test]
    fn too_many_pixels_have_no_size() {
        let image = |width, height| Image {
            content: Vec::new(),
            width,
            height,
        };
        assert_eq!(image(10_000, 10_000).size(), Some((10_000, 10_000)));
        assert_eq!(image(10_000, 10_001).size(), None);
        assert_eq!(image(u32::MAX, u32::MAX).size(), None);
        assert_eq!(image(u32::MAX, 1).size(), None);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0_usize..200) {
            for (format, begins) in [
                (ImageFormat::Png, &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..]),
                (ImageFormat::Jpeg, b"\xff\xd8\xff\xe1\0\x08Exif\0\0\xff\xc0"),
                (ImageFormat::Gif, b"GIF89a"),
                (ImageFormat::Webp, b"RIFF\x40\0\0\0WEBPVP8X\x0a\0\0\0"),
            ] {
                let file = [begins, &bytes].concat();
                let _ = clean(format, file.get(..cut).unwrap_or(&file));
            }
        }
    }
}
