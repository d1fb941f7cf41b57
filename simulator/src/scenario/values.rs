//! The single values of a scenario: every quantity carries its unit in its text.

use jiff::{SpanRelativeTo, Unit};

use super::problem::{Problems, did_you_mean};
use super::section::Item;
use crate::engine::Span;

/// A count, or a share of a pool.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// So many.
    Count(u32),
    /// A share in parts per million, from 1 to 1,000,000: integers, since 29 % of 100 is 29 and not 28.999….
    Share(u32),
}

impl Amount {
    /// The count that this is of `of` things: a share is rounded up or down, and is at least 1.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a share of a u32 is at most that u32"
    )]
    pub fn of(self, of: u32, rounds_up: bool) -> u32 {
        const WHOLE: u64 = 1_000_000;
        let parts = match self {
            Self::Count(count) => return count,
            Self::Share(parts) => u64::from(of) * u64::from(parts),
        };
        let count = if rounds_up {
            parts.div_ceil(WHOLE)
        } else {
            parts / WHOLE
        };
        (count as u32).max(1)
    }
}

/// The longest name: a DNS name's 253 characters.
const LONGEST_NAME: usize = 253;
/// The largest count of anything that a scenario may ask for.
pub(super) const LARGEST_COUNT: u32 = 10_000_000;

const DURATION: &str =
    "a duration of at most 36500 days with its unit, as \"90s\", \"30m\" or \"1h 30m\"";

/// A duration, zero included.
pub(super) fn duration(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Span> {
    let span = item.as_str().and_then(parse_duration);
    if span.is_none() {
        item.refuse(problems, DURATION);
    }
    span
}

/// A duration longer than zero.
pub(super) fn positive_duration(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Span> {
    let span = duration(item, problems)?;
    if span.is_zero() {
        item.refuse(problems, "a duration longer than zero");
        return None;
    }
    Some(span)
}

/// A value that a word switches off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Switched<T> {
    /// The word stands there.
    Off,
    /// The value does.
    On(T),
}

impl<T> Switched<T> {
    /// The value, if it is not switched off.
    pub(super) fn on(self) -> Option<T> {
        match self {
            Self::Off => None,
            Self::On(value) => Some(value),
        }
    }
}

/// A value, or the word `off` that switches it off. `allowed` says what the value can be.
pub(super) fn unless<T>(
    off: &'static str,
    allowed: &'static str,
    read: impl FnOnce(&Item<'_, '_>) -> Option<T>,
) -> impl FnOnce(&Item<'_, '_>, &mut Problems<'_>) -> Option<Switched<T>> {
    move |item, problems| {
        if item.as_str() == Some(off) {
            return Some(Switched::Off);
        }
        let value = read(item);
        if value.is_none() {
            item.refuse(problems, &format!("{allowed}, or \"{off}\""));
        }
        value.map(Switched::On)
    }
}

/// A time-out: a duration longer than zero, or `"none"`.
pub(super) fn time_out(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Switched<Span>> {
    let read = |item: &Item<'_, '_>| {
        let span = item.as_str().and_then(parse_duration);
        span.filter(|span| !span.is_zero())
    };
    unless("none", "a duration longer than zero", read)(item, problems)
}

/// A count of at least 1, or the word `off`.
pub(super) fn count_unless(
    off: &'static str,
) -> impl FnOnce(&Item<'_, '_>, &mut Problems<'_>) -> Option<Switched<u32>> {
    unless(off, "a count of at least 1", |item| {
        whole_number(item).filter(|number| (1..=LARGEST_COUNT).contains(number))
    })
}

/// A count of at least 1, a percentage, or the word `off`.
pub(super) fn amount_unless(
    off: &'static str,
) -> impl FnOnce(&Item<'_, '_>, &mut Problems<'_>) -> Option<Switched<Amount>> {
    unless(
        off,
        "a count of at least 1, a percentage above 0% and up to 100%",
        |item| {
            let share = item.as_str().and_then(parse_percentage);
            let count = whole_number(item).filter(|number| (1..=LARGEST_COUNT).contains(number));
            match share {
                Some(share) => parts_per_million(share).map(Amount::Share),
                None => count.map(Amount::Count),
            }
        },
    )
}

/// A number that fits, without a word about one that does not.
pub(super) fn whole_number(item: &Item<'_, '_>) -> Option<u32> {
    item.as_integer()
        .and_then(|number| u32::try_from(number).ok())
}

/// `90s`, `1h 30m`, `1.5h`, `2 weeks`: units from milliseconds to weeks, a day being 24 hours.
pub(super) fn parse_duration(text: &str) -> Option<Span> {
    let span: jiff::Span = text.trim().parse().ok()?;
    let has_calendar_units = span.get_years() != 0 || span.get_months() != 0;
    if span.is_negative() || has_calendar_units || text.trim_start().starts_with(['P', 'p']) {
        return None;
    }
    let millis = span
        .total((Unit::Millisecond, SpanRelativeTo::days_are_24_hours()))
        .ok()?;
    (millis <= Span::LONGEST.as_millis_f64()).then(|| Span::nearest(millis))
}

/// A count of at least 1.
pub(super) fn count(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<u32> {
    bounded(1, LARGEST_COUNT)(item, problems)
}

/// A whole number from `least` to `most`.
pub(super) fn bounded(
    least: u32,
    most: u32,
) -> impl Fn(&Item<'_, '_>, &mut Problems<'_>) -> Option<u32> {
    move |item, problems| {
        let number = whole_number(item).filter(|number| (least..=most).contains(number));
        if number.is_none() {
            item.refuse(problems, &format!("a whole number from {least} to {most}"));
        }
        number
    }
}

/// A whole number from 0 on, as seeds are.
pub(super) fn seed(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<u64> {
    let number = item
        .as_integer()
        .and_then(|number| u64::try_from(number).ok());
    if number.is_none() {
        item.refuse(problems, "a whole number from 0 to 9223372036854775807");
    }
    number
}

/// A number above zero.
pub(super) fn positive_number(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<f64> {
    let number = item
        .as_number()
        .filter(|number| *number > 0.0 && *number <= 100.0);
    if number.is_none() {
        item.refuse(problems, "a number above 0 and up to 100");
    }
    number
}

/// A probability: `"2%"` or `0.02`, from 0 to 1.
pub(super) fn probability(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<f64> {
    let share = item
        .as_str()
        .and_then(parse_percentage)
        .or(item.as_number());
    let share = share.filter(|share| (0.0..=1.0).contains(share));
    if share.is_none() {
        item.refuse(problems, "a probability, as \"2%\" or 0.02");
    }
    share
}

/// `true` or `false`.
pub fn flag(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<bool> {
    let flag = item.value.get_ref().as_bool();
    if flag.is_none() {
        item.refuse(problems, "true or false");
    }
    flag
}

/// The elements of an array of at least one, each as `read` understands it. `one` names what an element is.
pub(super) fn list<T>(
    item: &Item<'_, '_>,
    problems: &mut Problems<'_>,
    one: &str,
    mut read: impl FnMut(&Item<'_, '_>, &mut Problems<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let elements = item.elements().filter(|elements| !elements.is_empty());
    let Some(elements) = elements else {
        item.refuse(problems, &format!("an array of at least one {one}"));
        return None;
    };
    let read: Vec<_> = elements
        .iter()
        .filter_map(|element| read(element, problems))
        .collect();
    (read.len() == elements.len()).then_some(read)
}

/// A count of at least 1, or a percentage above 0 % and up to 100 %.
pub(super) fn amount(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<Amount> {
    amount_from(1)(item, problems)
}

/// A count of at least `least`, or a percentage above 0 % and up to 100 %.
pub(super) fn amount_from(
    least: u32,
) -> impl Fn(&Item<'_, '_>, &mut Problems<'_>) -> Option<Amount> {
    move |item, problems| {
        let share = item.as_str().and_then(parse_percentage);
        let counted = whole_number(item).filter(|number| (least..=LARGEST_COUNT).contains(number));
        let amount = match share {
            Some(share) => parts_per_million(share).map(Amount::Share),
            None => counted.map(Amount::Count),
        };
        if amount.is_none() {
            let percentage = "a percentage above 0% and up to 100%, as \"25%\"";
            let allowed = format!("a count of at least {least}, or {percentage}");
            item.refuse(problems, &allowed);
        }
        amount
    }
}

/// A whole percentage from 0 % to 100 %, in parts per million.
pub(super) fn whole_percentage(text: &str) -> Option<u32> {
    let percent: u32 = text.strip_suffix('%')?.parse().ok()?;
    (percent <= 100 && !text.starts_with('+')).then_some(percent * 10_000)
}

fn parse_percentage(text: &str) -> Option<f64> {
    let number: f64 = text.trim().strip_suffix('%')?.trim_end().parse().ok()?;
    number.is_finite().then_some(number / 100.0)
}

/// A share above 0 and up to 1 in parts per million.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range was checked just before"
)]
fn parts_per_million(share: f64) -> Option<u32> {
    let parts = (share * 1e6).round();
    (1.0..=1e6).contains(&parts).then_some(parts as u32)
}

/// A name: printable, without blanks around it, not too long.
pub fn name(item: &Item<'_, '_>, problems: &mut Problems<'_>) -> Option<String> {
    let name = item.as_str().filter(|name| is_name(name));
    if name.is_none() {
        item.refuse(
            problems,
            "a name of 1 to 253 printable characters without blanks around it",
        );
    }
    name.map(str::to_owned)
}

/// Whether `name` can be a name.
pub fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.trim() == name
        && name.chars().count() <= LONGEST_NAME
        && matches!(
            appliance::text::visible(name),
            std::borrow::Cow::Borrowed(_)
        )
}

/// One of several words, each standing for a value.
pub(super) fn word<T: Copy>(
    words: &[(&'static str, T)],
) -> impl Fn(&Item<'_, '_>, &mut Problems<'_>) -> Option<T> {
    move |item, problems| {
        let found = item.as_str().unwrap_or_default();
        let value = words.iter().find(|(word, _)| *word == found);
        if value.is_none() {
            let allowed = quoted(words.iter().map(|(word, _)| *word));
            let hint = did_you_mean(found, words.iter().map(|(word, _)| *word));
            item.refuse_with_hint(problems, &allowed, &hint);
        }
        value.map(|(_, value)| *value)
    }
}

/// `"a", "b" or "c"`.
pub(super) fn quoted<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    let mut words: Vec<String> = words
        .into_iter()
        .map(|word| format!("\"{word}\""))
        .collect();
    let last = words.pop().unwrap_or_default();
    if words.is_empty() {
        last
    } else {
        format!("{} or {last}", words.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_carry_their_unit() {
        let millis = |text| parse_duration(text).map(Span::as_millis);
        let read = [
            ("0s", 0),
            ("90s", 90_000),
            ("1h30m", 5_400_000),
            ("1h 30m", 5_400_000),
            ("1.5h", 5_400_000),
            ("250ms", 250),
            ("1d", 86_400_000),
            ("2 weeks", 1_209_600_000),
            ("5 minutes", 300_000),
        ];
        for (text, expected) in read {
            assert_eq!(millis(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "5",
            "-5s",
            "5m ago",
            "1y",
            "3 months",
            "PT5M",
            "5 parsecs",
            "9999999w",
        ] {
            assert_eq!(millis(text), None, "{text}");
        }
    }

    /// What the rollout engines' users saw: rancher/rancher#25861 (5 of 11), `OpenShift`'s floor of at least 1, the
    /// ceiling of surge-like knobs.
    #[test]
    fn shares_of_a_pool_are_rounded_exactly() {
        let of = |percent: f64, machines, up| {
            Amount::Share(parts_per_million(percent / 100.0).unwrap()).of(machines, up)
        };
        assert_eq!(of(50.0, 11, false), 5);
        assert_eq!(of(10.0, 6, false), 1);
        assert_eq!(of(29.0, 100, false), 29);
        assert_eq!(of(29.0, 100, true), 29);
        assert_eq!(of(10.0, 19, true), 2);
        assert_eq!(of(33.0, 4, true), 2);
        assert_eq!(of(33.3, 1000, false), 333);
        assert_eq!(of(0.01, 5, false), 1);
        assert_eq!(of(100.0, 7, false), 7);
        assert_eq!(Amount::Count(3).of(2, false), 3);
    }

    #[test]
    fn percentages_need_their_sign() {
        assert_eq!(parse_percentage("25%"), Some(0.25));
        assert_eq!(parse_percentage("12.5 %"), Some(0.125));
        assert_eq!(parse_percentage("25"), None);
        assert_eq!(parse_percentage("nan%"), None);
    }
}
