//! A sensitivity for people, in 80 columns: a tornado.

use std::fmt::{self, Write};

use super::quantiles::{Rounding, few_units, rough};
use super::shares::percent;
use super::{Detail, WIDTH, of_share, shortened, wrapped};
use crate::engine::Span;
use crate::forecast::{AtExtreme, Date, InputSwing, LateFinish, Sensitivity};

/// Widths of the columns: the input's key.
const NAME: usize = 35;
/// What an input is set to.
const SETTINGS: usize = 16;
/// The P90 at either end.
const VALUE: usize = 7;
/// The bar, its last cell being for what does not finish.
const BAR: usize = 11;
/// Inputs that fit a screen.
const MOST: usize = 13;

/// Writes the sensitivity. Ends with a line break.
pub fn write(of: &Sensitivity, detail: Detail, out: &mut impl Write) -> fmt::Result {
    let settings = 2 * of.inputs.len() + 1;
    let (runs, seed) = (of.runs, of.seed);
    let rest = format!(" · {runs} runs of each of {settings} settings · seed {seed}");
    let room = WIDTH - rest.chars().count();
    writeln!(out, "{}{rest}", shortened(of.scenario.as_str(), room))?;
    super::interrupted(runs, of.interrupted_of, out)?;
    if !of.has_rollout {
        return writeln!(
            out,
            "no step of the scenario applies a revision: there is no rollout to forecast"
        );
    }
    base(of, out)?;
    if of.inputs.is_empty() {
        return writeln!(
            out,
            "nothing in it is uncertain: every run takes the same time"
        );
    }
    let (small, moving): (Vec<_>, Vec<_>) = of.inputs.iter().partition(|input| input.is_small);
    if moving.is_empty() {
        let what = match of.base.p90_s {
            Some(_) => "no input alone moves it by 1 % or more",
            None => "no input alone makes it finish",
        };
        writeln!(out, "{what}")?;
    } else {
        table(of, &moving, detail, out)?;
    }
    little(&small, detail, out)
}

fn base(of: &Sensitivity, out: &mut impl Write) -> fmt::Result {
    let base = &of.base;
    let ends = rough("the P90 of its finish:", (base.p90_s, base.interval));
    let date = base.finish.as_ref().map(Date::short);
    let date = date.map_or(String::new(), |date| format!(", {date} in {}", of.timezone));
    writeln!(out, "{}", wrapped(&format!("{ends}{date}"), "  "))?;
    writeln!(out, "finished {}", of_share(base.finished))
}

fn table(
    of: &Sensitivity,
    moving: &[&InputSwing],
    detail: Detail,
    out: &mut impl Write,
) -> fmt::Result {
    let text = "what comes of it with one input at its P10 and at its P90, a chance at zero and at twice itself, and all else as it is, on the same luck:";
    writeln!(out, "\n{}", wrapped(text, ""))?;
    let (low, high) = ("at P10", "at P90");
    let scale = Scale::of(of, moving);
    writeln!(
        out,
        "{:NAME$} {:SETTINGS$} {low:>VALUE$} {high:>VALUE$} {}",
        "input",
        "set to",
        scale.title()
    )?;
    let listed = detail.listed(moving.len(), MOST);
    for input in moving.iter().take(listed) {
        writeln!(
            out,
            "{:NAME$} {:SETTINGS$} {:>VALUE$} {:>VALUE$} {}",
            last_of(input.input.as_str()),
            settings(input),
            value(&input.low.late),
            value(&input.high.late),
            scale.bar(input)
        )?;
        if detail == Detail::Full {
            exactly(input, out)?;
        }
    }
    if moving.len() > listed {
        let more = moving.len() - listed;
        writeln!(out, "… and {more} inputs more, which --full tells")?;
    }
    let has_none = |late: &LateFinish| late.p90_s.is_none();
    let has_none = |input: &&&InputSwing| has_none(&input.low.late) || has_none(&input.high.late);
    if moving.iter().take(listed).any(|input| has_none(&input)) {
        let text = "a percentage in place of a time: the P90 does not finish without help, and so many runs do";
        writeln!(out, "{}", wrapped(text, "  "))?;
    }
    Ok(())
}

/// Both ends of an input, whole.
fn exactly(input: &InputSwing, out: &mut impl Write) -> fmt::Result {
    for (name, AtExtreme { setting, late }) in [("low", &input.low), ("high", &input.high)] {
        let ends = rough("P90", (late.p90_s, late.interval));
        let share = of_share(late.finished);
        let line = format!("  {name:4} {setting}: {ends}, finished {share}");
        writeln!(out, "{}", wrapped(&line, "       "))?;
    }
    Ok(())
}

/// What an input is set to, as far as there is room.
fn settings(input: &InputSwing) -> String {
    let both = format!("{}–{}", input.low.setting, input.high.setting);
    if both.chars().count() <= SETTINGS {
        return both;
    }
    let [low, high] = [&input.low, &input.high].map(|end| first_units(&end.setting));
    let both = format!("{low}–{high}");
    shortened(&both, SETTINGS)
}

/// Of a length in three units the first two.
fn first_units(said: &str) -> String {
    let words: Vec<&str> = said.split(' ').collect();
    match words[..] {
        [first, second, _] if second != "a" => format!("{first} {second}"),
        _ => said.to_owned(),
    }
}

/// The end of a key, which tells inputs apart that begin alike.
fn last_of(key: &str) -> String {
    match key.chars().count().checked_sub(NAME) {
        None | Some(0) => key.to_owned(),
        Some(more) => ['…']
            .into_iter()
            .chain(key.chars().skip(more + 1))
            .collect(),
    }
}

/// The P90, or the share that finishes where that is of an unfinished run.
fn value(late: &LateFinish) -> String {
    match late.p90_s {
        Some(span) => first_units(&few_units(span, Rounding::Nearest)),
        None => percent(late.finished.share),
    }
}

fn little(small: &[&InputSwing], detail: Detail, out: &mut impl Write) -> fmt::Result {
    if small.is_empty() {
        return Ok(());
    }
    let count = small.len();
    let (inputs, verb) = if count == 1 {
        ("input", "moves")
    } else {
        ("inputs", "move")
    };
    let names = if detail == Detail::Full {
        let names: Vec<&str> = small.iter().map(|input| input.input.as_str()).collect();
        format!(": {}", names.join(", "))
    } else {
        String::new()
    };
    let line = format!("{count} {inputs} {verb} it by less than 1 %{names}");
    writeln!(out, "{}", wrapped(&line, "  "))
}

/// The axis of the bars: from the earliest P90 to the latest, and behind that what does not finish.
struct Scale {
    from: Span,
    to: Span,
    /// Where the scenario as it is stands.
    base: usize,
}

impl Scale {
    fn of(sensitivity: &Sensitivity, moving: &[&InputSwing]) -> Self {
        let base = sensitivity.base.p90_s;
        let ends = moving.iter().flat_map(|input| [&input.low, &input.high]);
        let all = ends.filter_map(|end| end.late.p90_s).chain(base);
        let (from, to) = all.fold(
            (None, None),
            |(from, to): (Option<Span>, Option<Span>), span| {
                (
                    Some(from.map_or(span, |from| from.min(span))),
                    Some(to.map_or(span, |to| to.max(span))),
                )
            },
        );
        let mut scale = Self {
            from: from.unwrap_or_default(),
            to: to.unwrap_or_default(),
            base: 0,
        };
        scale.base = scale.cell(base);
        scale
    }

    /// The cell of a P90; the last one is for what does not finish.
    fn cell(&self, p90: Option<Span>) -> usize {
        let Some(p90) = p90 else {
            return BAR - 1;
        };
        let cells = (BAR - 2) as u64;
        let width = (self.to - self.from).as_millis().max(1);
        let at = (p90 - self.from).as_millis() * cells;
        usize::try_from((at + width / 2) / width).unwrap_or(BAR - 2)
    }

    /// The base's mark alone.
    fn title(&self) -> String {
        format!("{}▼ now", " ".repeat(self.base.min(BAR - 5)))
    }

    /// From the one end to the other, and the base's mark.
    fn bar(&self, input: &InputSwing) -> String {
        let ends = [&input.low, &input.high].map(|end| self.cell(end.late.p90_s));
        let [from, to] = [ends[0].min(ends[1]), ends[0].max(ends[1])];
        let cell = |cell| match cell {
            _ if cell == self.base => '│',
            _ if (from..=to).contains(&cell) => '█',
            _ if (to..self.base).contains(&cell) || (self.base..from).contains(&cell) => '·',
            _ => ' ',
        };
        let bar: String = (0..BAR).map(cell).collect();
        bar.trim_end().to_owned()
    }
}
