//! What stops and starts again: backups, unclean ends of an agent, second starts on one folder, ports that are taken; and the
//! commands that a person types beside it.

mod agent;
mod backup;
mod broken_off;
mod client;
mod damaged;
mod fleet;
mod refusals;
