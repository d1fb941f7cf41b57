use super::openings;

/// The openings of a daily window around a local noon, from one noon before to one behind it in UTC.
fn around(zone: &str, window: &str, rule: &str, days: [&str; 2]) -> Vec<String> {
    let (at, lasts) = window.split_once('+').unwrap();
    let tables = format!(
        "[[windows]]\nopens = \"{at}\"\nfor = \"{lasts}m\"\ntimezone = \"{zone}\"\nrule = \"{rule}\"\n"
    );
    let [from, until] = days.map(|day| format!("{day}:00Z"));
    openings(&tables, &from, &until)
}

/// Europe/Zurich, 29 March and 25 October 2026: what a wall clock and what elapsed time make of five windows.
#[test]
fn both_rules_in_zurich_to_the_minute() {
    let spring = ["2026-03-28T12:00", "2026-03-29T12:00"];
    let fall = ["2026-10-24T12:00", "2026-10-25T12:00"];
    let rows: [(&str, [&[&str]; 4]); 5] = [
        (
            "01:30+60",
            [
                &["03-29T00:30/03-29T01:00"],
                &["03-29T00:30/03-29T01:30"],
                &["10-24T23:30/10-25T00:30", "10-25T01:00/10-25T01:30"],
                &["10-24T23:30/10-25T00:30"],
            ],
        ),
        (
            "02:00+60",
            [
                &[],
                &["03-29T01:00/03-29T02:00"],
                &["10-25T00:00/10-25T02:00"],
                &["10-25T00:00/10-25T01:00"],
            ],
        ),
        (
            "02:30+60",
            [
                &["03-29T01:00/03-29T01:30"],
                &["03-29T01:30/03-29T02:30"],
                &["10-25T00:30/10-25T01:00", "10-25T01:30/10-25T02:30"],
                &["10-25T00:30/10-25T01:30"],
            ],
        ),
        (
            "22:00+480",
            [
                &["03-28T21:00/03-29T04:00"],
                &["03-28T21:00/03-29T05:00"],
                &["10-24T20:00/10-25T05:00"],
                &["10-24T20:00/10-25T04:00"],
            ],
        ),
        (
            "00:00+240",
            [
                &["03-28T23:00/03-29T02:00"],
                &["03-28T23:00/03-29T03:00"],
                &["10-24T22:00/10-25T03:00"],
                &["10-24T22:00/10-25T02:00"],
            ],
        ),
    ];
    for (window, [spring_wall, spring_elapsed, fall_wall, fall_elapsed]) in rows {
        let zurich = |rule, days| around("Europe/Zurich", window, rule, days);
        assert_eq!(zurich("wall-clock", spring), spring_wall, "{window}");
        assert_eq!(zurich("elapsed", spring), spring_elapsed, "{window}");
        assert_eq!(zurich("wall-clock", fall), fall_wall, "{window}");
        assert_eq!(zurich("elapsed", fall), fall_elapsed, "{window}");
    }
}

/// Lord Howe's clocks change by half an hour: from 02:00 to 02:30 on 4 October 2026, from 02:00 to 01:30 on 5 April.
#[test]
fn a_change_by_half_an_hour() {
    let howe = |window, rule, days| around("Australia/Lord_Howe", window, rule, days);
    let spring = ["2026-10-03T06:00", "2026-10-04T06:00"];
    assert_eq!(
        howe("01:45+60", "wall-clock", spring),
        ["10-03T15:15/10-03T15:45"]
    );
    assert_eq!(
        howe("02:10+60", "elapsed", spring),
        ["10-03T15:40/10-03T16:40"]
    );
    let fall = ["2026-04-04T06:00", "2026-04-05T06:00"];
    assert_eq!(
        howe("01:40+60", "wall-clock", fall),
        ["04-04T14:40/04-04T15:00", "04-04T15:10/04-04T16:10"]
    );
    assert_eq!(
        howe("01:40+10", "wall-clock", fall),
        ["04-04T14:40/04-04T14:50", "04-04T15:10/04-04T15:20"]
    );
    assert_eq!(
        howe("01:40+60", "elapsed", fall),
        ["04-04T14:40/04-04T15:40"]
    );
}

/// Apia went from the end of 29 December 2011 to the start of 31 December.
#[test]
fn a_day_that_does_not_exist() {
    let days = ["2011-12-29T12:00", "2011-12-31T23:00"];
    let apia = |window, rule| around("Pacific/Apia", window, rule, days);
    // The 29th is ten hours behind UTC, the 31st fourteen ahead.
    assert_eq!(
        apia("22:00+60", "wall-clock"),
        ["12-30T08:00/12-30T09:00", "12-31T08:00/12-31T09:00"]
    );
    assert_eq!(
        apia("22:00+240", "wall-clock"),
        ["12-30T08:00/12-30T12:00", "12-31T08:00/12-31T12:00"]
    );
    // The start on the skipped day is moved to the same time of the next, where that day's own already is.
    assert_eq!(
        apia("22:00+240", "elapsed"),
        ["12-30T08:00/12-30T12:00", "12-31T08:00/12-31T12:00"]
    );
    let tables = "[[windows]]\nopens = \"Fri 22:00\"\nfor = \"1h\"\ntimezone = \"Pacific/Apia\"\n";
    let [from, until] = ["2011-12-29T00:00Z", "2012-01-01T00:00Z"];
    assert_eq!(openings(tables, from, until), ["12-31T08:00/12-31T09:00"]);
    let tables = format!("{tables}rule = \"wall-clock\"\n");
    assert!(openings(&tables, from, until).is_empty());
}

#[test]
fn zones_without_a_change() {
    for rule in ["elapsed", "wall-clock"] {
        let days = ["2026-03-28T12:00", "2026-03-29T12:00"];
        assert_eq!(
            around("Asia/Kathmandu", "22:00+480", rule, days),
            ["03-28T16:15/03-29T00:15"]
        );
        assert_eq!(
            around("America/Sao_Paulo", "00:00+60", rule, days),
            ["03-29T03:00/03-29T04:00"]
        );
    }
}

/// São Paulo's midnight of 4 November 2018 did not exist: clocks went from 00:00 to 01:00. On 18 February 2018 they
/// went from 00:00 back to 23:00 of the day before.
#[test]
fn a_midnight_that_does_not_exist() {
    let paulo = |window, rule, days| around("America/Sao_Paulo", window, rule, days);
    let spring = ["2018-11-03T15:00", "2018-11-04T15:00"];
    assert_eq!(
        paulo("00:00+120", "wall-clock", spring),
        ["11-04T03:00/11-04T04:00"]
    );
    assert_eq!(
        paulo("00:30+60", "elapsed", spring),
        ["11-04T03:30/11-04T04:30"]
    );
    assert!(paulo("00:00+60", "wall-clock", spring).is_empty());
    let fall = ["2018-02-17T15:00", "2018-02-18T15:00"];
    assert_eq!(
        paulo("23:30+60", "wall-clock", fall),
        ["02-18T01:30/02-18T02:00", "02-18T02:30/02-18T03:30"]
    );
    assert_eq!(
        paulo("23:30+60", "elapsed", fall),
        ["02-18T01:30/02-18T02:30"]
    );
}

/// Casablanca leaves summer time for Ramadan: back from 03:00 to 02:00 on 15 February 2026, forward on 22 March.
#[test]
fn summer_time_with_a_pause() {
    let casablanca = |rule, days| around("Africa/Casablanca", "01:30+120", rule, days);
    let back = ["2026-02-14T12:00", "2026-02-15T12:00"];
    assert_eq!(casablanca("wall-clock", back), ["02-15T00:30/02-15T03:30"]);
    assert_eq!(casablanca("elapsed", back), ["02-15T00:30/02-15T02:30"]);
    let forward = ["2026-03-21T12:00", "2026-03-22T12:00"];
    assert_eq!(
        casablanca("wall-clock", forward),
        ["03-22T01:30/03-22T02:30"]
    );
    assert_eq!(casablanca("elapsed", forward), ["03-22T01:30/03-22T03:30"]);
}

#[test]
fn new_york() {
    let york = |rule, days| around("America/New_York", "22:00+480", rule, days);
    let spring = ["2026-03-07T18:00", "2026-03-08T18:00"];
    assert_eq!(york("wall-clock", spring), ["03-08T03:00/03-08T10:00"]);
    assert_eq!(york("elapsed", spring), ["03-08T03:00/03-08T11:00"]);
    let fall = ["2026-10-31T18:00", "2026-11-01T18:00"];
    assert_eq!(york("wall-clock", fall), ["11-01T02:00/11-01T11:00"]);
    assert_eq!(york("elapsed", fall), ["11-01T02:00/11-01T10:00"]);
}

/// Cairo's summer time paused for Ramadan from 10 August 2010, 24:00, to 9 September.
#[test]
fn several_changes_in_one_opening() {
    let august = |cron: &str, rule| {
        let tables = format!(
            "[[windows]]\ncron = \"{cron} 10 8 *\"\nfor = \"31d\"\ntimezone = \"Africa/Cairo\"\nrule = \"{rule}\"\n"
        );
        openings(&tables, "2010-08-01T00:00:00Z", "2010-12-31T00:00:00Z")
    };
    assert_eq!(august("0 22", "wall-clock"), ["08-10T19:00/09-10T19:00"]);
    assert_eq!(
        august("30 23", "wall-clock"),
        ["08-10T20:30/08-10T21:00", "08-10T21:30/09-10T20:30"]
    );
    assert_eq!(august("30 23", "elapsed"), ["08-10T20:30/09-10T20:30"]);
}

#[test]
fn a_cron_window_follows_the_same_rules() {
    let cron = |rule| {
        format!(
            "[[windows]]\ncron = \"*/30 * * * *\"\nfor = \"10m\"\ntimezone = \"Europe/Zurich\"\nrule = \"{rule}\"\n"
        )
    };
    let spring = ["2026-03-29T00:30:00Z", "2026-03-29T02:00:00Z"];
    let [from, until] = spring;
    // 02:00 and 02:30 are moved to 03:00 and 03:30, where those of 03:00 and 03:30 already are.
    let both = [
        "03-29T00:30/03-29T00:40",
        "03-29T01:00/03-29T01:10",
        "03-29T01:30/03-29T01:40",
    ];
    assert_eq!(openings(&cron("elapsed"), from, until), both);
    assert_eq!(openings(&cron("wall-clock"), from, until), both);
    let [from, until] = ["2026-10-24T23:50:00Z", "2026-10-25T02:00:00Z"];
    assert_eq!(
        openings(&cron("elapsed"), from, until),
        ["10-25T00:00/10-25T00:10", "10-25T00:30/10-25T00:40"]
    );
    assert_eq!(
        openings(&cron("wall-clock"), from, until),
        [
            "10-25T00:00/10-25T00:10",
            "10-25T00:30/10-25T00:40",
            "10-25T01:00/10-25T01:10",
            "10-25T01:30/10-25T01:40"
        ]
    );
}
