//! A question over the body.

use ratatui::layout::Rect;

use super::pen::{Pen, width};
use super::theme;
use crate::console::model::dialog::{Dialog, Stage};
use crate::console::model::{Model, Tone};

/// The least width that a dialog has where there is room.
const LEAST: u16 = 44;

pub(super) fn draw(model: &Model, dialog: &Dialog, pen: &mut Pen<'_>, body: Rect) {
    let title = dialog.command.title();
    let context = format!("fleet    {}", model.context);
    let whole = || std::iter::once(&context).chain(&dialog.consequences);
    let widest = whole()
        .chain([&title])
        .map(|line| width(line))
        .max()
        .unwrap_or(0);
    let columns = (widest + 4).max(LEAST).min(body.width);
    let room = usize::from(columns.saturating_sub(4)).max(1);
    let lines: Vec<_> = whole()
        .flat_map(|line| textwrap::wrap(line, room))
        .collect();
    let size = (
        columns,
        u16::try_from(lines.len() + 5)
            .unwrap_or(u16::MAX)
            .min(body.height),
    );
    let area = Rect {
        x: body.x + (body.width - size.0) / 2,
        y: body.y + (body.height - size.1) / 2,
        width: size.0,
        height: size.1,
    };
    pen.clear(area);
    border(pen, area);
    let inner = Rect {
        x: area.x + 2,
        width: area.width.saturating_sub(4),
        height: 1,
        ..area
    };
    let at = |line: u16| Rect {
        y: area.y + line,
        ..inner
    };
    pen.put(at(0), 0, &format!(" {title} "), theme::TITLE);
    let last = area.height.saturating_sub(2);
    for (number, line) in (2..last).zip(&lines) {
        pen.put(at(number), 0, line, theme::PLAIN);
    }
    buttons(dialog, pen, at(area.height.saturating_sub(2)));
}

fn buttons(dialog: &Dialog, pen: &mut Pen<'_>, area: Rect) {
    match &dialog.stage {
        Stage::Prompting => {
            let style = |has_focus: bool| {
                if has_focus {
                    theme::SELECTED
                } else {
                    theme::PLAIN
                }
            };
            let verb = dialog.command.title();
            let verb = verb.split(' ').next().unwrap_or("Do");
            // Beside "Cancel" as the order itself, the way out has another name.
            let way_out = if verb == "Cancel" {
                "[ Back ]"
            } else {
                "[ Cancel ]"
            };
            let taken = pen.put(area, 0, way_out, style(!dialog.does_it));
            pen.put(
                area,
                taken + 2,
                &format!("[ {verb} ]"),
                style(dialog.does_it),
            );
        }
        Stage::Waiting => {
            pen.put(
                area,
                0,
                "sent, waiting for the appliance …",
                theme::style(Tone::Busy),
            );
        }
        Stage::Failed(why) => {
            let style = theme::style(Tone::Bad);
            let taken = pen.put(area, 0, theme::glyph(Tone::Bad, pen.glyphs), style);
            pen.put(
                area,
                taken,
                &format!("refused: {why} (enter closes)"),
                style,
            );
        }
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
