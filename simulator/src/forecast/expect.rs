//! Whether a forecast says what its scenario expects.

use serde_json::Value;

use super::Forecast;
use crate::engine::Span;
use crate::scenario::Expect;

/// What became of one statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The statement.
    pub that: String,
    /// Whether it holds.
    pub holds: bool,
    /// What the forecast says instead, in words.
    pub found: String,
}

/// Judges every statement by the fields of the forecast's JSON.
pub fn judge(forecast: &Forecast, expects: &[Expect]) -> Vec<Judged> {
    let fields = serde_json::to_value(forecast).unwrap_or(Value::Null);
    let mut states = forecast.states.iter();
    let one = |expect: &Expect| {
        if expect.state.is_none() {
            return by_field(&fields, expect);
        }
        let Some(about) = states.next() else {
            let found = "nothing: the forecast is of another scenario".to_owned();
            return judged(expect, false, found);
        };
        let share = about.runs.share;
        let found = format!(
            "{}, of {} {} at {}",
            percentage(share),
            about.of,
            about.state,
            about.at.short()
        );
        judged(expect, expect.relation.holds(share, expect.value), found)
    };
    expects.iter().map(one).collect()
}

fn by_field(fields: &Value, expect: &Expect) -> Judged {
    let found = field(fields, &expect.path);
    let number = found.as_ref().ok().and_then(|found| number(found));
    let holds = number.is_some_and(|number| expect.relation.holds(number, expect.value));
    let found = match (found, number) {
        (Ok(found), Some(number)) => told(&expect.path, found, number),
        (Ok(Value::Null), None) => "nothing: in so many runs it does not come to that".to_owned(),
        (Ok(_), None) => "no number, but more fields".to_owned(),
        (Err(why), _) => why,
    };
    judged(expect, holds, found)
}

fn judged(expect: &Expect, holds: bool, found: String) -> Judged {
    Judged {
        that: expect.that.clone(),
        holds,
        found,
    }
}

/// A number; of a share of runs, which is an object with its interval, the share.
fn number(found: &Value) -> Option<f64> {
    found.as_f64().or_else(|| found.get("share")?.as_f64())
}

/// The field at a path, or the first name on it that there is not.
fn field<'f>(fields: &'f Value, path: &[String]) -> Result<&'f Value, String> {
    let mut at = fields;
    for name in path {
        at = at.get(name).ok_or_else(|| {
            let known = at.as_object().map(|known| {
                let names = known.keys().map(|name| format!("\"{name}\""));
                names.collect::<Vec<_>>().join(", ")
            });
            match known {
                Some(known) => format!("the forecast has no \"{name}\" there, but {known}"),
                None => format!("the forecast has no \"{name}\" there"),
            }
        })?;
    }
    Ok(at)
}

/// A number as people write it: shares as percentages, seconds as durations.
fn told(path: &[String], found: &Value, number: f64) -> String {
    if found.is_object() || path.iter().any(|name| name.starts_with("share")) {
        return percentage(number);
    }
    if path.iter().any(|name| name.ends_with("_s")) {
        return Span::nearest(1000.0 * number).to_string();
    }
    format!("{number}")
}

/// With two decimals, so that 99.96 % is not told to be less than 100 % while it reads the same.
fn percentage(share: f64) -> String {
    format!("{:.2}%", 100.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Seed;
    use crate::ensemble::Ensemble;
    use crate::fleet::Blueprint;
    use crate::forecast::Clock;
    use crate::scenario::Scenario;

    #[test]
    fn a_statement_is_judged_by_what_the_forecast_says() {
        let text = r#"
            runs = 10
            [hardware.h]
            update = "5m"
            [[pools]]
            name = "a.b"
            machines = 3
            hardware = "h"
            [[steps]]
            at = "+0s"
            do = "apply"
            pool = "a.b"
            [[expect]]
            that = "finished.share >= 99%"
            [[expect]]
            that = "duration_s.p90 <= 14m"
            [[expect]]
            that = 'pools."a.b".rollouts == 1'
            [[expect]]
            that = "pools.a.duration_s.p50 < 1h"
            [[expect]]
            that = "finished >= 99%"
            [[expect]]
            that = "state_at > 0.5"
            at = "+7m"
            machine = "a.b-2"
            state = "updating"
            [[expect]]
            that = "fits_window >= 95%"
        "#;
        let scenario = Scenario::parse(text, "f", "f").unwrap();
        let expects = scenario.expects.clone();
        let blueprint = Blueprint::new(scenario);
        let ensemble = Ensemble::run(&blueprint, Seed(1), 10, None).unwrap();
        let clock = Clock::new(&blueprint.scenario().calendar, None);
        let judged = judge(&Forecast::new(&blueprint, &ensemble, &clock), &expects);
        let told: Vec<_> = judged
            .iter()
            .map(|one| (one.holds, one.found.as_str()))
            .collect();
        let expected = [
            (true, "100.00%"),
            (false, "15m 00s"),
            (false, "no number, but more fields"),
            (false, "the forecast has no \"a\" there, but \"a.b\""),
            (true, "100.00%"),
            (true, "100.00%, of a.b-2 updating at Mon 2026-01-05 00:07"),
            (false, "nothing: in so many runs it does not come to that"),
        ];
        assert_eq!(told, expected);
    }
}
