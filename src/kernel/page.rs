//! How much of a list is asked for.

use serde::Deserialize;

/// 1 to `MOST`; whoever asks for more gets that much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
pub struct PageSize<const MOST: i32>(i32);

impl<const MOST: i32> TryFrom<i64> for PageSize<MOST> {
    type Error = &'static str;

    fn try_from(size: i64) -> Result<Self, Self::Error> {
        if size < 1 {
            return Err("limit: give 1 or more");
        }
        Ok(Self(i32::try_from(size).map_or(MOST, |size| size.min(MOST))))
    }
}

impl<const MOST: i32> PageSize<MOST> {
    /// The same, to count items by.
    #[must_use]
    pub fn count(self) -> usize {
        usize::try_from(self.0).unwrap_or(1)
    }

    #[must_use]
    pub fn get(self) -> i32 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_neither_empty_nor_endless() {
        let read = |text: &str| serde_json::from_str::<PageSize<200>>(text).map(PageSize::get);
        for (asked, given) in [("1", 1), ("200", 200), ("201", 200), ("4294967297", 200)] {
            assert_eq!(read(asked).ok(), Some(given), "{asked}");
        }
        for wrong in ["0", "-1", "99999999999999999999", "\"x\""] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
