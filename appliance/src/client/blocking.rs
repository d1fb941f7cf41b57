//! An appliance that is asked by a program which has no runtime of its own.

use std::io;
use std::sync::Arc;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::watch;

use super::events::Heard;
use super::settings::Settings;
use crate::{Capabilities, Error, ErrorKind, Reply, Request};

/// An appliance whose replies are waited for. To clone it is cheap; clones share one thread that moves the bytes, and each
/// may be asked at the same time as the others. Not to be asked by a task of a runtime, which may not wait: that panics.
#[derive(Clone, Debug)]
pub struct Client {
    asking: super::Client,
    thread: Arc<Thread>,
}

/// The thread that moves the bytes.
#[derive(Debug)]
struct Thread {
    handle: Handle,
    runtime: Option<Runtime>,
}

/// The fleet's log as it grows, waited for: it ends only when it is stopped.
#[derive(Debug)]
pub struct Events {
    heard: super::Events,
    thread: Arc<Thread>,
    stopped: watch::Receiver<bool>,
    stop: Arc<watch::Sender<bool>>,
}

/// Stops whoever waits for events, from another thread.
#[derive(Clone, Debug)]
pub struct Stopper(Arc<watch::Sender<bool>>);

impl Client {
    /// As [`super::Client::new`].
    ///
    /// # Errors
    /// As there, and [`ErrorKind::Failed`] where the system gives no thread.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let asking = super::Client::new(settings)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("client")
            .enable_all()
            .build()
            .map_err(|error: io::Error| {
                let why = format!("the system gives no thread for connections: {error}");
                Error::new(ErrorKind::Failed, why)
            })?;
        Ok(Self {
            asking,
            thread: Arc::new(Thread {
                handle: runtime.handle().clone(),
                runtime: Some(runtime),
            }),
        })
    }

    /// As [`super::Client::settings`].
    pub fn settings(&self) -> &Settings {
        self.asking.settings()
    }

    /// As [`super::Client::ask`].
    ///
    /// # Errors
    /// As there.
    pub fn ask(&self, request: &Request) -> Result<Reply, Error> {
        self.thread.handle.block_on(self.asking.ask(request))
    }

    /// As [`super::Client::capabilities`].
    ///
    /// # Errors
    /// As there.
    pub fn capabilities(&self) -> Result<Option<Capabilities>, Error> {
        self.thread.handle.block_on(self.asking.capabilities())
    }

    /// As [`super::Client::events`].
    pub fn events(&self, after: u64) -> Events {
        let (stop, stopped) = watch::channel(false);
        Events {
            heard: self.asking.events(after),
            thread: Arc::clone(&self.thread),
            stopped,
            stop: Arc::new(stop),
        }
    }
}

impl Drop for Thread {
    /// Waits for nothing: a name that is being looked up would hold up the end of the program.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Events {
    /// What stops the wait for the next event.
    pub fn stopper(&self) -> Stopper {
        Stopper(Arc::clone(&self.stop))
    }
}

impl Stopper {
    /// There are no more events from now on.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Iterator for Events {
    type Item = Heard;

    fn next(&mut self) -> Option<Heard> {
        let Self {
            heard,
            thread,
            stopped,
            ..
        } = self;
        thread.handle.block_on(async {
            tokio::select! {
                biased;
                _ = stopped.wait_for(|is_stopped| *is_stopped) => None,
                next = heard.next() => Some(next),
            }
        })
    }
}
