//! Sets of sounds and pictures of which it is known what is in them: drawn and generated, judged by the agent's own analysis. All of
//! it computes and hardly waits; in one program, because each links all of the agent.

mod pictures;
mod preset_pictures;
mod sound;
