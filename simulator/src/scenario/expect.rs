//! `[[expect]]`: what the forecast of a scenario must say, as `finished.share >= 99%`.

use super::Scenario;
use super::problem::Problems;
use super::section::{Item, Section};
use super::state_at::{StateAt, state_at};
use super::values::parse_duration;

/// Something that a forecast must say.
#[derive(Clone, Debug, PartialEq)]
pub struct Expect {
    /// The statement, as it is written.
    pub that: String,
    /// The field of the forecast's JSON that it is about: the names on the way to it.
    pub path: Vec<String>,
    /// How the field's value must stand to `value`.
    pub relation: Relation,
    /// A number; of a percentage its hundredth, of a duration its seconds.
    pub value: f64,
    /// What a statement about `state_at` asks; `None` of one about anything else.
    pub state: Option<StateAt>,
}

/// What stands for a field of the forecast in a statement about the share of runs in which something is in a state.
const STATE_AT: &str = "state_at";

/// How one number stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `<`
    Below,
    /// `==`
    Equal,
    /// `!=`
    Other,
}

/// Those of two characters first, so that the longer one is found.
const RELATIONS: [(&str, Relation); 6] = [
    (">=", Relation::AtLeast),
    ("<=", Relation::AtMost),
    ("==", Relation::Equal),
    ("!=", Relation::Other),
    (">", Relation::Above),
    ("<", Relation::Below),
];

impl Relation {
    /// Whether `found` stands so to `value`.
    #[expect(
        clippy::float_cmp,
        reason = "who asks for equality asks for that of the printed number"
    )]
    pub fn holds(self, found: f64, value: f64) -> bool {
        match self {
            Self::AtLeast => found >= value,
            Self::AtMost => found <= value,
            Self::Above => found > value,
            Self::Below => found < value,
            Self::Equal => found == value,
            Self::Other => found != value,
        }
    }
}

/// Every statement of the scenario.
pub(super) fn expects(
    section: &mut Section<'_, '_>,
    problems: &mut Problems<'_>,
    scenario: &Scenario,
) -> Vec<Expect> {
    let mut all = Vec::new();
    for mut table in section.tables("expect", problems) {
        let mut that = table.need("that", problems, statement);
        match &mut that {
            Some(that) if that.path == [STATE_AT] => {
                that.state = state_at(&mut table, problems, scenario);
            }
            Some(_) => {}
            // Asked for, so that they are not called unknown beside the real problem.
            None => ["at", "machine", "pool", "state"]
                .into_iter()
                .for_each(|key| {
                    table.item(key);
                }),
        }
        table.finish(problems);
        all.extend(that);
    }
    all
}

fn statement(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Expect> {
    let found = item.as_str().and_then(parse);
    if found.is_none() {
        let allowed = "a field of the forecast, a relation and a number, as \"finished.share >= 99%\" or \"pools.workers.duration_s.p90 <= 6h\"";
        item.refuse(problems, allowed);
    }
    found
}

fn parse(text: &str) -> Option<Expect> {
    let (at, word, relation) = relation_in(text)?;
    Some(Expect {
        that: text.to_owned(),
        path: path(text[..at].trim())?,
        relation,
        value: value(text[at + word.len()..].trim())?,
        state: None,
    })
}

/// The first relation that is not part of a quoted name.
fn relation_in(text: &str) -> Option<(usize, &'static str, Relation)> {
    let mut is_quoted = false;
    for (at, letter) in text.char_indices() {
        is_quoted ^= letter == '"';
        if is_quoted {
            continue;
        }
        let here = RELATIONS
            .iter()
            .find(|(word, _)| text[at..].starts_with(word));
        if let Some((word, relation)) = here {
            return Some((at, word, *relation));
        }
    }
    None
}

/// Names with dots between them; one that has dots itself in quotation marks.
fn path(text: &str) -> Option<Vec<String>> {
    let mut names = vec![String::new()];
    let mut is_quoted = false;
    for letter in text.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '.' if !is_quoted => names.push(String::new()),
            _ => names.last_mut()?.push(letter),
        }
    }
    let are_names = names
        .iter()
        .all(|name| !name.is_empty() && name.trim() == name);
    (!is_quoted && are_names).then_some(names)
}

/// A number, a percentage, or a duration, which may stand in quotation marks.
fn value(text: &str) -> Option<f64> {
    let text = text.trim_matches(['"', '\'']);
    if let Some(percentage) = text.strip_suffix('%') {
        return percentage
            .trim()
            .parse()
            .ok()
            .map(|number: f64| number / 100.0);
    }
    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
    number.or_else(|| parse_duration(text).map(|span| span.as_millis_f64() / 1000.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_a_path_a_relation_and_a_number() {
        let read = |text: &str| {
            let expect = parse(text)?;
            Some((expect.path.join("|"), expect.relation, expect.value))
        };
        let rows = [
            (
                "finished.share >= 99%",
                "finished|share",
                Relation::AtLeast,
                0.99,
            ),
            (
                "finished.share>=0.99",
                "finished|share",
                Relation::AtLeast,
                0.99,
            ),
            (
                "pools.w.duration_s.p90 <= \"6h\"",
                "pools|w|duration_s|p90",
                Relation::AtMost,
                21_600.0,
            ),
            (
                "pools.w.duration_s.p90 < 90m",
                "pools|w|duration_s|p90",
                Relation::Below,
                5400.0,
            ),
            (
                "workloads.\"shop/a.b\".evictions_per_pod == 2",
                "workloads|shop/a.b|evictions_per_pod",
                Relation::Equal,
                2.0,
            ),
            (
                "pools.\"a>=b\".boots_per_machine > 1",
                "pools|a>=b|boots_per_machine",
                Relation::Above,
                1.0,
            ),
        ];
        for (text, path, relation, value) in rows {
            assert_eq!(
                read(text),
                Some((path.to_owned(), relation, value)),
                "{text}"
            );
        }
        for text in [
            "",
            "finished.share",
            ">= 1",
            "a..b >= 1",
            "a >= x",
            "a >= ",
            "a.\"b >= 1",
            "a >= nan",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
