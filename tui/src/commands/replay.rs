//! `meltdeck replay`: one run of a rehearsal, event by event.

use simulator::engine::Seed;
use simulator::replay::{Style, replay};

use crate::args::{Output, Replay};
use crate::streams::{Answer, Failure, Streams};

pub(super) fn run(args: &Replay, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let blueprint = super::load_as(&args.file, args.behaves_like)?;
    let seed = args.seed.map_or(blueprint.scenario().seed, Seed);
    let style = match args.output {
        Output::Text => Style::Story,
        Output::Json => Style::JsonLines,
    };
    replay(&blueprint, seed, args.run, style, streams.out)?;
    Ok(Answer::Done)
}
