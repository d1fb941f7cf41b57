//! Names that a scenario can have: each of them once, and none of a kind that it makes up itself.

use std::collections::BTreeSet;

use simulator::scenario::is_name;

use super::Notes;

/// The longest name: what is put behind one, as for spare machines, must fit too.
const LONGEST: usize = 200;

/// Names that are taken.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    /// The name that something is to have, or else another one that is free. `what` says what it is, with its number.
    pub(super) fn give(
        &mut self,
        wanted: &str,
        otherwise: &str,
        what: &str,
        notes: &mut Notes,
    ) -> String {
        let is_usable = is_name(wanted) && wanted.chars().count() <= LONGEST && !is_spare(wanted);
        if is_usable && self.taken.insert(wanted.to_owned()) {
            return wanted.to_owned();
        }
        let mut name = otherwise.to_owned();
        let mut number = 1;
        while !self.taken.insert(name.clone()) {
            number += 1;
            name = format!("{otherwise}.{number}");
        }
        let short: String = wanted.chars().take(60).collect();
        notes.renamed(format!("{what} \"{short}\" is called {name} here"));
        name
    }
}

/// Whether a name is such as those of the spare machines of a rollout.
fn is_spare(name: &str) -> bool {
    let number = name.rsplit_once("-surge-").map(|(_, number)| number);
    number.is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_given_once_and_only_if_a_scenario_can_have_it() {
        let mut names = Names::default();
        let mut notes = Notes::default();
        let long = "x".repeat(201);
        let given: Vec<_> = ["w-1", "w-1", "", " w", "w-surge-3", "w-surge-x", &long]
            .into_iter()
            .map(|wanted| names.give(wanted, "machine-7", "machine 7", &mut notes))
            .collect();
        assert_eq!(
            given,
            [
                "w-1",
                "machine-7",
                "machine-7.2",
                "machine-7.3",
                "machine-7.4",
                "w-surge-x",
                "machine-7.5"
            ]
        );
        assert_eq!(notes.renamed.len(), 5);
        assert_eq!(
            notes.renamed[0],
            "machine 7 \"w-1\" is called machine-7 here"
        );
    }
}
