//! Drives one return through the rooms of the house; and the headless `station` command.

pub mod seam;
