//! Where the file of contexts is, and what paths in it mean.

use std::path::{Path, PathBuf};

use super::Variables;

/// The file of contexts: the one that `MELTDECK_CONFIG` names, or `meltdeck/config.toml` in `$XDG_CONFIG_HOME`, which is
/// `~/.config` where it is not set (<https://specifications.freedesktop.org/basedir-spec/latest/>). `None`: neither of these
/// is known.
pub(crate) fn of_file(variable: Variables<'_>) -> Option<PathBuf> {
    if let Some(named) = variable("MELTDECK_CONFIG") {
        return Some(PathBuf::from(named));
    }
    // The specification says to ignore a path that is not absolute.
    let folder = variable("XDG_CONFIG_HOME").map(PathBuf::from);
    let folder = folder.filter(|folder| folder.is_absolute());
    let folder = folder.or_else(|| Some(PathBuf::from(variable("HOME")?).join(".config")));
    Some(folder?.join("meltdeck").join("config.toml"))
}

/// A path that the file of contexts says: `~/` is the home folder, and what is not absolute is beside the file.
pub(super) fn beside(file: &Path, path: &str, variable: Variables<'_>) -> PathBuf {
    if let Some(rest) = path.strip_prefix("~/")
        && let Some(home) = variable("HOME")
    {
        return Path::new(&home).join(rest);
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    folder.join(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(set: &[(&str, &str)]) -> Option<String> {
        let found = of_file(&|name| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        });
        found.map(|path| path.display().to_string())
    }

    #[test]
    fn the_file_is_where_the_specification_says_unless_another_is_named() {
        let home = ("HOME", "/home/ada");
        for (set, expected) in [
            (&[home][..], "/home/ada/.config/meltdeck/config.toml"),
            (
                &[home, ("XDG_CONFIG_HOME", "/etc/ada")],
                "/etc/ada/meltdeck/config.toml",
            ),
            (
                &[home, ("XDG_CONFIG_HOME", "etc")],
                "/home/ada/.config/meltdeck/config.toml",
            ),
            (&[home, ("MELTDECK_CONFIG", "here.toml")], "here.toml"),
        ] {
            assert_eq!(place(set).as_deref(), Some(expected), "{set:?}");
        }
        assert_eq!(place(&[]), None);
    }

    #[test]
    fn paths_are_beside_the_file_or_at_home() {
        let file = Path::new("/etc/meltdeck/config.toml");
        let home: Variables<'_> = &|name| (name == "HOME").then(|| "/home/ada".to_owned());
        for (path, expected) in [
            ("key", "/etc/meltdeck/key"),
            ("../key", "/etc/meltdeck/../key"),
            ("/run/key", "/run/key"),
            ("~/key", "/home/ada/key"),
            ("~ada/key", "/etc/meltdeck/~ada/key"),
        ] {
            assert_eq!(beside(file, path, home).to_str(), Some(expected), "{path}");
        }
        assert_eq!(
            beside(file, "~/key", &|_| None).to_str(),
            Some("/etc/meltdeck/~/key")
        );
    }
}
