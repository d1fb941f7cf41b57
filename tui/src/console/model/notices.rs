//! What to tell the operator for a while: several things at once, the newest last.

use std::collections::VecDeque;
use std::time::Duration;

use appliance::Text;

use super::Tone;

/// Something told to the operator for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What.
    pub text: Text,
    /// How it is meant.
    pub tone: Tone,
    /// How long it stays.
    left: Duration,
    /// Whether it makes room for the next of its kind.
    is_passing: bool,
}

/// What the operator let the clock run to, of which the events that come next will tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// The end of an operation, or a failure.
    End,
    /// The next event, after the one with this number.
    Step(u64),
}

/// What is told at present, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notices(VecDeque<Notice>);

/// How long a notice stays; what went wrong takes longer to read.
const STAYS: Duration = Duration::from_secs(6);
const BAD_STAYS: Duration = Duration::from_secs(15);
/// Notices that are kept; older ones make room.
const MOST: usize = 8;

impl Notices {
    /// Tells something in the place of what was told so before: what is soon outdated.
    pub fn tell_in_passing(&mut self, tone: Tone, text: Text) {
        self.0.retain(|notice| !notice.is_passing);
        self.tell(tone, text);
        if let Some(notice) = self.0.back_mut() {
            notice.is_passing = true;
        }
    }

    /// Tells something. What is told already is told anew, not twice.
    pub fn tell(&mut self, tone: Tone, text: Text) {
        self.0
            .retain(|notice| notice.text != text || notice.tone != tone);
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        let left = if tone == Tone::Bad { BAD_STAYS } else { STAYS };
        self.0.push_back(Notice {
            text,
            tone,
            left,
            is_passing: false,
        });
    }

    /// Lets time go by.
    pub fn age(&mut self, elapsed: Duration) {
        for notice in &mut self.0 {
            notice.left = notice.left.saturating_sub(elapsed);
        }
        self.0.retain(|notice| !notice.left.is_zero());
    }

    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes everything that is told, the oldest first, to tell it elsewhere.
    pub fn take_all(&mut self) -> impl Iterator<Item = (Tone, Text)> + '_ {
        self.0.drain(..).map(|notice| (notice.tone, notice.text))
    }

    /// What is told, the newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Notice> {
        self.0.iter().rev()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(notices: &Notices) -> Vec<&str> {
        notices
            .newest_first()
            .map(|notice| notice.text.as_str())
            .collect()
    }

    #[test]
    fn notices_stand_beside_each_other_and_go_one_by_one() {
        let mut notices = Notices::default();
        notices.tell(Tone::Bad, "refused".into());
        notices.tell(Tone::Good, "done".into());
        notices.age(Duration::from_secs(5));
        notices.tell(Tone::Warning, "look".into());
        assert_eq!(told(&notices), ["look", "done", "refused"]);
        notices.tell(Tone::Bad, "refused".into());
        assert_eq!(told(&notices), ["refused", "look", "done"]);
        notices.age(Duration::from_secs(1));
        assert_eq!(told(&notices), ["refused", "look"]);
        notices.age(Duration::from_secs(14));
        assert!(notices.is_empty());
    }

    #[test]
    fn what_is_told_in_passing_makes_room_for_the_next() {
        let mut notices = Notices::default();
        notices.tell_in_passing(Tone::Plain, "step 1".into());
        notices.tell(Tone::Good, "done".into());
        notices.tell_in_passing(Tone::Plain, "step 2".into());
        assert_eq!(told(&notices), ["step 2", "done"]);
    }

    #[test]
    fn old_notices_make_room() {
        let mut notices = Notices::default();
        for number in 0..20 {
            notices.tell(Tone::Plain, format!("{number}").into());
        }
        assert_eq!(told(&notices).len(), MOST);
        assert_eq!(told(&notices)[0], "19");
    }
}
