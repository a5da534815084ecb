//! Every developer command, as `cargo xtask` runs it; and the demo dock, which the window's stories use too.

pub mod bench;
pub mod check;
pub mod command;
pub mod debian;
pub mod display;
pub mod dock;
pub mod fuzz;
pub mod gs1;
pub mod install;
pub mod mutants;
pub mod page;
pub mod printing;
pub mod programs;
pub mod running;
pub mod shot;
pub mod soak;
pub mod steps;
pub mod test;
pub mod workspace;
