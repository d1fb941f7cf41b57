//! Where a box over the body stands on the screen, and its text as it is broken into lines there.

use textwrap::core::{Word, display_width};
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

/// Where a box stands on the screen, in cells, and its text as it is broken into lines there.
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

/// The least width of a box where there is room, and the greatest.
const WIDTH: (u16, u16) = (44, 100);
/// Below this height a box covers the lines around the body too, but for the footer.
const TIGHT: u16 = 22;
/// The least room in which there is place for a frame.
const FRAMED: (u16, u16) = (30, 9);

impl Layout {
    /// A box for some text and one row below it, on a screen of so many columns and rows. `break_up` makes of a line
    /// of text those that fit into some cells; `offset` is the first line to show, if there is that much below.
    pub(super) fn new(
        size: (u16, u16),
        text: &[String],
        break_up: impl Fn(&str, usize) -> Vec<String>,
        offset: usize,
    ) -> Self {
        let (top, below) = if size.1 < TIGHT { (0, 1) } else { (2, 2) };
        let room = (size.0, size.1.saturating_sub(top + below));
        let has_frame = room.0 >= FRAMED.0 && room.1 >= FRAMED.1;
        let beside = if has_frame { 4 } else { 0 };
        let widest = text.iter().map(|line| display_width(line)).max();
        let widest = u16::try_from(widest.unwrap_or(0)).unwrap_or(u16::MAX);
        let columns = widest.saturating_add(beside).clamp(WIDTH.0, WIDTH.1);
        let columns = if has_frame {
            columns.min(room.0)
        } else {
            room.0
        };
        let width = usize::from(columns.saturating_sub(beside)).max(1);
        let lines: Vec<String> = text.iter().flat_map(|line| break_up(line, width)).collect();
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
        Self {
            x: (size.0 - columns) / 2,
            y: top + (room.1 - rows) / 2,
            columns,
            rows,
            has_frame,
            text_row: u16::from(has_frame) + u16::from(is_airy),
            first: offset.min(lines.len().saturating_sub(page)),
            lines,
            page,
        }
    }

    /// Which lines of the text are shown, if not all of them.
    pub fn extent(&self) -> String {
        let all = self.lines.len();
        if all <= self.page {
            return String::new();
        }
        let last = (self.first + self.page).min(all);
        format!("{}-{last} of {all}", self.first + 1)
    }
}

/// A line of text, broken into lines of at most `width` cells. A command line goes on indented, and keeps an option
/// and its value together where there is room.
pub(super) fn broken(line: &str, width: usize) -> Vec<String> {
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
