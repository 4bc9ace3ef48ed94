//! What is changed in a document before `pdf_extract` reads it, because it would read it wrongly:
//! the widths of composite fonts, and pictures, whose pixels it would parse as drawing operators.

use pdf_extract::{Dictionary, Document, Object, ObjectId};

/// Character ids are 16 bits wide.
const MAX_CID: i64 = 65_535;

pub(super) fn prepare(document: &mut Document) {
    let widths: Vec<(ObjectId, Vec<Object>)> = document
        .objects
        .iter()
        .filter_map(|(id, object)| Some((*id, widths(document, object.as_dict().ok()?)?)))
        .collect();
    for (id, widths) in widths {
        if let Ok(font) = document.get_dictionary_mut(id) {
            font.set("W", widths);
        }
    }
    for object in document.objects.values_mut() {
        if let Object::Stream(stream) = object
            && named(&stream.dict, b"Subtype", &[b"Image"])
        {
            stream.content.clear();
            stream.dict.remove(b"Filter");
        }
    }
}

fn named(dictionary: &Dictionary, key: &[u8], names: &[&[u8]]) -> bool {
    dictionary
        .get(key)
        .and_then(Object::as_name)
        .is_ok_and(|name| names.contains(&name))
}

/// The `W` array of a composite font with `first last width` written out as `first [width …]`:
/// `pdf_extract` 0.12 reads the range form as nothing, and every letter in it gets the default
/// width. An array that makes no sense is cut where it stops making any.
fn widths(document: &Document, font: &Dictionary) -> Option<Vec<Object>> {
    if !named(font, b"Subtype", &[b"CIDFontType0", b"CIDFontType2"]) {
        return None;
    }
    let array = |object| {
        let (_, found) = document.dereference(object).ok()?;
        found.as_array().ok()
    };
    let mut given = array(font.get(b"W").ok()?)?.iter();
    let mut written = Vec::new();
    while let Some(Object::Integer(first)) = given.next() {
        let Some(next) = given.next() else { break };
        let list = if let Some(list) = array(next) {
            let number = |width: &Object| width.as_float().map(Object::Real).ok();
            list.iter().map_while(number).collect()
        } else {
            let (Ok(last), Some(Ok(width))) = (next.as_i64(), given.next().map(Object::as_float)) else {
                break;
            };
            let count = last.min(MAX_CID).saturating_sub(*first).saturating_add(1);
            vec![Object::Real(width); usize::try_from(count).unwrap_or(0).min(65_536)]
        };
        if (0..=MAX_CID).contains(first) {
            written.extend([Object::Integer(*first), Object::Array(list)]);
        }
        // Overlapping ranges without end are no font.
        if written.len() > 2 * 65_536 {
            break;
        }
    }
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_widths_are_written_out() {
        let mut document = Document::new();
        let numbers = |list: &[i64]| list.iter().map(|n| Object::Integer(*n)).collect::<Vec<_>>();
        let mut w = numbers(&[3]);
        w.push(Object::Array(numbers(&[500, 600])));
        w.extend(numbers(&[10, 12, 278, 99]));
        let mut font = Dictionary::new();
        font.set("Subtype", Object::Name(b"CIDFontType2".to_vec()));
        font.set("W", w);
        let id = document.add_object(font);
        prepare(&mut document);
        let font = document.get_dictionary(id).unwrap();
        let w = font.get(b"W").unwrap().as_array().unwrap();
        let lists: Vec<_> = w.iter().filter_map(|o| o.as_array().ok()).collect();
        assert_eq!(w.len(), 4);
        assert_eq!(lists[0].len(), 2);
        assert_eq!(lists[1], &vec![Object::Real(278.0); 3]);
    }
}
