//! The rig for tests that cross programs: real processes, real brokers, a line that can be cut, a disk that can be full.
//!
//! It is no test itself and knows nothing of what the programs do inside: it starts them by their command lines, stands
//! in their way, and asks the collector's API what became of it. Whatever cannot go on panics with the reason, since all
//! who call are tests. There is one way to wait: [`wait_until`].

mod account;
mod agent;
mod announce;
mod call;
mod check;
mod clock;
mod collector;
mod disk;
mod film;
mod fleet;
mod folder;
mod http;
mod log;
mod mosquitto;
mod mqtt;
mod peer;
mod process;
mod programs;
mod proxy;
mod pulseaudio;
mod puppet;
mod seed;
mod values;
mod wait;

pub use account::{Ends, accounting, ends_of, until_missing};
pub use agent::{Agent, AgentPlan};
pub use announce::announce;
pub use call::{Between, Call, End};
pub use check::{Said, check, check_in};
pub use clock::Clock;
pub use collector::{Collector, CollectorPlan};
pub use disk::{Ballast, Tmpfs};
pub use film::{black_film, film};
pub use fleet::{Fleet, FleetPlan};
pub use folder::Folder;
pub use http::Http;
pub use log::{FleetLog, Logged};
pub use mosquitto::{Mosquitto, free_loopback};
pub use mqtt::{Client as MqttClient, Packet};
pub use peer::{answers, free_udp_loopback, python_peer};
pub use process::Process;
pub use programs::program;
pub use proxy::{Line, Proxy};
pub use pulseaudio::PulseAudio;
pub use puppet::Puppet;
pub use seed::Random;
pub use values::assert_values_as_logged;
pub use wait::wait_until;
