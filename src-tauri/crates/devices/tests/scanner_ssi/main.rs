//! The SSI conversation with a simulated scanner over a line that loses, copies and spoils packets: every decode exactly
//! once, in order. First with time and line of our own (property), then on a real pseudo-terminal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

#[cfg(unix)]
mod on_a_pty;
mod scanner;

use std::collections::VecDeque;
use std::time::Duration;

use devices::scanner::Outcome;
use devices::scanner::ssi::{Command, Host, Said};
use proptest::prelude::*;

use scanner::SimulatedSsi;

/// What the line does to one packet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Harm {
    None,
    Lost,
    Copied,
    /// One byte is changed, at this place (modulo the length), by this mask.
    Spoiled(usize, u8),
    /// One byte is missing.
    Shortened(usize),
}

impl Harm {
    pub fn to(self, packet: &[u8]) -> Vec<u8> {
        match self {
            Self::None => packet.to_vec(),
            Self::Lost => Vec::new(),
            Self::Copied => [packet, packet].concat(),
            Self::Spoiled(at, mask) => {
                let mut bytes = packet.to_vec();
                let at = at % bytes.len();
                bytes[at] ^= mask;
                bytes
            }
            Self::Shortened(at) => {
                let mut bytes = packet.to_vec();
                bytes.remove(at % packet.len());
                bytes
            }
        }
    }
}

fn harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        4 => Just(Harm::None),
        2 => Just(Harm::Lost),
        1 => Just(Harm::Copied),
        2 => (0..300_usize, 1..=255_u8).prop_map(|(at, mask)| Harm::Spoiled(at, mask)),
        1 => (0..300_usize).prop_map(Harm::Shortened),
    ]
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => proptest::collection::vec(any::<u8>(), 1..40),
        1 => proptest::collection::vec(any::<u8>(), 240..800),
        // Everything the same: parts of one message that are alike.
        1 => (1..700_usize).prop_map(|length| vec![b'x'; length]),
    ]
}

/// Lets both ends talk, millisecond by millisecond, until the scanner has nothing left to say.
fn talk(contents: &[Vec<u8>], harms: &[Harm], answers: bool) -> Vec<Vec<u8>> {
    let mut harms: VecDeque<Harm> = harms.to_vec().into();
    let mut scanner = SimulatedSsi::new(contents);
    let mut host = Host::new(4096);
    let mut heard = Vec::new();
    for ms in 0..600_000_u64 {
        let now = Duration::from_millis(ms);
        let mut line = Vec::new();
        let mut said = Vec::new();
        let spoken = scanner.speak(ms);
        // After the harms that were given out, and on the last try, the line is well.
        let well = scanner.is_last_try();
        let mut next_harm = || if well { Harm::None } else { harms.pop_front().unwrap_or(Harm::None) };
        match spoken {
            Some(packet) => host.hear(&next_harm().to(&packet), now, &mut line, |what| said.push(what)),
            None => host.wait(now, &mut line, |what| said.push(what)),
        }
        for what in said {
            if let Said::Decode(bytes) = what {
                heard.push(bytes);
                if answers {
                    host.command(&Command::Tell(Outcome::Accepted));
                }
            }
        }
        for packet in scanner::packets(&line) {
            scanner.hear(&next_harm().to(&packet), ms);
        }
        if scanner.is_done() {
            break;
        }
    }
    assert!(scanner.is_done(), "the conversation came to no end");
    heard
}

/// Numbered, so that no two are alike.
fn numbered(contents: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let number = |(n, content): (usize, Vec<u8>)| [format!("{n}:").into_bytes(), content].concat();
    contents.into_iter().enumerate().map(number).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn every_decode_arrives_exactly_once_and_in_order(
        contents in proptest::collection::vec(content(), 1..12),
        harms in proptest::collection::vec(harm(), 0..80),
        answers in any::<bool>(),
    ) {
        let contents = numbered(contents);
        prop_assert_eq!(talk(&contents, &harms, answers), contents);
    }

    #[test]
    fn rubbish_neither_panics_nor_grows(bytes in proptest::collection::vec(any::<u8>(), 0..4000)) {
        let mut host = Host::new(4096);
        let mut line = Vec::new();
        for (ms, chunk) in bytes.chunks(7).enumerate() {
            host.hear(chunk, Duration::from_millis(ms as u64 * 30), &mut line, |_| {});
        }
        prop_assert!(line.len() <= bytes.len() * 7 + 7);
    }
}

#[test]
fn the_same_code_twice_counts_twice_on_a_good_line() {
    let twice = vec![b"RS:C:NEXT".to_vec(), b"RS:C:NEXT".to_vec()];
    assert_eq!(talk(&twice, &[], true), twice);
}
