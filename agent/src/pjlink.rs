//! PJLink, the control language of projectors and displays of many makers, class 1 and class 2, over TCP.
//!
//! [`codec`] turns lines into words and back, [`display`] knows what can be asked and what an answer says, [`session`]
//! decides (no clock, no port), [`driver`] waits. Not here: finding displays and their notices by UDP, and volume and freeze.
//!
//! Source: JBMIA, 'PJLink Specifications', version 2.00 of 2017-01-31, which covers both classes; its clauses are named `§`.

pub mod codec;
pub mod display;
pub mod driver;
pub mod session;
