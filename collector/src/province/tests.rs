//! The fold against a naïve model and by tables.

mod backups;
mod breakdown;
mod build;
mod canaries;
mod events;
mod model;
mod plates;
mod references;
mod table;

/// A stored batch in which a box of this network describes one room.
pub(crate) fn described(domain: avow_shared::venue::Domain) -> crate::fact::Stored {
    let report = breakdown::in_network(domain, "350102001-01");
    build::stored(1, build::agent(1), 1, build::START_MS, vec![(1, report)])
}
