//! A question before an order: what it will do, and whether to do it; and where that stands on the screen.

use textwrap::core::Word;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

use super::{Plan, RowId};
use crate::console::command::Command;
use crate::console::keys::Action;

/// A question that is open, or an order that was not answered yet, or was refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Dialog {
    /// The order.
    pub command: Command,
    /// The action and the rows that it was made from, to make it anew.
    pub made_from: (Action, Vec<RowId>),
    /// What it will do, line by line.
    pub consequences: Vec<String>,
    /// Whether the button that does something has the focus; the other one goes away.
    pub does_it: bool,
    /// How far it is.
    pub stage: Stage,
    /// The first line of the text that is shown.
    pub offset: usize,
}

/// How far an order is.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// The question is open.
    Prompting,
    /// The order was sent.
    Waiting,
    /// The order was not sent, because it no longer fits the fleet: what has changed, line by line.
    Outdated(Vec<String>),
    /// The order was refused by the appliance.
    Refused {
        /// Why, line by line.
        why: Vec<String>,
        /// What was done of it all the same.
        done: Option<String>,
    },
}

/// Where a dialog stands on the screen, in cells, and its text as it is broken into lines there.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Its first column.
    pub x: u16,
    /// Its first row.
    pub y: u16,
    /// Its columns.
    pub columns: u16,
    /// Its rows.
    pub rows: u16,
    /// Whether it has a frame around it.
    pub has_frame: bool,
    /// Its row in which the text begins.
    pub text_row: u16,
    /// Every line of its text.
    pub lines: Vec<String>,
    /// The first line that is shown.
    pub first: usize,
    /// How many lines are shown at once.
    pub page: usize,
}

/// The least width of a dialog where there is room, and the greatest.
const WIDTH: (u16, u16) = (44, 100);
/// Below this height a dialog covers the lines around the body too, but for the footer.
const TIGHT: u16 = 22;
/// The least room in which there is place for a frame.
const FRAMED: (u16, u16) = (30, 9);

impl Dialog {
    /// The question before a plan, with the button that cancels in focus.
    pub fn new(plan: Plan, made_from: (Action, Vec<RowId>), consequences: Vec<String>) -> Self {
        Self {
            command: plan.command,
            made_from,
            consequences,
            does_it: false,
            stage: Stage::Prompting,
            offset: 0,
        }
    }

    /// Shows why the order was not carried out, with the button that goes away in focus.
    pub fn end_in(&mut self, stage: Stage) {
        self.stage = stage;
        self.does_it = false;
        self.offset = 0;
    }

    /// The text, line by line.
    fn text(&self) -> Vec<String> {
        let (heading, why, done) = match &self.stage {
            Stage::Prompting | Stage::Waiting => return self.consequences.clone(),
            Stage::Outdated(why) => ("Not sent, for the fleet has moved on:", why, &None),
            Stage::Refused { why, done } => ("Refused:", why, done),
        };
        let mut told = vec![format!("fleet    {}", self.command.context)];
        if let [target] = &*self.command.targets {
            told.push(format!("cluster  {}", target.cluster));
            told.push(format!("pool     {}", target.pool));
        }
        told.push(heading.to_owned());
        told.extend(why.iter().map(|why| format!("- {why}")));
        told.extend(done.iter().map(|done| format!("Done: {done}")));
        told.push(String::new());
        told.push(self.command.to_string());
        told
    }

    /// Where it stands on a screen of so many columns and rows.
    pub fn layout(&self, size: (u16, u16)) -> Layout {
        let (top, below) = if size.1 < TIGHT { (0, 1) } else { (2, 2) };
        let room = (size.0, size.1.saturating_sub(top + below));
        let has_frame = room.0 >= FRAMED.0 && room.1 >= FRAMED.1;
        let beside = if has_frame { 4 } else { 0 };
        let text = self.text();
        let widest = text
            .iter()
            .map(|line| textwrap::core::display_width(line))
            .max();
        let widest = u16::try_from(widest.unwrap_or(0)).unwrap_or(u16::MAX);
        let columns = widest.saturating_add(beside).clamp(WIDTH.0, WIDTH.1);
        let columns = if has_frame {
            columns.min(room.0)
        } else {
            room.0
        };
        let width = usize::from(columns.saturating_sub(beside)).max(1);
        let lines: Vec<String> = text.iter().flat_map(|line| broken(line, width)).collect();
        // With a blank line before and after the text, where that fits.
        let frame = if has_frame { 3 } else { 1 };
        let airy = u16::try_from(lines.len() + 5).unwrap_or(u16::MAX);
        let is_airy = has_frame && airy <= room.1;
        let rows = if is_airy {
            airy
        } else {
            let tight = u16::try_from(lines.len() + frame).unwrap_or(u16::MAX);
            tight.min(room.1)
        };
        let page = usize::from(rows).saturating_sub(if is_airy { 5 } else { frame });
        Layout {
            x: (size.0 - columns) / 2,
            y: top + (room.1 - rows) / 2,
            columns,
            rows,
            has_frame,
            text_row: u16::from(has_frame) + u16::from(is_airy),
            first: self.offset.min(lines.len().saturating_sub(page)),
            lines,
            page,
        }
    }
}

/// A line of text, broken into lines of at most `width` cells. A command line goes on indented, and keeps an option
/// and its value together where there is room.
fn broken(line: &str, width: usize) -> Vec<String> {
    let is_command = line.starts_with("meltdeck ");
    let lead = line.len() - line.trim_start().len();
    let indent = if is_command || line.starts_with("- ") {
        2
    } else {
        lead
    };
    let indent = " ".repeat(if indent < width { indent } else { 0 });
    // A hyphen belongs to a name more often than not.
    let options = Options::new(width)
        .subsequent_indent(&indent)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    let options = if is_command {
        options.word_separator(WordSeparator::Custom(options_of))
    } else {
        options
    };
    textwrap::wrap(line, options)
        .into_iter()
        .map(std::borrow::Cow::into_owned)
        .collect()
}

/// The options of a command line, each with its value.
fn options_of(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let starts = line.match_indices(" --").map(|(at, _)| at + 1);
    let ends = starts.clone().chain([line.len()]);
    let words = [0].into_iter().chain(starts).zip(ends);
    Box::new(words.map(|(from, to)| Word::from(&line[from..to])))
}
