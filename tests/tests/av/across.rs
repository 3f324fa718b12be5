//! Two venues hear and see each other: through a sound server, a real call and films whose faults are known.

mod call;
mod film;
mod proven;
mod reel;
mod rooms;
