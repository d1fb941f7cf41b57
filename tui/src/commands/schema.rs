//! `meltdeck schema`: what programs may rely on in what is printed as JSON, and what the file of contexts may say.

use serde::Serialize;
use simulator::forecast::schema;

use crate::args::{Printed, Schema};
use crate::settings;
use crate::streams::{Answer, Failure, Streams};

pub(super) fn run(args: &Schema, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let schema = match args.of {
        Printed::Config => return print(&settings::schema::of_file(), streams),
        Printed::Report => schema::of_forecast(),
        Printed::Comparison => schema::of_comparison(),
        Printed::Sensitivity => schema::of_sensitivity(),
    };
    print(&schema, streams)
}

fn print(schema: &impl Serialize, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    streams.write_json(schema)?;
    Ok(Answer::Done)
}
