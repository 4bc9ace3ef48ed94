//! When a team is back and how long it usually takes, in the seven languages the fixed texts are written
//! in. A time is the wall clock's of the hours and says whose it is, for the visitor may be elsewhere. Up
//! to six days ahead a day is named, then the date.

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};

use crate::domain::{answering::abstain::Language, hours::Hours};

/// A language tag for each of the languages.
pub const LOCALES: [&str; 7] = ["en", "es", "fr", "de", "pt", "ar", "ja"];

/// The days ahead of which the day of the week is enough.
const NAMED_DAYS: i64 = 6;

/// An opening as a wall clock there shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opening {
    local: NaiveDateTime,
    /// Whether the day of the week says which day it is.
    soon: bool,
    /// Whose time it is.
    place: String,
}

impl Opening {
    pub(super) fn of(hours: &Hours, opens_at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let tz = hours.time_zone.tz();
        let local = opens_at.with_timezone(&tz).naive_local();
        let days = local.date() - now.with_timezone(&tz).date_naive();
        Self {
            local,
            soon: days.num_days() <= NAMED_DAYS,
            place: hours.time_zone.place(opens_at),
        }
    }
}

/// "Monday at 09:00 (Berlin time)".
pub(super) fn opens(locale: &str, opening: &Opening) -> String {
    use Language::{Arabic, English, French, German, Japanese, Portuguese, Spanish};
    let (language, place) = (Language::of_locale(locale), &opening.place);
    let (date, time) = (opening.local.date(), opening.local.format("%H:%M"));
    let (day, month) = (date.day(), date.month());
    let when = match (opening.soon, names(language)) {
        (true, (weekdays, _)) => {
            let weekday = name(weekdays, date.weekday().num_days_from_monday());
            match language {
                Spanish => format!("el {weekday}"),
                German => format!("am {weekday}"),
                Arabic => format!("يوم {weekday}"),
                English | French | Portuguese | Japanese => weekday.to_owned(),
            }
        }
        (false, (_, months)) => {
            let name = name(months, month.saturating_sub(1));
            match language {
                English => format!("{day} {name}"),
                Spanish => format!("el {day} de {name}"),
                French => format!("le {day} {name}"),
                German => format!("am {day}. {name}"),
                Portuguese => format!("em {day} de {name}"),
                Arabic => format!("في {day} {name}"),
                Japanese => format!("{month}月{day}日"),
            }
        }
    };
    match language {
        English => format!("{when} at {time} ({place} time)"),
        Spanish => format!("{when} a las {time} (hora de {place})"),
        French => format!("{when} à {time} (heure de {place})"),
        German => format!("{when} um {time} Uhr (Zeit in {place})"),
        Portuguese => format!("{when} às {time} (horário de {place})"),
        Arabic => format!("{when} الساعة {time} (بتوقيت {place})"),
        Japanese => format!("{when}の{time}（{place}時間）"),
    }
}

/// "Our team is back Monday at 09:00 (Berlin time)".
pub(super) fn back(locale: &str, opening: &Opening) -> String {
    let opens = opens(locale, opening);
    match Language::of_locale(locale) {
        Language::English => format!("Our team is back {opens}"),
        Language::Spanish => format!("Nuestro equipo vuelve {opens}"),
        Language::French => format!("Notre équipe revient {opens}"),
        Language::German => format!("Unser Team ist {opens} wieder da"),
        Language::Portuguese => format!("Nossa equipe volta {opens}"),
        Language::Arabic => format!("يعود فريقنا {opens}"),
        Language::Japanese => format!("担当者は{opens}に戻ります"),
    }
}

/// "Our team usually replies within 5 minutes", for whole minutes, or whole hours from one on.
pub(super) fn replies_within(locale: &str, seconds: u32) -> String {
    let minutes = seconds / 60;
    let (n, hours) = if minutes < 60 {
        (minutes, false)
    } else {
        (minutes / 60, true)
    };
    let of = |minute: [&'static str; 2], hour: [&'static str; 2]| {
        let [one, many] = if hours { hour } else { minute };
        format!("{n} {}", if n == 1 { one } else { many })
    };
    match Language::of_locale(locale) {
        Language::English => {
            let time = of(["minute", "minutes"], ["hour", "hours"]);
            format!("Our team usually replies within {time}")
        }
        Language::Spanish => {
            let time = of(["minuto", "minutos"], ["hora", "horas"]);
            format!("Nuestro equipo suele responder en menos de {time}")
        }
        Language::French => {
            let time = of(["minute", "minutes"], ["heure", "heures"]);
            format!("Notre équipe répond en général en moins de {time}")
        }
        Language::German => {
            let time = of(["Minute", "Minuten"], ["Stunde", "Stunden"]);
            format!("Unser Team antwortet meist innerhalb von {time}")
        }
        Language::Portuguese => {
            let time = of(["minuto", "minutos"], ["hora", "horas"]);
            format!("Nossa equipe costuma responder em até {time}")
        }
        Language::Arabic => format!("يرد فريقنا عادة خلال {}", arabic(n, hours)),
        Language::Japanese => {
            let unit = if hours { "時間" } else { "分" };
            format!("担当者は通常{n}{unit}以内に返信します")
        }
    }
}

/// A number of minutes or hours: one, two, few and many are each said in another way.
fn arabic(n: u32, hours: bool) -> String {
    let [one, two, few, many] = if hours {
        ["ساعة", "ساعتين", "ساعات", "ساعة"]
    } else {
        ["دقيقة", "دقيقتين", "دقائق", "دقيقة"]
    };
    match n {
        1 => one.to_owned(),
        2 => two.to_owned(),
        3..=10 => format!("{n} {few}"),
        _ => format!("{n} {many}"),
    }
}

/// A line as a sentence.
pub(super) fn sentence(locale: &str, line: &str) -> String {
    match Language::of_locale(locale) {
        Language::Japanese => format!("{line}。"),
        _ => format!("{line}."),
    }
}

fn name(names: &[&'static str], n: u32) -> &'static str {
    let n = usize::try_from(n).unwrap_or_default();
    names.get(n).copied().unwrap_or_default()
}

/// Days of the week from Monday on, and months; Japanese counts months.
fn names(language: Language) -> (&'static [&'static str], &'static [&'static str]) {
    match language {
        Language::English => (
            &[
                "Monday",
                "Tuesday",
                "Wednesday",
                "Thursday",
                "Friday",
                "Saturday",
                "Sunday",
            ],
            &[
                "January",
                "February",
                "March",
                "April",
                "May",
                "June",
                "July",
                "August",
                "September",
                "October",
                "November",
                "December",
            ],
        ),
        Language::Spanish => (
            &[
                "lunes",
                "martes",
                "miércoles",
                "jueves",
                "viernes",
                "sábado",
                "domingo",
            ],
            &[
                "enero",
                "febrero",
                "marzo",
                "abril",
                "mayo",
                "junio",
                "julio",
                "agosto",
                "septiembre",
                "octubre",
                "noviembre",
                "diciembre",
            ],
        ),
        Language::French => (
            &[
                "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
            ],
            &[
                "janvier",
                "février",
                "mars",
                "avril",
                "mai",
                "juin",
                "juillet",
                "août",
                "septembre",
                "octobre",
                "novembre",
                "décembre",
            ],
        ),
        Language::German => (
            &[
                "Montag",
                "Dienstag",
                "Mittwoch",
                "Donnerstag",
                "Freitag",
                "Samstag",
                "Sonntag",
            ],
            &[
                "Januar",
                "Februar",
                "März",
                "April",
                "Mai",
                "Juni",
                "Juli",
                "August",
                "September",
                "Oktober",
                "November",
                "Dezember",
            ],
        ),
        Language::Portuguese => (
            &[
                "segunda-feira",
                "terça-feira",
                "quarta-feira",
                "quinta-feira",
                "sexta-feira",
                "sábado",
                "domingo",
            ],
            &[
                "janeiro",
                "fevereiro",
                "março",
                "abril",
                "maio",
                "junho",
                "julho",
                "agosto",
                "setembro",
                "outubro",
                "novembro",
                "dezembro",
            ],
        ),
        Language::Arabic => (
            &[
                "الاثنين",
                "الثلاثاء",
                "الأربعاء",
                "الخميس",
                "الجمعة",
                "السبت",
                "الأحد",
            ],
            &[
                "يناير",
                "فبراير",
                "مارس",
                "أبريل",
                "مايو",
                "يونيو",
                "يوليو",
                "أغسطس",
                "سبتمبر",
                "أكتوبر",
                "نوفمبر",
                "ديسمبر",
            ],
        ),
        Language::Japanese => (
            &[
                "月曜日",
                "火曜日",
                "水曜日",
                "木曜日",
                "金曜日",
                "土曜日",
                "日曜日",
            ],
            &[],
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}Z").parse().unwrap()
    }

    fn opening(zone: &str, opens: &str, now: &str) -> Opening {
        let hours: Hours = serde_json::from_value(json!({ "time_zone": zone })).unwrap();
        Opening::of(&hours, at(opens), at(now))
    }

    #[test]
    fn up_to_six_days_ahead_the_day_is_named_and_then_the_date() {
        // A Friday evening in New York; in UTC it is Saturday.
        let said = |opens| super::opens("en", &opening("America/New_York", opens, "2026-12-19T02:00:00"));
        assert_eq!(said("2026-12-19T14:00:00"), "Saturday at 09:00 (New York time)");
        assert_eq!(said("2026-12-24T14:30:00"), "Thursday at 09:30 (New York time)");
        assert_eq!(
            said("2026-12-25T14:00:00"),
            "25 December at 09:00 (New York time)"
        );
        assert_eq!(said("2027-01-04T14:00:00"), "4 January at 09:00 (New York time)");
    }

    #[test]
    fn every_language_says_it_in_its_own_words() {
        let soon = opening("Europe/Berlin", "2026-12-21T08:00:00", "2026-12-18T10:00:00");
        let later = opening("Europe/Berlin", "2027-01-04T08:00:00", "2026-12-18T10:00:00");
        let lines: BTreeSet<String> = LOCALES
            .iter()
            .flat_map(|locale| {
                [
                    back(locale, &soon),
                    back(locale, &later),
                    replies_within(locale, 60),
                    replies_within(locale, 120),
                    replies_within(locale, 300),
                    replies_within(locale, 3_600),
                    replies_within(locale, 14_400),
                ]
            })
            .collect();
        assert_eq!(lines.len(), 7 * LOCALES.len());
        for locale in LOCALES {
            for opening in [&soon, &later] {
                let said = opens(locale, opening);
                assert!(said.contains("09:00") && said.contains("Berlin"), "{said}");
                assert!(back(locale, opening).contains(&said));
            }
        }
        assert_eq!(
            replies_within("pt-BR", 3_600),
            "Nossa equipe costuma responder em até 1 hora"
        );
        assert_eq!(back("xx", &soon), back("en", &soon));
        assert_eq!(sentence("ja", "はい"), "はい。");
    }
}
