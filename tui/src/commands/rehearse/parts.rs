//! `meltdeck rehearse --shard` and `--merge`: the runs of one rehearsal, made by several processes.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use simulator::ensemble::shard::{Part, Shard};
use simulator::fleet::{Blueprint, RunRow};
use simulator::forecast::Forecast;

use crate::args::Rehearse;
use crate::streams::{Answer, Failure, Streams};

/// Makes the runs of one part and writes them. Who interrupts it gets nothing: a part of a part is none.
pub(super) fn shard(
    args: &Rehearse,
    part: Part,
    blueprint: &Arc<Blueprint>,
    streams: &mut Streams<'_>,
) -> Result<Answer, Failure> {
    let scenario = blueprint.scenario();
    let runs = args.runs.unwrap_or(scenario.runs);
    let seed = super::seed(args, blueprint);
    let range = part.range(runs);
    let mut rows = Vec::new();
    let is_whole = super::watched(args, range.end - range.start, streams, |course| {
        let of_run = |run| RunRow::of_run(blueprint, seed.of_run(u64::from(run)));
        rows = course.runs(range.clone(), of_run)?;
        Ok(rows.len() == range.len())
    })?;
    if is_whole {
        Shard::new(scenario, seed, runs, part, rows).write(streams.out)?;
    } else {
        writeln!(
            streams.err,
            "meltdeck: interrupted: shard {part} was not written"
        )?;
    }
    Ok(super::answer(is_whole))
}

/// The report of all runs, from the shards of a rehearsal.
pub(super) fn merge(args: &Rehearse, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let shards = args.merge.iter().map(|file| {
        let shard = read(file)?;
        Ok((file.display().to_string(), shard))
    });
    let shards: Result<Vec<_>, Failure> = shards.collect();
    let merged = Shard::merge(shards?);
    let (scenario, ensemble) =
        merged.map_err(|error| Failure::Question(format!("meltdeck: {error}")))?;
    let blueprint = Blueprint::new(scenario);
    let clock = super::clock(args, &blueprint)?;
    super::print(args, &Forecast::new(&blueprint, &ensemble, &clock), streams)?;
    Ok(Answer::Done)
}

fn read(file: &Path) -> Result<Shard, Failure> {
    let wrong = |why: &dyn std::fmt::Display| {
        Failure::Question(format!("meltdeck: {}: {why}", file.display()))
    };
    let opened = File::open(file).map_err(|error| wrong(&error))?;
    Shard::read(BufReader::new(opened)).map_err(|error| wrong(&error))
}
