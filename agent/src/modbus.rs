//! Modbus as a master that only reads: functions 1 to 4 and who a unit is (43/14), over TCP and over a serial line (RTU). Sources: 'MODBUS Application
//! Protocol Specification V1.1b3', 'MODBUS Messaging on TCP/IP Implementation Guide V1.0b', 'MODBUS over Serial Line V1.02'.
//!
//! `codec` is the bytes, `session` decides what is believed, `driver` waits.

pub mod codec;
pub mod driver;
pub mod session;
