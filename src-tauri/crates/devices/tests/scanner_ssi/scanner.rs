//! A scanner that speaks SSI, after the guide: it sends a packet, waits for CMD_ACK, and sends it again, marked as such,
//! on CMD_NAK or silence.

use std::collections::VecDeque;

use devices::scanner::ssi::{Packet, Parsed};

const CMD_ACK: u8 = 0xD0;
const CMD_NAK: u8 = 0xD1;
const DECODE_DATA: u8 = 0xF3;
const RETRANSMIT: u8 = 1;
const CONTINUES: u8 = 2;
/// A type that has no AIM identifier, so that what arrives is what was read.
const DATA_MATRIX: u8 = 0x1B;
/// The scanner's serial response time-out.
const TIMEOUT_MS: u64 = 2000;
/// A person needs some time between two codes.
const BETWEEN_MS: u64 = 400;

pub struct SimulatedSsi {
    packets: VecDeque<Packet>,
    sent_at: Option<u64>,
    resend: bool,
    /// An answer to a command of the station.
    reply: Option<Packet>,
    rests_until: u64,
    /// How often the present packet was sent.
    tries: u32,
    buffer: Vec<u8>,
    heard_at: u64,
    /// Commands taken, by opcode and data; one that is marked as sent again is taken once.
    pub commands: Vec<(u8, Vec<u8>)>,
}

impl SimulatedSsi {
    pub fn new(contents: &[Vec<u8>]) -> Self {
        let packets = contents.iter().flat_map(|content| decode(content)).collect();
        Self {
            packets,
            sent_at: None,
            resend: false,
            reply: None,
            rests_until: 0,
            tries: 0,
            buffer: Vec::new(),
            heard_at: 0,
            commands: Vec::new(),
        }
    }

    /// It sends a packet three times, then it gives up: no conversation survives a line that is worse than that.
    pub fn is_last_try(&self) -> bool {
        self.sent_at.is_some() && self.tries >= 3
    }

    pub fn is_done(&self) -> bool {
        self.packets.is_empty()
    }

    /// What it sends at this moment.
    pub fn speak(&mut self, ms: u64) -> Option<Vec<u8>> {
        if !self.buffer.is_empty() && ms - self.heard_at > 60 {
            self.buffer.clear();
        }
        if let Some(reply) = self.reply.take() {
            return Some(reply.bytes());
        }
        let packet = self.packets.front_mut()?;
        match self.sent_at {
            None if ms >= self.rests_until => {
                // What was on the line before is no answer to this.
                self.buffer.clear();
                self.sent_at = Some(ms);
                self.tries = 1;
                Some(packet.bytes())
            }
            Some(at) if self.resend || ms - at >= TIMEOUT_MS => {
                self.resend = false;
                self.sent_at = Some(ms);
                self.tries += 1;
                packet.status |= RETRANSMIT;
                Some(packet.bytes())
            }
            _ => None,
        }
    }

    pub fn hear(&mut self, bytes: &[u8], ms: u64) {
        if !self.buffer.is_empty() && ms - self.heard_at > 60 {
            self.buffer.clear();
        }
        self.heard_at = ms;
        self.buffer.extend_from_slice(bytes);
        loop {
            match Packet::parse(&self.buffer) {
                Parsed::Incomplete => return,
                Parsed::Spoiled => {
                    self.buffer.clear();
                    return;
                }
                Parsed::Whole(packet, length) => {
                    self.buffer.drain(..length);
                    self.take(packet, ms);
                }
            }
        }
    }

    fn take(&mut self, packet: Packet, ms: u64) {
        match packet.opcode {
            CMD_ACK => {
                if self.sent_at.take().is_some() {
                    let sent = self.packets.pop_front().unwrap();
                    let pause = if sent.status & CONTINUES == 0 { BETWEEN_MS } else { 20 };
                    self.rests_until = ms + pause;
                    self.resend = false;
                }
            }
            CMD_NAK => self.resend = self.sent_at.is_some(),
            opcode => {
                self.reply = Some(Packet { opcode: CMD_ACK, from_host: false, status: 0, data: Vec::new() });
                let command = (opcode, packet.data);
                if packet.status & RETRANSMIT == 0 || self.commands.last() != Some(&command) {
                    self.commands.push(command);
                }
            }
        }
    }
}

fn decode(content: &[u8]) -> Vec<Packet> {
    let parts: Vec<&[u8]> = content.chunks(Packet::MOST_DATA - 1).collect();
    let last = parts.len() - 1;
    let packet = |(n, part): (usize, &&[u8])| Packet {
        opcode: DECODE_DATA,
        from_host: false,
        status: if n == last { 0 } else { CONTINUES },
        data: [&[DATA_MATRIX], *part].concat(),
    };
    parts.iter().enumerate().map(packet).collect()
}

/// The packets in what the station sent.
pub fn packets(mut line: &[u8]) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    while let Parsed::Whole(_, length) = Packet::parse(line) {
        packets.push(line[..length].to_vec());
        line = &line[length..];
    }
    assert!(line.is_empty(), "the station sends whole packets");
    packets
}
