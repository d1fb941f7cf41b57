//! A picture as the fewest bytes, in one write: what is on the screen already is not sent again, and where nothing
//! changed nothing is sent at all.

use std::io::{self, Write};

use crossterm::queue;
use crossterm::terminal::{Clear, ClearType};
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::view::Picture;

/// A terminal's screen, and what stands on it.
#[derive(Debug)]
pub struct Screen<W> {
    out: W,
    shown: Buffer,
    is_stale: bool,
}

impl<W: Write> Screen<W> {
    /// A screen of which nothing is known.
    pub fn new(out: W) -> Self {
        Self {
            out,
            shown: Buffer::empty(Rect::ZERO),
            is_stale: true,
        }
    }

    /// Makes the next picture a whole one: something else may have written on the screen.
    pub fn forget(&mut self) {
        self.is_stale = true;
    }

    /// Draws it. Returns how many bytes that took.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn draw(&mut self, picture: &impl Picture) -> io::Result<usize> {
        let (columns, rows) = picture.size();
        let area = Rect::new(0, 0, columns, rows);
        let mut next = Buffer::empty(area);
        picture.paint(&mut next);
        let is_whole = self.is_stale || *self.shown.area() != area;
        if is_whole {
            self.shown = Buffer::empty(area);
        }
        let changes = self.shown.diff(&next);
        if changes.is_empty() && !is_whole {
            return Ok(0);
        }
        let mut bytes = Vec::with_capacity(64 << 10);
        if is_whole {
            queue!(bytes, Clear(ClearType::All))?;
        }
        CrosstermBackend::new(&mut bytes).draw(changes.into_iter())?;
        self.out.write_all(&bytes)?;
        self.out.flush()?;
        self.shown = next;
        self.is_stale = false;
        Ok(bytes.len())
    }
}
