//! The station's side of the conversation: every decode exactly once, in order, whatever the line does to packets.
//!
//! SSI has no packet numbers. A packet sent again says so in its status, and one whose acknowledgement was lost is known by
//! its content: the same content, sent again soon, is the same decode. (One code scanned twice within that time, of which
//! the second is lost at first, therefore counts once; the protocol cannot tell the two apart.)

use std::collections::VecDeque;
use std::time::Duration;

use super::packet::{CONTINUES, Packet, Parsed, RETRANSMIT, opcode, reason};
use super::symbology::with_aim;
use crate::scanner::answer::Outcome;

/// A packet is broken off by a silence of this length.
const GAP: Duration = Duration::from_millis(60);
/// A scanner sends again for about this long (three times its response time-out of 2 s, with something to spare).
const AGAIN_WITHIN: Duration = Duration::from_secs(10);
/// The same content so soon, not marked as sent again, is a copy made on the line: no scanner reads one code twice in
/// this time.
const COPY_WITHIN: Duration = Duration::from_millis(200);
/// A command that is not acknowledged within this time is sent again …
const ANSWER_WITHIN: Duration = Duration::from_millis(600);
/// … so often in all.
const TRIES: u32 = 3;
/// A light goes off so long after it came on: what it said is then about the scan before last.
const LIGHT_FOR: Duration = Duration::from_secs(2);
/// Commands that may wait; beyond that the oldest is forgotten, for a beep that comes late says nothing.
const COMMANDS_WAITING: usize = 8;

const ONE_SHORT_HIGH: u8 = 0x00;
const THREE_SHORT_LOW: u8 = 0x07;
const GREEN: u8 = 0x01;
const RED: u8 = 0x02;

/// What the station asks of a scanner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A sound and a light for what came of a scan.
    Tell(Outcome),
    /// All lights off.
    LightsOff,
    /// Let the operator scan, or keep them from it.
    Scanning(bool),
    /// Set parameters, until the scanner is switched off: pairs of number and value, as its manual gives them.
    Parameters(Vec<u8>),
}

/// What the conversation brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A decode, with its AIM identifier where the type tells it.
    Decode(Vec<u8>),
    /// A decode longer than the limit was dropped.
    TooLong {
        /// Its length so far.
        dropped_bytes: u64,
    },
    /// The scanner did not take a command, or never answered (no reason).
    NotTaken {
        /// Which.
        opcode: u8,
        /// The reason of its CMD_NAK.
        reason: Option<u8>,
    },
}

/// The station's end. Times are durations since any fixed moment.
#[derive(Debug)]
pub struct Host {
    max_len: usize,
    received: Vec<u8>,
    heard: Duration,
    /// Something in the present burst was no packet: drop all until the line is silent, then ask again.
    spoiled: bool,
    /// What is being received began before the packet before it was acknowledged.
    early: bool,
    last: Option<(Packet, Duration)>,
    message: Vec<u8>,
    dropped_bytes: u64,
    waiting: VecDeque<Packet>,
    sent: Option<Sent>,
    /// Since when a light is on.
    lit: Option<Duration>,
}

#[derive(Debug)]
struct Sent {
    packet: Packet,
    at: Duration,
    tries: u32,
}

impl Host {
    /// A new conversation, with the longest decode in bytes.
    pub fn new(max_len: usize) -> Self {
        Self {
            max_len,
            received: Vec::new(),
            heard: Duration::ZERO,
            spoiled: false,
            early: false,
            last: None,
            message: Vec::new(),
            dropped_bytes: 0,
            waiting: VecDeque::new(),
            sent: None,
            lit: None,
        }
    }

    /// The last words before the port is closed: a light that is on goes off. Nobody waits for the answer.
    pub fn farewell(&mut self, line: &mut Vec<u8>) {
        if self.lit.take().is_some() {
            line.extend(Packet::host(opcode::LED_OFF, &[GREEN | RED]).bytes());
        }
    }

    /// Takes received bytes; what is to be sent back is added to `line`.
    pub fn hear(&mut self, bytes: &[u8], now: Duration, line: &mut Vec<u8>, mut out: impl FnMut(Said)) {
        self.break_off(now, line);
        self.heard = now;
        if self.spoiled {
            return;
        }
        if self.received.is_empty() {
            self.early = false;
        }
        self.received.extend_from_slice(bytes);
        loop {
            match Packet::parse(&self.received) {
                Parsed::Incomplete => break,
                Parsed::Spoiled => {
                    self.received.clear();
                    self.spoiled = true;
                    break;
                }
                Parsed::Whole(packet, length) => {
                    self.received.drain(..length);
                    self.take(packet, now, line, &mut out);
                    self.early = true;
                }
            }
        }
        self.speak(now, line);
    }

    /// Lets time pass: breaks off what has no end, sends again what was not answered.
    pub fn wait(&mut self, now: Duration, line: &mut Vec<u8>, mut out: impl FnMut(Said)) {
        self.break_off(now, line);
        if let Some(sent) = &mut self.sent
            && now.saturating_sub(sent.at) >= ANSWER_WITHIN
        {
            if sent.tries < TRIES {
                sent.tries += 1;
                sent.at = now;
                sent.packet.status |= RETRANSMIT;
                line.extend(sent.packet.bytes());
            } else {
                out(Said::NotTaken { opcode: sent.packet.opcode, reason: None });
                self.sent = None;
            }
        }
        self.speak(now, line);
    }

    /// Puts a command into the queue; [`Host::wait`] or [`Host::hear`] sends it when its turn comes.
    pub fn command(&mut self, command: &Command) {
        let packets = match command {
            Command::Tell(Outcome::Accepted) => {
                vec![Packet::host(opcode::BEEP, &[ONE_SHORT_HIGH]), Packet::host(opcode::LED_ON, &[GREEN])]
            }
            Command::Tell(Outcome::Refused) => {
                vec![Packet::host(opcode::BEEP, &[THREE_SHORT_LOW]), Packet::host(opcode::LED_ON, &[RED])]
            }
            Command::LightsOff => vec![Packet::host(opcode::LED_OFF, &[GREEN | RED])],
            Command::Scanning(true) => vec![Packet::host(opcode::SCAN_ENABLE, &[])],
            Command::Scanning(false) => vec![Packet::host(opcode::SCAN_DISABLE, &[])],
            // The first byte: no beep for the change itself.
            Command::Parameters(pairs) => {
                vec![Packet::host(opcode::PARAM_SEND, &[&[0xFF], pairs.as_slice()].concat())]
            }
        };
        for packet in packets {
            if self.waiting.len() >= COMMANDS_WAITING {
                self.waiting.pop_front();
            }
            self.waiting.push_back(packet);
        }
    }

    /// True while a packet has begun, or an answer is awaited: look at the clock often.
    pub fn is_midway(&self) -> bool {
        self.spoiled || !self.received.is_empty() || self.sent.is_some() || !self.waiting.is_empty()
    }

    fn break_off(&mut self, now: Duration, line: &mut Vec<u8>) {
        if (self.spoiled || !self.received.is_empty()) && now.saturating_sub(self.heard) >= GAP {
            self.spoiled = false;
            self.received.clear();
            line.extend(Packet::host(opcode::CMD_NAK, &[reason::RESEND]).bytes());
        }
    }

    fn take(&mut self, packet: Packet, now: Duration, line: &mut Vec<u8>, out: &mut impl FnMut(Said)) {
        // An echo of our own.
        if packet.from_host {
            return;
        }
        match packet.opcode {
            opcode::CMD_ACK => self.sent = None,
            opcode::CMD_NAK => self.refused(&packet, now, line, out),
            opcode::DECODE_DATA => {
                line.extend(Packet::host(opcode::CMD_ACK, &[]).bytes());
                let again = self.is_again(&packet, now);
                if !again {
                    self.decode(&packet, out);
                }
                // As long as it is sent again and again, it is the same.
                self.last = Some((packet, now));
            }
            // Answers to what nobody asked, and events: known to have come, not needed.
            _ => line.extend(Packet::host(opcode::CMD_ACK, &[]).bytes()),
        }
    }

    fn refused(&mut self, nak: &Packet, now: Duration, line: &mut Vec<u8>, out: &mut impl FnMut(Said)) {
        let Some(sent) = &mut self.sent else { return };
        let why = nak.data.first().copied();
        if why == Some(reason::RESEND) && sent.tries < TRIES {
            sent.tries += 1;
            sent.at = now;
            sent.packet.status |= RETRANSMIT;
            line.extend(sent.packet.bytes());
            return;
        }
        out(Said::NotTaken { opcode: sent.packet.opcode, reason: why.or(Some(reason::BAD_CONTEXT)) });
        self.sent = None;
    }

    fn is_again(&self, packet: &Packet, now: Duration) -> bool {
        let Some((last, at)) = &self.last else { return false };
        let age = now.saturating_sub(*at);
        let same = last.data == packet.data && (last.status ^ packet.status) & CONTINUES == 0;
        let marked = packet.status & RETRANSMIT != 0;
        let copied = match packet.status & CONTINUES {
            0 => age <= COPY_WITHIN,
            // Two parts of one message may be alike, but none is sent before the one before it is acknowledged.
            _ => self.early,
        };
        same && if marked { age <= AGAIN_WITHIN } else { copied }
    }

    fn decode(&mut self, packet: &Packet, out: &mut impl FnMut(Said)) {
        let Some((&kind, data)) = packet.data.split_first() else { return };
        if self.dropped_bytes > 0 || self.message.len() + data.len() > self.max_len {
            self.dropped_bytes += (self.message.len() + data.len()) as u64;
            self.message = Vec::new();
        } else {
            self.message.extend_from_slice(data);
        }
        if packet.status & CONTINUES != 0 {
            return;
        }
        let message = std::mem::take(&mut self.message);
        match std::mem::take(&mut self.dropped_bytes) {
            0 => out(Said::Decode(with_aim(kind, &message))),
            dropped_bytes => out(Said::TooLong { dropped_bytes }),
        }
    }

    fn speak(&mut self, now: Duration, line: &mut Vec<u8>) {
        // With commands waiting, another light may be among them.
        let idle = self.waiting.is_empty() && self.sent.is_none();
        if idle && self.lit.is_some_and(|since| now.saturating_sub(since) >= LIGHT_FOR) {
            self.lit = None;
            self.command(&Command::LightsOff);
        }
        // Not into the middle of what the scanner is saying.
        if self.sent.is_none()
            && self.received.is_empty()
            && !self.spoiled
            && let Some(packet) = self.waiting.pop_front()
        {
            line.extend(packet.bytes());
            match packet.opcode {
                opcode::LED_ON => self.lit = Some(now),
                opcode::LED_OFF => self.lit = None,
                _ => {}
            }
            self.sent = Some(Sent { packet, at: now, tries: 1 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(text: &str) -> Packet {
        let data = [b"\x03", text.as_bytes()].concat();
        Packet { opcode: opcode::DECODE_DATA, from_host: false, status: 0, data }
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    struct Talk {
        host: Host,
        line: Vec<u8>,
        said: Vec<Said>,
    }

    impl Talk {
        fn new() -> Self {
            Self { host: Host::new(4096), line: Vec::new(), said: Vec::new() }
        }

        fn hear(&mut self, bytes: &[u8], at_ms: u64) -> Vec<u8> {
            self.line.clear();
            let said = &mut self.said;
            self.host.hear(bytes, ms(at_ms), &mut self.line, |what| said.push(what));
            self.line.clone()
        }

        fn wait(&mut self, at_ms: u64) -> Vec<u8> {
            self.line.clear();
            let said = &mut self.said;
            self.host.wait(ms(at_ms), &mut self.line, |what| said.push(what));
            self.line.clone()
        }
    }

    fn ack() -> Vec<u8> {
        Packet::host(opcode::CMD_ACK, &[]).bytes()
    }

    fn again(packet: &Packet) -> Vec<u8> {
        Packet { status: packet.status | RETRANSMIT, ..packet.clone() }.bytes()
    }

    fn scan(text: &str) -> Said {
        Said::Decode(format!("]C0{text}").into_bytes())
    }

    #[test]
    fn a_decode_is_acknowledged_and_told_however_it_is_split() {
        let mut talk = Talk::new();
        let bytes = decode("ABC").bytes();
        for (n, byte) in bytes.iter().enumerate() {
            let line = talk.hear(&[*byte], n as u64);
            assert_eq!(line.is_empty(), n + 1 < bytes.len());
        }
        assert_eq!(talk.said, [scan("ABC")]);
        assert_eq!(talk.line, ack());
    }

    #[test]
    fn a_lost_acknowledgement_makes_no_second_scan_and_a_later_scan_counts() {
        let mut talk = Talk::new();
        talk.hear(&decode("ABC").bytes(), 0);
        assert_eq!(talk.hear(&again(&decode("ABC")), 2000), ack());
        assert_eq!(talk.said.len(), 1);
        talk.hear(&decode("ABC").bytes(), 3000);
        assert_eq!(talk.said, [scan("ABC"), scan("ABC")]);
        // A copy made on the line.
        talk.hear(&decode("ABC").bytes(), 3001);
        assert_eq!(talk.said.len(), 2);
    }

    #[test]
    fn a_spoiled_packet_is_asked_for_again_once_the_line_is_silent() {
        let mut talk = Talk::new();
        let mut bytes = decode("ABC").bytes();
        bytes[5] ^= 1;
        assert_eq!(talk.hear(&bytes, 0), b"");
        assert_eq!(talk.wait(20), b"");
        assert_eq!(talk.wait(70), Packet::host(opcode::CMD_NAK, &[reason::RESEND]).bytes());
        assert_eq!(talk.wait(80), b"");
        talk.hear(&again(&decode("ABC")), 90);
        assert_eq!(talk.said, [scan("ABC")]);
    }

    #[test]
    fn half_a_packet_does_not_swallow_the_next() {
        let mut talk = Talk::new();
        let bytes = decode("ABCDEFGH").bytes();
        talk.hear(&bytes[..6], 0);
        talk.hear(&again(&decode("ABCDEFGH")), 2000);
        assert_eq!(talk.said, [scan("ABCDEFGH")]);
    }

    #[test]
    fn a_long_decode_comes_in_parts_that_may_be_alike() {
        let mut talk = Talk::new();
        let part = Packet { status: CONTINUES, ..decode(&"x".repeat(250)) };
        talk.hear(&part.bytes(), 0);
        talk.hear(&part.bytes(), 50);
        talk.hear(&again(&part), 60);
        talk.hear(&decode("end").bytes(), 100);
        assert_eq!(talk.said, [scan(&format!("{}end", "x".repeat(500)))]);
    }

    #[test]
    fn a_decode_over_the_limit_is_counted_and_the_next_one_is_whole() {
        let mut talk = Talk::new();
        talk.host = Host::new(300);
        let part = Packet { status: CONTINUES, ..decode(&"x".repeat(250)) };
        talk.hear(&part.bytes(), 0);
        talk.hear(&part.bytes(), 50);
        talk.hear(&decode("end").bytes(), 100);
        talk.hear(&decode("next").bytes(), 500);
        assert_eq!(talk.said, [Said::TooLong { dropped_bytes: 503 }, scan("next")]);
    }

    #[test]
    fn commands_wait_for_their_turn_and_are_sent_again() {
        let mut talk = Talk::new();
        talk.host.command(&Command::Tell(Outcome::Refused));
        let beep = Packet::host(opcode::BEEP, &[THREE_SHORT_LOW]);
        assert_eq!(talk.wait(0), beep.bytes());
        assert_eq!(talk.wait(100), b"");
        assert_eq!(talk.wait(700), again(&beep));
        let acked = Packet { opcode: opcode::CMD_ACK, from_host: false, status: 0, data: vec![] };
        assert_eq!(talk.hear(&acked.bytes(), 720), Packet::host(opcode::LED_ON, &[RED]).bytes());
        let nak = Packet { opcode: opcode::CMD_NAK, from_host: false, status: 0, data: vec![6] };
        talk.hear(&nak.bytes(), 730);
        assert_eq!(talk.said, [Said::NotTaken { opcode: opcode::LED_ON, reason: Some(6) }]);
        assert!(!talk.host.is_midway());
    }

    #[test]
    fn a_light_goes_off_after_a_while_and_before_the_port_is_closed() {
        let off = Packet::host(opcode::LED_OFF, &[GREEN | RED]).bytes();
        let acked = Packet { opcode: opcode::CMD_ACK, from_host: false, status: 0, data: vec![] }.bytes();
        let mut talk = Talk::new();
        talk.host.command(&Command::Tell(Outcome::Accepted));
        talk.wait(0);
        assert_eq!(talk.hear(&acked, 20), Packet::host(opcode::LED_ON, &[GREEN]).bytes());
        assert_eq!(talk.hear(&acked, 40), b"");
        assert_eq!(talk.wait(1500), b"", "it is still on");
        assert_eq!(talk.wait(2100), off);
        talk.hear(&acked, 2120);
        assert_eq!(talk.wait(9000), b"", "once is enough");
        // A light that comes on anew has its whole time.
        talk.host.command(&Command::Tell(Outcome::Refused));
        talk.wait(10_000);
        talk.hear(&acked, 10_020);
        talk.hear(&acked, 10_040);
        let mut line = Vec::new();
        talk.host.farewell(&mut line);
        assert_eq!(line, off);
        line.clear();
        talk.host.farewell(&mut line);
        assert_eq!(line, b"", "nothing is on any more");
    }

    #[test]
    fn a_deaf_scanner_is_given_up_and_its_commands_stay_few() {
        let mut talk = Talk::new();
        for _ in 0..100 {
            talk.host.command(&Command::Tell(Outcome::Accepted));
        }
        assert!(talk.host.waiting.len() <= COMMANDS_WAITING);
        for n in 0..100 {
            talk.wait(n * 700);
        }
        assert!(!talk.host.is_midway());
        assert!(talk.said.iter().all(|said| matches!(said, Said::NotTaken { reason: None, .. })));
    }
}
