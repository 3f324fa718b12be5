//! Sockets that leave by the configured address and interface, and what the system's refusals mean.

use std::io;
use std::net::SocketAddr;

use nix::errno::Errno;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;

use super::{Setup, Trial};

/// A datagram (or raw) socket to `to` and to nobody else: the kernel drops what others send.
pub(super) fn datagrams(setup: &Setup, to: SocketAddr, kind: Type, protocol: Protocol) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(to), kind, Some(protocol))?;
    if let Some(interface) = &setup.interface {
        socket.bind_device(Some(interface.as_bytes()))?;
    }
    if let Some(from) = setup.source_address {
        socket.bind(&SocketAddr::new(from, 0).into())?;
    }
    socket.connect(&to.into())?;
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket.into())
}

/// What an error of the socket means: the box's configuration, or the line.
pub(super) fn meaning(setup: &Setup, error: &io::Error) -> Trial {
    let interface = setup.interface.as_deref().unwrap_or_default();
    match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::EADDRNOTAVAIL) => Trial::Missing(format!(
            "本机没有地址 {}：请检查 source_address 与网卡配置",
            setup.source_address.map(|a| a.to_string()).unwrap_or_default()
        )),
        Some(Errno::ENODEV) => Trial::Missing(format!("没有网卡 {interface}：请检查 interface")),
        Some(Errno::EPERM | Errno::EACCES) => Trial::Missing(format!("没有权限使用网络接口 {interface}：{error}")),
        Some(Errno::EMFILE | Errno::ENFILE | Errno::ENOBUFS | Errno::ENOMEM) => {
            Trial::Missing(format!("本机资源不足：{error}"))
        }
        _ => Trial::Down(reason(error)),
    }
}

/// The reason in Chinese where it is a known one.
fn reason(error: &io::Error) -> String {
    let text = match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::ECONNREFUSED) => "对端拒绝连接",
        Some(Errno::ENETUNREACH) => "没有到该网络的路由",
        Some(Errno::EHOSTUNREACH) => "主机不可达",
        Some(Errno::ENETDOWN) => "网卡未启用",
        Some(Errno::ECONNRESET) => "连接被重置",
        _ => return error.to_string(),
    };
    text.to_owned()
}
