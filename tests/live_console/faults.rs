//! An appliance, or what stands before it, that goes wrong on the wire: the console says so, keeps what it knows without calling
//! it healthy, and goes on when it is over.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use appliance::client::{Endpoint, Retries, Settings, blocking};
use appliance::{Organization, Secret, wire};
use simulator::simulation::Simulation;
use tui::console::model::resource::Resource;
use tui::live::Appliance;

use super::{Script, Watched};

pub(super) const KEY: &str = "eyJ-a-key-that-nobody-may-see";
/// How long the client waits for an answer of a server that says nothing; for others it waits as long as they take.
pub(super) const PATIENCE: Duration = Duration::from_millis(250);

/// What a server does with a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    /// It answers as it should.
    None,
    /// It closes the connection.
    Closes,
    /// It says nothing for longer than anybody waits.
    Silent,
    /// This status, these headers and this body; of the headers the length is its own.
    Says(u16, &'static str, &'static str),
    /// Half of what it should answer.
    Half,
    /// More than anybody takes.
    Huge,
    /// What is no HTTP.
    Babbles,
    /// It knows meltcloud's public API, and no path but those of it.
    KnowsPublicApiOnly,
}

const JSON: &str = "content-type: application/json\r\n";
const HTML: &str = "content-type: text/html\r\n";
const PAGE: &str = "<html><body>nginx</body></html>";
const ERROR: &str = r#"{"error":"no luck today"}"#;

/// A server with a fleet of its own, which goes wrong as it is told.
pub(super) struct Server {
    pub(super) endpoint: String,
    fault: Arc<Mutex<Fault>>,
}

impl Server {
    pub(super) fn start(fleet: Simulation) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let fault = Arc::new(Mutex::new(Fault::None));
        let (told, fleet) = (Arc::clone(&fault), Arc::new(Mutex::new(fleet)));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (fault, fleet) = (*told.lock().unwrap(), Arc::clone(&fleet));
                std::thread::spawn(move || {
                    // Whoever asked may be gone, as a client that waits no longer.
                    let _ = serve(stream.unwrap(), fault, &fleet);
                });
            }
        });
        Self { endpoint, fault }
    }

    pub(super) fn goes(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }
}

fn serve(mut stream: TcpStream, fault: Fault, fleet: &Mutex<Simulation>) -> std::io::Result<()> {
    let (head, body) = request(&mut stream)?;
    let mut line = head.split(' ');
    let (method, target) = (line.next().unwrap(), line.next().unwrap());
    let answer = answer(method, target, &body, fleet);
    match fault {
        Fault::KnowsPublicApiOnly if target.starts_with("/meltdeck/") => {
            stream.write_all(&response(404, JSON, br#"{"error":"not found"}"#))
        }
        Fault::None | Fault::KnowsPublicApiOnly => stream.write_all(&answer),
        Fault::Closes => Ok(()),
        Fault::Silent => {
            // Until whoever asked is gone.
            stream.read_to_end(&mut Vec::new()).map(drop)
        }
        Fault::Says(status, headers, body) => {
            stream.write_all(&response(status, headers, body.as_bytes()))
        }
        Fault::Half => stream.write_all(&answer[..answer.len() - 20]),
        Fault::Huge => stream.write_all(&response(200, JSON, &vec![b' '; 2 << 20])),
        Fault::Babbles => stream.write_all(b"\x00\x01SSH-2.0-OpenSSH\r\n\r\n"),
    }
}

fn request(stream: &mut TcpStream) -> std::io::Result<(String, Vec<u8>)> {
    let (mut read, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut part)?;
        if count == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        read.extend_from_slice(&part[..count]);
        let end = read.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            // Nothing but questions is asked here.
            let body = read.split_off(end + 4);
            return Ok((String::from_utf8(read).unwrap(), body));
        }
    }
}

fn answer(method: &str, target: &str, body: &[u8], fleet: &Mutex<Simulation>) -> Vec<u8> {
    let asked = wire::read(method, target, body).unwrap();
    let answer = fleet.lock().unwrap().answer(&asked.request);
    let answer = answer.and_then(|reply| wire::write_reply(&asked.request, &reply));
    let written = answer.unwrap_or_else(|error| wire::write_error(&error));
    let body = written.body.unwrap_or_default();
    response(written.status, JSON, body.as_ref())
}

fn response(status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} \r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// A console of what a server answers at an address, which is waited for so long.
fn console(endpoint: &str, patience: Duration) -> Watched {
    console_of(appliance(endpoint, patience))
}

pub(super) fn console_of(appliance: Appliance) -> Watched {
    Watched::with_seed(false, 1, Script::Asks(Box::new(appliance)))
}

pub(super) fn appliance(endpoint: &str, patience: Duration) -> Appliance {
    let organization = Organization::parse("0b9a7c1e-0000-4000-8000-00000000000f").unwrap();
    let mut settings = Settings::new(Endpoint::parse(endpoint).unwrap(), organization);
    settings.api_key = Some(Secret::new(KEY));
    settings.limits.attempt_time = patience;
    settings.limits.answer = 1 << 20;
    settings.retries = Retries {
        most: 0,
        ..settings.retries
    };
    let client = blocking::Client::new(settings).unwrap();
    Appliance::with_journal_in(None, client)
}

/// What an appliance may do, and what the console makes of it.
const FAULTS: [(Fault, &str); 20] = [
    (Fault::Closes, "RECONNECTING"),
    (Fault::Silent, "RECONNECTING"),
    (Fault::Says(401, JSON, ERROR), "KEY REFUSED"),
    (Fault::Says(403, JSON, ERROR), "KEY REFUSED"),
    (Fault::Says(404, JSON, ERROR), "STALE"),
    (Fault::Says(409, JSON, ERROR), "STALE"),
    (Fault::Says(422, JSON, ERROR), "STALE"),
    (
        Fault::Says(
            429,
            "content-type: application/json\r\nretry-after: Thu, 01 Jan 1970 00:00:00 GMT\r\n",
            ERROR,
        ),
        "RECONNECTING",
    ),
    (Fault::Says(500, JSON, ERROR), "RECONNECTING"),
    (Fault::Says(503, JSON, ERROR), "RECONNECTING"),
    (Fault::Says(502, HTML, PAGE), "RECONNECTING"),
    (Fault::Says(200, HTML, PAGE), "RECONNECTING"),
    (Fault::Says(200, JSON, "{}"), "RECONNECTING"),
    (Fault::Says(200, JSON, r#"{"clusters":5}"#), "RECONNECTING"),
    (Fault::Says(200, JSON, "{\"clusters\":[{"), "RECONNECTING"),
    (Fault::Says(200, "", ""), "RECONNECTING"),
    (
        Fault::Says(302, "location: http://elsewhere.example/\r\n", ""),
        "RECONNECTING",
    ),
    (Fault::Half, "RECONNECTING"),
    (Fault::Huge, "RECONNECTING"),
    (Fault::Babbles, "RECONNECTING"),
];

#[test]
fn whatever_goes_wrong_is_said_and_over_when_it_is_over() {
    for (fault, state) in FAULTS {
        let fleet = Watched::new(false).simulation;
        let server = Server::start(fleet);
        let is_silent = matches!(fault, Fault::Silent);
        let (patience, minutes) = if is_silent {
            (PATIENCE, 1)
        } else {
            (PATIENCE * 240, 5)
        };
        let mut console = console(&server.endpoint, patience);
        console.press("3").wait_for("LIVE", 70);
        let machines = console.model.fleet.machines.clone();
        assert_eq!(machines.len(), 91);
        server.goes(fault);
        console.asked.clear();
        console.wait(minutes * 60);
        let asked = console.asked.len();
        assert!(
            asked < 200,
            "{fault:?}: asked {asked} times in {minutes} minutes"
        );
        let screen = console.screen();
        assert!(screen.contains(state), "{fault:?}\n{screen}");
        assert!(!screen.contains("LIVE"), "{fault:?}\n{screen}");
        assert!(!screen.contains(KEY), "{fault:?}\n{screen}");
        assert!(!console.has_quit);
        assert_eq!(console.model.fleet.machines, machines, "{fault:?}");
        server.goes(Fault::None);
        console.wait_for("LIVE", 70);
        assert_eq!(console.model.fleet.machines.len(), 91);
    }
}

#[test]
fn an_appliance_that_is_not_there_is_waited_for() {
    // A port that was free a moment ago, and that nobody listens on.
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let endpoint = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let mut console = console(&endpoint, PATIENCE * 240);
    console.wait(600);
    console.assert_shows("RECONNECTING");
    console.assert_shows("no answer yet: no connection to");
    assert!(!console.has_quit);
    let of = |resource| console.times(resource).len();
    let tries = of(Resource::Clusters) + of(Resource::Machines);
    assert!((20..=40).contains(&tries), "{tries} tries in ten minutes");
}
