//! A part of a rehearsal's runs, made by one process and merged by another.
//!
//! A shard is text: a line about the rehearsal, a line for each run, and a last line with the SHA-256 of all bytes before it.
//! It carries the scenario itself, so that whoever merges needs nothing else. Since a row is the same whoever makes it,
//! merged shards give every byte of the report that one process would.

use std::fmt;
use std::io::{self, BufRead, Write};
use std::ops::Range;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Ensemble;
use crate::engine::Seed;
use crate::fleet::RunRow;
use crate::scenario::{MOST_RUNS, Preset, Scenario, ScenarioError, hex};

/// The version of the shards' form.
const FORM: u32 = 2;

/// Which part of the runs, written `2/5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its number, from 1 to `of`.
    pub number: u32,
    /// How many parts there are.
    pub of: u32,
}

/// What a shard is a part of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The version of the form: other than this one it is not read.
    meltdeck_shard: u32,
    /// The program's version: another one may make other rows.
    version: String,
    /// The scenario's name.
    scenario: String,
    /// SHA-256 of the scenario's text, and of the preset where one was asked for.
    scenario_hash: String,
    /// The preset that pools behave like which name none, where one was asked for.
    behaves_like: Option<String>,
    /// The seed of every draw.
    seed: u64,
    /// How many runs all shards have together.
    runs: u32,
    /// Which of the shards this is.
    part: Part,
    /// The scenario's text.
    scenario_text: String,
}

/// A part of a rehearsal's runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Shard {
    header: Header,
    rows: Vec<RunRow>,
}

/// Why a file is no shard.
#[derive(Debug, thiserror::Error)]
pub enum ShardError {
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(#[from] io::Error),
    /// Its first line is something else.
    #[error("it is no shard of a rehearsal")]
    NoShard,
    /// It was written in another form.
    #[error("it was written by another version of meltdeck")]
    OtherForm,
    /// It ends early.
    #[error("it is not whole: {0}")]
    Torn(&'static str),
    /// A line of it is not what was written.
    #[error("line {0} is damaged")]
    Damaged(usize),
}

/// Why shards are not merged.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There are none.
    #[error("there is no shard to merge")]
    None,
    /// One is of another rehearsal than the first.
    #[error("{file} is of another rehearsal than {first}: {difference}")]
    Foreign {
        /// The name of its file.
        file: String,
        /// That of the first.
        first: String,
        /// What differs, in words.
        difference: String,
    },
    /// One is there twice.
    #[error("shard {part} is there twice: {first} and {second}")]
    Twice {
        /// Which.
        part: Part,
        /// The name of one file.
        first: String,
        /// The name of the other.
        second: String,
    },
    /// Some are missing.
    #[error("{0}")]
    Missing(String),
    /// The scenario in them is not one that this program accepts.
    #[error("the scenario in {file}: {why}")]
    Scenario {
        /// The name of the file.
        file: String,
        /// What is wrong with it.
        why: String,
    },
}

impl Part {
    /// Its runs, of so many.
    pub fn range(self, runs: u32) -> Range<u32> {
        let up_to = |parts: u32| {
            let share = u64::from(runs) * u64::from(parts) / u64::from(self.of);
            u32::try_from(share).unwrap_or(runs)
        };
        up_to(self.number - 1)..up_to(self.number)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.number, self.of)
    }
}

impl Shard {
    /// The part of a rehearsal of `runs` runs that has these rows: as many as [`Part::range`] says.
    pub fn new(scenario: &Scenario, seed: Seed, runs: u32, part: Part, rows: Vec<RunRow>) -> Self {
        let header = Header {
            meltdeck_shard: FORM,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: scenario.name.to_string(),
            scenario_hash: scenario.hash.clone(),
            behaves_like: scenario
                .forced_preset
                .map(|preset| preset.name().to_owned()),
            seed: seed.0,
            runs,
            part,
            scenario_text: scenario.text.to_string(),
        };
        Self { header, rows }
    }

    /// Writes it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut hasher = Sha256::new();
        let mut line = |line: String| {
            hasher.update(line.as_bytes());
            hasher.update(b"\n");
            writeln!(out, "{line}")
        };
        line(serde_json::to_string(&self.header)?)?;
        for row in &self.rows {
            line(serde_json::to_string(row)?)?;
        }
        let end = End {
            sha256: hex(&hasher.finalize()),
        };
        writeln!(out, "{}", serde_json::to_string(&end)?)
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is none, or not whole.
    pub fn read(from: impl BufRead) -> Result<Self, ShardError> {
        let mut hasher = Sha256::new();
        let mut lines = from.lines();
        let first = lines
            .next()
            .transpose()
            .map_err(|error| not_text(error, ShardError::NoShard))?;
        let header = header(&first.ok_or(ShardError::NoShard)?, &mut hasher)?;
        let runs = header.part.range(header.runs).len();
        let mut rows = Vec::new();
        for number in 2.. {
            let damaged = || ShardError::Damaged(number);
            let line = lines
                .next()
                .transpose()
                .map_err(|error| not_text(error, damaged()))?;
            let line = line.ok_or(ShardError::Torn("its end is missing"))?;
            if let Ok(end) = serde_json::from_str::<End>(&line) {
                let is_as_written = end.sha256 == hex(&hasher.finalize());
                return match lines.next() {
                    Some(_) => Err(ShardError::Damaged(number + 1)),
                    None if !is_as_written => Err(ShardError::Torn(
                        "its lines are not those that were written",
                    )),
                    None if rows.len() != runs => {
                        Err(ShardError::Torn("it has not as many runs as it should"))
                    }
                    None => Ok(Self { header, rows }),
                };
            }
            hash_line(&mut hasher, &line);
            rows.push(serde_json::from_str(&line).map_err(|_| damaged())?);
        }
        Err(ShardError::Torn("it has too many lines"))
    }

    /// All runs of a rehearsal, from its shards in any order, and its scenario. Each shard comes with the name of its file.
    ///
    /// # Errors
    /// When one is missing, there twice, or of another rehearsal.
    pub fn merge(mut shards: Vec<(String, Self)>) -> Result<(Scenario, Ensemble), MergeError> {
        let (first, like) = shards.first().ok_or(MergeError::None)?;
        for (file, shard) in &shards[1..] {
            if let Some(difference) = like.header.difference(&shard.header) {
                let (file, first) = (file.clone(), first.clone());
                return Err(MergeError::Foreign {
                    file,
                    first,
                    difference,
                });
            }
        }
        let scenario = like.header.scenario(first)?;
        let (seed, parts) = (Seed(like.header.seed), like.header.part.of);
        shards.sort_by_key(|(_, shard)| shard.header.part.number);
        let same = shards
            .windows(2)
            .find(|pair| pair[0].1.header.part == pair[1].1.header.part);
        if let Some([(first, shard), (second, _)]) = same {
            let part = shard.header.part;
            let (first, second) = (first.clone(), second.clone());
            return Err(MergeError::Twice {
                part,
                first,
                second,
            });
        }
        if let Some(missing) = missing(&shards, parts) {
            return Err(MergeError::Missing(missing));
        }
        let rows = shards.into_iter().flat_map(|(_, shard)| shard.rows);
        Ok((
            scenario,
            Ensemble {
                seed,
                rows: rows.collect(),
            },
        ))
    }
}

/// The last line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    sha256: String,
}

impl Header {
    /// What tells two rehearsals apart, in words about the other one.
    fn difference(&self, other: &Self) -> Option<String> {
        let preset = |of: &Self| of.behaves_like.clone().unwrap_or("none".to_owned());
        let told = |what: &str, of: &dyn Fn(&Self) -> String| {
            let (own, others) = (of(self), of(other));
            (own != others).then(|| format!("{what} {others}, not {own}"))
        };
        let is_same_text =
            self.scenario_hash == other.scenario_hash && self.scenario_text == other.scenario_text;
        told("made by meltdeck", &|of| of.version.clone())
            .or_else(|| told("its scenario is", &|of| of.scenario.clone()))
            .or_else(|| told("its --behaves-like is", &preset))
            .or_else(|| (!is_same_text).then(|| "its scenario has another text".to_owned()))
            .or_else(|| told("its seed is", &|of| of.seed.to_string()))
            .or_else(|| told("its number of runs is", &|of| of.runs.to_string()))
            .or_else(|| told("its number of shards is", &|of| of.part.of.to_string()))
    }

    /// The scenario that it carries.
    fn scenario(&self, file: &str) -> Result<Scenario, MergeError> {
        let wrong = |why: String| MergeError::Scenario {
            file: file.to_owned(),
            why,
        };
        let preset = self.behaves_like.as_deref().map(|name| {
            Preset::named(name).ok_or_else(|| wrong(format!("there is no preset {name}")))
        });
        let scenario = Scenario::parse_as(
            &self.scenario_text,
            file,
            &self.scenario,
            preset.transpose()?,
        );
        let scenario = scenario.map_err(|error: ScenarioError| wrong(error.to_string()))?;
        if scenario.hash == self.scenario_hash {
            Ok(scenario)
        } else {
            Err(wrong("its text is not that of its hash".to_owned()))
        }
    }
}

/// Which shards are missing, in words.
fn missing(shards: &[(String, Shard)], parts: u32) -> Option<String> {
    /// Names of missing shards that are told.
    const MOST_TOLD: usize = 8;
    let are_there: std::collections::BTreeSet<u32> = shards
        .iter()
        .map(|(_, shard)| shard.header.part.number)
        .collect();
    let missing = || (1..=parts).filter(|number| !are_there.contains(number));
    let mut names: Vec<String> = missing()
        .take(MOST_TOLD)
        .map(|number| Part { number, of: parts }.to_string())
        .collect();
    let more = missing().count() - names.len();
    match (names.as_slice(), more) {
        ([], _) => None,
        ([one], _) => Some(format!("shard {one} is missing")),
        (_, 0) => {
            let last = names.pop().unwrap_or_default();
            Some(format!(
                "shards {} and {last} are missing",
                names.join(", ")
            ))
        }
        (_, more) => Some(format!(
            "shards {} and {more} more are missing",
            names.join(", ")
        )),
    }
}

fn header(line: &str, hasher: &mut Sha256) -> Result<Header, ShardError> {
    /// What every form has.
    #[derive(Deserialize)]
    struct AnyForm {
        meltdeck_shard: u32,
    }
    hash_line(hasher, line);
    let form: AnyForm = serde_json::from_str(line).map_err(|_| ShardError::NoShard)?;
    if form.meltdeck_shard != FORM {
        return Err(ShardError::OtherForm);
    }
    let header: Header = serde_json::from_str(line).map_err(|_| ShardError::Damaged(1))?;
    let Part { number, of } = header.part;
    if !(1..=of).contains(&number) || !(1..=MOST_RUNS).contains(&header.runs) {
        return Err(ShardError::Damaged(1));
    }
    Ok(header)
}

/// A line that is no text is no line of a shard; what cannot be read is that.
fn not_text(error: io::Error, otherwise: ShardError) -> ShardError {
    if error.kind() == io::ErrorKind::InvalidData {
        otherwise
    } else {
        ShardError::Unreadable(error)
    }
}

fn hash_line(hasher: &mut Sha256, line: &str) {
    hasher.update(line.as_bytes());
    hasher.update(b"\n");
}
