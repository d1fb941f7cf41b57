//! What holds after every message, whatever it was.

use std::borrow::Cow;

use appliance::text::visible;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tui::console::message::Message;
use tui::console::model::log::{LINES_KEPT, LogLine};
use tui::console::model::{Model, RowId, View};
use tui::console::screen::Screen;
use tui::console::view::view;

/// The cursor before a message.
pub(crate) struct Before {
    view: View,
    cursor: Option<RowId>,
}

impl Before {
    pub(crate) fn of(model: &Model) -> Self {
        Self {
            view: model.place.view,
            cursor: model.place.cursor,
        }
    }

    /// Nothing but a key moves the cursor from a row that is still there; a followed log moves it to its end,
    /// and an overview that nobody has touched to its first row.
    pub(crate) fn assert_kept(&self, message: &Message, model: &Model) {
        let is_key = matches!(message, Message::Key(_));
        let is_free = model.place.follows() || model.place.is_untouched;
        if is_key || model.place.view != self.view || is_free {
            return;
        }
        let (Some(cursor), Some(now)) = (self.cursor, model.place.cursor) else {
            return;
        };
        if now == cursor {
            return;
        }
        let is_there = (0..model.listing.rows.len()).any(|row| model.row(row) == Some(cursor));
        assert!(!is_there, "the cursor went from {cursor:?} to {now:?}");
    }
}

/// What holds in the model.
pub(crate) fn assert_hold(model: &Model) {
    let (place, listing) = (&model.place, &model.listing);
    if !listing.rows.is_empty() {
        assert!(
            listing.cursor < listing.rows.len(),
            "the cursor is on a row"
        );
        assert_eq!(
            model.row_under_cursor(),
            place.cursor,
            "the row under the cursor is the one it is on"
        );
        if place.view.is_table() {
            let window = place.offset..place.offset + model.table_page();
            assert!(
                window.contains(&listing.cursor),
                "the cursor is in the window"
            );
        }
    }
    // An order is a request for each machine.
    let questions = model.asked.iter();
    let questions = questions.filter(|request| !request.is_order());
    assert!(questions.count() <= 16, "{:?}", model.asked);
    assert_log(model);
}

/// Every entry of the log is there, or in a gap.
fn assert_log(model: &Model) {
    let lines = model.fleet.log.lines();
    assert!(lines.len() <= LINES_KEPT);
    let mut next = 1;
    for line in lines {
        let first = match line {
            LogLine::Event(event) => event.number,
            LogLine::Gap { first, .. } => *first,
        };
        assert_eq!(first, next, "an entry is missing without a gap");
        next = line.number() + 1;
    }
}

/// What holds in the picture. `closely`: also what it is as bytes.
pub(crate) fn assert_picture(model: &Model, screen: &mut Screen<Vec<u8>>, closely: bool) {
    let area = Rect::new(0, 0, model.size.0, model.size.1);
    let mut buffer = Buffer::empty(area);
    view(model, &mut buffer);
    for cell in buffer.content() {
        let symbol = cell.symbol();
        let is_clean = matches!(visible(symbol), Cow::Borrowed(_));
        assert!(is_clean, "{symbol:?} would steer the terminal");
        assert!(
            model.glyphs == tui::console::model::Glyphs::Unicode || symbol.is_ascii(),
            "{symbol:?} is not ASCII"
        );
    }
    if closely {
        screen.draw(model).expect("memory takes every byte");
        let again = screen.draw(model).expect("memory takes every byte");
        assert_eq!(again, 0, "nothing changed, and {again} bytes were sent");
    }
}
