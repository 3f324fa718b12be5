//! The proof of a preset: does the camera, sent there, show what it showed when the reference was taken?
//!
//! A [`reference`] is a picture and a position, learnt once and kept with a version in a [`store`]. [`compare`] finds it again
//! in the newest picture, whatever the light, and [`judge`] gives the verdict: moved, blocked, blurred, dark, another scene.
//! [`shot`] takes pictures. Not here: how the camera is sent there (`probe::camera`).

mod align;
pub mod compare;
pub mod judge;
mod plane;
pub mod raster;
pub mod reference;
pub mod shot;
pub mod store;
