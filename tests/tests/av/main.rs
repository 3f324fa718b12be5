//! Sound and picture as they are: through a sound server, real encoders and a real call, while time passes. Programs run one after
//! the other, and each links all of the agent: what mostly waits shares this one.

mod across;
mod room;

/// Who takes all the seats that this process has for ffmpeg, and who cannot wait for one, are not at it at once.
static SEATS: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
