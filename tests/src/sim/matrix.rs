//! A matrix switcher as Extron's command set has it: ties are made and read back. It knows nothing of profiles.
//! ('CrossPoint 450 Plus Series Setup Guide', p. 16: `X!*X@%` → `OutX@ InX! Vid`, `X@%` → `X!`, 00 is untied, E01 is an input
//! that there is not.)

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

/// What it does wrong; nothing by default. Ties are counted over all connections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// It says that it ties, and does not.
    pub ignores: bool,
    /// It says that it ties and reads it back, and its outputs go on showing what they did.
    pub lies: bool,
    /// It says nothing to a tie, and does not do it.
    pub deaf: bool,
    /// It refuses to tie (`E14`, not for this configuration).
    pub refuses: bool,
    /// Reads back this input, whatever is tied.
    pub reads_back: Option<u16>,
    /// It closes the connection instead of answering the nth tie, which it does.
    pub dies_at: Option<usize>,
    /// From the nth tie on it ignores them.
    pub stuck_from: Option<usize>,
    /// Nobody is let in any more once so many ties were made.
    pub shut_after: Option<usize>,
    /// A tie reads back only after so many questions.
    pub slow: usize,
}

#[derive(Debug)]
struct State {
    faults: Faults,
    ties: Vec<u16>,
    /// What was tied in the beginning.
    there: Vec<u16>,
    made: Vec<(u16, u16)>,
    waits: usize,
}

/// A matrix; clones are the same one.
#[derive(Clone, Debug)]
pub struct Matrix {
    inputs: u16,
    state: Arc<Mutex<State>>,
}

impl Matrix {
    /// With these inputs on its outputs, 0 for none.
    #[must_use]
    pub fn new(inputs: u16, ties: &[u16], faults: Faults) -> Self {
        let state = State { faults, ties: ties.to_vec(), there: ties.to_vec(), made: Vec::new(), waits: 0 };
        Self { inputs, state: Arc::new(Mutex::new(state)) }
    }

    /// The input of each output.
    #[must_use]
    pub fn ties(&self) -> Vec<u16> {
        self.lock().ties.clone()
    }

    /// The input that an output shows: the one that is tied to it, unless it lies.
    #[must_use]
    pub fn shows(&self, output: usize) -> u16 {
        let state = self.lock();
        if state.faults.lies { state.there[output - 1] } else { state.ties[output - 1] }
    }

    /// What it was told, input and output, in order.
    #[must_use]
    pub fn told(&self) -> Vec<(u16, u16)> {
        self.lock().made.clone()
    }

    /// From now on it does nothing wrong.
    pub fn mend(&self) {
        let mut state = self.lock();
        (state.faults, state.waits) = (Faults::default(), 0);
    }

    /// Somebody at its front panel.
    pub fn tie(&self, input: u16, output: usize) {
        self.lock().ties[output - 1] = input;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to a command without its last character; none: it hangs up.
    fn answer(&self, command: &str) -> Option<String> {
        let mut state = self.lock();
        let number = |text: &str| text.parse::<u16>().ok();
        let Some((input, output)) = command.split_once('*') else {
            let Some(tied) =
                number(command).and_then(|output| state.ties.get(usize::from(output).checked_sub(1)?).copied())
            else {
                return Some("E12".to_owned());
            };
            if state.waits > 0 {
                state.waits -= 1;
                return Some("00".to_owned());
            }
            return Some(format!("{:02}", state.faults.reads_back.unwrap_or(tied)));
        };
        let (Some(input), Some(output)) = (number(input), number(output)) else { return Some("E10".to_owned()) };
        if input > self.inputs {
            return Some("E01".to_owned());
        }
        let Some(at) = usize::from(output).checked_sub(1).filter(|at| *at < state.ties.len()) else {
            return Some("E12".to_owned());
        };
        if state.faults.refuses {
            return Some("E14".to_owned());
        }
        state.made.push((input, output));
        let nth = state.made.len();
        if state.faults.deaf {
            return Some(String::new());
        }
        if !state.faults.ignores && state.faults.stuck_from.is_none_or(|from| nth < from) {
            state.ties[at] = input;
            state.waits = state.faults.slow;
        }
        if state.faults.dies_at == Some(nth) {
            return None;
        }
        Some(format!("Out{output:02} In{input:02} Vid"))
    }

    fn is_shut(&self) -> bool {
        let state = self.lock();
        state.faults.shut_after.is_some_and(|most| state.made.len() >= most)
    }

    /// Serves one connection to its end.
    ///
    /// # Errors
    /// When the other side goes.
    pub async fn serve(self, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
        stream
            .write_all(b"(c) Copyright 2008, Extron Electronics, CrossPoint 450 Plus 88, V1.05, 60-1234-01\r\n")
            .await?;
        let mut heard = String::new();
        loop {
            match stream.read_u8().await? {
                b'%' => {
                    let Some(said) = self.answer(&std::mem::take(&mut heard)) else { return Ok(()) };
                    if !said.is_empty() {
                        stream.write_all(format!("{said}\r\n").as_bytes()).await?;
                        stream.flush().await?;
                    }
                }
                byte if heard.len() < 64 => heard.push(char::from(byte)),
                _ => heard.clear(),
            }
        }
    }

    /// Serves everybody who connects, on a free port.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn on_tcp(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let matrix = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if !matrix.is_shut() {
                    tokio::spawn(matrix.clone().serve(stream));
                }
            }
        });
        address
    }
}
