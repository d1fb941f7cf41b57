//! The file of a journal: appended to by several programs, read on from where one was.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use super::Line;

/// How much of a file is read at first, at most: its end. That is thousands of lines.
const MOST: u64 = 1 << 20;

/// How far a file was read.
#[derive(Debug, Default)]
pub(super) struct File {
    /// Which file it was.
    inode: u64,
    read: u64,
}

impl File {
    /// The whole lines that were not read before. What is no line of a journal is passed over: it was not written to its
    /// end, or a newer program wrote it.
    pub(super) fn read_on(&mut self, path: &Path) -> io::Result<Vec<Line>> {
        let mut file = match fs::File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let metadata = file.metadata()?;
        let (inode, length) = (metadata.ino(), metadata.len());
        if self.inode != inode || length < self.read {
            *self = Self { inode, read: 0 };
        }
        let skips = length - self.read > MOST;
        if skips {
            self.read = length - MOST;
        }
        file.seek(SeekFrom::Start(self.read))?;
        let mut reader = BufReader::new(file.take(length - self.read));
        let mut lines = Vec::new();
        let mut text = Vec::new();
        let mut is_cut = skips;
        while reader.read_until(b'\n', &mut text)? > 0 && text.ends_with(b"\n") {
            self.read += text.len() as u64;
            if !is_cut {
                lines.extend(serde_json::from_slice::<Line>(&text));
            }
            is_cut = false;
            text.clear();
        }
        Ok(lines)
    }
}

/// Appends a line, and is sure of it. File and folder are for nobody else's eyes: names of machines are not public.
pub(super) fn append(path: &Path, line: &Line) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true).mode(0o600);
    let mut file = options.open(path)?;
    let mut text = Vec::new();
    if !ends_whole(&mut file)? {
        text.push(b'\n');
    }
    serde_json::to_writer(&mut text, line)?;
    text.push(b'\n');
    // In one write, which the system keeps apart from those of others.
    let written = file.write(&text)?;
    if written < text.len() {
        return Err(io::Error::from(io::ErrorKind::WriteZero));
    }
    file.sync_data()
}

/// Whether there is no line that was not written to its end.
fn ends_whole(file: &mut fs::File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}
