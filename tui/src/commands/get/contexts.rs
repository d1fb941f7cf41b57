//! Contexts that are asked the same, all at once: none waits for another, whose key may take a minute.

use std::thread;

use appliance::{Error, Request};

use super::asked::Fleet;
use crate::args::Resource;
use crate::commands::live::{Silence, open};
use crate::live::{Appliance, Telling};
use crate::settings::{self, Configured, Context};

/// What each context is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'q> {
    pub(super) resource: Resource,
    /// What many of them are called.
    pub(super) many: &'static str,
    /// The zone of all dates; `None`: the context's own.
    pub(super) timezone: Option<&'q str>,
}

/// A context, and what came of asking it.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) told: Result<Told, Silence>,
    /// What went wrong beside the answers.
    pub(super) troubles: Vec<String>,
}

/// What a context told.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) fleet: Fleet,
    /// What of it its appliance tells only; `None`: all.
    pub(super) partly: Option<&'static str>,
}

/// What came of asking each context, in their order.
pub(super) fn ask(contexts: Vec<Configured>, question: Question<'_>) -> Vec<Asked> {
    thread::scope(|scope| {
        let threads: Vec<_> = contexts
            .into_iter()
            .map(|context| scope.spawn(move || question.ask(context)))
            .collect();
        let joined = threads.into_iter().map(|thread| match thread.join() {
            Ok(asked) => asked,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        joined.collect()
    })
}

impl Question<'_> {
    fn ask(self, Configured { name, draft }: Configured) -> Asked {
        let context = draft.and_then(|draft| draft.context(&settings::of_process));
        let context = context.map_err(Silence::wrong);
        let opened = context.and_then(|context| Ok((open(&context)?, context)));
        match opened {
            Ok((appliance, context)) => Asked {
                name,
                told: self.ask_appliance(&appliance, &context),
                troubles: appliance.troubles(),
            },
            Err(silence) => Asked {
                name,
                told: Err(silence),
                troubles: Vec::new(),
            },
        }
    }

    fn ask_appliance(self, appliance: &Appliance, context: &Context) -> Result<Told, Silence> {
        let refused = |error: Error| Silence::refused(&format!("list {}", self.many), &error);
        let timezone = self.timezone.or(context.timezone.as_deref());
        let request = self.request(timezone.unwrap_or("UTC"));
        let partly = match appliance.tells(&request).map_err(refused)? {
            Telling::Whole => None,
            Telling::Partly(limit) => Some(limit),
            Telling::Not(why) => return Err(Silence::of_appliance(why.to_owned())),
        };
        let fleet = Fleet::ask(appliance, self.resource, &request).map_err(refused)?;
        Ok(Told { fleet, partly })
    }

    fn request(self, timezone: &str) -> Request {
        /// Openings of each pool.
        const OPENINGS: u32 = 5;
        match self.resource {
            Resource::Clusters => Request::ListClusters,
            Resource::Pools => Request::ListMachinePools,
            Resource::Machines => Request::ListMachines,
            Resource::Operations => Request::ListOperations,
            Resource::Revisions => Request::ListRevisions,
            Resource::Windows => Request::ListWindows {
                timezone: timezone.into(),
                most: OPENINGS,
            },
            Resource::Budgets => Request::ListBudgets,
            Resource::NetworkProfiles => Request::ListNetworkProfiles,
            Resource::EnrollmentImages => appliance::public::Request::ListEnrollmentImages.into(),
        }
    }
}

impl Asked {
    /// What to tell of it, in a line.
    pub(super) fn line(&self, what: &str) -> String {
        settings::of_context(&self.name, &in_one_line(what))
    }
}

/// What may stand in several lines, as one.
pub(super) fn in_one_line(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    lines.join("; ")
}
