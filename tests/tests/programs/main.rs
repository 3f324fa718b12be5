//! The programs as they are shipped, each with its neighbours: agent, fleet and collector, systemd, Mosquitto's own clients.

mod advice;
mod agent;
#[path = "../broker/mod.rs"]
mod broker;
mod canary;
mod chain;
mod documents;
mod evidence;
mod example;
mod fleet;
mod meetings;
mod mosquitto_clients;
mod reference;
mod roll_call;
mod stamp_peer;
mod systemd;
mod upgrade;
mod words;
