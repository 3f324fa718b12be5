//! Simulated devices: obedient by default, misbehaving by field. They share no session with the agent, and a codec
//! only where that is proven against programs of others (SNMP).

pub mod camera;
pub mod cost;
pub mod device;
pub mod dress;
pub mod growth;
pub mod hall;
pub mod line;
pub mod matrix;
pub mod modbus;
pub mod nut;
pub mod onvif;
pub mod pelco;
pub mod pjlink;
pub mod pty;
pub mod reel;
pub mod screen;
pub mod snmp;
pub mod sound;
pub mod studio;
pub mod takeover;
pub mod wall;
