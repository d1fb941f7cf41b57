//! An order as the command line that does the same, and back.
//!
//! ```text
//! meltdeck apply --context demo-fleet --cluster zurich --pool workers --revision 13 --from 12
//! meltdeck pause --context demo-fleet --cluster zurich --pool workers --revision 13 --operation 3 --pool storage …
//! meltdeck hold --context demo-fleet workers-1 workers-2
//! meltdeck set-hostname --context demo-fleet --to edge-1 --save workers-1
//! meltdeck set-version --context demo-fleet --to 1.33.5 --cluster zurich --pool workers
//! ```
//!
//! Each `--pool` begins a target, `--cluster` holds for the targets after it. `--from` is the revision that the pool is
//! on, `--newest` its newest one where that is not the one to apply: the order is refused where they no longer hold.
//! `--to` is what is set, `--save` keeps the revision for later.
//! Machines stand by their names; one whose name looks like an option stands behind `--machine=`.

use std::fmt;
use std::str::FromStr;

use appliance::{OperationId, Text};

use super::{About, Command, MachineTarget, PoolTarget, RolloutTarget, Subject, Target, Verb};

/// Why a line is no order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoCommand(String);

impl fmt::Display for NoCommand {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for NoCommand {}

fn no<T>(why: impl Into<String>) -> Result<T, NoCommand> {
    Err(NoCommand(why.into()))
}

impl fmt::Display for Command {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "meltdeck {}", self.verb.word())?;
        name(formatter, "context", &self.context)?;
        if let Some(to) = &self.to {
            name(formatter, "to", to)?;
        }
        if self.saves {
            formatter.write_str(" --save")?;
        }
        let mut cluster = None;
        for target in &self.targets {
            let own = match target {
                Target::Machine(_) => None,
                Target::Rollout(target) => Some(&target.cluster),
                Target::Pool(target) => Some(&target.cluster),
            };
            if let Some(own) = own
                && cluster != Some(own)
            {
                name(formatter, "cluster", own)?;
                cluster = Some(own);
            }
            match target {
                Target::Machine(MachineTarget { machine }) => one_machine(formatter, machine)?,
                Target::Rollout(target) => rollout(formatter, target)?,
                Target::Pool(target) => name(formatter, "pool", &target.pool)?,
            }
        }
        Ok(())
    }
}

fn rollout(formatter: &mut fmt::Formatter<'_>, target: &RolloutTarget) -> fmt::Result {
    name(formatter, "pool", &target.pool)?;
    write!(formatter, " --revision {}", target.revision)?;
    match target.subject {
        Subject::Operation { operation } => write!(formatter, " --operation {}", operation.0),
        Subject::Pool { from, newest } => {
            if let Some(from) = from {
                write!(formatter, " --from {from}")?;
            }
            if newest != target.revision {
                write!(formatter, " --newest {newest}")?;
            }
            Ok(())
        }
    }
}

fn one_machine(formatter: &mut fmt::Formatter<'_>, machine: &Text) -> fmt::Result {
    if machine.as_str().starts_with('-') {
        return name(formatter, "machine", machine);
    }
    write!(formatter, " {}", shell_words::quote(machine.as_str()))
}

/// An option with a name, quoted for a shell. One that looks like an option itself is tied to its own.
fn name(formatter: &mut fmt::Formatter<'_>, option: &str, name: &Text) -> fmt::Result {
    let quoted = shell_words::quote(name.as_str());
    let tie = if name.as_str().starts_with('-') {
        '='
    } else {
        ' '
    };
    write!(formatter, " --{option}{tie}{quoted}")
}

/// A target of which not everything has been read yet.
#[derive(Default)]
struct Draft {
    cluster: Text,
    pool: Text,
    revision: Option<u32>,
    from: Option<u32>,
    newest: Option<u32>,
    operation: Option<i64>,
}

impl Draft {
    fn finish(self, verb: Verb) -> Result<Target, NoCommand> {
        let pool = &self.pool;
        let Some(revision) = self.revision else {
            return no(format!("pool {pool} has no --revision"));
        };
        let subject = match (verb, self.operation) {
            (Verb::Apply, None) => Subject::Pool {
                from: self.from,
                newest: self.newest.unwrap_or(revision),
            },
            (Verb::Apply, Some(_)) => return no("apply takes no --operation"),
            (_, None) => return no(format!("pool {pool} has no --operation")),
            (_, Some(_)) if self.from.is_some() || self.newest.is_some() => {
                return no("--from and --newest belong to apply");
            }
            (_, Some(operation)) => Subject::Operation {
                operation: OperationId(operation),
            },
        };
        Ok(Target::Rollout(RolloutTarget {
            cluster: self.cluster,
            pool: self.pool,
            revision,
            subject,
        }))
    }

    fn take(&mut self, option: &str, value: &str) -> Result<(), NoCommand> {
        match option {
            "revision" => set(&mut self.revision, option, value),
            "from" => set(&mut self.from, option, value),
            "newest" => set(&mut self.newest, option, value),
            "operation" => set(&mut self.operation, option, value),
            _ => no(format!("--{option} is not known")),
        }
    }
}

fn set<N: FromStr>(place: &mut Option<N>, option: &str, value: &str) -> Result<(), NoCommand> {
    let Ok(number) = value.parse() else {
        return no(format!("--{option} takes a number, not {value}"));
    };
    if place.replace(number).is_some() {
        return no(format!("--{option} stands twice for one --pool"));
    }
    Ok(())
}

impl FromStr for Command {
    type Err = NoCommand;

    fn from_str(line: &str) -> Result<Self, NoCommand> {
        let Ok(words) = shell_words::split(line) else {
            return no("a quotation mark is not closed");
        };
        let mut words = words.into_iter();
        if words.next().as_deref() != Some("meltdeck") {
            return no("the line does not begin with meltdeck");
        }
        let word = words.next().unwrap_or_default();
        let Some(verb) = Verb::ALL.into_iter().find(|verb| verb.word() == word) else {
            return no(format!("{word} is no order"));
        };
        let rest = match verb.about() {
            About::Rollouts => rollouts(verb, words)?,
            about => changes(about, words)?,
        };
        let Some(context) = rest.context else {
            return no("--context is missing");
        };
        match (&rest.to, verb.needs_value()) {
            (None, true) => return no(format!("{word} has no --to")),
            (Some(_), false) => return no(format!("{word} takes no --to")),
            _ if rest.saves && !verb.makes_revision() => {
                return no(format!("{word} takes no --save"));
            }
            _ => {}
        }
        Ok(Self {
            verb,
            context,
            targets: rest.targets,
            to: rest.to,
            saves: rest.saves,
        })
    }
}

/// The rest of a line.
#[derive(Default)]
struct Rest {
    context: Option<Text>,
    targets: Vec<Target>,
    to: Option<Text>,
    saves: bool,
}

/// The rest of an order that changes machines or pools.
fn changes(about: About, mut words: impl Iterator<Item = String>) -> Result<Rest, NoCommand> {
    let (mut rest, mut cluster) = (Rest::default(), None);
    while let Some(word) = words.next() {
        if word == "--save" {
            rest.saves = true;
            continue;
        }
        let (option, value) = if word.starts_with("--") || about == About::Pools {
            option(&word, &mut words)?
        } else {
            ("machine".to_owned(), word)
        };
        let value = Text::from(value);
        match (&*option, about) {
            ("context", _) => rest.context = Some(value),
            ("to", _) => rest.to = Some(value),
            ("machine", About::Machines) => {
                let target = MachineTarget { machine: value };
                rest.targets.push(Target::Machine(target));
            }
            ("cluster", About::Pools) => cluster = Some(value),
            ("pool", About::Pools) => {
                let Some(cluster) = cluster.clone() else {
                    return no("--cluster is missing before --pool");
                };
                let target = PoolTarget {
                    cluster,
                    pool: value,
                };
                rest.targets.push(Target::Pool(target));
            }
            _ => return no(format!("--{option} is not known")),
        }
    }
    match (rest.targets.is_empty(), about) {
        (false, _) => Ok(rest),
        (true, About::Pools) => no("no --pool is named"),
        (true, _) => no("no machine is named"),
    }
}

/// The rest of an order to pools or operations.
fn rollouts(verb: Verb, mut words: impl Iterator<Item = String>) -> Result<Rest, NoCommand> {
    let (mut context, mut cluster) = (None, None);
    let (mut targets, mut draft) = (Vec::new(), None::<Draft>);
    while let Some(word) = words.next() {
        let (option, value) = option(&word, &mut words)?;
        if matches!(&*option, "cluster" | "pool")
            && let Some(draft) = draft.take()
        {
            targets.push(draft.finish(verb)?);
        }
        match (&*option, &mut draft) {
            ("context", _) => context = Some(Text::from(value)),
            ("cluster", _) => cluster = Some(Text::from(value)),
            ("pool", _) => {
                let Some(cluster) = cluster.clone() else {
                    return no("--cluster is missing before --pool");
                };
                draft = Some(Draft {
                    cluster,
                    pool: Text::from(value),
                    ..Draft::default()
                });
            }
            (_, Some(draft)) => draft.take(&option, &value)?,
            (_, None) => return no(format!("--{option} belongs behind a --pool")),
        }
    }
    let Some(last) = draft else {
        return no("the last target has no --pool");
    };
    targets.push(last.finish(verb)?);
    Ok(Rest {
        context,
        targets,
        ..Rest::default()
    })
}

/// The option in a word, and its value: behind an equals sign, or the next word.
fn option(
    word: &str,
    words: &mut impl Iterator<Item = String>,
) -> Result<(String, String), NoCommand> {
    let Some(option) = word.strip_prefix("--") else {
        return no(format!("{word} is no option"));
    };
    if let Some((option, value)) = option.split_once('=') {
        return Ok((option.to_owned(), value.to_owned()));
    }
    match words.next() {
        Some(value) => Ok((option.to_owned(), value)),
        None => no(format!("--{option} has no value")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_it_says() {
        let line = "meltdeck apply --context 'two words' --cluster zurich --pool=-w --revision 13 --from 12 --cluster b --pool c --revision 4 --newest 5";
        let command: Command = line.parse().unwrap();
        assert_eq!(command.to_string(), line);
        let names = |command: &Command| {
            let of_target = |target: &Target| match target {
                Target::Rollout(target) => target.pool.to_string(),
                Target::Machine(target) => target.machine.to_string(),
                Target::Pool(target) => target.pool.to_string(),
            };
            command.targets.iter().map(of_target).collect::<Vec<_>>()
        };
        assert_eq!(names(&command), ["-w", "c"]);
        let line = "meltdeck pause --context c --cluster z --pool w --revision 13 --operation 3 --pool s --revision 6 --operation 4";
        let command: Command = line.parse().unwrap();
        assert_eq!(command.to_string(), line);
        assert_eq!(names(&command), ["w", "s"]);
        let line = "meltdeck hold --context c w-1 'w 2' --machine=-w";
        let command: Command = line.parse().unwrap();
        assert_eq!(command.to_string(), line);
        assert_eq!(names(&command), ["w-1", "w 2", "-w"]);
        let line = "meltdeck set-hostname --context c --to edge-1 --save w-1";
        let command: Command = line.parse().unwrap();
        assert_eq!(command.to_string(), line);
        let line = "meltdeck set-version --context c --to 1.33.5 --cluster z --pool p --pool q --cluster y --pool p";
        let command: Command = line.parse().unwrap();
        assert_eq!(command.to_string(), line);
        assert_eq!(names(&command), ["p", "q", "p"]);
    }

    #[test]
    fn what_is_no_order_says_why() {
        for (line, why) in [
            ("", "meltdeck"),
            ("meltdeck reboot", "reboot is no order"),
            ("meltdeck apply --context c --cluster z", "no --pool"),
            (
                "meltdeck apply --context c --pool p",
                "--cluster is missing",
            ),
            (
                "meltdeck apply --cluster z --pool p --revision 1",
                "--context",
            ),
            (
                "meltdeck apply --context c --cluster z --pool p",
                "no --revision",
            ),
            (
                "meltdeck apply --context c --cluster z --pool p --revision x",
                "a number, not x",
            ),
            (
                "meltdeck apply --context c --cluster z --pool p --revision 1 --revision 2",
                "twice",
            ),
            (
                "meltdeck apply --context c --cluster z --pool p --revision",
                "no value",
            ),
            ("meltdeck apply --context c --revision 1", "behind a --pool"),
            (
                "meltdeck apply --context c --cluster z --pool p --force 1",
                "--force is not known",
            ),
            (
                "meltdeck apply --context c --cluster z --pool p --revision 1 --operation 2",
                "no --operation",
            ),
            (
                "meltdeck retry --context c --cluster z --pool p --revision 1",
                "has no --operation",
            ),
            (
                "meltdeck retry --context c --cluster z --pool p --revision 1 --operation 2 --from 1",
                "belong to apply",
            ),
            ("meltdeck retry 'x", "not closed"),
            ("meltdeck retry x", "x is no option"),
            ("meltdeck hold --context c", "no machine"),
            ("meltdeck hold w-1", "--context"),
            ("meltdeck hold --context c --to x w-1", "takes no --to"),
            ("meltdeck assign --context c w-1", "has no --to"),
            (
                "meltdeck assign --context c --to z/p --save w-1",
                "takes no --save",
            ),
            ("meltdeck set-version --context c --to 1.2", "no --pool"),
            (
                "meltdeck set-version --context c --to 1.2 w",
                "w is no option",
            ),
            ("meltdeck hold --pool p w-1", "--pool is not known"),
        ] {
            let error = line.parse::<Command>().unwrap_err().to_string();
            assert!(error.contains(why), "{line}: {error}");
        }
    }
}
