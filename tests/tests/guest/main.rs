//! What only a real kernel shows, in an emulated machine (tests/guest).

mod bench;
mod machine;
mod power;
