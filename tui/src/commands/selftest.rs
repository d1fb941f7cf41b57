//! `meltdeck selftest`: cases whose answers are known exactly.

use simulator::selftest::{self, Case};

use crate::args::Output;
use crate::streams::{Answer, Failure, Streams};

pub(super) fn run(output: Output, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let cases = selftest::run();
    let failed = cases.iter().filter(|case| !case.passed).count();
    match output {
        Output::Text => write_text(&cases, failed, streams)?,
        Output::Json => streams.write_json(&cases)?,
    }
    Ok(if failed == 0 {
        Answer::Done
    } else {
        Answer::No
    })
}

/// Width of the text.
const WIDTH: usize = 80;

/// Each case on a line, below the title that several share.
fn write_text(cases: &[Case], failed: usize, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let mut titles: Vec<&str> = Vec::new();
    for case in cases {
        if !titles.contains(&case.title) {
            titles.push(case.title);
        }
    }
    for title in titles {
        let mut own = cases.iter().filter(|case| case.title == title).peekable();
        if let Some(first) = own.peek() {
            let source = textwrap::Options::new(WIDTH)
                .initial_indent("  source: ")
                .subsequent_indent("          ");
            writeln!(streams.out, "\n{}", textwrap::fill(title, WIDTH))?;
            writeln!(streams.out, "{}", textwrap::fill(first.source, source))?;
            let columns = ["expected", "got", "tolerance"];
            writeln!(
                streams.out,
                "{:44}{:>12}{:>12}{:>12}",
                "", columns[0], columns[1], columns[2]
            )?;
        }
        for case in own {
            let verdict = if case.passed { "ok" } else { "FAIL" };
            writeln!(
                streams.out,
                "  {verdict:5}{:37}{:>12}{:>12}{:>12}",
                case.case,
                number(case.expected),
                number(case.got),
                number(case.tolerance),
            )?;
        }
    }
    let passed = cases.len() - failed;
    writeln!(streams.out, "\n{passed} passed, {failed} failed")?;
    Ok(())
}

/// Whole numbers as they are; others with five significant digits or so.
fn number(value: f64) -> String {
    if value.fract() == 0.0 {
        format!("{value}")
    } else if value.abs() >= 100.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.4}")
    }
}
