//! Several contexts in one console: each with a state of its own, as if it were alone, and one table over all of them.
//!
//! | file | holds |
//! |---|---|
//! | `across` | the table over all contexts: which one, its rows, where one is in it |
//! | `contexts` | the table of the contexts themselves |

pub mod across;
pub mod contexts;

use appliance::Text;

use super::live::{Access, LookedAt};
use super::{Model, Notices, Tone};
use across::{Across, Table};

/// Everything that a console of several contexts shows; of one alone, that one.
#[derive(Clone, Debug)]
pub struct Deck {
    /// The contexts, in the order in which they are configured. At least one.
    pub contexts: Vec<Model>,
    /// Which of them is shown, or is gone back to.
    pub shown: usize,
    /// The table over all of them.
    pub across: Across,
    /// Whether that table is shown.
    pub is_across: bool,
    /// Why other contexts than these are not known, where that is so.
    pub why_no_others: Option<Text>,
    /// What to tell while the table over all is shown.
    pub notices: Notices,
}

impl Deck {
    /// The deck of one context, or of a simulated fleet.
    pub fn of_one(model: Model) -> Self {
        Self::new(vec![model], 0)
    }

    /// The deck of these contexts, of which one is shown. There is at least one, and `shown` is below their number.
    pub fn new(contexts: Vec<Model>, shown: usize) -> Self {
        Self {
            contexts,
            shown,
            across: Across::new(Table::Contexts),
            is_across: false,
            why_no_others: None,
            notices: Notices::default(),
        }
    }

    /// The same, with the table of contexts in front.
    #[must_use]
    pub fn with_all_in_front(self) -> Self {
        Self {
            is_across: true,
            ..self
        }
    }

    /// The context that is shown, or is gone back to.
    pub fn front(&self) -> &Model {
        &self.contexts[self.shown]
    }

    /// The same, to change it.
    pub fn front_mut(&mut self) -> &mut Model {
        &mut self.contexts[self.shown]
    }

    /// Whether nothing that is shown changes by time alone.
    pub fn is_timeless(&self) -> bool {
        self.contexts.iter().all(Model::is_timeless) && self.notices.is_empty()
    }

    /// Tells the operator something, wherever he is.
    pub fn notify(&mut self, tone: Tone, text: impl Into<Text>) {
        if self.is_across {
            self.notices.tell(tone, text.into());
        } else {
            self.front_mut().notify(tone, text);
        }
    }

    /// How much of a context is on the screen.
    pub fn looked_at(&self, context: usize) -> LookedAt {
        match self.across.table {
            _ if !self.is_across && context == self.shown => LookedAt::Alone,
            _ if !self.is_across => LookedAt::Hidden,
            Table::Of(destination) => LookedAt::Among(super::View::of(destination)),
            Table::Contexts | Table::Help => LookedAt::Counted,
        }
    }

    /// Puts the rows of the table over all together anew.
    pub fn relist(&mut self) {
        self.across.relist(&self.contexts);
        self.across.scroll(self.page());
    }

    /// Rows that the table over all has room for.
    pub fn page(&self) -> usize {
        self.front().page().saturating_sub(1).max(1)
    }

    /// How many contexts answer, and how many there are that were to be asked.
    pub fn answering(&self) -> (usize, usize) {
        let wanted = self.contexts.iter().filter(|model| {
            let live = model.live.as_ref();
            live.is_some_and(|live| live.access != Access::Unwanted)
        });
        let answers = wanted.clone().filter(|model| contexts::answers(model));
        (answers.count(), wanted.count())
    }
}
