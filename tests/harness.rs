//! What the whole-system tests share: the program run in memory, the console without a terminal, the places of the
//! tree.

#[path = "console.rs"]
pub mod console;
#[path = "served.rs"]
pub mod served;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub use console::{Console, screen_of};
use proptest::test_runner::{Config as ProptestConfig, RngSeed};
use tui::Streams;

/// What the program said to one command line.
#[derive(Debug, PartialEq, Eq)]
pub struct Said {
    /// Its exit code.
    pub code: u8,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

/// Runs the program in this process, as `meltdeck ARGS…` would run it without a terminal.
pub fn meltdeck<A: Into<OsString>>(args: impl IntoIterator<Item = A>) -> Said {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let args = std::iter::once("meltdeck".into()).chain(args.into_iter().map(Into::into));
    let code = tui::run_on(
        args,
        &mut Streams {
            out: &mut out,
            err: &mut err,
            has_terminal: false,
            err_is_terminal: false,
        },
    );
    let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
    Said {
        code,
        out: text(out),
        err: text(err),
    }
}

/// Random cases that are the same in every run of the tests, `cases` of them. Other ones are tried with
/// `PROPTEST_RNG_SEED` and more with `PROPTEST_CASES`.
pub fn same_cases(cases: u32) -> ProptestConfig {
    let asked = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|value| value.parse::<u64>().ok())
    };
    let more = asked("PROPTEST_CASES").and_then(|cases| u32::try_from(cases).ok());
    ProptestConfig {
        cases: more.unwrap_or(cases),
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(asked("PROPTEST_RNG_SEED").unwrap_or(1)),
        ..ProptestConfig::default()
    }
}

/// The root of the project.
pub fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package
        .parent()
        .expect("this package stands in the project")
}

/// Every scenario of the project that has a summary of its own, in order of their names.
pub fn scenarios() -> Vec<PathBuf> {
    scenarios_in("scenarios")
}

/// Every scenario of a folder of the project, without those of folders in it, in order of their names.
pub fn scenarios_in(folder: &str) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(root().join(folder)).expect("the project has the folder");
    let mut files: Vec<_> = folder
        .map(|entry| entry.expect("a folder can be listed").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    files
}

/// A scenario file of this text, which is removed when the value is dropped.
#[derive(Debug)]
pub struct ScenarioFile(PathBuf);

impl ScenarioFile {
    /// Writes the file. `name` tells it from those of other tests.
    pub fn new(name: &str, text: &str) -> Self {
        let file = format!("meltdeck-{}-{name}.toml", std::process::id());
        let path = std::env::temp_dir().join(file);
        std::fs::write(&path, text).expect("the folder for temporary files can be written to");
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for ScenarioFile {
    fn drop(&mut self) {
        // A file left behind is no test's failure.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A folder for files of one test, which is removed when the value is dropped.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Makes the folder. `name` tells it from those of other tests.
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("meltdeck-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the folder for temporary files can be written to");
        Self(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file in it, and says where that is.
    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("the folder for temporary files can be written to");
        path.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder left behind is no test's failure.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
