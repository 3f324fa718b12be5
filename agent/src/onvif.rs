//! ONVIF, the language of network cameras: SOAP 1.2 over HTTP (ONVIF Core, Media and PTZ Service Specifications).
//!
//! [`xml`], [`soap`], [`call`] and [`reply`] say and read, [`door`] proves who asks, [`moment`] converts times, all of them
//! pure; [`client`] is the shell around them and the only place that names HTTP. Not here: what an answer means for a
//! venue, events, discovery, and Media2.

pub mod call;
pub mod client;
pub mod digest;
pub mod door;
mod hash;
pub mod jpeg;
pub mod moment;
pub mod reply;
pub mod soap;
pub mod token;
pub mod xml;
