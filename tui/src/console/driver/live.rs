//! A live appliance, asked by threads of its own: the console never waits for it, and nothing waits for them at its end.
//!
//! Questions are asked several at once. Orders go one after the other, in the order in which they were given, and wait for
//! no question.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use appliance::Request;

use super::{Alarm, Order};
use crate::console::message::Message;
use crate::console::run::Opener;
use crate::console::teller::Teller;
use crate::live::Appliance;

/// Questions that are under way at once, at most.
const AT_ONCE: usize = 6;

/// Opens an appliance on a thread of its own, tells whether that went well, and answers what is asked of it. Ends when the
/// console no longer sends, and where it could not be opened.
pub fn open(opener: Arc<Opener>, console: Teller) -> Sender<Order> {
    let (sender, given) = channel::<Order>();
    std::thread::spawn(move || {
        let _alarm = Alarm(console.clone());
        let (appliance, told) = match opener() {
            Ok(appliance) => (Some(appliance), Ok(())),
            Err(why) => (None, Err(why)),
        };
        let is_heard = console.send(Message::Opened(told)).is_ok();
        if let (Some(appliance), true) = (appliance, is_heard) {
            answer(&appliance, &given, &console);
        }
    });
    sender
}

/// Starts the threads that ask, and gives each its questions until nobody sends or listens any more.
fn answer(appliance: &Appliance, given: &Receiver<Order>, console: &Teller) {
    let (orders, ordered) = channel();
    let (questions, asked) = channel();
    let asked = Arc::new(Mutex::new(asked));
    for _ in 0..AT_ONCE {
        let asked = Arc::clone(&asked);
        work(appliance.clone(), console.clone(), move || {
            let asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
            asked.recv().ok()
        });
    }
    work(appliance.clone(), console.clone(), move || {
        ordered.recv().ok()
    });
    hand_out(given, &questions, &orders, console);
}

/// Gives each request to those who ask it, until nobody sends or listens any more.
fn hand_out(
    given: &Receiver<Order>,
    questions: &Sender<Request>,
    orders: &Sender<Request>,
    console: &Teller,
) {
    for order in given {
        let is_heard = match order {
            Order::Ask(request) if request.is_order() => orders.send(request).is_ok(),
            Order::Ask(request) => questions.send(request).is_ok(),
            Order::Drive(_)
            | Order::Rehearse(..)
            | Order::StopRehearsal
            | Order::Watch(_)
            | Order::Leave => {
                let why = "a live appliance is neither driven nor rehearsed";
                console.send(Message::Impossible(why.into())).is_ok()
            }
        };
        if !is_heard {
            return;
        }
    }
}

/// A thread that asks what it is given, one after the other, and tells the replies.
fn work(
    appliance: Appliance,
    console: Teller,
    next: impl Fn() -> Option<Request> + Send + 'static,
) {
    std::thread::spawn(move || {
        let _alarm = Alarm(console.clone());
        while let Some(request) = next() {
            let reply = appliance.ask(&request);
            if console.send(Message::Replied(request, reply)).is_err() {
                return;
            }
        }
    });
}
