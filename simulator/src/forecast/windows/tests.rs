#![expect(clippy::float_cmp, reason = "shares and means of equal runs are exact")]

use super::*;
use crate::engine::Seed;
use crate::ensemble::Ensemble;
use crate::forecast::Forecast;
use crate::scenario::Scenario;

/// Eight hours of windows from ten o'clock on; machines take 20 minutes each, one after the other.
fn rollout(machines: u32, window: &str) -> (WindowsForecast, WindowFit) {
    rollout_of("20m", machines, window)
}

fn rollout_of(update: &str, machines: u32, window: &str) -> (WindowsForecast, WindowFit) {
    let text = format!(
        "horizon = \"15d\"\n[hardware.h]\nupdate = \"{update}\"\n[[pools]]\nname = \"p\"\nmachines = {machines}\nhardware = \"h\"\n[[windows]]\nopens = \"Sat 22:00\"\nfor = \"8h\"\n{window}\n[[steps]]\nat = \"+0s\"\ndo = \"apply\"\npool = \"p\"\n"
    );
    first_of(&text)
}

fn forecast(text: &str) -> Forecast {
    let blueprint = Blueprint::new(Scenario::parse(text, "test", "test").unwrap());
    let ensemble = Ensemble::run(&blueprint, Seed(1), 8, None).unwrap();
    let clock = Clock::new(&blueprint.scenario().calendar, None);
    Forecast::new(&blueprint, &ensemble, &clock)
}

/// What becomes of the windows of the first pool, and of its first rollout.
fn first_of(text: &str) -> (WindowsForecast, WindowFit) {
    let forecast = forecast(text);
    let pool = forecast.pools.into_iter().next().unwrap().1;
    let fit = pool.rollouts.into_iter().next().unwrap().window.unwrap();
    (pool.windows.unwrap(), fit)
}

fn short(date: Option<&Date>) -> Option<&str> {
    date.map(Date::without_weekday)
}

/// One of two pools fits its window and the other does not; one without windows is not asked.
#[test]
fn a_run_fits_where_every_rollout_does() {
    let pool = |name: &str, machines: u32| {
        format!(
            "[[pools]]\nname = \"{name}\"\nmachines = {machines}\nhardware = \"h\"\n[[steps]]\nat = \"+0s\"\ndo = \"apply\"\npool = \"{name}\"\n"
        )
    };
    let share = |pools: &[(&str, u32)], windows: &str| {
        let pools: String = pools
            .iter()
            .map(|(name, count)| pool(name, *count))
            .collect();
        let text = format!("horizon = \"15d\"\n[hardware.h]\nupdate = \"20m\"\n{pools}{windows}");
        forecast(&text).fits_window.map(|fits| fits.share)
    };
    let window = "[[windows]]\nopens = \"Sat 22:00\"\nfor = \"8h\"\npools = [\"a\"]\n";
    assert_eq!(share(&[("a", 24)], window), Some(1.0));
    assert_eq!(share(&[("a", 25)], window), Some(0.0));
    assert_eq!(share(&[("a", 12), ("b", 90)], window), Some(1.0));
    let both = window.replace("[\"a\"]", "[\"a\", \"b\"]");
    assert_eq!(share(&[("a", 12), ("b", 90)], &both), Some(0.0));
    assert_eq!(share(&[("a", 12)], ""), None);
}

#[test]
fn a_rollout_that_fits_says_how_late_it_may_start() {
    let (windows, fit) = rollout(12, "");
    assert_eq!(fit.fits.share, 1.0);
    // Twelve machines take four hours, one takes twenty minutes.
    assert_eq!(short(fit.latest_start.as_ref()), Some("2026-01-11 02:00"));
    assert_eq!(short(fit.stop_by.as_ref()), Some("2026-01-11 05:40"));
    assert_eq!(short(Some(&fit.half)), Some("2026-01-11 02:00"));
    assert_eq!(fit.at_close.updated, 12.0);
    assert_eq!((windows.used, windows.missed), (1.0, 0.0));
    assert_eq!(fit.windows.p99, Some(1));
    assert_eq!(fit.abort_below, None);
}

/// The last part of the window is held back: the last of twelve machines must start before it.
#[test]
fn what_is_held_back_makes_the_latest_start_earlier() {
    let (_, fit) = rollout(12, "end = \"reserve\"\nreserve = \"1h\"");
    // 3 h 40 min to the last start, which must be before 05:00.
    assert_eq!(short(fit.latest_start.as_ref()), Some("2026-01-11 01:19"));
}

#[test]
fn a_rollout_that_does_not_fit_says_how_it_stands_at_the_close() {
    let (windows, fit) = rollout(25, "end = \"reserve\"\nreserve = \"10m\"");
    assert_eq!(fit.fits.share, 0.0);
    assert_eq!(fit.latest_start, None);
    let stand = fit.at_close;
    assert_eq!(
        (stand.updated, stand.in_flight, stand.waiting),
        (24.0, 0.0, 1.0)
    );
    assert_eq!(windows.used, 2.0);
    assert_eq!(fit.windows.p50, Some(2));
}

#[test]
fn an_overrun_is_how_long_machines_are_in_flight_after_the_close() {
    // Of 23 minutes each the 21st machine starts 20 minutes before the close.
    let (windows, fit) = rollout_of("23m", 25, "");
    assert_eq!(windows.overrun.share, 0.5);
    assert_eq!(windows.overrun_s.max, Some(Span::from_secs(180)));
    assert_eq!(fit.at_close.in_flight, 1.0);
}

/// What comes before the first machine is part of the rollout: a spare machine joins, or a tick is waited for.
#[test]
fn the_latest_start_leaves_time_for_what_comes_first() {
    let text = "horizon = \"6d\"\n[hardware.h]\ndrain = \"2m\"\nos = \"20m\"\nsoak = \"3m\"\n[[pools]]\nname = \"p\"\nmachines = 3\nhardware = \"h\"\nsurge = 1\n[[windows]]\nopens = \"22:00\"\nfor = \"4h\"\n[[steps]]\nat = \"+3h\"\ndo = \"apply\"\npool = \"p\"\n";
    let fit = first_of(text).1;
    // 20 minutes for the spare machine, 50 for two rounds of machines, 2 for the spare to go.
    assert_eq!(short(fit.latest_start.as_ref()), Some("2026-01-06 00:48"));
    let at_latest = text.replace("+3h", "2026-01-06T00:48");
    assert_eq!(first_of(&at_latest).1.fits.share, 1.0);
}

/// One window in which two rollouts start is one.
#[test]
fn a_window_is_used_once_however_many_rollouts_start_in_it() {
    let text = "horizon = \"6d\"\n[hardware.h]\nupdate = \"5m\"\n[[pools]]\nname = \"p\"\nmachines = 3\nhardware = \"h\"\n[[windows]]\nopens = \"Mon 01:00\"\nfor = \"4h\"\n[[steps]]\nat = \"+10m\"\ndo = \"apply\"\npool = \"p\"\n[[steps]]\nat = \"+2h\"\ndo = \"apply\"\npool = \"p\"\n";
    assert_eq!(first_of(text).0.used, 1.0);
}
