//! Server-sent events, from bytes as they come (WHATWG HTML, section 9.2.6).

use crate::{Error, ErrorKind};

/// Reads a stream.
#[derive(Debug)]
pub(super) struct Parser {
    /// The longest event, in bytes.
    longest: usize,
    line: Vec<u8>,
    /// Whether a carriage return came last, so that a line feed belongs to it.
    was_return: bool,
    is_first_line: bool,
    data: String,
    event: String,
}

/// What came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    /// Its type; `message` unless told.
    pub(super) event: String,
    pub(super) data: String,
}

impl Parser {
    pub(super) fn new(longest: usize) -> Self {
        Self {
            longest,
            line: Vec::new(),
            was_return: false,
            is_first_line: true,
            data: String::new(),
            event: String::new(),
        }
    }

    /// The events that are whole by now.
    ///
    /// # Errors
    /// [`ErrorKind::Failed`] where one is too long; then nothing more can be read.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Sent>, Error> {
        let mut whole = Vec::new();
        for &byte in bytes {
            let was_return = std::mem::replace(&mut self.was_return, byte == b'\r');
            match byte {
                b'\n' if was_return => {}
                b'\n' | b'\r' => whole.extend(self.end_line()),
                byte => self.line.push(byte),
            }
            if self.line.len() + self.data.len() + self.event.len() > self.longest {
                let why = format!(
                    "an event of the stream is longer than {} bytes",
                    self.longest
                );
                return Err(Error::new(ErrorKind::Failed, why));
            }
        }
        Ok(whole)
    }

    fn end_line(&mut self) -> Option<Sent> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let is_first = std::mem::replace(&mut self.is_first_line, false);
        let line = if is_first {
            line.strip_prefix('\u{feff}').unwrap_or(&line)
        } else {
            &line
        };
        if line.is_empty() {
            return self.end_event();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "event" => value.clone_into(&mut self.event),
            // Comments; numbers, which an event's data hold too; the pause, which is this program's business.
            _ => {}
        }
        None
    }

    fn end_event(&mut self) -> Option<Sent> {
        let event = std::mem::take(&mut self.event);
        let mut data = std::mem::take(&mut self.data);
        data.pop()?;
        let event = if event.is_empty() {
            "message".to_owned()
        } else {
            event
        };
        Some(Sent { event, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(event: &str, data: &str) -> Sent {
        Sent {
            event: event.to_owned(),
            data: data.to_owned(),
        }
    }

    const STREAM: &str = "\u{feff}: hello\n\nevent: fleet\ndata: {}\nid: 1\n\ndata:a\r\ndata: b\r\nretry: 5\r\n\r\n\
                          event: none\n\ndata\rdata:  c\r\rdata: cut off";

    #[test]
    fn a_stream_is_read_in_pieces_of_any_size() {
        let expected = [
            sent("fleet", "{}"),
            sent("message", "a\nb"),
            sent("message", "\n c"),
        ];
        for size in [1, 2, 3, 7, STREAM.len()] {
            let mut parser = Parser::new(1000);
            let pieces = STREAM.as_bytes().chunks(size);
            let read: Vec<Sent> = pieces
                .flat_map(|piece| parser.feed(piece).unwrap())
                .collect();
            assert_eq!(read, expected, "{size}");
        }
    }

    #[test]
    fn a_line_or_an_event_that_does_not_end_is_given_up() {
        for endless in [
            "data: x".repeat(5),
            "data: x\n".repeat(40),
            "data\n".repeat(40),
        ] {
            let why = Parser::new(30).feed(endless.as_bytes()).unwrap_err();
            assert!(why.to_string().contains("longer than 30 bytes"), "{why}");
        }
        let mut parser = Parser::new(30);
        for _ in 0..100 {
            assert_eq!(parser.feed(b": still here\n\n"), Ok(Vec::new()));
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_as_such() {
        let read = Parser::new(100).feed(b"data: \xff\n\n");
        assert_eq!(read, Ok(vec![sent("message", "\u{fffd}")]));
    }
}
