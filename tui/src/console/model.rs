//! The whole state of the console: what it knows of the fleet, where the operator is, what is open on the screen.
//!
//! | file | holds |
//! |---|---|
//! | `fleet` | what the appliance told |
//! | `log` | the log of the fleet, and what is missing of it |
//! | `sight` | what is the matter in each pool, from one look at all machines |
//! | `attention` | what the overview lists, the most urgent first |
//! | `cause` | why something stands where it stands, in words |
//! | `way_out` | what to do about it, in words |
//! | `place` | views, and where one is in them: cursor, filter, sort, marks |
//! | `entry` | what the rows of each table are, and their columns |
//! | `listing` | which rows a table shows, in which order |
//! | `document` | views that are text: one machine, one operation, the help |
//! | `follow` | whether a log is followed, and how much is new below |
//! | `cut` | text cut to a number of cells |
//! | `offer` | what can be ordered of a row, and why not |
//! | `plan` | the order for the chosen rows, and what it will do |
//! | `check` | whether an order still fits the fleet, and its requests |
//! | `changes` | what can be changed about machines, and the order for it |
//! | `menu` | the menu of it |
//! | `findings` | what a rollout would meet, as the question before it tells it |
//! | `deck` | several contexts in one console, and the table over all of them |
//! | `dialog` | a question before an order |
//! | `layout` | where a box over the body stands |
//! | `sent` | orders that are not answered yet |
//! | `live` | what is known of a live appliance besides its fleet |
//! | `polling` | when it is asked for what, and how old each answer is |
//! | `resource` | what it is asked for again and again, and how often |
//! | `windows` | when pools are open, by the clock |
//! | `rehearsal` | the last rehearsal of the fleet |
//! | `captured` | what a rehearsal of a live fleet rests on, and what has changed since |
//! | `aside` | what is kept of a live appliance while a run of a rehearsal is shown |
//! | `notices` | what to tell the operator for a while |
//!
//! Nothing here knows a terminal, a clock or a channel.

pub mod aside;
pub mod attention;
pub mod captured;
mod cause;
pub mod changes;
mod check;
pub mod cut;
pub mod deck;
pub mod dialog;
pub mod document;
pub mod entry;
pub mod findings;
pub mod fleet;
mod follow;
pub mod layout;
pub mod listing;
pub mod live;
pub mod log;
pub mod menu;
mod notices;
mod offer;
pub mod place;
mod plan;
pub mod polling;
pub mod rehearsal;
pub mod resource;
mod sent;
pub mod sight;
mod way_out;
pub mod windows;

use appliance::{Request, Text};

use aside::Aside;
pub use dialog::Dialog;
use document::Document;
pub use entry::{Cell, Tone};
pub use fleet::Fleet;
pub use listing::Listing;
pub use live::Live;
pub use menu::Menu;
pub use notices::{News, Notice, Notices};
pub use offer::CHOOSE;
pub use place::{Place, RowId, Scope, View};
pub use plan::{Intent, Plan};
pub use rehearsal::Rehearsal;
pub use sent::{Done, Sent};
pub use sight::Trouble;
pub use way_out::WayOut;

use super::message::{ClockReport, ClockState, Speed};

/// Everything that the screen is a picture of.
#[derive(Clone, Debug)]
pub struct Model {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Which characters may be used.
    pub glyphs: Glyphs,
    /// The fleet's name: the scenario's, or the context's.
    pub context: Text,
    /// The seed of the simulation.
    pub seed: u64,
    /// The zone of dates, by its name.
    pub timezone: Text,
    /// The simulation's clock, as it was told last.
    pub clock: ClockReport,
    /// What the appliance told.
    pub fleet: Fleet,
    /// The appliance, where the fleet is a live one and not a simulation in this process.
    pub live: Option<Live>,
    /// Where the operator is.
    pub place: Place,
    /// Where the operator was, the last place last.
    pub back: Vec<Place>,
    /// Where the operator came back from, the last place last.
    pub forward: Vec<Place>,
    /// What the table shows.
    pub listing: Listing,
    /// Whether a filter is being typed.
    pub is_typing: bool,
    /// The menu that is open.
    pub menu: Option<Menu>,
    /// The question that is open.
    pub dialog: Option<Dialog>,
    /// What to tell the operator.
    pub notices: Notices,
    /// The run of a rehearsal that is shown in place of the fleet.
    pub watching: Option<u32>,
    /// What is kept of a live appliance while a run of its rehearsal is shown.
    pub(in crate::console) aside: Option<Box<Aside>>,
    /// Whether something else is about to be shown: until then nothing is asked.
    pub is_leaving: bool,
    /// Orders that are not wholly answered yet, the oldest first.
    pub sent: Vec<Sent>,
    /// What the next events are to be told of at once.
    pub awaits: Option<News>,
    /// Requests that are not answered yet.
    pub asked: Vec<Request>,
    /// At which time the windows were asked for.
    pub windows_asked_at: Option<u64>,
    /// Up to which event the fleet was asked for.
    pub asked_at: Option<u64>,
}

/// Which characters may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    /// Every character of Unicode that is one cell wide.
    Unicode,
    /// ASCII only.
    Ascii,
}

impl Model {
    /// The identity of the row at a position of the listing.
    pub fn row(&self, position: usize) -> Option<RowId> {
        self.listing.id(&self.fleet, self.place.view, position)
    }

    /// The identity of the row under the cursor.
    pub fn row_under_cursor(&self) -> Option<RowId> {
        self.row(self.listing.cursor)
    }

    /// The console at its start, on the overview of a fleet of which nothing is known yet.
    pub fn new(context: Text, seed: u64, timezone: Text, glyphs: Glyphs, size: (u16, u16)) -> Self {
        Self {
            size,
            glyphs,
            context,
            seed,
            timezone,
            clock: ClockReport {
                now_ms: 0,
                state: ClockState::Paused,
                speed: Speed::Times(60),
                events: 0,
                date: None,
            },
            fleet: Fleet::default(),
            live: None,
            place: Place::new(View::Overview),
            back: Vec::new(),
            forward: Vec::new(),
            listing: Listing::default(),
            is_typing: false,
            menu: None,
            dialog: None,
            notices: Notices::default(),
            watching: None,
            aside: None,
            is_leaving: false,
            sent: Vec::new(),
            awaits: None,
            asked: Vec::new(),
            asked_at: None,
            windows_asked_at: None,
        }
    }

    /// The same console, of a live appliance.
    #[must_use]
    pub fn of_appliance(self, live: Live) -> Self {
        Self {
            live: Some(live),
            ..self
        }
    }

    /// Tells the operator something.
    pub fn notify(&mut self, tone: Tone, text: impl Into<Text>) {
        self.notices.tell(tone, text.into());
    }

    /// Rows of the table or text that the screen has room for: all but the frame's own lines.
    pub fn page(&self) -> usize {
        usize::from(self.size.1).saturating_sub(FRAME_LINES).max(1)
    }

    /// Puts the rows of the table together anew: after new data, another filter, another place.
    pub fn relist(&mut self) {
        self.listing = Listing::new(&self.fleet, &mut self.place);
        self.note_seen();
        self.scroll_to_cursor();
    }

    /// Moves the window so that the cursor is in it.
    pub fn scroll_to_cursor(&mut self) {
        if !self.place.view.is_table() {
            self.place.offset = self.offset_in_text();
            return;
        }
        let page = self.table_page();
        let cursor = self.listing.cursor;
        let first = cursor.saturating_sub(page - 1);
        let last_start = self.listing.rows.len().saturating_sub(page);
        self.place.offset = self
            .place
            .offset
            .clamp(first, cursor.max(first))
            .min(last_start);
    }

    /// The first line of a text's window, such that the cursor is in it.
    fn offset_in_text(&self) -> usize {
        let document = Document::new(self);
        let (page, last) = (self.page(), document.last_offset(self.page()));
        let cursor = self.listing.cursor;
        if document.rows() == 0 {
            // Nothing to be on: only the window moves. An answer that is to come brings the rows back.
            let is_awaited = self.place.view.has_rows();
            return if is_awaited {
                self.place.offset
            } else {
                self.place.offset.min(last)
            };
        }
        if cursor > 0 && cursor + 1 == document.rows() {
            return last;
        }
        let (from, to) = document.lines_of(cursor);
        let first = (to + 1).saturating_sub(page);
        self.place.offset.clamp(first, from.max(first)).min(last)
    }

    /// Rows of the table that the screen has room for: one less than a page, for the header, and less if details are
    /// shown below.
    pub fn table_page(&self) -> usize {
        let below = if self.place.shows_details && !self.details_beside() {
            DETAIL_LINES.min(self.page() / 2)
        } else {
            0
        };
        self.page().saturating_sub(1 + below).max(1)
    }

    /// Whether there is room for the details beside the table.
    pub fn details_beside(&self) -> bool {
        self.size.0 >= 110
    }
}

/// Columns and rows below which nothing can be shown that would help.
pub const SMALLEST: (u16, u16) = (20, 6);
/// Lines that the frame takes: title, breadcrumb, notice, footer.
const FRAME_LINES: usize = 4;
/// Lines of the details below a table.
pub const DETAIL_LINES: usize = 10;
