//! Everything about codes: pixels to symbols, bytes to meaning, meaning to symbols.
