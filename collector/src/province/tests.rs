//! The fold against a naïve model and by tables.

mod backups;
mod build;
mod canaries;
mod events;
mod model;
mod plates;
mod references;
mod table;
