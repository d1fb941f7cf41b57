//! Rehearses a live fleet: asks the appliance for it, makes a simulation of it in this process, and makes the runs.
//!
//! All of it happens on threads of its own. The appliance is asked nothing but questions, no faster than its context allows.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use appliance::{Error, ErrorKind, Reply, Request, Text};
use simulator::fleet::Blueprint;
use simulator::scenario::ScenarioError;
use simulator::scenario::model::Model;
use simulator::simulation::Simulation;

use crate::capture::{self, Orders, Source, Told, Uncaptured};
use crate::console::driver::pace::Pace;
use crate::console::driver::stage::{Stage, Work};
use crate::console::driver::{Alarm, REPORT_EVERY, make_runs};
use crate::console::message::{Message, Rehearsed, Speed};
use crate::console::model::aside::BESIDE_CAPTURE;
use crate::console::model::captured::Captured;
use crate::console::teller::Teller;
use crate::live::Appliance;

/// Whoever rehearses one live fleet, again and again.
pub(super) struct Rehearser {
    appliance: Appliance,
    source: Source,
    console: Teller,
    going: Option<Going>,
    /// The last fleet that was rehearsed.
    stage: Arc<Mutex<Option<(u32, Stage)>>>,
}

/// A rehearsal that goes on, or is over.
struct Going {
    number: u32,
    stop: Arc<AtomicBool>,
    /// Whether the fleet was not told wholly yet.
    is_capture: Arc<Mutex<bool>>,
}

impl Rehearser {
    pub(super) fn new(appliance: Appliance, source: Source, console: Teller) -> Self {
        Self {
            appliance,
            source,
            console,
            going: None,
            stage: Arc::default(),
        }
    }

    /// Begins a rehearsal in place of the one that goes on.
    pub(super) fn begin(&mut self, number: u32, orders: Vec<Request>) {
        if let Some(before) = self.going.take() {
            before.stop.store(true, Ordering::Relaxed);
        }
        let going = Going {
            number,
            stop: Arc::default(),
            is_capture: Arc::new(Mutex::new(true)),
        };
        let (stop, is_capture) = (Arc::clone(&going.stop), Arc::clone(&going.is_capture));
        let (appliance, source) = (self.appliance.clone(), self.source.clone());
        let (console, stage) = (self.console.clone(), Arc::clone(&self.stage));
        thread::spawn(move || {
            let _alarm = Alarm(console.clone());
            let tell = |rehearsed| {
                // Where nobody listens any more the driver's end stops it.
                let _ = console.send(Message::Rehearsed(rehearsed));
            };
            let is_stopped = || stop.load(Ordering::Relaxed);
            let prepared = prepare(&appliance, &source, (number, orders), &is_stopped, &tell);
            let mut is_capture = lock(&is_capture);
            if is_stopped() {
                return;
            }
            *is_capture = false;
            let (ready, work, captured) = match prepared {
                Ok(prepared) => prepared,
                Err(why) => return tell(Rehearsed::none(number, why)),
            };
            drop(is_capture);
            *lock(&stage) = Some((number, ready));
            tell(Rehearsed {
                captured: Some(Box::new(captured)),
                ..work.begun()
            });
            make_runs(&work, &stop, &console, number);
        });
        self.going = Some(going);
    }

    /// Asks nothing more of the appliance, and makes no more runs. Returns whether the console still listens.
    pub(super) fn stop(&mut self) -> bool {
        let Some(going) = &self.going else {
            return true;
        };
        let mut is_capture = lock(&going.is_capture);
        going.stop.store(true, Ordering::Relaxed);
        // The question that is under way may take long; nobody waits for it.
        if std::mem::take(&mut *is_capture) {
            let why = "stopped before the fleet was told";
            let none = Rehearsed::none(going.number, why);
            return self.console.send(Message::Rehearsed(none)).is_ok();
        }
        true
    }

    /// What shows a run of the last rehearsal.
    ///
    /// # Errors
    /// When there was none: why.
    pub(super) fn showing(&self, run: u32) -> Result<Stage, Text> {
        let going = self.going.as_ref().map(|going| going.number);
        let stage = lock(&self.stage).clone();
        let last = stage.filter(|(number, _)| Some(*number) == going);
        let Some((_, mut stage)) = last else {
            return Err(Text::from("the fleet was not rehearsed yet"));
        };
        stage.watch(run)?;
        Ok(stage)
    }
}

fn lock<T>(value: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Asks an appliance for its fleet, and makes the rehearsal `number` of it after orders that are in the appliance's own
/// numbers; of none it is what a capture rolls out. Tells meanwhile what it asks. Blocks.
///
/// # Errors
/// When the fleet cannot be told, or the orders cannot be given to a capture of it: why.
fn prepare(
    appliance: &Appliance,
    source: &Source,
    (number, orders): (u32, Vec<Request>),
    is_stopped: &dyn Fn() -> bool,
    tell: &dyn Fn(Rehearsed),
) -> Result<(Stage, Work, Captured), Text> {
    let model = source.load_model().map_err(|error| wrong_model(&error))?;
    let told = ask(
        appliance,
        source,
        (is_stopped, &|asks| {
            tell(Rehearsed {
                asks: Some(asks),
                ..Rehearsed::begun(number, 0)
            });
        }),
    );
    let told = told
        .map_err(|error| Text::from(format!("the appliance does not tell its fleet: {error}")))?;
    rehearsed(told, &model, source, (number, orders))
}

/// The rehearsal of a fleet that was told.
fn rehearsed(
    told: Told,
    model: &Model,
    source: &Source,
    (number, orders): (u32, Vec<Request>),
) -> Result<(Stage, Work, Captured), Text> {
    let orders = Orders::new(orders);
    let about = source.about();
    let captured = capture::capture(&told, model, &about, &orders.rollouts);
    let mut captured = captured.map_err(|why| match why {
        Uncaptured::Empty => {
            "no pool is told that has a machine: there is nothing to rehearse".into()
        }
        Uncaptured::Rollout(why) => Text::from(why),
        Uncaptured::Model(error) => wrong_model(&error),
    })?;
    let scenario = captured.scenario.clone();
    let seed = scenario.seed;
    let mut simulation = Simulation::new(&Blueprint::new(scenario), seed, 0);
    let given = orders.given_to(&mut simulation, &captured.known, &mut captured.notes)?;
    let pace = Pace::new(simulation, Speed::Times(60));
    let mut stage = Stage::new(pace, seed, source.dates.clone());
    let work = stage.rehearse(number, given);
    let work = work.map_err(|error| Text::from(format!("of the capture: {error}")))?;
    let texts = |notes: Vec<String>| notes.into_iter().map(Text::from).collect();
    let notes = captured.notes;
    let at = about.at.with_time_zone(source.dates.0.clone());
    let captured = Captured {
        context: source.context.as_str().into(),
        at: format!("{} {}", at.strftime("%Y-%m-%d %H:%M"), source.dates.1).into(),
        rolls_out: captured.rolls_out.into(),
        above_all: texts(notes.above_all),
        assumed: texts(notes.assumed),
        left_out: texts(notes.left_out),
        renamed: texts(notes.renamed),
        machines: told.machines,
        pools: told.pools,
        revisions: told.revisions,
    };
    Ok((stage, work, captured))
}

/// The first thing that is wrong with a model, and the way to all of them.
fn wrong_model(error: &ScenarioError) -> Text {
    let text = error.to_string();
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let more = if lines.next().is_some() {
        " (meltdeck config check says all)"
    } else {
        ""
    };
    Text::from(format!("{first}{more}"))
}

/// Who is asked whether to go on, and who is told what is asked.
type Course<'c> = (&'c dyn Fn() -> bool, &'c dyn Fn(Text));

/// Asks for the fleet, more slowly than the context allows: the console asks meanwhile too.
fn ask(
    appliance: &Appliance,
    source: &Source,
    (is_stopped, tell): Course<'_>,
) -> Result<Told, Error> {
    let apart = source.apart.div_f64(1.0 - BESIDE_CAPTURE);
    let mut next = Instant::now();
    let mut told = Instant::now();
    let (mut machines, mut asked) = (0, 0);
    tell("the appliance is asked for its fleet".into());
    Told::ask(|request: &Request| -> Result<Reply, Error> {
        wait_until(next, is_stopped);
        if is_stopped() {
            return Err(Error::new(ErrorKind::Failed, "stopped"));
        }
        next = Instant::now() + apart;
        if matches!(request, Request::GetMachine { .. }) {
            asked += 1;
            if told.elapsed() >= REPORT_EVERY {
                told = Instant::now();
                let of = format!("the appliance is asked for its machines: {asked} of {machines}");
                tell(of.into());
            }
        }
        let reply = appliance.ask(request);
        if let Ok(Reply::Machines(list)) = &reply {
            let in_pools = list.iter().filter(|one| one.machine_pool_id.is_some());
            machines = in_pools.count();
        }
        reply
    })
}

/// Waits for an instant, or until it is stopped.
fn wait_until(instant: Instant, is_stopped: &dyn Fn() -> bool) {
    /// How often it is looked whether it is stopped.
    const LOOK: Duration = Duration::from_millis(100);
    while !is_stopped() {
        let left = instant.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        thread::sleep(left.min(LOOK));
    }
}
