//! `meltdeck check`: every scenario's report against the accepted one beside it, and against what the scenario expects.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use similar::{ChangeTag, TextDiff};
use simulator::ensemble::Ensemble;
use simulator::forecast::{Clock, Forecast, judge, text};

use crate::args::Check;
use crate::streams::{Answer, Failure, Streams};

/// What became of one scenario.
enum Verdict {
    /// Its report is the accepted one.
    Same,
    /// Its report has been accepted now.
    Accepted,
    /// Its report is another than the accepted one.
    Differs { accepted: String },
    /// It has no accepted report.
    Missing,
}

pub(super) fn run(args: &Check, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let files = scenarios(&args.paths)?;
    if files.is_empty() {
        let paths: Vec<_> = args
            .paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        let paths = paths.join(", ");
        return Err(Failure::Question(format!(
            "meltdeck: no scenario (*.toml) in {paths}"
        )));
    }
    let mut checked = Checked::default();
    for file in &files {
        one(file, args, streams, &mut checked)?;
    }
    writeln!(streams.out, "{}", checked.told(files.len()))?;
    Ok(if checked.bad == 0 {
        Answer::Done
    } else {
        Answer::No
    })
}

/// How many scenarios came to what.
#[derive(Default)]
struct Checked {
    accepted: usize,
    differ: usize,
    missing: usize,
    unmet: usize,
    bad: usize,
}

impl Checked {
    fn told(&self, all: usize) -> String {
        let counts = [
            (all - self.bad, "as accepted"),
            (self.differ, "differ"),
            (self.missing, "without an accepted report"),
            (self.unmet, "not as expected"),
        ];
        let told: Vec<_> = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let new = match self.accepted {
            0 => String::new(),
            count => format!(" ({count} accepted now)"),
        };
        let plural = if all == 1 { "" } else { "s" };
        format!("{all} scenario{plural}: {}{new}", told.join(", "))
    }
}

fn one(
    file: &Path,
    args: &Check,
    streams: &mut Streams<'_>,
    checked: &mut Checked,
) -> Result<(), Failure> {
    let blueprint = super::load(file)?;
    let scenario = blueprint.scenario();
    let ensemble = Ensemble::run(&blueprint, scenario.seed, scenario.runs, args.jobs);
    let ensemble = ensemble.map_err(|error| Failure::Question(format!("meltdeck: {error}")))?;
    let clock = Clock::new(&scenario.calendar, None);
    let forecast = Forecast::new(&blueprint, &ensemble, &clock);
    let mut report = String::new();
    text::write(&forecast, text::Detail::Screen, &mut report).map_err(io::Error::other)?;
    let unmet: Vec<_> = judge(&forecast, &scenario.expects)
        .into_iter()
        .filter(|judged| !judged.holds)
        .collect();
    let verdict = compare(file, &report, args.accept)?;
    let name = file.display();
    for judged in &unmet {
        let (that, found) = (&judged.that, &judged.found);
        writeln!(streams.out, "NOT AS EXPECTED {name}: {that}: found {found}")?;
    }
    checked.unmet += usize::from(!unmet.is_empty());
    let mut is_bad = !unmet.is_empty();
    match verdict {
        Verdict::Same if is_bad => {}
        Verdict::Same => writeln!(streams.out, "ok {name}")?,
        Verdict::Accepted => {
            checked.accepted += 1;
            writeln!(streams.out, "accepted {name}")?;
        }
        Verdict::Differs { accepted } => {
            checked.differ += 1;
            is_bad = true;
            writeln!(streams.out, "DIFFERS {name}")?;
            difference(&accepted, &report, streams)?;
        }
        Verdict::Missing => {
            checked.missing += 1;
            is_bad = true;
            writeln!(
                streams.out,
                "MISSING {name}: no report was accepted; meltdeck check --accept {name} accepts it"
            )?;
        }
    }
    checked.bad += usize::from(is_bad);
    Ok(())
}

/// Compares a report with the accepted one, or accepts it.
fn compare(file: &Path, report: &str, accept: bool) -> Result<Verdict, Failure> {
    let beside = file.with_extension("report.txt");
    let accepted = match fs::read_to_string(&beside) {
        Ok(accepted) => Some(accepted),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(unreadable(&beside, &error)),
    };
    if accepted.as_deref() == Some(report) {
        return Ok(Verdict::Same);
    }
    if accept {
        // Written beside and then renamed, so that a half-written one is never taken for accepted.
        let new = file.with_extension("report.txt.new");
        fs::write(&new, report)
            .and_then(|()| fs::rename(&new, &beside))
            .map_err(|error| unreadable(&beside, &error))?;
        return Ok(Verdict::Accepted);
    }
    Ok(match accepted {
        Some(accepted) => Verdict::Differs { accepted },
        None => Verdict::Missing,
    })
}

fn unreadable(file: &Path, error: &io::Error) -> Failure {
    Failure::Question(format!("meltdeck: {}: {error}", file.display()))
}

/// The lines that differ, with those around them; in colour on a terminal.
fn difference(accepted: &str, report: &str, streams: &mut Streams<'_>) -> io::Result<()> {
    /// Lines that are told before and behind each that differs.
    const AROUND: usize = 2;
    let is_coloured = streams.has_terminal && std::env::var_os("NO_COLOR").is_none();
    let diff = TextDiff::from_lines(accepted, report);
    for (place, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if place > 0 {
            writeln!(streams.out, "    ⋯")?;
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, colour) = match change.tag() {
                ChangeTag::Delete => ('-', "\u{1b}[31m"),
                ChangeTag::Insert => ('+', "\u{1b}[32m"),
                ChangeTag::Equal => (' ', ""),
            };
            let line = change.value().trim_end_matches('\n');
            if is_coloured && !colour.is_empty() {
                writeln!(streams.out, "  {colour}{sign} {line}\u{1b}[0m")?;
            } else {
                writeln!(streams.out, "  {sign} {line}")?;
            }
        }
    }
    Ok(())
}

/// The scenario files that the paths name, folders searched to their ends, in order of their names.
fn scenarios(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            search(path, &mut files)?;
        } else {
            files.push(path.clone());
        }
    }
    files.dedup();
    Ok(files)
}

fn search(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let entries: io::Result<Vec<_>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut entries = entries.map_err(|error| unreadable(folder, &error))?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            search(&entry, files)?;
        } else if entry
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            files.push(entry);
        }
    }
    Ok(())
}
