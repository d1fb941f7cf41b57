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
//! | `orders` | orders in the words of the public API |
//! | `journal` | the operations that were started from this account |
//! | `public` | the public API, as these ask it |
//! | `crew` | a few threads that share a row of questions |

mod crew;
mod documented;
mod journal;
mod orders;
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

/// One appliance. To clone it is cheap; clones share what is remembered, and each may be asked while others are.
#[derive(Clone, Debug)]
pub struct Appliance {
    client: Client,
    /// What it can do besides the public API.
    capabilities: Arc<Mutex<Known>>,
    documented: Arc<Documented>,
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
}

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
        }
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
            Known::Nothing => {}
            Known::All(capabilities) => return Ok(Some(capabilities.clone())),
            Known::Public => return Ok(None),
        }
        let told = match self.client.capabilities() {
            Ok(told) => told,
            Err(error) => return self.without_extension(error),
        };
        *known = told.clone().map_or(Known::Public, Known::All);
        Ok(told)
    }

    /// Whether it is only of the extension that nobody knows: a proxy may refuse its paths, or answer them with a page. It is
    /// asked for again the next time, since a fault may look the same.
    fn without_extension(&self, error: Error) -> Result<Option<Capabilities>, Error> {
        let may_be = matches!(
            error.kind(),
            ErrorKind::Failed
                | ErrorKind::Unauthorized
                | ErrorKind::Forbidden
                | ErrorKind::MethodNotAllowed
                | ErrorKind::Rejected
        );
        let is_there = may_be && public::clusters(&self.client).is_ok();
        if is_there { Ok(None) } else { Err(error) }
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
        if self.capabilities()?.is_some() {
            return self.client.ask(request);
        }
        self.documented.answer(&self.client, request)
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
