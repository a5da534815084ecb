//! What travels between a station and head office: envelopes, hash chain, receipts, feeds, signed documents.
