use super::{openings, scenario};
use crate::windows::Dates;

/// A window on Saturdays from 22:00 for 8 hours, in UTC, with these keys behind it.
fn saturdays(keys: &str, from: &str, until: &str) -> Vec<String> {
    let tables = format!("[[windows]]\nopens = \"Sat 22:00\"\nfor = \"8h\"\n{keys}\n");
    openings(
        &tables,
        &format!("{from}T12:00:00Z"),
        &format!("{until}T12:00:00Z"),
    )
}

#[test]
fn a_night_is_cut_at_midnight() {
    let june = |keys| saturdays(keys, "2026-06-05", "2026-06-08");
    assert_eq!(june(""), ["06-06T22:00/06-07T06:00"]);
    assert_eq!(
        june("except = [\"2026-06-06\"]"),
        ["06-07T00:00/06-07T06:00"]
    );
    assert_eq!(
        june("except = [\"2026-06-07\"]"),
        ["06-06T22:00/06-07T00:00"]
    );
    assert!(june("except = [2026-06-06, 2026-06-07]").is_empty());
    assert!(june("except = [\"06-06..06-07\"]").is_empty());
    assert_eq!(
        june("[[exclusions]]\ndates = [\"06-07\"]"),
        ["06-06T22:00/06-07T00:00"]
    );
}

#[test]
fn what_is_left_before_and_behind_are_pieces_of_their_own() {
    let tables = "[[windows]]\nopens = \"Fri 12:00\"\nfor = \"72h\"\nexcept = [\"2026-06-06\"]\n";
    assert_eq!(
        openings(tables, "2026-06-04T00:00:00Z", "2026-06-09T00:00:00Z"),
        ["06-05T12:00/06-06T00:00", "06-07T00:00/06-08T12:00"]
    );
}

#[test]
fn ranges_hold_both_ends_and_wrap_the_years_end() {
    let winter = |keys| {
        let openings = saturdays(keys, "2026-12-18", "2027-01-17");
        let date = |told: &String| told.split('T').next().unwrap().to_owned();
        openings.iter().map(date).collect::<Vec<_>>()
    };
    assert_eq!(winter(""), ["12-19", "12-26", "01-02", "01-09", "01-16"]);
    assert_eq!(
        winter("except = [\"2026-12-24..2027-01-02\"]"),
        ["12-19", "01-03", "01-09", "01-16"]
    );
    assert_eq!(winter("except = [\"12-20..01-10\"]"), ["12-19", "01-16"]);
    assert_eq!(
        winter("[[exclusions]]\ndates = [\"12-20..01-10\"]"),
        ["12-19", "01-16"]
    );
}

/// A window's own exceptions leave the other windows alone; an exclusion is cut from all of them.
#[test]
fn exceptions_are_of_one_window_and_exclusions_of_all() {
    let both = |keys: &str| {
        let tables = format!(
            "[[windows]]\nopens = \"Sat 10:00\"\nfor = \"4h\"\n[[windows]]\nopens = \"Sat 12:00\"\nfor = \"4h\"\n{keys}\n"
        );
        openings(&tables, "2026-06-05T00:00:00Z", "2026-06-09T00:00:00Z")
    };
    assert_eq!(both(""), ["06-06T10:00/06-06T16:00"]);
    assert_eq!(
        both("except = [\"2026-06-06\"]"),
        ["06-06T10:00/06-06T14:00"]
    );
    assert!(both("[[exclusions]]\ndates = [\"2026-06-06\"]").is_empty());
    let zurich = "[[exclusions]]\ndates = [\"2026-06-07\"]\ntimezone = \"Pacific/Auckland\"";
    // The 7 June begins in Auckland at noon of the 6 June in UTC.
    assert_eq!(both(zurich), ["06-06T10:00/06-06T12:00"]);
}

#[test]
fn the_29_february() {
    let february = |dates: &str, year: i32| {
        let tables =
            format!("[[windows]]\nopens = \"12:00\"\nfor = \"1h\"\nexcept = [\"{dates}\"]\n");
        let from = format!("{year}-02-27T00:00:00Z");
        let openings = openings(&tables, &from, &format!("{year}-03-03T00:00:00Z"));
        let date = |told: &String| told.split('T').next().unwrap().to_owned();
        openings.iter().map(date).collect::<Vec<_>>()
    };
    let all = ["02-27", "02-28", "03-01", "03-02"];
    assert_eq!(february("02-29", 2026), all);
    assert_eq!(february("02-29", 2028), all);
    assert_eq!(february("02-29..03-01", 2026), ["02-27", "02-28", "03-02"]);
    assert_eq!(february("02-28..02-29", 2026), ["02-27", "03-01", "03-02"]);
    assert_eq!(february("02-29..03-01", 2028), ["02-27", "02-28", "03-02"]);
    assert_eq!(february("02-28..02-29", 2028), ["02-27", "03-01", "03-02"]);
}

/// A day of 25 hours is left out whole; one that does not exist leaves nothing out.
#[test]
fn days_are_those_of_the_zone() {
    let tables = "
        [[windows]]
        opens = \"Sat 22:00\"
        for = \"48h\"
        timezone = \"Europe/Zurich\"
        except = [\"2026-10-25\"]
    ";
    assert_eq!(
        openings(tables, "2026-10-24T00:00:00Z", "2026-10-27T00:00:00Z"),
        ["10-24T20:00/10-24T22:00", "10-25T23:00/10-26T20:00"]
    );
    let tables = "
        [[windows]]
        opens = \"Thu 22:00\"
        for = \"4h\"
        timezone = \"Pacific/Apia\"
        except = [\"2011-12-30\"]
    ";
    assert_eq!(
        openings(tables, "2011-12-29T12:00:00Z", "2011-12-31T12:00:00Z"),
        ["12-30T08:00/12-30T12:00"]
    );
}

#[test]
fn a_window_that_is_always_left_out_comes_to_an_end() {
    for dates in [
        "\"01-01..12-31\"",
        "\"01-01..06-30\", \"07-01..12-31\"",
        "2000-01-01..9999-12-31",
    ] {
        let dates = if dates.starts_with('"') {
            dates.to_owned()
        } else {
            format!("\"{dates}\"")
        };
        let scenario = scenario(
            "2026-01-05T00:00Z",
            &format!("[[windows]]\ncron = \"* * * * *\"\nfor = \"30m\"\nexcept = [{dates}]\n"),
        );
        let from = scenario.calendar.starts().timestamp();
        assert_eq!(scenario.openings(0, from).unwrap().next(), None, "{dates}");
    }
}

#[test]
fn dates_that_cannot_be() {
    for text in [
        "",
        "2026-02-30",
        "2026-12-24..01-02",
        "12-24..2027-01-02",
        "2027-01-02..2026-12-24",
        "13-01",
        "1-1",
        "26-12-24",
        "2026-12-24..",
        "02-30",
    ] {
        assert!(Dates::parse(text).is_err(), "{text}");
    }
}
