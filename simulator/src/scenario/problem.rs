//! What is wrong with a scenario file: every problem at once, each with its place.

use std::collections::BTreeSet;
use std::fmt;
use std::fmt::Write as _;

use appliance::text::visible;

/// One thing wrong, at a byte offset of the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Problem {
    offset: usize,
    message: String,
}

/// The problems of one file, collected while it is read.
#[derive(Debug)]
pub struct Problems<'i> {
    source: &'i str,
    list: Vec<Problem>,
}

impl<'i> Problems<'i> {
    /// None yet, of a file with this text.
    pub fn new(source: &'i str) -> Self {
        Self {
            source,
            list: Vec::new(),
        }
    }

    /// Notes one, at a byte offset.
    pub fn add(&mut self, offset: usize, message: impl Into<String>) {
        self.list.push(Problem {
            offset,
            message: message.into(),
        });
    }

    /// The text of a value as the file has it, on one line and not too long.
    pub fn found(&self, span: std::ops::Range<usize>) -> String {
        const LONGEST: usize = 40;
        let written = self.source.get(span).unwrap_or_default();
        let mut found: String = visible(written).chars().take(LONGEST).collect();
        if written.chars().count() > LONGEST {
            found.push('…');
        }
        found
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Keeps one of those that say the same of the same place: what a model says of many pools is wrong in each of them.
    pub(super) fn tell_once(&mut self) {
        let mut told = BTreeSet::new();
        self.list.retain(|problem| {
            let (_, what) = problem.message.split_once(": ").unwrap_or_default();
            told.insert((problem.offset, what.to_owned()))
        });
    }

    /// The line and the column of a byte offset, both from 1.
    pub fn place(&self, offset: usize) -> (usize, usize) {
        place(self.source, offset)
    }

    /// The error that lists them, in the order of the file.
    pub fn into_error(mut self, file: &str) -> ScenarioError {
        self.list.sort();
        self.list.dedup();
        let lines = self
            .list
            .iter()
            .map(|problem| {
                let (line, column) = place(self.source, problem.offset);
                format!("{file}:{line}:{column}: {}", visible(&problem.message))
            })
            .collect();
        ScenarioError { lines }
    }
}

/// Line and column of a byte offset, both from 1, the column in characters.
fn place(source: &str, offset: usize) -> (usize, usize) {
    let before = source.get(..offset).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (line, before[start..].chars().count() + 1)
}

/// A scenario that cannot be used. Displays one line for each problem, `FILE:LINE:COLUMN: what is wrong`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError {
    lines: Vec<String>,
}

impl ScenarioError {
    /// A file that could not be read at all.
    pub(super) fn unreadable(file: &str, why: &str) -> Self {
        Self {
            lines: vec![format!("{file}: cannot be read: {why}")],
        }
    }

    /// A file that is no text behind `before`.
    pub(super) fn not_text(file: &str, before: &str) -> Self {
        let (line, column) = place(before, before.len());
        Self {
            lines: vec![format!(
                "{file}:{line}:{column}: found a byte that is not UTF-8 text"
            )],
        }
    }
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.lines.join("\n"))
    }
}

impl std::error::Error for ScenarioError {}

/// Words that mean another than the one that they look like.
const MEANT: [(&str, &str); 4] = [
    (
        "power-off",
        "; a machine loses its power with \"power-loss\"",
    ),
    (
        "reboot",
        "; a machine reboots with \"power-loss\" and \"power-on\"",
    ),
    ("boot", "; a boot is \"firmware\" and \"os\""),
    (
        "reboot-loss",
        "; a machine that does not come back \"hangs\" in \"os\"",
    ),
];

/// A word further away than this from every known one is not a slip.
const LARGEST_SLIP: usize = 3;

/// `did you mean …?` for the one of `known` that is closest to `word`, or nothing when none is close.
pub fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    let lower = word.to_lowercase();
    let mut known = known.into_iter().peekable();
    if let Some((_, meant)) = MEANT
        .iter()
        .find(|(other, _)| *other == lower && known.peek().is_some())
    {
        return (*meant).to_owned();
    }
    let closest = known
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
            (distance, candidate)
        })
        .min();
    let mut hint = String::new();
    if let Some((distance, candidate)) = closest
        && distance <= word.chars().count().div_ceil(3).min(LARGEST_SLIP)
        && distance < candidate.chars().count()
    {
        let _ = write!(hint, "; did you mean \"{candidate}\"?");
    }
    hint
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_from_one_and_in_characters() {
        let source = "a = 1\nname = \"Zürich\" # x\n";
        assert_eq!(place(source, 0), (1, 1));
        assert_eq!(place(source, source.find('#').unwrap()), (2, 17));
        assert_eq!(place(source, source.len()), (3, 1));
    }

    #[test]
    fn only_close_words_are_suggested() {
        let known = ["max_unavailable", "machines", "mode"];
        assert_eq!(
            did_you_mean("max_unavailble", known),
            "; did you mean \"max_unavailable\"?"
        );
        assert_eq!(did_you_mean("colour", known), "");
        assert_eq!(did_you_mean("x", ["w"]), "");
    }
}
