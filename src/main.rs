//! The commands of the one binary.

fn main() {}
