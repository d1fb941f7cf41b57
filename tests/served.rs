//! A fleet that is served in this process, whose clock goes only when a test says so.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use appliance::client::{Endpoint, blocking};
use appliance::server::{Answerer, Newest, NewestReceiver, Server, Settings, Stopper};
use appliance::{Error, Organization, Reply, Request, Secret, client};
use simulator::simulation::Simulation;

/// Whose fleet it is.
pub const ORGANIZATION: &str = "0b9a7c1e-0000-4000-8000-00000000000f";
/// The key that is let in.
pub const KEY: &str = "k-that-no-screen-may-show";

struct Still {
    fleet: Mutex<Simulation>,
    newest: Newest,
    /// How many requests have come.
    asked: AtomicUsize,
}

impl Answerer for Still {
    fn answer(&self, request: &Request) -> Result<Reply, Error> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let fleet = self.fleet.lock();
        let mut fleet = fleet.unwrap_or_else(PoisonError::into_inner);
        fleet.answer(request)
    }

    fn newest_event(&self) -> NewestReceiver {
        self.newest.receiver()
    }
}

/// A fleet that is served on any free port, until this is dropped.
pub struct Served {
    fleet: Arc<Still>,
    address: String,
    stopper: Option<Stopper>,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    /// Serves a fleet, with this project's extension or without.
    pub fn new(fleet: Simulation, documented_only: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let fleet = Arc::new(Still {
            fleet: Mutex::new(fleet),
            newest: Newest::default(),
            asked: AtomicUsize::new(0),
        });
        let settings = Settings {
            api_key: Some(Secret::new(KEY)),
            documented_only,
            ..Settings::default()
        };
        let server = Server::new(Arc::clone(&fleet) as _, settings);
        let (sender, started) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let tell = |stopper| sender.send(stopper).expect("somebody waits for it");
            server.run(listener, tell).expect("it can be served");
        });
        Self {
            fleet,
            address: address.to_string(),
            stopper: Some(started.recv().expect("the server starts")),
            thread: Some(thread),
        }
    }

    /// The fleet itself. As long as it is held, nothing is answered.
    pub fn fleet(&self) -> MutexGuard<'_, Simulation> {
        let fleet = self.fleet.fleet.lock();
        fleet.unwrap_or_else(PoisonError::into_inner)
    }

    /// How many requests have come, answered or not.
    pub fn asked(&self) -> usize {
        self.fleet.asked.load(Ordering::SeqCst)
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A client with the key.
    pub fn client(&self) -> blocking::Client {
        let endpoint = format!("http://{}", self.address);
        let endpoint = Endpoint::parse(&endpoint).expect("it is an endpoint");
        let organization = Organization::parse(ORGANIZATION).expect("it is an organization");
        let settings = client::Settings {
            api_key: Some(Secret::new(KEY)),
            ..client::Settings::new(endpoint, organization)
        };
        blocking::Client::new(settings).expect("the settings are right")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(stopper) = self.stopper.take() {
            stopper.stop();
        }
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(ended.is_none_or(|ended| ended.is_ok()) || std::thread::panicking());
    }
}
