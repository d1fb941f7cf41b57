//! `meltdeck schema`: what programs may rely on in what is printed as JSON.

use simulator::forecast::schema;

use crate::args::{Printed, Schema};
use crate::streams::{Answer, Failure, Streams};

pub(super) fn run(args: &Schema, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let schema = match args.of {
        Printed::Report => schema::of_forecast(),
        Printed::Comparison => schema::of_comparison(),
        Printed::Sensitivity => schema::of_sensitivity(),
    };
    streams.write_json(&schema)?;
    Ok(Answer::Done)
}
