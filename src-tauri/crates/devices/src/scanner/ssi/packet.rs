//! One packet: length, opcode, source, status, data, checksum.

/// Opcodes that the station knows.
pub mod opcode {
    /// Send parameter values.
    pub const PARAM_SEND: u8 = 0xC6;
    /// Positive acknowledgement, both ways.
    pub const CMD_ACK: u8 = 0xD0;
    /// Negative acknowledgement with a reason, both ways.
    pub const CMD_NAK: u8 = 0xD1;
    /// Sound the beeper.
    pub const BEEP: u8 = 0xE6;
    /// Light the LED.
    pub const LED_ON: u8 = 0xE7;
    /// LED off.
    pub const LED_OFF: u8 = 0xE8;
    /// Let the operator scan.
    pub const SCAN_ENABLE: u8 = 0xE9;
    /// Keep the operator from scanning.
    pub const SCAN_DISABLE: u8 = 0xEA;
    /// What was read.
    pub const DECODE_DATA: u8 = 0xF3;
}

/// Why a packet was not taken: the data byte of CMD_NAK.
pub mod reason {
    /// Checksum failure: send it again.
    pub const RESEND: u8 = 0x01;
    /// Unknown or out of place.
    pub const BAD_CONTEXT: u8 = 0x02;
}

/// Status bit: this packet was sent before.
pub const RETRANSMIT: u8 = 0x01;
/// Status bit: more packets of the same message follow.
pub const CONTINUES: u8 = 0x02;

/// Source byte of the station's packets; the scanner's carry 0.
const HOST: u8 = 0x04;
/// Length, opcode, source and status.
const HEADER: usize = 4;
const CHECKSUM: usize = 2;

/// A packet, without length and checksum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// What it is.
    pub opcode: u8,
    /// Sent by the station.
    pub from_host: bool,
    /// `RETRANSMIT`, `CONTINUES` and others.
    pub status: u8,
    /// At most 251 bytes.
    pub data: Vec<u8>,
}

/// What stands at the beginning of received bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// Not yet a whole packet.
    Incomplete,
    /// No packet: length or checksum is wrong.
    Spoiled,
    /// A packet, and how many bytes it took.
    Whole(Packet, usize),
}

impl Packet {
    /// Most data in one packet: the length byte counts the header too.
    pub const MOST_DATA: usize = 255 - HEADER;

    /// A packet of the station.
    pub fn host(opcode: u8, data: &[u8]) -> Self {
        let data = data.get(..data.len().min(Self::MOST_DATA)).unwrap_or_default().to_vec();
        Self { opcode, from_host: true, status: 0, data }
    }

    /// As it goes over the line.
    pub fn bytes(&self) -> Vec<u8> {
        let data = self.data.get(..self.data.len().min(Self::MOST_DATA)).unwrap_or_default();
        let length = u8::try_from(HEADER + data.len()).unwrap_or(u8::MAX);
        let mut bytes = vec![length, self.opcode, if self.from_host { HOST } else { 0 }, self.status];
        bytes.extend_from_slice(data);
        bytes.extend_from_slice(&checksum(&bytes).to_be_bytes());
        bytes
    }

    /// The packet at the beginning of these bytes.
    pub fn parse(bytes: &[u8]) -> Parsed {
        let Some(&length) = bytes.first() else { return Parsed::Incomplete };
        let length = usize::from(length);
        if length < HEADER {
            return Parsed::Spoiled;
        }
        let Some((body, rest)) = bytes.split_at_checked(length) else { return Parsed::Incomplete };
        let Some(&[high, low]) = rest.first_chunk::<CHECKSUM>() else { return Parsed::Incomplete };
        let [_, opcode, source, status, data @ ..] = body else { return Parsed::Spoiled };
        if u16::from_be_bytes([high, low]) != checksum(body) {
            return Parsed::Spoiled;
        }
        let packet =
            Self { opcode: *opcode, from_host: *source == HOST, status: *status, data: data.to_vec() };
        Parsed::Whole(packet, length + CHECKSUM)
    }
}

/// Two's complement of the sum of all bytes before it.
fn checksum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0_u16, |sum, &byte| sum.wrapping_sub(u16::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_acknowledgement_is_the_one_in_the_guide() {
        assert_eq!(Packet::host(opcode::CMD_ACK, &[]).bytes(), [0x04, 0xD0, 0x04, 0x00, 0xFF, 0x28]);
        assert_eq!(Packet::host(opcode::BEEP, &[0x05]).bytes(), [0x05, 0xE6, 0x04, 0x00, 0x05, 0xFF, 0x0C]);
    }

    #[test]
    fn packets_of_every_length_come_back_and_a_changed_byte_is_noticed() {
        for length in [0, 1, 7, 250, Packet::MOST_DATA] {
            let data: Vec<u8> = (0..length).map(|n| (n * 7 % 256) as u8).collect();
            let packet = Packet { opcode: opcode::DECODE_DATA, from_host: false, status: CONTINUES, data };
            let bytes = packet.bytes();
            assert_eq!(Packet::parse(&bytes), Parsed::Whole(packet.clone(), bytes.len()));
            for at in 0..bytes.len() {
                assert_eq!(Packet::parse(&bytes[..at]), Parsed::Incomplete, "{at} of {}", bytes.len());
                let mut changed = bytes.clone();
                changed[at] ^= 0x20;
                assert_ne!(Packet::parse(&changed), Parsed::Whole(packet.clone(), bytes.len()));
            }
        }
        assert_eq!(Packet::parse(&[3, 0, 0, 0, 0]), Parsed::Spoiled);
    }
}
