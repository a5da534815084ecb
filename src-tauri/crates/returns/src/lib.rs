//! The domain of returns: facts, rules and decisions, without I/O, clock, SQL or async.
