//! SNMP as a manager that only asks: v2c (RFC 3416, 3417) and v3 with the user-based security model (RFC 3412, 3414, 3826, 7860).
//!
//! `ber` and `pdu` are the bytes, `crypto` and `usm` the security, `session` decides what is sent and what is believed, `driver`
//! waits. Not here: SET, traps, v1, MD5 and DES.

pub mod ber;
pub mod crypto;
pub mod driver;
pub mod oid;
pub mod pdu;
pub mod session;
pub mod usm;
