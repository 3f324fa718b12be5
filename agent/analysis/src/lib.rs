//! What the agent computes of samples and pixels: loops over many numbers, and nothing else of it. A package of its own because the
//! agent for boxes is compiled for size, and these loops for speed (`[profile.agent.package.avow-analysis]`). Pure.

pub mod fourier;
pub mod picture;
pub mod sound;
