//! Views that are text: one machine, one operation, the forecast, the help. A text has a head, and sections of rows that the cursor
//! can be on. Lines are made one by one, so that a long history costs no more than what the window shows.

mod forecast;
mod machine;
mod operation;
mod pods;

use appliance::FleetEvent;

use super::Model;
use super::entry::{Tone, event_tone};
use super::fleet::Fleet;
use super::place::{RowId, View};
use crate::clock::clock;
use crate::console::keys::BINDINGS;

/// A line: parts in their tones.
pub type Line = Vec<(String, Tone)>;

/// The text of a view: made once, and read line by line.
pub struct Document<'m> {
    head: Vec<Line>,
    sections: Vec<Section<'m>>,
}

/// Rows under a title, an empty line above it.
struct Section<'m> {
    title: String,
    rows: usize,
    id: Box<dyn Fn(usize) -> RowId + 'm>,
    line: Box<dyn Fn(usize) -> Line + 'm>,
}

/// Lines of a section that are not rows: the empty one and the title.
const ABOVE_ROWS: usize = 2;

/// How a text is laid out.
#[derive(Clone, Copy, Debug)]
struct Layout {
    /// Milliseconds since the start of the simulated time.
    now_ms: u64,
    /// Columns of the terminal.
    columns: u16,
    /// Lines that are shown at once.
    page: usize,
}

impl<'m> Document<'m> {
    /// The text of the present view; one line where it is not known yet.
    pub fn new(model: &'m Model) -> Self {
        if model.place.view == View::Help {
            return Self {
                head: help(model),
                sections: Vec::new(),
            };
        }
        let layout = Layout {
            now_ms: model.clock.now_ms,
            columns: model.size.0,
            page: model.page(),
        };
        let mut document = Self::of(&model.fleet, model.place.view, layout);
        document.tell_of_appliance(model);
        document
    }

    /// Adds what only a live appliance has: the address of an operation in its web console, and why there is nothing.
    fn tell_of_appliance(&mut self, model: &Model) {
        let Some(live) = &model.live else {
            return;
        };
        let is_known = !self.sections.is_empty();
        match model.place.view {
            View::Operation(id) if is_known => {
                self.head.push(vec![faint("in the web console")]);
                let link = live.link(id);
                let columns = usize::from(model.size.0).max(1);
                // Whole where there is room: a line that is broken cannot be followed.
                let lines = textwrap::wrap(&link, textwrap::Options::new(columns));
                let lines = lines.into_iter().map(|line| vec![plain(line)]);
                self.head.extend(lines);
            }
            View::Machine(_) | View::Operation(_) if !is_known => {
                if let Some(why) = model.not_told().or_else(|| model.awaited()) {
                    self.head = vec![vec![faint(why)]];
                }
            }
            _ => {}
        }
    }

    /// The text of a view, for its rows alone.
    pub(super) fn of_rows(fleet: &'m Fleet, view: View) -> Self {
        let layout = Layout {
            now_ms: 0,
            columns: 0,
            page: 0,
        };
        Self::of(fleet, view, layout)
    }

    fn of(fleet: &'m Fleet, view: View, layout: Layout) -> Self {
        match (view, &fleet.machine, &fleet.operation) {
            (View::Forecast, ..) => forecast::document(fleet, layout),
            (View::Machine(id), Some(history), _) if history.machine.id == id => {
                machine::document(fleet, history, layout)
            }
            (View::Operation(id), _, Some(history)) if history.operation.id == id => {
                operation::document(fleet, history, layout)
            }
            _ => Self {
                head: vec![vec![faint("asking the appliance …")]],
                sections: Vec::new(),
            },
        }
    }

    /// How many lines it has.
    pub fn lines(&self) -> usize {
        let below = self
            .sections
            .iter()
            .map(|section| ABOVE_ROWS + section.rows);
        self.head.len() + below.sum::<usize>()
    }

    /// How many rows it has that the cursor can be on.
    pub fn rows(&self) -> usize {
        self.sections.iter().map(|section| section.rows).sum()
    }

    /// Who a row is.
    pub fn id(&self, mut row: usize) -> Option<RowId> {
        for section in &self.sections {
            if row < section.rows {
                return Some((section.id)(row));
            }
            row -= section.rows;
        }
        None
    }

    /// The first row of the section after that of a row; that of the first section after the last one.
    pub fn section_after(&self, row: usize) -> usize {
        let firsts = self.sections.iter().scan(0, |first, section| {
            *first += section.rows;
            Some(*first)
        });
        let next = firsts.into_iter().find(|first| *first > row);
        next.filter(|first| *first < self.rows()).unwrap_or(0)
    }

    /// The lines that a row needs around it, from and to: its own, the whole head for the first one, its section's
    /// title for the first of a section.
    pub fn lines_of(&self, mut row: usize) -> (usize, usize) {
        let is_first = row == 0;
        let mut above = self.head.len();
        for section in &self.sections {
            if row < section.rows {
                let line = above + ABOVE_ROWS + row;
                return match row {
                    _ if is_first => (0, line),
                    0 => (line - ABOVE_ROWS, line),
                    _ => (line, line),
                };
            }
            row -= section.rows;
            above += ABOVE_ROWS + section.rows;
        }
        (0, 0)
    }

    /// The row that a line is.
    pub fn row_at(&self, number: usize) -> Option<usize> {
        let mut number = number.checked_sub(self.head.len())?;
        let mut rows = 0;
        for section in &self.sections {
            if number < ABOVE_ROWS + section.rows {
                return number.checked_sub(ABOVE_ROWS).map(|row| rows + row);
            }
            number -= ABOVE_ROWS + section.rows;
            rows += section.rows;
        }
        None
    }

    /// A line by its number; an empty one beyond the last.
    pub fn line(&self, number: usize) -> Line {
        if let Some(line) = self.head.get(number) {
            return line.clone();
        }
        let mut number = number - self.head.len();
        for section in &self.sections {
            match number.checked_sub(ABOVE_ROWS) {
                None if number == 0 => return Line::new(),
                None => return vec![faint(section.title.clone())],
                Some(row) if row < section.rows => return (section.line)(row),
                Some(below) => number = below - section.rows,
            }
        }
        Line::new()
    }

    /// The last first line of a window of `page` lines.
    pub fn last_offset(&self, page: usize) -> usize {
        self.lines().saturating_sub(page)
    }
}

fn plain(text: impl Into<String>) -> (String, Tone) {
    (text.into(), Tone::Plain)
}

fn faint(text: impl Into<String>) -> (String, Tone) {
    (text.into(), Tone::Faint)
}

/// A name and what it is.
fn field(name: &str, value: impl Into<String>, tone: Tone) -> Line {
    vec![faint(format!("{name:<12}")), (value.into(), tone)]
}

/// A log of which the first entries may be missing, which a row of its own says.
fn log(events: &[FleetEvent], missing: u64) -> Section<'_> {
    let before = usize::from(missing > 0);
    Section {
        title: "LOG".to_owned(),
        rows: before + events.len(),
        id: Box::new(move |row| {
            let event = row.checked_sub(before).and_then(|row| events.get(row));
            event.map_or(RowId::Gap(0), |event| RowId::Event(event.number))
        }),
        line: Box::new(move |row| match row.checked_sub(before) {
            None => vec![(missing_before(missing), Tone::Warning)],
            Some(row) => events.get(row).map_or_else(Line::new, event_line),
        }),
    }
}

/// What stands where the first entries of a list are missing.
fn missing_before(count: u64) -> String {
    match count {
        1 => "1 older entry is not kept".to_owned(),
        _ => format!("{count} older entries are not kept"),
    }
}

fn event_line(event: &FleetEvent) -> Line {
    vec![
        faint(format!("{:>11}  ", clock(event.at_ms))),
        (event.text.to_string(), event_tone(event.severity)),
    ]
}

/// Every key; faint those that mean nothing where one came from.
fn help(model: &Model) -> Vec<Line> {
    let from = model.back.last().map_or(View::Overview, |place| place.view);
    let intro = plain("Keys. Faint ones mean nothing in the view that you came from.");
    let keys = BINDINGS.iter().map(|binding| {
        let why_not = model.disabled(binding.action);
        let tone = if binding.is_valid_in(&from) && why_not.is_none() {
            Tone::Plain
        } else {
            Tone::Faint
        };
        let help = why_not.map_or_else(|| binding.help.to_owned(), |why| format!("no: {why}"));
        vec![(format!("{:<16}{help}", binding.keys.join(" ")), tone)]
    });
    [vec![intro], Line::new()].into_iter().chain(keys).collect()
}
