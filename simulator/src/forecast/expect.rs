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
    let one = |expect: &Expect| {
        let found = field(&fields, &expect.path);
        let number = found.as_ref().ok().and_then(|found| found.as_f64());
        Judged {
            that: expect.that.clone(),
            holds: number.is_some_and(|number| expect.relation.holds(number, expect.value)),
            found: match (found, number) {
                (Ok(_), Some(number)) => told(&expect.path, number),
                (Ok(Value::Null), None) => {
                    "nothing: in so many runs it does not come to that".to_owned()
                }
                (Ok(_), None) => "no number, but more fields".to_owned(),
                (Err(why), _) => why,
            },
        }
    };
    expects.iter().map(one).collect()
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
fn told(path: &[String], number: f64) -> String {
    if path.iter().any(|name| name == "share") {
        return format!("{:.1}%", 100.0 * number);
    }
    if path.iter().any(|name| name.ends_with("_s")) {
        return Span::nearest(1000.0 * number).to_string();
    }
    format!("{number}")
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
            (true, "100.0%"),
            (false, "15m 00s"),
            (false, "no number, but more fields"),
            (false, "the forecast has no \"a\" there, but \"a.b\""),
        ];
        assert_eq!(told, expected);
    }
}
