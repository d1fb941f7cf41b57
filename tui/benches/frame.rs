//! How long a picture takes, and how that grows with the fleet.
//!
//! `cargo bench -p tui` prints the median time of a picture of the machines, and of taking a new list of them, for small
//! and large fleets with as many pods as machines.

use std::time::Instant;

use appliance::Request;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use simulator::engine::Seed;
use simulator::fleet::Blueprint;
use simulator::scenario::Scenario;
use simulator::simulation::Simulation;
use tui::console::key::Key;
use tui::console::message::{Effect, Message};
use tui::console::model::{Glyphs, Model};
use tui::console::update::{begin, update};
use tui::console::view::view;

const ROUNDS: usize = 101;

#[expect(clippy::print_stdout, reason = "a bench reports on standard output")]
fn main() {
    println!("machines   a picture, 120×40   a new list of machines");
    for machines in [100_u32, 10_000, 100_000] {
        let (mut model, mut simulation) = console(machines);
        for key in Key::script("3").expect("3 is a key") {
            update(&mut model, Message::Key(key));
        }
        let picture = median(|| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 120, 40));
            view(&model, &mut buffer);
        });
        let request = Request::ListMachines;
        let list = median(|| {
            let reply = simulation.answer(&request);
            update(&mut model, Message::Replied(request.clone(), reply));
        });
        println!("{machines:>8} {picture:>15.3} ms {list:>18.3} ms");
    }
}

/// The console on a fleet of so many machines, with every answer taken.
fn console(machines: u32) -> (Model, Simulation) {
    let text = format!(
        "[[pools]]\nname = \"p\"\nmachines = {machines}\n\
         [[workloads]]\nname = \"w\"\nreplicas = {machines}\nbudget = {{ max_unavailable = 1 }}\n"
    );
    let scenario = Scenario::parse(&text, "bench", "bench").expect("it is valid");
    let mut simulation = Simulation::new(&Blueprint::new(scenario), Seed(1), 0);
    let mut model = Model::new("bench".into(), 1, "UTC".into(), Glyphs::Unicode, (120, 40));
    for effect in begin(&mut model) {
        if let Effect::Ask(request) = effect {
            let reply = simulation.answer(&request);
            update(&mut model, Message::Replied(request, reply));
        }
    }
    (model, simulation)
}

/// The median time of several rounds, in milliseconds.
fn median(mut round: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            round();
            started.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[ROUNDS / 2]
}
