//! A report that fits a screen: what matters least makes room for what matters most.

use std::fmt::{self, Write};

use super::Detail;

/// Lines of a screen, with one left for the prompt that follows the report.
pub(in crate::forecast) const SCREEN: usize = 23;

/// How much it would be missed, the most first. What stands under a heading is missed less than the heading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::forecast) enum Rank {
    /// Never left out.
    Always,
    /// The heading of what does not finish.
    Unfinished,
    /// Any other heading.
    Heading,
    /// How long it takes.
    Length,
    /// What it waits for, and what goes wrong.
    Cause,
    /// Whether it fits.
    Fit,
    /// What one looks for who plans.
    Plan,
    /// What is good to know.
    Aside,
}

/// A report in blocks of whole lines.
#[derive(Default)]
pub(in crate::forecast) struct Page {
    /// `None`: an empty line, if there is room for all of them.
    blocks: Vec<Option<(Rank, String)>>,
}

impl Page {
    /// Adds what `write` writes: nothing, or whole lines.
    pub(in crate::forecast) fn block(
        &mut self,
        rank: Rank,
        write: impl FnOnce(&mut String) -> fmt::Result,
    ) -> fmt::Result {
        let mut text = String::new();
        write(&mut text)?;
        if !text.is_empty() {
            self.blocks.push(Some((rank, text)));
        }
        Ok(())
    }

    /// Adds a line, without its break.
    pub(in crate::forecast) fn line(&mut self, rank: Rank, line: impl fmt::Display) {
        self.blocks.push(Some((rank, format!("{line}\n"))));
    }

    /// Adds an empty line.
    pub(in crate::forecast) fn gap(&mut self) {
        self.blocks.push(None);
    }

    /// Writes all of it, or what a screen has room for.
    pub(in crate::forecast) fn write(
        mut self,
        detail: Detail,
        out: &mut impl Write,
    ) -> fmt::Result {
        let missing = match detail {
            Detail::Full => 0,
            Detail::Screen => self.fit(),
        };
        for block in &self.blocks {
            match block {
                Some((_, text)) => out.write_str(text)?,
                None => writeln!(out)?,
            }
        }
        match missing {
            0 => Ok(()),
            1 => writeln!(out, "… and a line more, which --full tells"),
            lines => writeln!(out, "… and {lines} lines more, which --full tells"),
        }
    }

    fn lines(&self) -> usize {
        let lines = |block: &Option<(Rank, String)>| match block {
            Some((_, text)) => text.lines().count(),
            None => 1,
        };
        self.blocks.iter().map(lines).sum()
    }

    /// Leaves out what a screen has no room for: empty lines, then of what matters least the last first. How many lines
    /// are missing.
    fn fit(&mut self) -> usize {
        if self.lines() > SCREEN {
            self.blocks.retain(Option::is_some);
        }
        let all = self.lines();
        if all <= SCREEN {
            return 0;
        }
        // One more for the line that says so.
        while self.lines() + 1 > SCREEN {
            let ranked = self.blocks.iter().enumerate();
            let ranked = ranked.filter_map(|(place, block)| Some((block.as_ref()?.0, place)));
            match ranked.max() {
                Some((rank, place)) if rank > Rank::Always => drop(self.blocks.remove(place)),
                _ => break,
            }
        }
        all - self.lines()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(lines: usize) -> Page {
        let mut page = Page::default();
        page.line(Rank::Always, "title");
        for place in 0..lines {
            let rank = [Rank::Aside, Rank::Cause, Rank::Heading][place % 3];
            page.line(rank, format_args!("{rank:?} {place}"));
        }
        page.gap();
        page.line(Rank::Always, "end");
        page
    }

    fn screen(page: Page) -> Vec<String> {
        let mut out = String::new();
        page.write(Detail::Screen, &mut out).unwrap();
        out.lines().map(str::to_owned).collect()
    }

    #[test]
    fn empty_lines_go_first_and_then_the_last_of_what_matters_least() {
        assert_eq!(screen(page(SCREEN - 3)).len(), SCREEN);
        let without_gap = screen(page(SCREEN - 2));
        assert_eq!(without_gap.len(), SCREEN);
        assert!(!without_gap.contains(&String::new()));
        let cut = screen(page(SCREEN - 1));
        assert_eq!(cut.len(), SCREEN);
        assert_eq!(cut[SCREEN - 1], "… and 2 lines more, which --full tells");
        assert_eq!(cut[SCREEN - 2], "end");
        assert!(!cut.contains(&"Aside 21".to_owned()) && !cut.contains(&"Aside 18".to_owned()));
        assert!(cut.contains(&"Aside 15".to_owned()) && cut.contains(&"Cause 19".to_owned()));
        let most = screen(page(300));
        assert_eq!(most.len(), SCREEN);
        assert!(most[1].starts_with("Heading"), "{most:?}");
    }

    #[test]
    fn what_is_never_left_out_may_be_longer_than_a_screen() {
        let mut long = Page::default();
        for _ in 0..SCREEN + 5 {
            long.line(Rank::Always, "line");
        }
        assert_eq!(screen(long).len(), SCREEN + 5);
    }
}
