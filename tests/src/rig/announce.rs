//! A word said at the box.

use std::path::PathBuf;

use avow_agent::agent::{Reply, Request};
use avow_agent::control;

/// `meeting on` or `off`, said to the agent that listens at a socket.
///
/// # Panics
/// When nobody listens there, or it is not done.
pub async fn announce(socket: PathBuf, on: bool) {
    let said = tokio::task::spawn_blocking(move || control::ask(&socket, &Request::Meeting { on }));
    let reply = said.await.expect("it is said").expect("the agent answers");
    assert_eq!(reply, Some(Reply::Done {}), "the agent listens");
}
