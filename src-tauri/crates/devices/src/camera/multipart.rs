//! Cuts a `multipart/x-mixed-replace` stream into its parts. Pure.
//!
//! Cameras are careless here: the boundary that they announce may differ from the one that they send, parts may lack a
//! Content-Length or carry a wrong one. The boundary is therefore learned from the stream's first line that begins with
//! `--`, and where a length leads astray the next boundary is looked for.

use bytes::{Buf, Bytes, BytesMut};
use memchr::memmem;

const MAX_HEADER_BYTES: usize = 8 * 1024;
const MAX_BOUNDARY_BYTES: usize = 200;

/// What the stream yielded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A part's body.
    Body(Bytes),
    /// A part over the limit, which was dropped.
    TooLarge,
}

/// Cuts a stream into parts, however its chunks split it.
#[derive(Debug)]
pub struct Parts {
    max_part_bytes: usize,
    buffer: BytesMut,
    /// The boundary with its two dashes, once it has been seen.
    delimiter: Vec<u8>,
    state: State,
    /// Up to here the buffer has been searched.
    searched: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before the first boundary, or between a part and the next boundary.
    Between,
    Headers,
    Sized(usize),
    Unsized,
}

impl Parts {
    /// Parts of at most this many bytes.
    pub fn new(max_part_bytes: usize) -> Self {
        Self {
            max_part_bytes,
            buffer: BytesMut::new(),
            delimiter: Vec::new(),
            state: State::Between,
            searched: 0,
        }
    }

    /// Takes a chunk of the stream. Call [`Parts::next_part`] until it yields nothing before the next chunk, which
    /// keeps the memory within one part and one chunk.
    pub fn push(&mut self, chunk: &[u8]) {
        self.buffer.extend_from_slice(chunk);
    }

    /// The next whole part, if it has arrived.
    pub fn next_part(&mut self) -> Option<Part> {
        loop {
            let part = match self.state {
                State::Between => self.find_boundary()?,
                State::Headers => self.read_headers()?,
                State::Sized(length) => self.take_sized(length)?,
                State::Unsized => self.take_unsized()?,
            };
            if part.is_some() {
                return part;
            }
        }
    }

    /// Goes to the headers behind the next boundary line; `None` where more bytes are needed.
    fn find_boundary(&mut self) -> Option<Option<Part>> {
        if self.delimiter.is_empty() {
            return self.learn_boundary();
        }
        let Some(at) = self.find(&self.delimiter.clone()) else {
            self.forget_searched();
            return None;
        };
        let line = self.buffer.get(at..)?;
        match memchr::memchr(b'\n', line) {
            Some(end) => self.enter(State::Headers, at + end + 1),
            // The boundary's bytes by chance, in the middle of something else.
            None if line.len() > MAX_HEADER_BYTES => self.enter(State::Between, at + self.delimiter.len()),
            None => return None,
        }
        Some(None)
    }

    fn learn_boundary(&mut self) -> Option<Option<Part>> {
        let Some(end) = memchr::memchr(b'\n', &self.buffer) else {
            // No boundary is that long: this is no multipart stream, or we are in the middle of a picture.
            if self.buffer.len() > MAX_BOUNDARY_BYTES {
                self.buffer.clear();
            }
            return None;
        };
        let line = self.buffer.get(..end)?.trim_ascii();
        if line.len() > 2 && line.len() <= MAX_BOUNDARY_BYTES && line.starts_with(b"--") {
            self.delimiter = line.to_vec();
            self.enter(State::Headers, end + 1);
        } else {
            self.enter(State::Between, end + 1);
        }
        Some(None)
    }

    fn read_headers(&mut self) -> Option<Option<Part>> {
        let mut at = 0;
        let mut length = None;
        loop {
            let rest = self.buffer.get(at..)?;
            let Some(end) = memchr::memchr(b'\n', rest) else {
                if rest.len() > MAX_HEADER_BYTES {
                    self.enter(State::Between, at);
                    return Some(None);
                }
                return None;
            };
            let line = rest.get(..end)?.trim_ascii();
            at += end + 1;
            if line.is_empty() {
                break;
            }
            length = content_length(line).or(length);
            if at > MAX_HEADER_BYTES {
                self.enter(State::Between, at);
                return Some(None);
            }
        }
        match length {
            Some(length) if length > self.max_part_bytes => {
                self.enter(State::Between, at);
                Some(Some(Part::TooLarge))
            }
            Some(length) => {
                self.enter(State::Sized(length), at);
                Some(None)
            }
            None => {
                self.enter(State::Unsized, at);
                Some(None)
            }
        }
    }

    fn take_sized(&mut self, length: usize) -> Option<Option<Part>> {
        if self.buffer.len() < length {
            return None;
        }
        let body = self.buffer.split_to(length).freeze();
        self.enter(State::Between, 0);
        Some(Some(Part::Body(body)))
    }

    fn take_unsized(&mut self) -> Option<Option<Part>> {
        let needle = [b"\n", self.delimiter.as_slice()].concat();
        if let Some(at) = self.find(&needle) {
            let mut body = self.buffer.split_to(at).freeze();
            if body.last() == Some(&b'\r') {
                body.truncate(body.len() - 1);
            }
            self.enter(State::Between, 0);
            if body.len() > self.max_part_bytes {
                return Some(Some(Part::TooLarge));
            }
            return Some(Some(Part::Body(body)));
        }
        if self.buffer.len() > self.max_part_bytes + needle.len() {
            self.enter(State::Between, 0);
            return Some(Some(Part::TooLarge));
        }
        None
    }

    /// Looks for the needle where it was not looked for before.
    fn find(&mut self, needle: &[u8]) -> Option<usize> {
        let from = self.searched.min(self.buffer.len());
        let found = memmem::find(self.buffer.get(from..)?, needle).map(|at| from + at);
        if found.is_none() {
            self.searched = (self.buffer.len() + 1).saturating_sub(needle.len()).max(from);
        }
        found
    }

    fn forget_searched(&mut self) {
        self.buffer.advance(self.searched.min(self.buffer.len()));
        self.searched = 0;
    }

    fn enter(&mut self, state: State, drop_bytes: usize) {
        self.buffer.advance(drop_bytes.min(self.buffer.len()));
        self.searched = 0;
        self.state = state;
    }
}

fn content_length(line: &[u8]) -> Option<usize> {
    let (name, value) = line.split_at_checked(memchr::memchr(b':', line)?)?;
    if !name.trim_ascii().eq_ignore_ascii_case(b"content-length") {
        return None;
    }
    std::str::from_utf8(value.get(1..)?).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn read(stream: &[u8], chunk_bytes: usize, max_part_bytes: usize) -> Vec<Part> {
        let mut parts = Parts::new(max_part_bytes);
        let mut out = Vec::new();
        for chunk in stream.chunks(chunk_bytes) {
            parts.push(chunk);
            while let Some(part) = parts.next_part() {
                out.push(part);
            }
            assert!(parts.buffer.len() <= max_part_bytes + chunk_bytes + MAX_HEADER_BYTES);
        }
        out
    }

    fn bodies(texts: &[&str]) -> Vec<Part> {
        texts.iter().map(|text| Part::Body(Bytes::copy_from_slice(text.as_bytes()))).collect()
    }

    #[rstest]
    #[case::with_length(
        b"--b\r\nContent-Type: image/jpeg\r\nContent-Length: 3\r\n\r\nabc\r\n--b\r\ncontent-length:2\r\n\r\nde\r\n--b\r\n",
        &["abc", "de"]
    )]
    #[case::without_length(
        b"\r\n--b\r\nContent-Type: image/jpeg\r\n\r\nabc\r\n--b\r\n\r\nde\r\n--b--\r\n",
        &["abc", "de"]
    )]
    #[case::bare_line_feeds(b"--b\nContent-Type: image/jpeg\n\nabc\n--b\n\nde\n--b\n", &["abc", "de"])]
    #[case::length_and_no_line_end_after_it(
        b"--b\r\nContent-Length: 3\r\n\r\nabc--b\r\nContent-Length: 2\r\n\r\nde--b\r\n",
        &["abc", "de"]
    )]
    #[case::dashes_within_the_picture(
        b"--b\r\nContent-Length: 9\r\n\r\n\r\n--b\r\nxy\r\n--b\r\n\r\na--\r\n--c\r\n--b\r\n",
        &["\r\n--b\r\nxy", "a--\r\n--c"]
    )]
    #[case::length_too_short_goes_on_with_the_next(
        b"--b\r\nContent-Length: 1\r\n\r\nabc\r\n--b\r\nContent-Length: 2\r\n\r\nde\r\n--b\r\n",
        &["a", "de"]
    )]
    #[case::preamble(b"hello\r\n\r\n--b\r\n\r\nabc\r\n--b\r\n", &["abc"])]
    #[case::four_dashes(b"----b\r\n\r\nabc\r\n----b\r\n", &["abc"])]
    fn parts_come_out_however_the_chunks_split_them(#[case] stream: &[u8], #[case] expected: &[&str]) {
        for chunk_bytes in 1..=stream.len() {
            assert_eq!(read(stream, chunk_bytes, 1000), bodies(expected), "chunks of {chunk_bytes}");
        }
    }

    #[rstest]
    #[case::announced(b"--b\r\nContent-Length: 5000\r\n\r\n".as_slice())]
    #[case::found_out(b"--b\r\n\r\n".as_slice())]
    fn a_part_over_the_limit_is_dropped_and_the_next_one_read(#[case] head: &[u8]) {
        let stream = [head, &[b'x'; 5000], b"\r\n--b\r\nContent-Length: 2\r\n\r\nde\r\n--b\r\n"].concat();
        for chunk_bytes in [1, 7, 100, stream.len()] {
            let parts = read(&stream, chunk_bytes, 1000);
            assert_eq!(parts, [vec![Part::TooLarge], bodies(&["de"])].concat(), "chunks of {chunk_bytes}");
        }
    }

    #[test]
    fn a_stream_that_is_no_multipart_stays_bounded() {
        assert_eq!(read(&[b'x'; 100_000], 1000, 1000), []);
        let endless_boundary = [b"--b\r\n\r\nab\r\n--b".as_slice(), &[b'x'; 100_000]].concat();
        assert_eq!(read(&endless_boundary, 1000, 1000), bodies(&["ab"]));
        let endless_header = [b"--b\r\n".as_slice(), &[b'x'; 100_000]].concat();
        assert_eq!(read(&endless_header, 1000, 1000), []);
    }
}
