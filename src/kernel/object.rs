//! An object in JSON that is no list of its fields.

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::{Map, Value};

/// A `T` by the names of its fields. A struct alone also reads a list of them, in their order, which is
/// nobody's to rely on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Object<T>(pub T);

impl<'de, T: for<'a> Deserialize<'a>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Map::deserialize(deserializer)?;
        let read = serde_json::from_value(Value::Object(fields));
        read.map(Self).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Pair {
        a: u8,
        b: u8,
    }

    #[test]
    fn a_list_of_fields_is_none() {
        let read = |text: &str| serde_json::from_str::<Object<Pair>>(text).ok();
        assert_eq!(read(r#"{"b":2,"a":1}"#), Some(Object(Pair { a: 1, b: 2 })));
        assert_eq!(read("[1,2]"), None);
        assert!(serde_json::from_str::<Pair>("[1,2]").is_ok(), "why this is here");
    }
}
