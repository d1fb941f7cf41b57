//! A live appliance, asked by threads of its own: the console never waits for it, and nothing waits for them at its end.
//!
//! Questions are asked several at once. Orders go one after the other, in the order in which they were given, and wait for
//! no question. While a run of a rehearsal is shown, that answers in place of the appliance.
//!
//! | file | holds |
//! |---|---|
//! | `gate` | which answers are of what is shown |
//! | `rehearsal` | rehearsals of the fleet, from its capture on |

mod gate;
mod rehearsal;

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use appliance::Request;

use super::{Alarm, Driver, Order};
use crate::console::message::Message;
use crate::console::run::Opener;
use crate::console::teller::Teller;
use crate::live::Appliance;
use gate::Gate;
use rehearsal::Rehearser;

/// Questions that are under way at once, at most.
const AT_ONCE: usize = 6;

/// Gives each request to those who ask it.
struct Router {
    questions: Sender<(u64, Request)>,
    orders: Sender<Request>,
    gate: Arc<Gate>,
    rehearser: Rehearser,
    console: Teller,
}

/// Opens an appliance on a thread of its own, tells whether that went well, and answers what is asked of it. Ends when the
/// console no longer sends, and where it could not be opened.
pub fn open(opener: Arc<Opener>, console: Teller) -> Sender<Order> {
    let (sender, given) = channel::<Order>();
    std::thread::spawn(move || {
        let _alarm = Alarm(console.clone());
        let (ready, told) = match opener() {
            Ok(ready) => (Some(ready), Ok(())),
            Err(why) => (None, Err(why)),
        };
        let is_heard = console.send(Message::Opened(told)).is_ok();
        if let (Some((appliance, source)), true) = (ready, is_heard) {
            let rehearser = Rehearser::new(appliance.clone(), source, console.clone());
            answer(&appliance, rehearser, &given, &console);
        }
    });
    sender
}

/// Starts the threads that ask, and gives each its questions until nobody sends or listens any more.
fn answer(appliance: &Appliance, rehearser: Rehearser, given: &Receiver<Order>, console: &Teller) {
    let (orders, ordered) = channel();
    let (questions, asked) = channel();
    let asked = Arc::new(Mutex::new(asked));
    let gate = Arc::new(Gate::default());
    for _ in 0..AT_ONCE {
        answer_questions(appliance.clone(), &asked, &gate, console.clone());
    }
    carry_out_orders(appliance.clone(), ordered, console.clone());
    let router = Router {
        questions,
        orders,
        gate,
        rehearser,
        console: console.clone(),
    };
    router.run(given);
}

impl Router {
    /// Goes on until nobody sends or listens any more.
    fn run(mut self, given: &Receiver<Order>) {
        while let Ok(order) = given.recv() {
            let is_heard = match order {
                Order::Ask(request) if request.is_order() => self.orders.send(request).is_ok(),
                Order::Ask(request) => self.questions.send((self.gate.shown(), request)).is_ok(),
                Order::Rehearse(number, orders) => {
                    self.rehearser.begin(number, orders);
                    true
                }
                Order::StopRehearsal => self.rehearser.stop(),
                Order::Watch(run) => self.watch(run, given),
                // It is the fleet that is shown.
                Order::Leave => self.gate.show(Message::Watching(None), &self.console),
                Order::Drive(_) => {
                    let why = "a live appliance's clock is nobody's to drive";
                    self.tell(Message::Impossible(why.into()))
                }
            };
            if !is_heard {
                break;
            }
        }
        self.rehearser.stop();
    }

    /// Shows a run of the last rehearsal until it is left. Returns whether the console still listens.
    fn watch(&mut self, run: u32, given: &Receiver<Order>) -> bool {
        let stage = match self.rehearser.showing(run) {
            Ok(stage) => stage,
            Err(why) => return self.tell(Message::Impossible(why)),
        };
        self.gate.show(Message::Watching(Some(run)), &self.console)
            && Driver::run_until_left(stage, given, &self.console)
            && self.gate.show(Message::Watching(None), &self.console)
    }

    fn tell(&self, message: Message) -> bool {
        self.console.send(message).is_ok()
    }
}

/// A thread that asks questions, one after the other, and tells the replies as long as they are of what is shown.
fn answer_questions(
    appliance: Appliance,
    asked: &Arc<Mutex<Receiver<(u64, Request)>>>,
    gate: &Arc<Gate>,
    console: Teller,
) {
    let (asked, gate) = (Arc::clone(asked), Arc::clone(gate));
    let next = move || {
        let asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.recv().ok()
    };
    std::thread::spawn(move || {
        let _alarm = Alarm(console.clone());
        while let Some((shown, request)) = next() {
            if shown != gate.shown() {
                continue;
            }
            let reply = appliance.ask(&request);
            if !gate.tell(shown, Message::Replied(request, reply), &console) {
                return;
            }
        }
    });
}

/// A thread that gives orders, one after the other, and tells the replies whatever is shown.
fn carry_out_orders(appliance: Appliance, ordered: Receiver<Request>, console: Teller) {
    std::thread::spawn(move || {
        let _alarm = Alarm(console.clone());
        for request in ordered {
            let reply = appliance.ask(&request);
            if console.send(Message::Replied(request, reply)).is_err() {
                return;
            }
        }
    });
}
