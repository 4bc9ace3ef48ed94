//! Numbers as people write them, brought to one form: `1,000` and `1000`, `2.50` and `2.5`,
//! `twenty-four` and `24`, `1st` and `1`; and the units that may stand beside them.

/// The canonical digits of a numeral, or `None` when `text` is not one. Groups of three after a
/// comma (or an apostrophe) are thousands; a comma with one or two digits after it is a decimal
/// comma; `1.234.567` and `1.234,5` are read the European way. Ordinal and plural endings
/// (`1st`, `1950s`) are dropped; `10s` is ten seconds and no numeral. A time keeps its colon: `09:30` → `9:30`, `9:00` → `9`.
#[must_use]
pub fn canonical(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let decade = lower.strip_suffix('s').filter(|year| year.len() == 4);
    let body = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|ending| lower.strip_suffix(ending))
        .or(decade)
        .unwrap_or(&lower);
    if !body.starts_with(|c: char| c.is_ascii_digit())
        || !body.chars().all(|c| c.is_ascii_digit() || ".,:'’".contains(c))
    {
        return None;
    }
    if let Some((hours, minutes)) = body.split_once(':') {
        let hours = trim_zeros(hours);
        let all_zero = minutes.chars().all(|c| c == '0' || c == ':');
        return Some(if all_zero {
            hours
        } else {
            format!("{hours}:{minutes}")
        });
    }
    let plain: String = body.chars().filter(|c| !matches!(c, '\'' | '’')).collect();
    let (whole, fraction) = split_decimal(&plain);
    let whole = trim_zeros(&whole);
    let fraction = fraction.trim_end_matches('0');
    Some(if fraction.is_empty() {
        whole
    } else {
        format!("{whole}.{fraction}")
    })
}

/// Whole digits and decimal digits of a numeral made of digits, `.` and `,`.
fn split_decimal(text: &str) -> (String, String) {
    let digits = |part: &str| part.chars().filter(char::is_ascii_digit).collect::<String>();
    let mark = match (text.rfind('.'), text.rfind(',')) {
        (Some(dot), Some(comma)) => Some(dot.max(comma)),
        (Some(dot), None) if text.matches('.').count() == 1 => Some(dot),
        (None, Some(comma)) if text.len().saturating_sub(comma) <= 3 => Some(comma),
        _ => None,
    };
    match mark.and_then(|at| text.split_at_checked(at)) {
        Some((whole, fraction)) => (digits(whole), digits(fraction)),
        None => (digits(text), String::new()),
    }
}

fn trim_zeros(digits: &str) -> String {
    let trimmed = digits.trim_start_matches('0');
    if trimmed.is_empty() {
        "0".to_owned()
    } else {
        trimmed.to_owned()
    }
}

/// The value of an English number word below one hundred. `one` is left out: it is a pronoun
/// more often than a number.
#[must_use]
pub fn from_word(word: &str) -> Option<u32> {
    const WORDS: [(&str, u32); 26] = [
        ("two", 2),
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("six", 6),
        ("seven", 7),
        ("eight", 8),
        ("nine", 9),
        ("ten", 10),
        ("eleven", 11),
        ("twelve", 12),
        ("thirteen", 13),
        ("fourteen", 14),
        ("fifteen", 15),
        ("sixteen", 16),
        ("seventeen", 17),
        ("eighteen", 18),
        ("nineteen", 19),
        ("twenty", 20),
        ("thirty", 30),
        ("forty", 40),
        ("fifty", 50),
        ("sixty", 60),
        ("seventy", 70),
        ("eighty", 80),
        ("ninety", 90),
    ];
    WORDS
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, value)| *value)
}

/// The one name of a unit or currency, whatever its spelling: `hrs` → `hour`, `$` → `usd`.
#[must_use]
pub fn unit(word: &str) -> Option<&'static str> {
    Some(match word {
        "s" | "sec" | "secs" | "second" | "seconds" => "second",
        "min" | "mins" | "minute" | "minutes" => "minute",
        "h" | "hr" | "hrs" | "hour" | "hours" => "hour",
        "d" | "day" | "days" => "day",
        "week" | "weeks" | "wk" | "wks" => "week",
        "month" | "months" => "month",
        "year" | "years" | "yr" | "yrs" => "year",
        "%" | "percent" | "pct" => "percent",
        "$" | "usd" | "dollar" | "dollars" => "usd",
        "€" | "eur" | "euro" | "euros" => "eur",
        "£" | "gbp" | "pound" | "pounds" => "gbp",
        "cent" | "cents" => "cent",
        "mm" | "millimetre" | "millimetres" | "millimeter" | "millimeters" => "mm",
        "cm" | "centimetre" | "centimetres" | "centimeter" | "centimeters" => "cm",
        "m" | "metre" | "metres" | "meter" | "meters" => "metre",
        "km" | "kilometre" | "kilometres" | "kilometer" | "kilometers" => "km",
        "mile" | "miles" => "mile",
        "g" | "gram" | "grams" => "gram",
        "kg" | "kilo" | "kilos" | "kilogram" | "kilograms" => "kg",
        "lb" | "lbs" => "lb",
        "ml" | "millilitre" | "millilitres" => "ml",
        "l" | "litre" | "litres" | "liter" | "liters" => "litre",
        "w" | "watt" | "watts" => "watt",
        "v" | "volt" | "volts" => "volt",
        "wh" => "wh",
        "kb" => "kb",
        "mb" => "mb",
        "gb" => "gb",
        "ghz" => "ghz",
        "db" => "db",
        "°c" | "celsius" => "celsius",
        "°f" | "fahrenheit" => "fahrenheit",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_a_number_one_way() {
        for (written, expected) in [
            ("1,000", "1000"),
            ("1000", "1000"),
            ("1'000", "1000"),
            ("2.50", "2.5"),
            ("2,5", "2.5"),
            ("1.234,50", "1234.5"),
            ("1,234.50", "1234.5"),
            ("1.234.567", "1234567"),
            ("007", "7"),
            ("0", "0"),
            ("0.10", "0.1"),
            ("21st", "21"),
            ("1950s", "1950"),
            ("09:30", "9:30"),
            ("9:00", "9"),
        ] {
            assert_eq!(canonical(written).as_deref(), Some(expected), "{written}");
        }
        for word in ["a1", "10s", "", "x", "s", "th"] {
            assert_eq!(canonical(word), None, "{word}");
        }
    }
}
