//! What the console knows of a live appliance besides its fleet; a simulation in this process has none of it.

use std::time::Duration;

use appliance::{OperationId, Request, Text};

use super::polling::{Connection, Freshness, Polling};
use super::resource::Resource;
use super::{Model, View};
use crate::console::keys::Action;
use crate::live::{Telling, telling};

/// A live appliance.
#[derive(Clone, Debug, PartialEq)]
pub struct Live {
    /// Whether orders are given.
    pub is_writable: bool,
    /// The address of the organization in the appliance's web console.
    pub web_console: Text,
    /// When it is asked for what.
    pub polling: Polling,
    /// Whether it tells more than meltcloud's public API; `None` before it said so.
    pub has_extension: Option<bool>,
    /// The clock of a simulated appliance: its instant in milliseconds, and its speed while it goes.
    pub simulated: Option<(u64, Option<u32>)>,
    /// Operations that were ordered here, until they end.
    pub followed: Vec<OperationId>,
    /// The machine or operation that is looked at, as it was asked for.
    pub of_place: Option<View>,
    /// Whether it can be asked.
    pub access: Access,
    /// How much of it is on the screen.
    pub looked_at: LookedAt,
}

/// Whether an appliance can be asked: not before its key was got, which may take long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nobody wanted to.
    Unwanted,
    /// The key is being got.
    Awaited,
    /// It cannot: why.
    Impossible(Text),
    /// It can.
    Open,
}

/// How much of an appliance is on the screen, where there are several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookedAt {
    /// The view where the operator is in it.
    Alone,
    /// What it has in this view, with what all others have in it.
    Among(View),
    /// What is counted of it in the table of contexts.
    Counted,
    /// Nothing: another one is.
    Hidden,
}

/// How far what a view shows can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// It is as it should be.
    None,
    /// It is late: nothing is said to be healthy.
    Late,
    /// It says nothing of the present.
    Stale,
}

impl Live {
    /// An appliance of which nothing is known.
    pub fn new(is_writable: bool, web_console: impl Into<Text>, polling: Polling) -> Self {
        Self {
            is_writable,
            web_console: web_console.into(),
            polling,
            has_extension: None,
            simulated: None,
            followed: Vec::new(),
            of_place: None,
            access: Access::Open,
            looked_at: LookedAt::Alone,
        }
    }

    /// An appliance that cannot be asked yet.
    #[must_use]
    pub fn with_access(self, access: Access) -> Self {
        Self { access, ..self }
    }

    /// The address of an operation in the web console.
    pub fn link(&self, operation: OperationId) -> String {
        format!("{}/operations/{}", self.web_console, operation.0)
    }
}

impl LookedAt {
    /// What is on the screen of an appliance in which the operator is at `view`.
    pub(in crate::console) fn resources(self, view: View) -> &'static [Resource] {
        match self {
            Self::Alone => Resource::shown_in(view),
            Self::Among(table) => Resource::shown_in(table),
            Self::Counted => Resource::COUNTED,
            Self::Hidden => &[],
        }
    }
}

impl Model {
    /// How far what the present view shows can be trusted.
    pub fn doubt(&self) -> Doubt {
        self.doubt_of(Resource::shown_in(self.place.view))
    }

    /// How far these can be trusted.
    pub(in crate::console) fn doubt_of(&self, shown: &[Resource]) -> Doubt {
        let Some(live) = &self.live else {
            return Doubt::None;
        };
        if shown.is_empty() {
            return Doubt::None;
        }
        if matches!(live.polling.connection, Connection::Away(_)) {
            return Doubt::Stale;
        }
        match live.polling.oldest(shown) {
            Some((Freshness::Stale(_), _)) => Doubt::Stale,
            Some((Freshness::Delayed(_), _)) => Doubt::Late,
            _ => Doubt::None,
        }
    }

    /// What the frame says of how old the facts of the present view are; `None` in a simulation.
    pub fn liveness(&self) -> Option<String> {
        let is_narrow = self.size.0 < 60;
        self.liveness_of(Resource::shown_in(self.place.view), is_narrow)
    }

    /// What is said of how old these are; `None` in a simulation.
    pub(in crate::console) fn liveness_of(
        &self,
        shown: &[Resource],
        is_narrow: bool,
    ) -> Option<String> {
        let live = self.live.as_ref()?;
        let polling = &live.polling;
        match &live.access {
            Access::Unwanted => return Some("NOT OPENED".to_owned()),
            Access::Awaited => return Some("OPENING".to_owned()),
            Access::Impossible(_) => return Some("CANNOT BE ASKED".to_owned()),
            Access::Open => {}
        }
        Some(match &polling.connection {
            Connection::Opening => "CONNECTING".to_owned(),
            Connection::Away(away) => {
                let left = polling.until(away.next_at);
                let when = if left.is_zero() {
                    "now".to_owned()
                } else {
                    format!("in {}", age(left))
                };
                match away.is_refused {
                    true if is_narrow => "KEY REFUSED".to_owned(),
                    true => format!("KEY REFUSED, try {} {when}", away.tries + 1),
                    false => format!("RECONNECTING {when} (try {})", away.tries + 1),
                }
            }
            Connection::Up => {
                let told = |word: &str, old| format!("{word} {:>3}", age(old));
                match polling.oldest(shown) {
                    None => told("LIVE", polling.silence().unwrap_or_default()),
                    Some((Freshness::Live(old), _)) => told("LIVE", old),
                    Some((Freshness::Delayed(old), _)) => told("DELAYED", old),
                    Some((Freshness::Stale(old), _)) => told("STALE", old),
                    Some((Freshness::Unknown, _)) => "ASKING".to_owned(),
                }
            }
        })
    }

    /// What the title of a panel says of what it shows: which part of it is old, or that it is only a part.
    pub fn panel_note(&self) -> Option<String> {
        self.note_in(self.place.view)
    }

    /// The same, of another view.
    pub(in crate::console) fn note_in(&self, view: View) -> Option<String> {
        let live = self.live.as_ref()?;
        let shown = Resource::shown_in(view);
        let is_up = live.polling.connection == Connection::Up;
        let mut failing = shown.iter().filter(|resource| {
            let is_failing = live.polling.error(**resource).is_some();
            is_up && is_failing && !live.polling.is_not_told(**resource)
        });
        if let Some(resource) = failing.next() {
            let tries = live.polling.tries(*resource);
            return Some(format!("{} failed (try {tries})", resource.name()));
        }
        if live.has_extension != Some(false) {
            return None;
        }
        let list = match view {
            View::Pools(_) => Request::ListMachinePools,
            View::Operations(_) => Request::ListOperations,
            _ => return None,
        };
        match telling(None, &list) {
            Telling::Partly(limit) => Some(limit.to_owned()),
            Telling::Whole | Telling::Not(_) => None,
        }
    }

    /// What stands in place of a table of which this appliance tells nothing; `None` where it does, or may.
    pub fn not_told(&self) -> Option<String> {
        self.not_told_in(self.place.view)
    }

    /// The same, of another view.
    pub(in crate::console) fn not_told_in(&self, view: View) -> Option<String> {
        let live = self.live.as_ref()?;
        let resource = *Resource::shown_in(view).first()?;
        live.polling.is_not_told(resource).then(|| {
            let what = match resource {
                Resource::Machine => "the history of a machine",
                Resource::Operation => "the steps of an operation",
                Resource::Log => "its log",
                _ => return format!("this appliance does not tell its {}", resource.name()),
            };
            format!("this appliance does not tell {what}")
        })
    }

    /// Why a live appliance has not shown anything yet; `None` where it has.
    pub fn awaited(&self) -> Option<String> {
        self.awaited_in(Resource::shown_in(self.place.view))
    }

    /// The same, of these.
    pub(in crate::console) fn awaited_in(&self, shown: &[Resource]) -> Option<String> {
        let live = self.live.as_ref()?;
        match &live.access {
            Access::Impossible(why) => return Some(format!("cannot be asked: {why}")),
            Access::Unwanted => return Some("not opened".to_owned()),
            Access::Awaited => return Some("getting its API key …".to_owned()),
            Access::Open => {}
        }
        let (freshness, resource) = live.polling.oldest(shown)?;
        if freshness != Freshness::Unknown {
            return None;
        }
        let error = match &live.polling.connection {
            Connection::Away(away) => Some(&away.why),
            _ => live.polling.error(resource),
        };
        Some(error.map_or_else(
            || "asking the appliance …".to_owned(),
            |why| format!("no answer yet: {why}"),
        ))
    }

    /// Why an action cannot be taken on what is shown; `None` where it can.
    pub fn disabled(&self, action: Action) -> Option<&'static str> {
        let Some(live) = &self.live else {
            let is_of_contexts = action == Action::Contexts;
            return is_of_contexts.then_some(if self.aside.is_some() {
                "a run of a rehearsal is shown: $ leads back to the context"
            } else {
                "a simulated fleet has no contexts beside it"
            });
        };
        match action {
            Action::Contexts if self.is_leaving => {
                Some("a run of a rehearsal is about to be shown")
            }
            Action::PauseOrRun
            | Action::Step
            | Action::Faster
            | Action::Slower
            | Action::RunToMilestone => Some("a live appliance's clock is nobody's to drive"),
            Action::Apply
            | Action::Retry
            | Action::Cancel
            | Action::PauseOrResume
            | Action::Change
                if !live.is_writable =>
            {
                Some("read-only: meltdeck console --write gives orders")
            }
            _ => None,
        }
    }

    /// Why an appliance cannot be asked for its fleet; `None` where it can.
    pub(in crate::console) fn closed(&self) -> Option<String> {
        match &self.live.as_ref()?.access {
            Access::Open => None,
            Access::Unwanted | Access::Awaited => Some("its API key is not there yet".to_owned()),
            Access::Impossible(why) => Some(format!("cannot be asked: {why}; ctrl-r tries again")),
        }
    }

    /// Why no order is sent at all; `None` where one may be.
    pub fn refusal(&self) -> Option<String> {
        let why = self.disabled(Action::Change).map(str::to_owned);
        why.or_else(|| self.too_old())
    }

    /// Whether the appliance has meltcloud's public API only, by which every change is applied at once.
    pub(in crate::console) fn applies_at_once(&self) -> bool {
        let live = self.live.as_ref();
        live.is_some_and(|live| live.has_extension == Some(false))
    }

    /// What the fleet's name is called: a context's, or a scenario's.
    pub(in crate::console) fn fleet_word(&self) -> &'static str {
        if self.live.is_some() {
            "context"
        } else {
            "fleet  "
        }
    }

    /// Why no order can be made from what is known; `None` where one can. What is old may have changed since.
    pub fn too_old(&self) -> Option<String> {
        let live = self.live.as_ref()?;
        let polling = &live.polling;
        if matches!(polling.connection, Connection::Away(_)) {
            return Some(
                "the appliance does not answer, so what it is like is not known".to_owned(),
            );
        }
        let needed = [
            Resource::Clusters,
            Resource::Pools,
            Resource::Machines,
            Resource::Operations,
        ];
        match polling.oldest(&needed)? {
            (Freshness::Live(_), _) => None,
            (Freshness::Unknown, resource) => Some(format!(
                "the appliance has not told its {} yet",
                resource.name()
            )),
            (Freshness::Delayed(old) | Freshness::Stale(old), resource) => Some(format!(
                "what is known of its {} is {} old: ctrl-r asks anew",
                resource.name(),
                age(old)
            )),
        }
    }
}

/// An age or a wait in its largest unit, rounded down.
pub fn age(old: Duration) -> String {
    match old.as_secs() {
        seconds @ ..60 => format!("{seconds}s"),
        seconds @ ..3600 => format!("{}m", seconds / 60),
        seconds @ ..86_400 => format!("{}h", seconds / 3600),
        seconds => format!("{}d", seconds / 86_400),
    }
}
