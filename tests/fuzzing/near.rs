//! Inputs for fuzz targets: bytes near to what a parser takes. Bytes at random seldom get past a parser's first
//! line; a valid input with a few of them wrong goes all the way. Crates include this file by its path.

use bolero::ValueGenerator;
use std::fmt;
use std::time::Duration;

/// Inputs of one target in a normal test run; `cargo xtask fuzz` goes on as long as it is told.
pub const INPUTS: usize = 4_000;
/// A slow or busy machine stops here, whatever it has tried by then.
pub const AT_MOST: Duration = Duration::from_millis(1_500);

/// One input. A failing target shows it as text with escapes.
#[derive(Clone, PartialEq, Eq)]
pub struct Input(pub Vec<u8>);

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes: b\"{}\"", self.0.len(), self.0.escape_ascii())
    }
}

impl Input {
    /// The bytes as text, what is not UTF-8 replaced.
    #[allow(dead_code, reason = "pictures are no text")]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }
}

/// A target: examples that are valid, words that mean something to the parser, and what must hold for any input.
#[allow(unused_macros, reason = "a crate may have targets of its own making only")]
macro_rules! fuzz {
    ($examples:expr, $words:expr, $holds:expr) => {
        fuzz!($crate::near::INPUTS, $examples, $words, $holds)
    };
    ($inputs:expr, $examples:expr, $words:expr, $holds:expr) => {
        bolero::check!()
            .with_generator($crate::near::inputs($examples, $words))
            .with_iterations($inputs)
            .with_test_time($crate::near::AT_MOST)
            .for_each($holds)
    };
}

/// Inputs near to `examples`, with `words` strewn in; one in eight is bytes at random.
pub fn inputs<B: AsRef<[u8]>>(examples: &[B], words: &[&str]) -> impl ValueGenerator<Output = Input> {
    let examples: Vec<Vec<u8>> = examples.iter().map(|example| example.as_ref().to_vec()).collect();
    let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
    bolero::generator::produce::<Vec<u8>>()
        .with()
        .len(1..160_usize)
        .map_gen(move |choices| Input(near(&examples, &words, &choices)))
}

/// The bytes that a target's own generator chose, used one after the other.
struct Choices<'a>(std::slice::Iter<'a, u8>);

impl Choices<'_> {
    fn byte(&mut self) -> Option<u8> {
        self.0.next().copied()
    }

    fn below(&mut self, end: usize) -> Option<usize> {
        let (high, low) = (self.byte()?, self.byte()?);
        Some(usize::from(u16::from_be_bytes([high, low])) % end.max(1))
    }

    fn of<'t>(&mut self, among: &'t [Vec<u8>]) -> Option<&'t [u8]> {
        let at = self.below(among.len())?;
        among.get(at).map(Vec::as_slice)
    }
}

fn near(examples: &[Vec<u8>], words: &[Vec<u8>], choices: &[u8]) -> Vec<u8> {
    let mut choices = Choices(choices.iter());
    if choices.byte().unwrap_or(0) % 8 == 0 {
        return choices.0.as_slice().to_vec();
    }
    let mut bytes = choices.of(examples).unwrap_or_default().to_vec();
    let changes = 1 + choices.byte().unwrap_or(0) % 6;
    for _ in 0..changes {
        if change(&mut bytes, examples, words, &mut choices).is_none() {
            break;
        }
    }
    bytes
}

/// One change; `None` when the choices are used up.
fn change(
    bytes: &mut Vec<u8>,
    examples: &[Vec<u8>],
    words: &[Vec<u8>],
    choices: &mut Choices<'_>,
) -> Option<()> {
    let kind = choices.byte()? % 9;
    let at = choices.below(bytes.len() + 1)?;
    let end = bytes.len().min(at + choices.below(24)?);
    match kind {
        0 => {
            let bit = choices.byte()? % 8;
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << bit;
            }
        }
        1 => drop(bytes.drain(at..end)),
        2 => {
            let word = choices.of(words)?.to_vec();
            bytes.splice(at..at, word);
        }
        3 => {
            let part: Vec<u8> = bytes.get(at..end)?.to_vec();
            bytes.splice(at..at, part);
        }
        4 => bytes.truncate(at),
        5 => {
            let new = choices.byte()?;
            bytes.splice(at..end.min(at + 1), [new]);
        }
        6 => {
            let other = choices.of(examples)?;
            let from = choices.below(other.len() + 1)?;
            bytes.truncate(at);
            bytes.extend_from_slice(other.get(from..)?);
        }
        7 => {
            let digit = b'0' + choices.byte()? % 10;
            if let Some(byte) = bytes.get_mut(at).filter(|byte| byte.is_ascii_digit()) {
                *byte = digit;
            }
        }
        _ => {
            let word = choices.of(words)?.to_vec();
            bytes.splice(at..end, word);
        }
    }
    Some(())
}
