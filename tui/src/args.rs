//! The command line, as clap reads it.

mod contexts;
mod live;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::LazyLock;

use appliance::Clock;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use simulator::ensemble::shard::Part;
use simulator::scenario::Preset;

pub(crate) use contexts::{Capture, Config, ConfigCommand};
pub(crate) use live::{Format, Get, Resource, Watch, Watched};

/// Rehearse the rollouts of a meltcloud fleet before you run them.
///
/// Without a command: the console on the configured appliance, or else on a built-in demo fleet; its overview where there is
/// no terminal.
#[derive(Debug, Parser)]
#[command(name = "meltdeck", version = VERSION.as_str(), max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// The program's version, and that of the zone database in it.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let zones = simulator::windows::zone_database();
    let version = env!("CARGO_PKG_VERSION");
    format!("{version} (time zones: IANA {zones}, bundled)")
});

const AFTER_HELP: &str = "\
Exit codes: 0 done; 1 the answer is no, or could not be written; 2 the question was wrong (usage, scenario, settings);
3 the appliance could not be reached or refused; 128+n ended by signal n.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Open the console on an appliance or a simulated fleet; without a terminal, print its overview
    Console(Console),
    /// Run a scenario many times: when its rollouts finish, and whether they do
    Rehearse(Rehearse),
    /// Compare scenarios' reports with the accepted ones beside them: exit code 1 if one differs
    Check(Check),
    /// Tell one run of a rehearsal as a story
    Replay(Replay),
    /// Check a scenario file and run nothing: every problem at once
    Validate(Validate),
    /// List the next openings of a scenario's maintenance windows
    Windows(Windows),
    /// Say what would block a rollout's drains now: exit code 1 if something would
    Preflight(Preflight),
    /// Print the JSON Schema of what a command prints with -o json, or of the file of contexts
    Schema(Schema),
    /// Write, print and check the file of contexts: the appliances that are asked
    Config(Config),
    /// Write down a live fleet as a scenario that can be rehearsed
    Capture(Capture),
    /// List what an appliance tells of its fleet
    Get(Get),
    /// Follow something of an appliance to its end: exit code 1 if that is no good one
    Watch(Watch),
    /// Serve a simulated fleet as meltcloud's API would
    Serve(Serve),
    /// Check this program against cases whose answers are known exactly
    Selftest {
        /// How to print the cases
        #[arg(short, long, value_enum, default_value_t)]
        output: Output,
    },
}

#[derive(Debug, Default, ClapArgs)]
pub(crate) struct Console {
    /// The context whose appliance is shown [default: the configured one, or else the built-in demo fleet]
    #[arg(long, value_name = "NAME", conflicts_with_all = ["scenario", "seed"])]
    pub(crate) context: Option<String>,
    /// Open on the table of all contexts that are configured
    #[arg(long, conflicts_with_all = ["context", "scenario", "seed"])]
    pub(crate) all_contexts: bool,
    /// Give orders to the appliance: without it the console is read-only, unless the context says otherwise
    #[arg(long, conflicts_with_all = ["scenario", "seed"])]
    pub(crate) write: bool,
    /// The scenario file of a simulated fleet to show instead of an appliance
    #[arg(long, value_name = "FILE")]
    pub(crate) scenario: Option<PathBuf>,
    /// The engine that pools behave like which name none themselves, as "kured" [default: the scenario's, or meltcloud]
    #[arg(long, value_name = "NAME", value_parser = preset, requires = "scenario")]
    pub(crate) behaves_like: Option<Preset>,
    /// The seed of the simulation [default: the scenario's, or 1]
    #[arg(long, value_name = "S")]
    pub(crate) seed: Option<u64>,
    /// The zone of its dates, as "Europe/Zurich" [default: that of the scenario's start]
    #[arg(long, value_name = "ZONE")]
    pub(crate) timezone: Option<String>,
    /// Which characters to draw with [default: unicode, or ascii where the locale or the terminal knows no more]
    #[arg(long, value_enum)]
    pub(crate) glyphs: Option<GlyphLevel>,
}

/// Which characters to draw with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GlyphLevel {
    /// Every character that is one cell wide
    Unicode,
    /// ASCII only
    Ascii,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Rehearse {
    /// The scenario file
    #[arg(required_unless_present = "merge")]
    pub(crate) file: Option<PathBuf>,
    /// The engine that pools behave like which name none themselves, as "kured" [default: the scenario's, or meltcloud]
    #[arg(long, value_name = "NAME", value_parser = preset)]
    pub(crate) behaves_like: Option<Preset>,
    /// How many runs to make [default: the scenario's, or 1000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(simulator::scenario::MOST_RUNS)))]
    pub(crate) runs: Option<u32>,
    /// What fixes every random choice [default: the scenario's, or 1]
    #[arg(long, value_name = "S")]
    pub(crate) seed: Option<u64>,
    /// How many threads to use, which changes no digit of the answer [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(crate) threads: Option<NonZeroUsize>,
    /// The zone of its dates, as "Europe/Zurich" [default: that of the scenario's start]
    #[arg(long, value_name = "ZONE")]
    pub(crate) timezone: Option<String>,
    /// Run until the intervals of the finish's P50 and P90 and of the share of runs that finish are at most this to either
    /// side, as "2%" (of times: of themselves); --runs is then the most runs to make [default: 100000]
    #[arg(long, value_name = "SHARE", value_parser = precision)]
    pub(crate) precision: Option<f64>,
    /// Compare with this scenario, run by run on the same luck: how much later it finishes, and how much more often
    #[arg(long, value_name = "FILE", conflicts_with_all = ["precision", "full", "timezone"])]
    pub(crate) against: Option<PathBuf>,
    /// The engine of that scenario's pools which name none themselves [default: that of --behaves-like]
    #[arg(long, value_name = "NAME", value_parser = preset, requires = "against")]
    pub(crate) against_behaves_like: Option<Preset>,
    /// Say which of what the scenario leaves to chance moves the P90 of its finish most: each input alone at its P10 and at
    /// its P90, a chance at zero and at twice itself; that many times the runs
    #[arg(long, conflicts_with_all = ["precision", "against", "shard", "merge"])]
    pub(crate) sensitivity: bool,
    /// Make only the i-th of n parts of the runs, as "2/5", and print them as a shard for --merge
    #[arg(long, value_name = "I/N", value_parser = part, conflicts_with_all = ["precision", "against", "full", "timezone", "output"])]
    pub(crate) shard: Option<Part>,
    /// Report what the shards of one rehearsal say together, whatever their order: as one process would
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["file", "behaves_like", "runs", "seed", "threads", "precision", "against", "shard"])]
    pub(crate) merge: Vec<PathBuf>,
    /// Print every rollout, quantile, wait, workload and finding, not only what fits a screen
    #[arg(long)]
    pub(crate) full: bool,
    /// How to print the forecast
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Check {
    /// Scenario files, and folders of such; the accepted report of NAME.toml is NAME.report.txt beside it
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// Accept the reports as they are now
    #[arg(long)]
    pub(crate) accept: bool,
    /// How many threads to use, which changes no digit of a report [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(crate) jobs: Option<NonZeroUsize>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Schema {
    /// Of what
    #[arg(value_enum)]
    pub(crate) of: Printed,
}

/// What has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Printed {
    /// The forecast of `rehearse`
    Report,
    /// What `rehearse --against` prints
    Comparison,
    /// What `rehearse --sensitivity` prints
    Sensitivity,
    /// The file of contexts, config.toml
    Config,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Validate {
    /// The scenario file
    pub(crate) file: PathBuf,
    /// The engine that pools behave like which name none themselves, as "kured" [default: the scenario's, or meltcloud]
    #[arg(long, value_name = "NAME", value_parser = preset)]
    pub(crate) behaves_like: Option<Preset>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Windows {
    /// The scenario file
    pub(crate) file: PathBuf,
    /// List what ends after this date, or date and time, in the scenario's zone unless it names one, as
    /// "2026-03-28", "2026-03-28T12:00" or "2026-03-28 12:00 Europe/Zurich" [default: the scenario's start]
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<String>,
    /// How many openings of each pool to list
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) count: u32,
    /// The zone of the times in the text, as "Europe/Zurich" [default: that of each window]
    #[arg(long, value_name = "ZONE")]
    pub(crate) timezone: Option<String>,
    /// How to print the openings
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Preflight {
    /// The scenario file; it is looked at as it is at its start
    pub(crate) file: PathBuf,
    /// The pool to look at [default: those that the scenario rolls out, or all]
    #[arg(long, value_name = "POOL")]
    pub(crate) pool: Option<String>,
    /// How to print the findings
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Serve {
    /// The scenario file
    pub(crate) file: PathBuf,
    /// The engine that pools behave like which name none themselves, as "kured" [default: the scenario's, or meltcloud]
    #[arg(long, value_name = "NAME", value_parser = preset)]
    pub(crate) behaves_like: Option<Preset>,
    /// The seed of the simulation [default: the scenario's, or 1]
    #[arg(long, value_name = "S")]
    pub(crate) seed: Option<u64>,
    /// The address to serve on; port 0 for any that is free
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8470")]
    pub(crate) listen: String,
    /// A file that holds nothing but the API key [default: one is made, and printed once]
    #[arg(long, value_name = "FILE")]
    pub(crate) api_key_file: Option<PathBuf>,
    /// The UUID of the organization whose fleet it is; another is not found [default: the scenario's, or any]
    #[arg(long, value_name = "UUID", value_parser = organization)]
    pub(crate) organization: Option<appliance::Organization>,
    /// How many simulated seconds pass in a real one, or "max": as fast as it goes while something is to happen
    /// [default: that of the state file, or 1]
    #[arg(long, value_name = "N", value_parser = speed)]
    pub(crate) speed: Option<ServeSpeed>,
    /// A file that keeps the fleet's state: what was answered for survives the end of the program, however it ends
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Serve nothing but meltcloud's public API
    #[arg(long)]
    pub(crate) documented_only: bool,
}

/// How fast a served fleet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServeSpeed {
    /// So many simulated seconds in a real one.
    Times(u32),
    /// As fast as it goes.
    Max,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Replay {
    /// The scenario file
    pub(crate) file: PathBuf,
    /// The engine that pools behave like which name none themselves, as "kured" [default: the scenario's, or meltcloud]
    #[arg(long, value_name = "NAME", value_parser = preset)]
    pub(crate) behaves_like: Option<Preset>,
    /// The seed of the rehearsal [default: the scenario's, or 1]
    #[arg(long, value_name = "S")]
    pub(crate) seed: Option<u64>,
    /// The run's number in that rehearsal, from 0
    #[arg(long, value_name = "I", default_value_t = 0)]
    pub(crate) run: u32,
    /// A story for people, or JSON lines for programs
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

fn organization(text: &str) -> Result<appliance::Organization, String> {
    let found = appliance::Organization::parse(text);
    found.ok_or_else(|| "a UUID is needed, as 0b9a7c1e-0000-4000-8000-00000000000f".to_owned())
}

fn speed(text: &str) -> Result<ServeSpeed, String> {
    if text == "max" {
        return Ok(ServeSpeed::Max);
    }
    let times = text
        .parse()
        .ok()
        .filter(|times| (1..=Clock::FASTEST).contains(times));
    let wrong = || format!("a number from 1 to {} is needed, or max", Clock::FASTEST);
    let times = times.ok_or_else(wrong)?;
    Ok(ServeSpeed::Times(times))
}

fn preset(text: &str) -> Result<Preset, String> {
    Preset::named(text).ok_or_else(|| {
        let names: Vec<_> = Preset::all().map(Preset::name).collect();
        format!("one of {} is needed", names.join(", "))
    })
}

fn part(text: &str) -> Result<Part, String> {
    let wrong = || format!("a part as \"2/5\" is needed, from 1/N to N/N, not \"{text}\"");
    let (number, of) = text.split_once('/').ok_or_else(wrong)?;
    let [number, of]: [u32; 2] = [
        number.parse().map_err(|_| wrong())?,
        of.parse().map_err(|_| wrong())?,
    ];
    if (1..=of).contains(&number) {
        Ok(Part { number, of })
    } else {
        Err(wrong())
    }
}

/// Half the width of an interval: narrower than this takes more runs than there may be, wider says nothing.
fn precision(text: &str) -> Result<f64, String> {
    let wrong = || format!("a percentage from 0.05% to 50% is needed, as \"2%\", not \"{text}\"");
    let percent = text
        .strip_suffix('%')
        .map(str::trim_end)
        .ok_or_else(wrong)?;
    let percent: f64 = percent.parse().map_err(|_| wrong())?;
    if (0.05..=50.0).contains(&percent) {
        Ok(percent / 100.0)
    } else {
        Err(wrong())
    }
}

fn threads(text: &str) -> Result<NonZeroUsize, String> {
    /// More threads than this no machine of a user has cores for.
    const MOST: usize = 1024;
    let threads: NonZeroUsize = text
        .parse()
        .map_err(|_| format!("a number from 1 to {MOST} is needed"))?;
    if threads.get() > MOST {
        return Err(format!("a number from 1 to {MOST} is needed"));
    }
    Ok(threads)
}
