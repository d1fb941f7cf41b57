//! `meltdeck preflight`: what a rollout would meet if it started now.

use simulator::fleet::{PoolIndex, World};
use simulator::preflight::{self, Finding, Severity};

use crate::args::{Output, Preflight};
use crate::streams::{Answer, Failure, Streams};

pub(super) fn run(args: &Preflight, streams: &mut Streams<'_>) -> Result<Answer, Failure> {
    let blueprint = super::load(&args.file)?;
    let world = World::new(&blueprint, blueprint.scenario().seed.of_run(0));
    let findings = match &args.pool {
        None => preflight::of_scenario(&world),
        Some(name) => preflight::preflight(&world, pool_named(&world, name)?),
    };
    match args.output {
        Output::Text => write_text(&findings, streams)?,
        Output::Json => streams.write_json(&findings)?,
    }
    let is_blocked = findings
        .iter()
        .any(|finding| finding.severity == Severity::Blocks);
    Ok(if is_blocked { Answer::No } else { Answer::Done })
}

fn pool_named(world: &World, name: &str) -> Result<PoolIndex, Failure> {
    let blueprint = world.blueprint();
    let known = || blueprint.pools().map(|pool| blueprint.pool_name(pool));
    let found = blueprint
        .pools()
        .find(|pool| blueprint.pool_name(*pool) == name);
    found.ok_or_else(|| {
        let known: Vec<_> = known().collect();
        Failure::Question(format!(
            "meltdeck: the scenario has no pool {name:?}; it has {}",
            known.join(", ")
        ))
    })
}

/// Width of the text.
const WIDTH: usize = 80;
/// Machines that are named.
const NAMED: usize = 5;

fn write_text(findings: &[Finding], streams: &mut Streams<'_>) -> Result<(), Failure> {
    if findings.is_empty() {
        writeln!(streams.out, "nothing found that would block a drain")?;
        return Ok(());
    }
    let mut pool = "";
    for finding in findings {
        if finding.pool.as_str() != pool {
            pool = finding.pool.as_str();
            writeln!(streams.out, "pool {pool}")?;
        }
        let indent = "          ";
        let says = format!(
            "  {:7} {}: {}",
            finding.severity.as_str(),
            finding.object,
            finding.says
        );
        let layout = textwrap::Options::new(WIDTH).subsequent_indent(indent);
        writeln!(streams.out, "{}", textwrap::fill(&says, &layout))?;
        let layout = layout.initial_indent(indent);
        if !finding.machines.is_empty() {
            let on = format!("on {}", machines(finding));
            writeln!(streams.out, "{}", textwrap::fill(&on, &layout))?;
        }
        let change = format!("to change: {}", finding.change);
        writeln!(streams.out, "{}", textwrap::fill(&change, &layout))?;
    }
    let blocking = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Blocks)
        .count();
    let risks = findings.len() - blocking;
    writeln!(
        streams.out,
        "\n{blocking} would block, {risks} may cost time"
    )?;
    Ok(())
}

fn machines(finding: &Finding) -> String {
    let names: Vec<_> = finding
        .machines
        .iter()
        .take(NAMED)
        .map(appliance::Text::as_str)
        .collect();
    let more = finding.machines.len() - names.len();
    if more == 0 {
        names.join(", ")
    } else {
        format!("{} and {more} more", names.join(", "))
    }
}
