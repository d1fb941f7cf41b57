//! Reading a scenario file: the one place of this crate that touches the file system.

use std::io::Read;
use std::path::Path;

use super::{Preset, Scenario, ScenarioError};

/// The largest scenario file, in bytes.
const LARGEST: u64 = 64 << 20;

impl Scenario {
    /// Reads and checks the scenario file at `path`. Its name is the file's, without folder and extension.
    ///
    /// # Errors
    /// When the file cannot be read, or anything in it is wrong: every problem at once.
    pub fn load(path: &Path) -> Result<Self, ScenarioError> {
        Self::load_as(path, None)
    }

    /// As [`Scenario::load`], with pools that name no preset behaving like this one, whatever the file's top level says.
    ///
    /// # Errors
    /// As [`Scenario::load`].
    pub fn load_as(path: &Path, preset: Option<Preset>) -> Result<Self, ScenarioError> {
        let file = path.display().to_string();
        let text = text(path)?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        Self::parse_as(&text, &file, &stem, preset)
    }
}

/// The text of a file that somebody wrote.
///
/// # Errors
/// When it cannot be read, is no text, or is larger than 64 MiB.
pub fn text(path: &Path) -> Result<String, ScenarioError> {
    let file = path.display().to_string();
    let unreadable = |why: &str| ScenarioError::unreadable(&file, why);
    let about = std::fs::metadata(path).map_err(|error| unreadable(&error.to_string()))?;
    if about.is_dir() {
        return Err(unreadable("it is a folder"));
    }
    if about.len() > LARGEST {
        return Err(unreadable("it is larger than 64 MiB"));
    }
    let file_error = |error: std::io::Error| unreadable(&error.to_string());
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(path).map_err(file_error)?;
    // A device may have more to give than its size says.
    opened
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(file_error)?;
    if bytes.len() as u64 > LARGEST {
        return Err(unreadable("it is larger than 64 MiB"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
        ScenarioError::not_text(&file, &before)
    })
}
