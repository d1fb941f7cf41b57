//! The menu over the body.

use ratatui::layout::Rect;

use super::pen::Pen;
use super::{dialog, theme};
use crate::console::model::menu::Level;
use crate::console::model::{Menu, Model};

pub(super) fn draw(model: &Model, menu: &Menu, pen: &mut Pen<'_>) {
    let lines = model.lines_of(menu);
    let layout = model.layout_of(menu, &lines);
    let (area, inner) = dialog::place(&layout, pen, |_| model.title_of(menu));
    let at = |y: u16| Rect {
        y,
        height: 1,
        ..inner
    };
    let shown = layout.lines.iter().zip(&lines).enumerate();
    let shown = shown.skip(layout.first).take(layout.page);
    for (y, (number, (text, line))) in (area.y + layout.text_row..).zip(shown) {
        let style = if line.is_faint {
            theme::FAINT
        } else {
            theme::PLAIN
        };
        pen.put(at(y), 0, text, style);
        if number == menu.cursor && !matches!(menu.level, Level::Value(..)) {
            pen.tint(at(y), theme::SELECTED);
        }
    }
    let last = area
        .bottom()
        .saturating_sub(1 + u16::from(layout.has_frame));
    pen.put_right(at(last), &layout.extent(), theme::FAINT);
}
