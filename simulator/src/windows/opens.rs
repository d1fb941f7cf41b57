//! The civil times at which a window opens: on weekdays, on the n-th weekday of a month, by a cron pattern.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;

/// The weekdays by their first three letters.
pub(crate) const WEEKDAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// The words for the n-th weekday of a month, and how often that weekday has been.
const ORDINALS: [(&str, Nth); 11] = [
    ("1st", Nth::From(1)),
    ("2nd", Nth::From(2)),
    ("3rd", Nth::From(3)),
    ("4th", Nth::From(4)),
    ("5th", Nth::From(5)),
    ("first", Nth::From(1)),
    ("second", Nth::From(2)),
    ("third", Nth::From(3)),
    ("fourth", Nth::From(4)),
    ("fifth", Nth::From(5)),
    ("last", Nth::Last),
];

/// For how many years a start is looked for.
pub(super) const PATIENCE_YEARS: i16 = 30;

/// The civil times at which a window opens.
#[derive(Clone, Debug, PartialEq)]
pub enum Schedule {
    /// At any of these, in the weeks that count.
    Days {
        /// Days and times.
        opens: Vec<Opens>,
        /// The weeks.
        weeks: Weeks,
    },
    /// By a cron pattern. It is evaluated on civil time, whose days have 24 hours, and what it gives is mapped to
    /// instants by the window's rule: a pattern that fires in a skipped hour opens by that rule, while robfig/cron (of
    /// Kubernetes' `CronJob` and Karpenter) leaves it out, and fires twice in an hour that is repeated.
    Cron(Box<Cron>),
}

/// A time of day on certain days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opens {
    days: Days,
    time: Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Days {
    /// A bit for each weekday, Monday's the lowest.
    Weekdays(u8),
    Nth(Nth, Weekday),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nth {
    From(i8),
    Last,
}

/// The weeks in which a window opens, weeks beginning on Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weeks {
    /// All of them.
    All,
    /// The week of a date and every `every`-th after it; none before it.
    From {
        /// A date of the first.
        first: Date,
        /// How many weeks there are from each to the next.
        every: u32,
    },
}

impl Opens {
    /// `Sat 22:00`, `Mon,Wed 22:00`, `Mon-Fri 22:00`, `daily 22:00`, `22:00`, `2nd Tue 22:00`, `last Fri 23:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let (days, time) = match text.rsplit_once(char::is_whitespace) {
            Some((days, time)) => (days.trim(), time),
            None => ("daily", text.as_str()),
        };
        let time = clock_time(time)?;
        if days == "daily" {
            let days = Days::Weekdays(0x7f);
            return Some(Self { days, time });
        }
        let ordinal = days.split_once(char::is_whitespace);
        let nth = ordinal.and_then(|(ordinal, weekday)| {
            let (_, nth) = ORDINALS.into_iter().find(|(word, _)| *word == ordinal)?;
            weekday_named(weekday.trim()).map(|weekday| Days::Nth(nth, weekday))
        });
        let days = match nth {
            Some(days) => days,
            None => Days::Weekdays(weekdays(days)?),
        };
        Some(Self { days, time })
    }

    /// Whether it is about the n-th weekday of a month.
    pub fn is_monthly(self) -> bool {
        matches!(self.days, Days::Nth(..))
    }

    fn is_on(self, date: Date) -> bool {
        match self.days {
            Days::Weekdays(bits) => bits & bit(date.weekday()) != 0,
            Days::Nth(nth, weekday) => {
                date.weekday() == weekday
                    && match nth {
                        Nth::From(nth) => (date.day() - 1) / 7 + 1 == nth,
                        Nth::Last => date.day() + 7 > date.days_in_month(),
                    }
            }
        }
    }
}

impl Weeks {
    /// The date, or the first after it that is in a week that counts; `None` at the calendar's end.
    fn first_from(self, date: Date) -> Option<Date> {
        let Self::From { first, every } = self else {
            return Some(date);
        };
        let monday = |date: Date| {
            let since = i64::from(date.weekday().to_monday_zero_offset());
            date.checked_sub(since.days()).ok()
        };
        let first = monday(first)?;
        if date < first {
            return Some(first);
        }
        let weeks = (date - first).get_days() / 7;
        let every = i32::try_from(every).ok()?.max(1);
        let behind = weeks % every;
        if behind == 0 {
            return Some(date);
        }
        let next = i64::from(weeks - behind + every);
        first.checked_add((next * 7).days()).ok()
    }
}

impl Schedule {
    /// The schedule of a cron pattern of five fields, as Vixie's cron reads it: a day matches when the day of the month
    /// or the weekday does, and when both do where one of the two begins with `*`.
    ///
    /// # Errors
    /// What is wrong with the pattern.
    pub fn cron(pattern: &str) -> Result<Self, String> {
        let fields: Vec<&str> = pattern.split_whitespace().collect();
        let [_, _, day, _, weekday] = fields[..] else {
            return Err(format!("which has {} fields instead of 5", fields.len()));
        };
        let needs_both = [day, weekday].iter().any(|field| field.starts_with('*'));
        let parser = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .dom_and_dow(needs_both)
            .build();
        match parser.parse(pattern) {
            Ok(cron) => Ok(Self::Cron(Box::new(cron))),
            Err(error) => Err(format!("which is no cron pattern: {error}")),
        }
    }

    /// The first start at `from` or after it; `None` when there is none within decades.
    pub(super) fn next(&self, from: DateTime) -> Option<DateTime> {
        match self {
            Self::Days { opens, weeks } => next_day(opens, *weeks, from),
            Self::Cron(cron) => next_by_cron(cron, from),
        }
    }
}

fn next_day(opens: &[Opens], weeks: Weeks, from: DateTime) -> Option<DateTime> {
    let mut date = weeks.first_from(from.date())?;
    let last = date.year().saturating_add(PATIENCE_YEARS);
    while date.year() <= last {
        let today = opens.iter().filter(|opens| opens.is_on(date));
        let starts = today.map(|opens| date.to_datetime(opens.time));
        if let Some(starts) = starts.filter(|starts| *starts >= from).min() {
            return Some(starts);
        }
        date = weeks.first_from(date.tomorrow().ok()?)?;
    }
    None
}

/// The years in which a cron pattern is evaluated: the calendar repeats itself after 400 years, weekdays included, and
/// the library looks no further than the year 5000.
const CYCLE: i16 = 400;

fn next_by_cron(cron: &Cron, from: DateTime) -> Option<DateTime> {
    let shift = from.year().div_euclid(CYCLE) * CYCLE - 2000;
    let moved = |at: DateTime, by: i16| at.with().year(at.year() + by).build().ok();
    let from = moved(from, -shift)?.to_zoned(TimeZone::UTC).ok()?;
    let found = cron.find_next_occurrence(&from, true).ok()?;
    let patience = from.year() + PATIENCE_YEARS;
    let found = found.datetime();
    (found.year() <= patience).then(|| moved(found, shift))?
}

/// `mon`, `mon,wed`, `mon-fri`, `fri-mon`, `mon-wed, sat`, in small letters: a bit for each weekday.
fn weekdays(text: &str) -> Option<u8> {
    let mut bits = 0;
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let first = weekday_named(first.trim())?;
        let last = weekday_named(last.trim())?;
        bits |= bit(last);
        let mut day = first;
        while day != last {
            bits |= bit(day);
            day = day.next();
        }
    }
    Some(bits)
}

fn bit(weekday: Weekday) -> u8 {
    1 << weekday.to_monday_zero_offset()
}

/// A weekday in small letters, spelled out or not.
pub(crate) fn weekday_named(text: &str) -> Option<Weekday> {
    let full = |weekday: Weekday| format!("{weekday:?}").to_lowercase();
    let named = WEEKDAYS
        .into_iter()
        .find(|(short, weekday)| text == *short || text == full(*weekday));
    named.map(|(_, weekday)| weekday)
}

/// `03:12` or `03:12:30`.
pub(crate) fn clock_time(text: &str) -> Option<Time> {
    let mut numbers = text.splitn(3, ':').map(|part| {
        let is_plain = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_plain { part.parse().ok() } else { None }
    });
    let hour: i8 = numbers.next()??;
    let minute: i8 = numbers.next()??;
    let second: i8 = numbers.next().unwrap_or(Some(0))?;
    Time::new(hour, minute, second, 0).ok()
}
