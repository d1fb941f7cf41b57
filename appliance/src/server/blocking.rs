//! The server for a program that has no runtime of its own.

use std::io;
use std::net::TcpListener;

use tokio::sync::{oneshot, watch};

use super::router::Server;

/// Stops a server that runs.
#[derive(Debug)]
pub struct Stopper(oneshot::Sender<()>);

/// The number of the newest event of a fleet's log, told to whoever waits for events.
#[derive(Clone, Debug, Default)]
pub struct Newest(watch::Sender<u64>);

/// What waits for that number to change.
pub type NewestReceiver = watch::Receiver<u64>;

impl Stopper {
    /// Takes no more connections, and lets what was asked be answered.
    pub fn stop(self) {
        // One that has stopped already needs no more.
        let _ = self.0.send(());
    }
}

impl Newest {
    /// Tells the number, where it is another one than before.
    pub fn tell(&self, number: u64) {
        self.0.send_if_modified(|told| {
            let is_news = *told != number;
            *told = number;
            is_news
        });
    }

    /// What a server waits on.
    pub fn receiver(&self) -> NewestReceiver {
        self.0.subscribe()
    }
}

impl Server {
    /// Serves on this listener until it is stopped; `started` is given what stops it.
    ///
    /// # Errors
    /// When the system gives no runtime, or not the listener.
    pub fn run(self, listener: TcpListener, started: impl FnOnce(Stopper)) -> io::Result<()> {
        listener.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let (sender, stopped) = oneshot::channel();
            started(Stopper(sender));
            let stop = async {
                // Whoever can stop it no more never does.
                if stopped.await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            self.serve(listener, stop).await;
            Ok(())
        })
    }
}
