//! What stops and starts again: backups, unclean ends of an agent, second starts on one folder, ports that are taken.

mod agent;
mod backup;
mod refusals;
