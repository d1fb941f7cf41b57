//! Where a key comes from, and how it is got. It is never said what it is.

use std::fmt;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use appliance::Secret;
use appliance::text::visible;

use super::Variables;

/// The longest key, in bytes, and the most that is shown of what a command complained of.
const LONGEST: u64 = 16 << 10;
/// How often it is looked whether a command has ended.
const BEAT: Duration = Duration::from_millis(5);
/// The most that is told of what a command complained of, in characters.
const TOLD: usize = 600;

const NO_KEY: &str = "holds no API key: one line of visible ASCII characters is needed";

/// Where a context's key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeySource {
    /// Nowhere: none is sent.
    None,
    /// A variable of the environment.
    Variable(String),
    /// A file that only its owner may read.
    File(PathBuf),
    /// What a program prints; the first is the program, and no shell comes between.
    Command(Vec<String>),
}

impl KeySource {
    /// The key. A command may take so long.
    ///
    /// # Errors
    /// Why there is none, in words that do not hold it.
    pub(crate) fn get(
        &self,
        variable: Variables<'_>,
        limit: Duration,
    ) -> Result<Option<Secret>, String> {
        match self {
            Self::None => Ok(None),
            Self::Variable(name) => {
                let value = variable(name).ok_or_else(|| format!("{name} is not set"))?;
                let key = key_of(&value).ok_or_else(|| format!("{name} {NO_KEY}"));
                key.map(Some)
            }
            Self::File(path) => of_file(path).map(Some),
            Self::Command(words) => of_command(words, limit).map(Some),
        }
    }
}

/// The source, without the arguments of a command: one of them may be a password.
impl fmt::Display for KeySource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => formatter.write_str("none"),
            Self::Variable(name) => write!(formatter, "variable {name}"),
            Self::File(path) => write!(formatter, "file {}", visible(&path.to_string_lossy())),
            Self::Command(words) => {
                let program = words.first().map_or("", String::as_str);
                write!(formatter, "command {}", visible(program))
            }
        }
    }
}

/// The key that a text holds, without the line break at its end; `None` where it is none. A key ends up in a header, which
/// holds nothing but visible ASCII.
pub(crate) fn key_of(text: &str) -> Option<Secret> {
    let key = text.trim_end();
    let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
    is_key.then(|| Secret::new(key))
}

fn of_file(path: &Path) -> Result<Secret, String> {
    let name = visible(&path.to_string_lossy()).into_owned();
    let unreadable = |error: io::Error| format!("{name} cannot be read: {error}");
    // To open a pipe would wait for whoever writes into it.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(format!("{name} is no file"));
    }
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.permissions().mode();
    if mode & 0o077 != 0 {
        let mode = mode & 0o777;
        return Err(format!(
            "{name} can be read by others than its owner (mode {mode:04o}): chmod 600 makes it a place for a key"
        ));
    }
    let mut text = String::new();
    file.take(LONGEST)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    key_of(&text).ok_or_else(|| format!("{name} {NO_KEY}"))
}

fn of_command(words: &[String], limit: Duration) -> Result<Secret, String> {
    let Some((program, arguments)) = words.split_first() else {
        return Err("no command is named".to_owned());
    };
    let name = visible(program).into_owned();
    let until = Instant::now() + limit;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{name} cannot be run: {error}"))?;
    let printed = child.stdout.take().map(read_aside);
    let complained = child.stderr.take().map(read_aside);
    let status = end_of(&mut child, until);
    let complaint = || {
        let left = until.saturating_duration_since(Instant::now());
        let heard = complained.and_then(|heard| heard.recv_timeout(left.max(BEAT)).ok());
        told(&heard.unwrap_or_default())
    };
    let status = status.map_err(|error| format!("{name} cannot be waited for: {error}"))?;
    let Some(status) = status else {
        let limit = limit.as_secs_f64();
        return Err(format!(
            "{name} has not ended within {limit} s{}",
            complaint()
        ));
    };
    if !status.success() {
        return Err(format!("{name} failed, {status}{}", complaint()));
    }
    // Something that it started may hold the pipe open after its end.
    let left = until.saturating_duration_since(Instant::now());
    let printed = printed.and_then(|printed| printed.recv_timeout(left.max(BEAT)).ok());
    let text = String::from_utf8(printed.unwrap_or_default()).unwrap_or_default();
    key_of(&text).ok_or_else(|| {
        format!("{name} printed no API key: one line of visible ASCII characters is needed")
    })
}

/// Reads all that comes, so that whoever writes never waits. What is too long is cut.
fn read_aside(mut from: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (tell, heard) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error is what there is.
        let _ = from.by_ref().take(LONGEST).read_to_end(&mut bytes);
        let _ = io::copy(&mut from, &mut io::sink());
        // Nobody may want it any more.
        let _ = tell.send(bytes);
    });
    heard
}

/// How a program ended; `None` where it had to be ended.
fn end_of(child: &mut Child, until: Instant) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= until {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(BEAT);
    }
}

/// What a command complained of, each of its lines as a line of its own.
fn told(complaint: &[u8]) -> String {
    let text = String::from_utf8_lossy(complaint);
    let short: String = text.trim().chars().take(TOLD).collect();
    short
        .lines()
        .map(|line| format!("\n  {}", visible(line)))
        .fold(String::new(), |all, line| all + &line)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    fn shell(script: &str, limit: Duration) -> Result<Option<Secret>, String> {
        let words = ["sh", "-c", script].map(str::to_owned);
        KeySource::Command(words.to_vec()).get(&|_| None, limit)
    }

    #[test]
    fn a_variable_holds_a_key() {
        let source = KeySource::Variable("KEY".to_owned());
        let get = |value: Option<&str>| source.get(&|_| value.map(str::to_owned), LIMIT);
        assert_eq!(get(Some("s3cret\n")), Ok(Some(Secret::new("s3cret"))));
        assert_eq!(get(None), Err("KEY is not set".to_owned()));
        for wrong in ["s3 cret", "s3cret\nmore", "s\u{e9}cret", " "] {
            let why = get(Some(wrong)).unwrap_err();
            assert!(why.contains("no API key") && !why.contains("cret"), "{why}");
        }
    }

    #[test]
    fn a_file_holds_a_key_if_nobody_else_can_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let get = || KeySource::File(path.clone()).get(&|_| None, LIMIT);
        assert!(get().unwrap_err().contains("cannot be read"));
        std::fs::write(&path, "s3cret\n").unwrap();
        for (mode, is_private) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            match get() {
                Ok(key) => assert!(is_private && key == Some(Secret::new("s3cret")), "{mode:o}"),
                Err(why) => {
                    assert!(!is_private && why.contains("chmod 600"), "{why}");
                    assert!(!why.contains("s3cret"), "{why}");
                }
            }
        }
        let why = KeySource::File(folder.path().into()).get(&|_| None, LIMIT);
        assert!(why.unwrap_err().ends_with("is no file"));
    }

    #[test]
    fn a_command_prints_a_key_without_a_shell() {
        assert_eq!(
            shell("echo warning >&2; echo s3cret", LIMIT),
            Ok(Some(Secret::new("s3cret")))
        );
        let words = ["echo", "$HOME"].map(str::to_owned);
        let key = KeySource::Command(words.to_vec()).get(&|_| None, LIMIT);
        assert_eq!(key, Ok(Some(Secret::new("$HOME"))));
    }

    #[test]
    fn of_a_command_that_fails_its_complaint_is_told_and_never_what_it_printed() {
        let why = shell(
            "echo s3cret; printf 'locked\\033[31m\\nvault' >&2; exit 3",
            LIMIT,
        );
        let why = why.unwrap_err();
        assert!(why.contains("3\n  locked\\u{1b}[31m\n  vault"), "{why}");
        assert!(!why.contains("s3cret"), "{why}");
        let why = shell("echo s3cret and more", LIMIT).unwrap_err();
        assert_eq!(
            why,
            "sh printed no API key: one line of visible ASCII characters is needed"
        );
        let missing = KeySource::Command(vec!["/nowhere/pass".to_owned()]);
        let why = missing.get(&|_| None, LIMIT).unwrap_err();
        assert!(why.starts_with("/nowhere/pass cannot be run"), "{why}");
    }

    #[test]
    fn a_command_is_not_waited_for_longer_than_it_may_take() {
        let why = shell("echo s3cret; echo slow >&2; exec sleep 60", Duration::ZERO);
        let why = why.unwrap_err();
        assert!(why.starts_with("sh has not ended within 0 s"), "{why}");
        assert!(!why.contains("s3cret"), "{why}");
    }

    #[test]
    fn a_command_that_prints_without_end_is_cut() {
        let why = shell("head -c 1000000 /dev/zero | tr '\\0' x; exit 1", LIMIT);
        assert!(why.unwrap_err().starts_with("sh failed"));
    }

    #[test]
    fn a_source_is_named_without_the_arguments_of_a_command() {
        let words = ["pass", "--password=s3cret"].map(str::to_owned);
        assert_eq!(
            KeySource::Command(words.to_vec()).to_string(),
            "command pass"
        );
    }
}
