//! A question over the body.

use ratatui::layout::Rect;

use super::pen::{Pen, width};
use super::theme;
use crate::console::command::Verb;
use crate::console::model::dialog::{Dialog, Stage};
use crate::console::model::layout::Layout;
use crate::console::model::{Model, Tone};

pub(super) fn draw(model: &Model, dialog: &Dialog, pen: &mut Pen<'_>) {
    let layout = dialog.layout(model.size);
    let (area, inner) = place(&layout, pen, |room| title_of(dialog, room));
    let at = |y: u16| Rect {
        y,
        height: 1,
        ..inner
    };
    let lines = layout.lines.iter().skip(layout.first).take(layout.page);
    for (y, line) in (area.y + layout.text_row..).zip(lines) {
        pen.put(at(y), 0, line, theme::PLAIN);
    }
    let last = area
        .bottom()
        .saturating_sub(1 + u16::from(layout.has_frame));
    buttons(dialog, pen, at(last), &layout.extent());
}

/// Makes room for a box, with its frame and title where it has one. Returns where it is, and its columns inside.
pub(super) fn place(
    layout: &Layout,
    pen: &mut Pen<'_>,
    title: impl Fn(u16) -> String,
) -> (Rect, Rect) {
    let area = Rect {
        x: layout.x,
        y: layout.y,
        width: layout.columns,
        height: layout.rows,
    };
    pen.clear(area);
    if !layout.has_frame {
        return (area, area);
    }
    border(pen, area);
    let inner = Rect {
        x: area.x + 2,
        width: area.width.saturating_sub(4),
        ..area
    };
    let title = format!(" {} ", title(inner.width));
    pen.put(inner, 0, &title, theme::TITLE);
    (area, inner)
}

/// The whole title where there is room, else the verb: whom the order concerns stands in the text.
fn title_of(dialog: &Dialog, room: u16) -> String {
    let title = dialog.command.title();
    if width(&title) + 2 <= room {
        title
    } else {
        dialog.command.verb.label().to_owned()
    }
}

fn buttons(dialog: &Dialog, pen: &mut Pen<'_>, area: Rect, extent: &str) {
    let (goes_away, does_it) = match &dialog.stage {
        // Beside "Cancel" as the order itself, the way out has another name.
        Stage::Prompting if dialog.command.verb == Verb::Cancel => ("Back", "Cancel"),
        Stage::Prompting => ("Cancel", dialog.command.verb.label()),
        Stage::Outdated(_) | Stage::Refused { .. } => ("Close", "Plan again"),
        Stage::Waiting => {
            let style = theme::style(Tone::Busy);
            pen.put(area, 0, "sent, waiting for the appliance …", style);
            return;
        }
    };
    let style = |has_focus: bool| {
        if has_focus {
            theme::SELECTED
        } else {
            theme::PLAIN
        }
    };
    if dialog.offers_save() {
        three_buttons(dialog, pen, area);
        return;
    }
    let whole = [format!("[ {goes_away} ]"), format!("[ {does_it} ]")];
    let is_narrow = width(&whole[0]) + 2 + width(&whole[1]) > area.width;
    let (whole, gap) = if is_narrow {
        ([format!("[{goes_away}]"), format!("[{does_it}]")], 1)
    } else {
        (whole, 2)
    };
    let taken = pen.put(area, 0, &whole[0], style(!dialog.does_it)) + gap;
    let taken = taken + pen.put(area, taken, &whole[1], style(dialog.does_it));
    if taken + 2 + width(extent) <= area.width {
        pen.put_right(area, extent, theme::FAINT);
    }
}

/// The buttons of an order whose revision can be saved only.
fn three_buttons(dialog: &Dialog, pen: &mut Pen<'_>, area: Rect) {
    let (does_it, saves) = (dialog.does_it, dialog.command.saves);
    let buttons = [
        ("Cancel", !does_it),
        ("Save", does_it && saves),
        ("Apply", does_it && !saves),
    ];
    let mut indent = 0;
    let is_narrow = area.width < 34;
    for (text, has_focus) in buttons {
        let style = if has_focus {
            theme::SELECTED
        } else {
            theme::PLAIN
        };
        let text = if is_narrow {
            format!("[{text}]")
        } else {
            format!("[ {text} ]")
        };
        indent += pen.put(area, indent, &text, style) + if is_narrow { 0 } else { 2 };
    }
}

fn border(pen: &mut Pen<'_>, area: Rect) {
    let inside = usize::from(area.width.saturating_sub(2));
    let line = |y: u16| Rect {
        y,
        height: 1,
        ..area
    };
    for y in area.top()..area.bottom() {
        let text = if y == area.top() {
            format!("┌{}┐", "─".repeat(inside))
        } else if y + 1 == area.bottom() {
            format!("└{}┘", "─".repeat(inside))
        } else {
            format!("│{}│", " ".repeat(inside))
        };
        pen.put(line(y), 0, &text, theme::PLAIN);
    }
}
