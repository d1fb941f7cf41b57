//! Random keys, sizes and answers for a whole console without a terminal, for as long as one likes:
//!
//! ```console
//! cargo run --release -p tests --example random_keys -- --minutes 60
//! ```
//!
//! The run is cut into episodes, each on a fleet of its own. A failure is a panic; the last lines say which `--seed` and
//! `--episode` bring it back.

mod episode;
mod invariants;
mod mangle;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;

use episode::Episode;

/// The source of everything that is random here.
type Random = Xoshiro256PlusPlus;

/// Random keys, sizes and answers for a whole console.
#[derive(Debug, Parser)]
struct Args {
    /// For how long.
    #[arg(long, default_value_t = 1)]
    minutes: u64,
    /// How many steps an episode has.
    #[arg(long, default_value_t = 3000)]
    steps: u64,
    /// What fixes every random choice.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only this episode, step by step.
    #[arg(long)]
    episode: Option<u64>,
}

static EPISODE: AtomicU64 = AtomicU64::new(0);
static STEP: AtomicU64 = AtomicU64::new(0);

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a long run reports how far it is, and where it failed"
)]
fn main() {
    let args = Args::parse();
    let seed = args.seed;
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        before(panic);
        let (episode, step) = (
            EPISODE.load(Ordering::Relaxed),
            STEP.load(Ordering::Relaxed),
        );
        eprintln!("at step {step} of: random_keys --seed {seed} --episode {episode}");
    }));
    println!("seed {seed}");
    let (started, mut told) = (Instant::now(), Instant::now());
    let episodes = args
        .episode
        .map_or(0..u64::MAX, |episode| episode..episode + 1);
    for episode in episodes {
        if started.elapsed() >= Duration::from_secs(60 * args.minutes) {
            break;
        }
        EPISODE.store(episode, Ordering::Relaxed);
        play(seed, episode, args.steps);
        if told.elapsed() >= Duration::from_secs(60) {
            told = Instant::now();
            println!(
                "{} min: {} episodes held",
                started.elapsed().as_secs() / 60,
                episode + 1
            );
        }
    }
    println!("everything held");
}

/// Plays one episode, which depends on nothing but its seed and number.
fn play(seed: u64, number: u64, steps: u64) {
    let random = Random::seed_from_u64(seed.rotate_left(32) ^ number);
    let mut episode = Episode::new(random);
    for step in 0..steps {
        STEP.store(step, Ordering::Relaxed);
        episode.step();
    }
}
