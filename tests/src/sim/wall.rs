//! A video wall's processor that is told what its windows show, as 'CORIOmaster Commands' v1.7 has it: a login, then a line
//! `Window1.Input = Slot3.In1` sets and `Window1.Input` reads; each answer ends with `!Done` and what was asked. It knows nothing of
//! profiles.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufStream};
use tokio::net::TcpListener;

/// What it does wrong; nothing by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// It says that it shows something, and does not.
    pub ignores: bool,
}

/// A wall; clones are the same one.
#[derive(Clone, Debug)]
pub struct Wall {
    faults: Faults,
    windows: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Wall {
    /// With windows and what they show.
    #[must_use]
    pub fn new(windows: &[(&str, &str)], faults: Faults) -> Self {
        let windows = windows.iter().map(|(window, input)| ((*window).to_owned(), (*input).to_owned()));
        Self { faults, windows: Arc::new(Mutex::new(windows.collect())) }
    }

    /// What a window shows.
    #[must_use]
    pub fn shows(&self, window: &str) -> Option<String> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner).get(window).cloned()
    }

    fn answer(&self, line: &str) -> String {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let (asked, told) = line.split_once(" = ").map_or((line, None), |(asked, told)| (asked, Some(told)));
        let Some(shown) = asked.strip_suffix(".Input").and_then(|window| windows.get_mut(window)) else {
            return format!("!Error -33 : {asked}\r\n!Done {asked}\r\n");
        };
        if let Some(input) = told.filter(|_| !self.faults.ignores) {
            input.clone_into(shown);
        }
        format!("{asked} = {}\r\n!Done {asked}\r\n", told.unwrap_or(shown))
    }

    /// Serves one connection to its end.
    ///
    /// # Errors
    /// When the other side goes.
    pub async fn serve(self, stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
        let mut stream = BufStream::new(stream);
        stream.write_all(b"// Command Interface Ready\r\nPlease login. Use 'login(username,password)'\r\n").await?;
        stream.flush().await?;
        let mut is_in = false;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end();
            let said = match (is_in, line) {
                (_, "login(admin,adminpw)") => {
                    is_in = true;
                    "!Info : User admin Logged In\r\n".to_owned()
                }
                (true, line) => self.answer(line),
                (false, _) => "!Error -1 : Not logged in\r\n".to_owned(),
            };
            stream.write_all(said.as_bytes()).await?;
            stream.flush().await?;
        }
    }

    /// Serves everybody who connects, on a free port.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn on_tcp(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let wall = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(wall.clone().serve(stream));
            }
        });
        address
    }
}
