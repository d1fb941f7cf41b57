//! The text of the last rehearsal: when the rollouts finish, whether they do, what they wait for, and runs to open.

mod captured;

use appliance::Text;
use simulator::forecast::Outlook;
use simulator::forecast::outlook::{Bound, Chance, Moment, NotableRun, Wait};

use super::{ABOVE_ROWS, Document, Layout, Line, Section, faint, field, plain};
use crate::clock::{clock, length, soon};
use crate::console::keys::{Action, key_of};
use crate::console::model::cut::fitted;
use crate::console::model::entry::Tone;
use crate::console::model::fleet::Fleet;
use crate::console::model::place::RowId;
use crate::console::model::rehearsal::Rehearsal;

/// Cells before what a field says.
const FIELD: usize = 12;
/// What the notable runs are.
const NOTABLE: [&str; 3] = ["median", "last to finish", "first that does not finish"];
/// Cells before a bar.
const BEFORE_BAR: u16 = 22;

pub(super) fn document(fleet: &Fleet, layout: Layout) -> Document<'_> {
    let Some(rehearsal) = &fleet.rehearsal else {
        let how = format!(
            "nothing is rehearsed yet: {} rehearses the fleet from now on",
            key_of(Action::Rehearse)
        );
        return Document {
            head: vec![vec![plain(how)]],
            sections: Vec::new(),
        };
    };
    let mut head = match &rehearsal.why_not {
        Some(why) => impossible(why, layout.columns),
        None => vec![progress(rehearsal)],
    };
    if let Some(supposed) = &rehearsal.supposed {
        head.push(field("supposed", supposed.to_string(), Tone::Plain));
    }
    let live = rehearsal.live.as_ref();
    if let Some(live) = live {
        head.extend(captured::head(live, layout));
    }
    // Not before the runs to open, which stand above them: the cursor would stay on a note.
    let notes = || {
        let live = live.filter(|_| rehearsal.is_over || rehearsal.outlook.is_some());
        live.map_or_else(Vec::new, captured::notes)
    };
    let Some(outlook) = &rehearsal.outlook else {
        if rehearsal.is_over && rehearsal.why_not.is_none() {
            let none = "no rollout goes on, and none is to come: there is nothing to forecast";
            head.push(vec![plain(none)]);
        }
        return Document {
            head,
            sections: notes(),
        };
    };
    if live.is_none() {
        let from = format!("{}, seed {}", clock(outlook.from_ms), outlook.seed);
        head.push(field("from", from, Tone::Plain));
    }
    head.extend(stale(rehearsal, outlook, layout));
    head.extend(whether(outlook));
    head.extend(when(outlook));
    let room = layout.page.saturating_sub(head.len() + ABOVE_ROWS + 1);
    head.extend(bars(outlook, layout.columns, room));
    let mut sections = vec![runs(outlook), waits(outlook, layout)];
    sections.extend(notes());
    Document { head, sections }
}

/// Why there is none: whole, for it says what to do.
fn impossible(why: &Text, columns: u16) -> Vec<Line> {
    let told = format!("impossible: {why}");
    // The mark before what is bad takes two cells more.
    let room = usize::from(columns).saturating_sub(FIELD + 2).max(1);
    let mut lines = textwrap::wrap(&told, room).into_iter();
    let first = lines.next().unwrap_or_default();
    let rest = lines.map(|line| field("", line, Tone::Plain));
    std::iter::once(field("rehearsal", first, Tone::Bad))
        .chain(rest)
        .collect()
}

/// How far it is.
fn progress(rehearsal: &Rehearsal) -> Line {
    let (made, of) = (rehearsal.made, rehearsal.of);
    let key = key_of(Action::Rehearse);
    let seed = rehearsal.live.as_ref().and(rehearsal.outlook.as_ref());
    let seed = seed.map_or_else(String::new, |outlook| format!(", seed {}", outlook.seed));
    let (told, tone) = match (rehearsal.is_over, of) {
        (true, _) if made < of => (
            format!("PARTIAL: stopped after {made} of {of} runs{seed}"),
            Tone::Warning,
        ),
        (true, _) => (format!("{made} runs{seed}"), Tone::Good),
        (false, 0) => match &rehearsal.asks {
            Some(asks) => (format!("{asks}; {key} stops it"), Tone::Busy),
            None => ("begins …".to_owned(), Tone::Busy),
        },
        (false, _) => (
            format!("{made} of {of} runs so far{seed}; {key} stops it"),
            Tone::Busy,
        ),
    };
    field("rehearsal", told, tone)
}

/// That it is of the past, where it is.
fn stale(rehearsal: &Rehearsal, outlook: &Outlook, layout: Layout) -> Option<Line> {
    let mut since = if let Some(live) = &rehearsal.live {
        live.stale()
    } else {
        let ago = layout.now_ms.saturating_sub(outlook.from_ms);
        let told = (ago > 0).then(|| format!("{} ago", soon(ago)));
        told.into_iter().collect()
    };
    match rehearsal.orders {
        0 => {}
        1 => since.push("1 order ago".to_owned()),
        orders => since.push(format!("{orders} orders ago")),
    }
    // Whoever asks for rows only has no clock.
    let is_told = !since.is_empty() && layout.columns > 0;
    is_told.then(|| {
        let key = key_of(Action::Rehearse);
        let told = format!("{}: {key} rehearses again", since.join(", "));
        field("STALE", told, Tone::Warning)
    })
}

/// Whether the rollouts finish, and fit their windows.
fn whether(outlook: &Outlook) -> Vec<Line> {
    let [halted, stalled, horizon] = outlook.unfinished;
    let causes = [
        (halted, "halted with machines left"),
        (stalled, "stalled"),
        (
            horizon,
            "not at their end when nothing further was looked at",
        ),
    ];
    let causes = causes
        .into_iter()
        .filter(|(runs, _)| *runs > 0)
        .map(|(runs, what)| format!("{runs} {what}"));
    let tone = match outlook.finished.share {
        1.0.. => Tone::Good,
        0.9.. => Tone::Warning,
        _ => Tone::Bad,
    };
    let parts = std::iter::once(chance(outlook.finished)).chain(causes);
    let finished = parts.collect::<Vec<_>>().join(", ");
    let mut lines = vec![field("finished", finished, tone)];
    if let Some(fits) = outlook.fits_window {
        let told = format!("every rollout ends in its own in {}", chance(fits));
        lines.push(field("windows", told, Tone::Plain));
    }
    lines
}

fn chance(of: Chance) -> String {
    // Outwards, so that the interval is not narrower than it is.
    let (low, high) = ((of.low * 1000.0).floor(), (of.high * 1000.0).ceil());
    format!(
        "{:.1} % ({:.1}–{:.1}) of runs",
        of.share * 100.0,
        low / 10.0,
        high / 10.0
    )
}

/// When they finish: quantiles with their intervals.
fn when(outlook: &Outlook) -> Vec<Line> {
    let mut lines = Vec::new();
    for (moment, name) in outlook.finish.iter().zip(["P50", "P90", "P99"]) {
        let title = if name == "P50" { "finish in" } else { "" };
        lines.push(field(
            title,
            format!("{name} {}", told(moment)),
            Tone::Plain,
        ));
        if moment.after_ms.is_none() {
            break;
        }
    }
    lines
}

fn told(moment: &Moment) -> String {
    let bound = |bound: Bound| match bound {
        Bound::After(ms) => soon(ms),
        Bound::Never => "never".to_owned(),
        Bound::Open => "open".to_owned(),
    };
    let interval = format!("({}–{})", bound(moment.low), bound(moment.high));
    match (moment.after_ms, &moment.date) {
        (Some(after), Some(date)) => format!("{:<9} {interval:<18} {date}", soon(after)),
        _ => match moment.low {
            Bound::After(low) => format!(
                "does not finish without help ({} at the earliest)",
                soon(low)
            ),
            _ => "does not finish without help".to_owned(),
        },
    }
}

/// How many runs finish when, and how many do not, in at most so many lines: parts are put together where there are more.
fn bars(outlook: &Outlook, columns: u16, lines: usize) -> Vec<Line> {
    let never: u32 = outlook.unfinished.iter().sum();
    let most = lines.saturating_sub(ABOVE_ROWS + usize::from(never > 0));
    if most == 0 {
        return Vec::new();
    }
    let together = outlook.bars.len().div_ceil(most).max(1);
    let parts = outlook.bars.chunks(together).map(|bars| {
        let label = format!("in {}", length(bars[0].after_ms));
        let runs = bars.iter().map(|bar| bar.runs).sum();
        (label, runs, Tone::Plain)
    });
    let never = (never > 0).then(|| ("never".to_owned(), never, Tone::Bad));
    let parts: Vec<(String, u32, Tone)> = parts.chain(never).collect();
    let most = parts
        .iter()
        .map(|(_, runs, _)| *runs)
        .max()
        .unwrap_or(0)
        .max(1);
    // Beyond that a longer bar says nothing more.
    let room = u64::from(columns.saturating_sub(BEFORE_BAR + 1).min(60));
    let bar = |(label, runs, tone): &(String, u32, Tone)| -> Line {
        let cells = (u64::from(*runs) * room).div_ceil(u64::from(most));
        let cells = usize::try_from(cells).unwrap_or(0);
        vec![
            faint(format!("{:>14} ", fitted(label, 14))),
            plain(format!("{runs:>5} ")),
            ("#".repeat(cells), *tone),
        ]
    };
    if parts.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![Line::new(), vec![faint("runs that finish from then on")]];
    lines.extend(parts.iter().map(bar));
    lines
}

/// Runs that are worth opening.
fn runs(outlook: &Outlook) -> Section<'_> {
    let known: Vec<(usize, NotableRun)> = outlook
        .notable
        .iter()
        .enumerate()
        .filter_map(|(place, run)| Some((place, (*run)?)))
        .collect();
    let ids = known.clone();
    Section {
        title: "RUNS TO OPEN".to_owned(),
        rows: known.len(),
        id: Box::new(move |row| {
            let (place, run) = ids[row];
            RowId::Run(run.run, u8::try_from(place).unwrap_or(u8::MAX))
        }),
        line: Box::new(move |row| {
            let (place, run) = known[row];
            let ends = match run.after_ms {
                Some(after) => format!("finishes in {}", length(after)),
                None => "does not finish".to_owned(),
            };
            vec![plain(format!(
                "run {:<6} {:<28} {ends}",
                run.run, NOTABLE[place]
            ))]
        }),
    }
}

/// What machines wait for, pool by pool.
fn waits(outlook: &Outlook, layout: Layout) -> Section<'_> {
    let width = (layout.columns / 4).clamp(14, 30);
    Section {
        title: format!("{}  SHARE  WHAT MACHINES WAIT FOR", fitted("POOL", width)),
        rows: outlook.waits.len(),
        id: Box::new(|row| RowId::Wait(u32::try_from(row).unwrap_or(u32::MAX))),
        line: Box::new(move |row| wait(&outlook.waits[row], width)),
    }
}

fn wait(wait: &Wait, width: u16) -> Line {
    let mut line = vec![plain(format!(
        "{}  {:>4.0} %  {}, {} a run",
        fitted(wait.pool.as_str(), width),
        wait.share * 100.0,
        wait.what,
        soon(wait.machine_ms),
    ))];
    if wait.for_ever > 0.0 {
        let told = format!("  for ever in {:.1} %", wait.for_ever * 100.0);
        line.push((told, Tone::Bad));
    }
    line.push(faint(format!("  {}", wait.change)));
    line
}
