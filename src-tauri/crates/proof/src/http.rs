//! Just enough of HTTP/1.1 to know where one message ends and the next begins. Nothing is interpreted beyond that: bytes
//! go on as they came.

use anyhow::{Result, bail};
use tokio::io::{AsyncRead, AsyncReadExt};

/// The longest head of a message, and the longest body, that pass.
const MOST_HEAD: usize = 64 * 1024;
const MOST_BODY: usize = 64 * 1024 * 1024;

/// Reads messages off a connection.
#[derive(Debug)]
pub struct Messages<S> {
    stream: S,
    held: Vec<u8>,
}

impl<S: AsyncRead + Unpin> Messages<S> {
    /// From the start of a connection.
    pub fn of(stream: S) -> Self {
        Self { stream, held: Vec::new() }
    }

    /// The next message, head and body as they came; none where the connection ended between two.
    ///
    /// # Errors
    /// Where the connection breaks, or ends within a message, or is no HTTP.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let head = loop {
            if let Some(end) = find(&self.held, b"\r\n\r\n") {
                break end + 4;
            }
            if self.held.len() > MOST_HEAD {
                bail!("a head without an end");
            }
            if !self.more().await? {
                if self.held.is_empty() {
                    return Ok(None);
                }
                bail!("the connection ended within a head");
            }
        };
        let lines = String::from_utf8_lossy(self.held.get(..head).unwrap_or_default()).to_ascii_lowercase();
        let header = |name: &str| {
            lines.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim))
        };
        if header("transfer-encoding").is_some_and(|how| how.contains("chunked")) {
            // An answer in pieces ends with an empty one.
            loop {
                let body = self.held.get(head..).unwrap_or_default();
                if let Some(end) = end_of_chunks(body) {
                    return Ok(Some(self.take(head + end)));
                }
                if body.len() > MOST_BODY || !self.more().await? {
                    bail!("pieces without an end");
                }
            }
        }
        let length: usize = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        if length > MOST_BODY {
            bail!("a body of {length} bytes");
        }
        while self.held.len() < head + length {
            if !self.more().await? {
                bail!("the connection ended within a body");
            }
        }
        Ok(Some(self.take(head + length)))
    }

    fn take(&mut self, bytes: usize) -> Vec<u8> {
        let rest = self.held.split_off(bytes.min(self.held.len()));
        std::mem::replace(&mut self.held, rest)
    }

    async fn more(&mut self) -> Result<bool> {
        let mut piece = vec![0; 64 * 1024];
        let read = self.stream.read(&mut piece).await?;
        self.held.extend_from_slice(piece.get(..read).unwrap_or_default());
        Ok(read > 0)
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Where a body in pieces ends.
fn end_of_chunks(body: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = body.get(at..)?;
        let line = find(rest, b"\r\n")?;
        let size = std::str::from_utf8(rest.get(..line)?).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        at += line + 2 + size + 2;
        if at > body.len() {
            return None;
        }
        if size == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn messages_are_told_apart_however_they_are_cut() {
        let one = b"PUT /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello".to_vec();
        let two = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n".to_vec();
        let three = b"GET /b HTTP/1.1\r\n\r\n".to_vec();
        let all = [one.clone(), two.clone(), three.clone()].concat();
        for piece in [1, 7, all.len()] {
            let mut builder = Builder(all.chunks(piece).map(<[u8]>::to_vec).collect());
            let mut messages = Messages::of(&mut builder);
            for expected in [&one, &two, &three] {
                assert_eq!(messages.next().await.unwrap().as_ref(), Some(expected));
            }
            assert_eq!(messages.next().await.unwrap(), None);
        }
        assert!(Messages::of(&one[..one.len() - 1]).next().await.is_err());
    }

    /// A stream that gives just these pieces.
    struct Builder(std::collections::VecDeque<Vec<u8>>);

    impl AsyncRead for Builder {
        fn poll_read(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            into: &mut tokio::io::ReadBuf<'_>,
        ) -> std::task::Poll<std::io::Result<()>> {
            if let Some(piece) = self.0.pop_front() {
                into.put_slice(&piece);
            }
            std::task::Poll::Ready(Ok(()))
        }
    }
}
