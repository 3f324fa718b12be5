//! What the agent makes of pictures, against drawn halls and films that real encoders made of them.

mod code;
