//! Cameras, displays and everything else that a probe speaks to: against real peers where there are any, else against
//! simulators that also misbehave.

mod aborted;
#[path = "../broker/mod.rs"]
mod broker;
mod camera;
mod camera_chain;
mod camera_control;
mod camera_ip;
mod device;
mod display;
mod drill;
mod facts;
mod modbus;
mod onvif;
mod pelco;
mod picture;
mod plates;
mod preset;
mod rs485;
mod site;
mod snmp;
mod switch;
mod ups;
mod visca_peers;
mod wall;
