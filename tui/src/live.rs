//! A live appliance, asked in the console's own questions: with this project's extension as it is, without it by what
//! meltcloud's public API tells.
//!
//! What an appliance does not tell is an error of the kind [`ErrorKind::Unsupported`], which is another thing than an empty
//! answer; [`telling()`] says so beforehand.
//!
//! | file | holds |
//! |---|---|
//! | `telling` | what an appliance tells and does at all |
//! | `documented` | the public API's answers to the console's questions |
//! | `pools` | pools that no list tells, found one by one |
//! | `pace` | how many calls a second are made
//! | `orders` | orders in the words of the public API |
//! | `journal` | the operations that were started from this account |
//! | `public` | the public API, as these ask it |
//! | `crew` | a few threads that share a row of questions |

mod crew;
mod documented;
mod journal;
mod orders;
mod pace;
mod pools;
mod public;
mod telling;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use appliance::client::blocking::Client;
use appliance::{Capabilities, Error, ErrorKind, Reply, Request};
use jiff::Timestamp;

pub use journal::{Order, Target};
pub use telling::{Telling, telling};

use documented::Documented;
use journal::Journal;
use pace::{Pace, Paced};

/// One appliance. To clone it is cheap; clones share what is remembered, and each may be asked while others are.
#[derive(Clone, Debug)]
pub struct Appliance {
    client: Client,
    /// What it can do besides the public API.
    capabilities: Arc<Mutex<Known>>,
    documented: Arc<Documented>,
    /// `None`: as fast as it answers.
    pace: Option<Arc<Pace>>,
}

/// What an appliance has said of itself.
#[derive(Clone, Debug, Default)]
enum Known {
    /// It was not asked yet, or could not answer.
    #[default]
    Nothing,
    /// It has the extension.
    All(Capabilities),
    /// It has the public API alone.
    Public,
    /// It looks as if it had the public API alone, as a fault may: it is asked again after so many questions.
    PublicAtLeast(u32),
}

/// After how many questions an appliance is asked again what it can do, where its answer may have been a fault's.
const DOUBTED: u32 = 30;

impl Appliance {
    /// The appliance that a client asks, with the journal of this account. Nothing is sent yet.
    pub fn new(client: Client) -> Self {
        let folder = journal::folder(|name| std::env::var_os(name).map(PathBuf::from));
        Self::with_journal_in(folder.as_deref(), client)
    }

    /// As [`Appliance::new`], with the journal in another folder, which need not be there; `None`: the operations that are
    /// started are forgotten when the program ends.
    pub fn with_journal_in(folder: Option<&Path>, client: Client) -> Self {
        let journal = Journal::new(folder, client.settings());
        Self {
            client,
            capabilities: Arc::default(),
            documented: Arc::new(Documented::new(journal, Timestamp::now)),
            pace: None,
        }
    }

    /// The same, which makes so many calls a second at most, and as many at once after a rest. Orders wait for nothing.
    #[must_use]
    pub fn paced(self, rate: f64) -> Self {
        let pace = Some(Arc::new(Pace::new(rate)));
        Self { pace, ..self }
    }

    /// What it can do besides meltcloud's public API, asked once and remembered; `None`: nothing.
    ///
    /// # Errors
    /// As the client's. Then it is asked again the next time.
    pub fn capabilities(&self) -> Result<Option<Capabilities>, Error> {
        let mut known = self
            .capabilities
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Known::Nothing | Known::PublicAtLeast(0) => {}
            Known::All(capabilities) => return Ok(Some(capabilities.clone())),
            Known::Public => return Ok(None),
            Known::PublicAtLeast(left) => {
                *known = Known::PublicAtLeast(left - 1);
                return Ok(None);
            }
        }
        if let Some(pace) = &self.pace {
            pace.wait();
        }
        let told = match self.client.capabilities() {
            Ok(told) => told,
            Err(error) => {
                self.check_without_extension(error)?;
                *known = Known::PublicAtLeast(DOUBTED);
                return Ok(None);
            }
        };
        *known = told.clone().map_or(Known::Public, Known::All);
        Ok(told)
    }

    /// That it is only the extension that nobody knows: a proxy may refuse its paths, or answer them with a page.
    fn check_without_extension(&self, error: Error) -> Result<(), Error> {
        let may_be = matches!(
            error.kind(),
            ErrorKind::Failed
                | ErrorKind::Unauthorized
                | ErrorKind::Forbidden
                | ErrorKind::MethodNotAllowed
                | ErrorKind::Rejected
        );
        let is_there = may_be && public::clusters(&self.client).is_ok();
        if is_there { Ok(()) } else { Err(error) }
    }

    /// How much of what `request` asks it tells.
    ///
    /// # Errors
    /// As [`Appliance::capabilities`].
    pub fn tells(&self, request: &Request) -> Result<Telling, Error> {
        Ok(telling(self.capabilities()?.as_ref(), request))
    }

    /// Asks, and waits for the reply, at most as long as the client's limits say for each call that it takes.
    ///
    /// Without the extension a change of a pool for which no operation is started is answered with
    /// [`Reply::Public`]: the pool in the words of the public API.
    ///
    /// # Errors
    /// As the client's; [`ErrorKind::Unsupported`] for what this appliance does not tell or do.
    pub fn ask(&self, request: &Request) -> Result<Reply, Error> {
        let pace = self.pace.as_ref().filter(|_| !request.is_order());
        if self.capabilities()?.is_some() {
            if let Some(pace) = pace {
                pace.wait();
            }
            return self.client.ask(request);
        }
        let client = &self.client;
        match pace {
            Some(pace) => self.documented.answer(&Paced { client, pace }, request),
            None => self.documented.answer(client, request),
        }
    }

    /// How many pools the last list of pools lacks because looking for all of them would have taken too many calls: the next
    /// one goes on with them.
    pub fn pools_left(&self) -> usize {
        self.documented.pools.left()
    }

    /// What was ordered from this account of an appliance without the extension, the newest last.
    ///
    /// # Errors
    /// [`ErrorKind::Failed`], where the journal cannot be read.
    pub fn orders(&self) -> Result<Vec<Order>, Error> {
        self.documented.orders()
    }

    /// What went wrong beside the answers since this was last asked, each in a sentence: an operation that was started and
    /// cannot be written down in the journal.
    pub fn troubles(&self) -> Vec<String> {
        self.documented.troubles()
    }
}
