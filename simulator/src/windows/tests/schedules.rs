use super::{openings, scenario};

/// The dates in UTC on which a window of one hour at noon UTC opens.
fn dates(keys: &str, from: &str, until: &str) -> Vec<String> {
    let tables = format!("[[windows]]\nfor = \"1h\"\n{keys}\n");
    let [from, until] = [from, until].map(|date| format!("{date}T00:00:00Z"));
    let openings = openings(&tables, &from, &until);
    let date = |told: &String| told.split('T').next().unwrap().to_owned();
    openings.iter().map(date).collect()
}

#[test]
fn weekdays_ranges_and_lists() {
    let of = |opens: &str| dates(&format!("opens = {opens}"), "2026-06-01", "2026-06-08");
    assert_eq!(of("\"Sat 12:00\""), ["06-06"]);
    assert_eq!(of("\"saturday 12:00\""), ["06-06"]);
    assert_eq!(of("\"Mon,WED 12:00\""), ["06-01", "06-03"]);
    assert_eq!(
        of("\"Mon-Wed, Sunday 12:00\""),
        ["06-01", "06-02", "06-03", "06-07"]
    );
    assert_eq!(
        of("\"Fri-Mon 12:00\""),
        ["06-01", "06-05", "06-06", "06-07"]
    );
    assert_eq!(of("\"daily 12:00\"").len(), 7);
    assert_eq!(of("\"12:00:30\"").len(), 7);
    assert_eq!(of("[\"Tue 12:00\", \"1st Fri 09:00\"]"), ["06-02", "06-05"]);
}

#[test]
fn the_nth_weekday_of_a_month() {
    let of = |opens: &str| {
        dates(
            &format!("opens = \"{opens} 12:00\""),
            "2026-01-01",
            "2026-07-01",
        )
    };
    assert_eq!(
        of("2nd Tue"),
        ["01-13", "02-10", "03-10", "04-14", "05-12", "06-09"]
    );
    assert_eq!(of("second Tuesday"), of("2nd Tue"));
    assert_eq!(
        of("last Fri"),
        ["01-30", "02-27", "03-27", "04-24", "05-29", "06-26"]
    );
    assert_eq!(of("5th Fri"), ["01-30", "05-29"]);
    assert_eq!(
        of("first Sun"),
        ["01-04", "02-01", "03-01", "04-05", "05-03", "06-07"]
    );
}

#[test]
fn every_nth_week() {
    let of = |keys: &str| {
        let keys = format!("opens = \"Sun,Mon 12:00\"\nevery = 2\n{keys}");
        dates(&keys, "2026-01-01", "2026-02-01")
    };
    // The weeks are those of Monday to Sunday: a Monday and the Sunday before are of different ones.
    assert_eq!(
        of("from = \"2026-01-07\""),
        ["01-05", "01-11", "01-19", "01-25"]
    );
    assert_eq!(of("from = 2026-01-18"), ["01-12", "01-18", "01-26"]);
    // The scenario starts on 6 January 2020, and 312 weeks later is the 29 December 2025.
    assert_eq!(of(""), ["01-04", "01-12", "01-18", "01-26"]);
    let of = |every| {
        let keys = format!("opens = \"Mon 12:00\"\nevery = {every}");
        dates(&keys, "2020-01-01", "2036-01-01").len()
    };
    assert_eq!([of(52), of(520)], [17, 2]);
}

#[test]
fn cron_patterns() {
    let of = |pattern: &str| dates(&format!("cron = \"{pattern}\""), "2026-02-01", "2026-03-01");
    assert_eq!(of("0 12 * * 6"), ["02-07", "02-14", "02-21", "02-28"]);
    assert_eq!(of("0 12 * * sat"), of("0 12 * * 6"));
    assert_eq!(of("0 12 * * 7"), of("0 12 * * 0"));
    // A day of the month or a weekday …
    assert_eq!(
        of("0 12 10 * 6"),
        ["02-07", "02-10", "02-14", "02-21", "02-28"]
    );
    // … and both where one of the two begins with a star.
    assert_eq!(of("0 12 */2 * 6"), ["02-07", "02-21"]);
    assert_eq!(of("0 12 L * *"), ["02-28"]);
    assert_eq!(of("0 12 * * 2#2"), ["02-10"]);
    assert_eq!(of("0 12 29 2 *"), Vec::<String>::new());
    let leap = dates("cron = \"0 12 29 2 *\"", "2026-01-01", "2033-01-01");
    assert_eq!(leap, ["02-29", "02-29"]);
}

#[test]
fn a_pattern_that_never_matches_never_opens() {
    let scenario = scenario(
        "2026-01-05T00:00Z",
        "[[windows]]\ncron = \"0 0 30 2 *\"\nfor = \"1h\"\n",
    );
    let from = scenario.calendar.starts().timestamp();
    assert_eq!(scenario.openings(0, from).unwrap().next(), None);
}

#[test]
fn a_pool_without_windows_has_no_openings() {
    let scenario = scenario("2026-01-05T00:00Z", "");
    let from = scenario.calendar.starts().timestamp();
    assert!(scenario.openings(0, from).is_none());
}

#[test]
fn openings_are_whole_and_those_that_end_behind_the_question() {
    let window = "[[windows]]\nopens = \"Sat 22:00\"\nfor = \"8h\"\n";
    let first = |from| openings(window, from, "2026-06-13T12:00:00Z")[0].clone();
    assert_eq!(first("2026-06-06T21:00:00Z"), "06-06T22:00/06-07T06:00");
    assert_eq!(first("2026-06-07T05:59:59Z"), "06-06T22:00/06-07T06:00");
    assert!(openings(window, "2026-06-07T06:00:00Z", "2026-06-13T12:00:00Z").is_empty());
}

#[test]
fn the_union_joins_what_overlaps_or_touches_and_knows_who_opens_and_closes() {
    let tables = "
        [[windows]]
        name = \"evening\"
        opens = \"Sat 20:00\"
        for = \"2h\"
        [[windows]]
        name = \"night\"
        opens = \"Sat 22:00\"
        for = \"4h\"
        [[windows]]
        name = \"short\"
        opens = \"Sat 23:00\"
        for = \"1h\"
        [[windows]]
        name = \"morning\"
        opens = \"Sun 02:01\"
        for = \"1h\"
    ";
    let [from, until] = ["2026-06-06T00:00:00Z", "2026-06-08T00:00:00Z"];
    assert_eq!(
        openings(tables, from, until),
        ["06-06T20:00/06-07T02:00", "06-07T02:01/06-07T03:01"]
    );
    let scenario = scenario("2026-01-05T00:00Z", tables);
    let by: Vec<_> = scenario
        .openings(0, from.parse().unwrap())
        .unwrap()
        .take(2)
        .map(|opening| (opening.opened_by, opening.closed_by))
        .collect();
    assert_eq!(by, [(0, 1), (3, 3)]);
}

/// Joined from many openings, a piece is told from its first start; one that never ends is told in parts.
#[test]
fn what_is_open_for_long_is_whole_up_to_400_days() {
    let window = |keys: &str| format!("[[windows]]\nopens = \"00:00\"\nfor = \"24h\"\n{keys}");
    let from = "2026-06-01T12:00:00Z";
    let whole = openings(
        &window("except = [\"09-01\"]\n"),
        from,
        "2026-12-01T00:00:00Z",
    );
    assert_eq!(
        whole,
        ["09-02T00:00/09-01T00:00", "09-02T00:00/09-01T00:00"]
    );
    let parts = openings(&window(""), from, "2029-01-01T00:00:00Z");
    assert_eq!(parts.len(), 3);
    let ends = |part: &String| part.split('/').map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(ends(&parts[0])[1], ends(&parts[1])[0]);
}

#[test]
fn a_list_has_long_openings_whole_and_ends_with_one_of_years() {
    let listed = |keys: &str| {
        let tables = format!("[[windows]]\nopens = \"00:00\"\nfor = \"24h\"\n{keys}");
        let scenario = scenario("2026-01-05T00:00Z", &tables);
        let from = scenario.calendar.starts().timestamp();
        let listed = scenario.openings(0, from).unwrap().listed(9);
        let days = listed
            .iter()
            .map(|opening| opening.length().as_millis() / 86_400_000);
        days.collect::<Vec<_>>()
    };
    let except = "except = [\"2026-01-01\", \"2028-01-01\", \"2029-01-01\"]\n";
    let days = listed(except);
    assert_eq!(days[..2], [729, 365]);
    assert!(
        days.len() == 3 && (3653..4100).contains(&days[2]),
        "{days:?}"
    );
    assert_eq!(listed("").len(), 1);
}
