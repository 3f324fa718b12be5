//! What the agent shows and sees again in pictures of its own: planes of luma in, decisions out. Pure; what takes pictures and
//! what puts them on a wall are shells elsewhere.

pub mod code;
pub mod flash;
