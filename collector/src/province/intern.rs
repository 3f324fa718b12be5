//! One copy of what is the same at thousands of venues: value schemas, probe lists and backup paths.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use avow_shared::backup::Path;
use avow_shared::value::Value;
use avow_shared::venue::Probe;

use super::venue::Schema;

/// Past this many, what nobody uses any more is forgotten.
const SWEEP_ABOVE: usize = 1_024;

/// The copies.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    schemas: HashSet<Schema>,
    /// By their postcard bytes: limits hold floats, which do not hash.
    probes: HashMap<Box<[u8]>, Arc<[Probe]>>,
    paths: HashSet<Arc<[Path]>>,
    sweep_schemas_at: usize,
    sweep_probes_at: usize,
    sweep_paths_at: usize,
}

impl Interner {
    /// The schema of `values`.
    pub(crate) fn schema(&mut self, values: &[Value]) -> Schema {
        let pairs: Vec<_> = values.iter().map(|value| (value.name.clone(), value.unit)).collect();
        self.same(pairs.into())
    }

    /// The copy that equals `schema`.
    pub(super) fn same(&mut self, schema: Schema) -> Schema {
        if let Some(known) = self.schemas.get(&schema) {
            return Arc::clone(known);
        }
        if self.schemas.len() >= self.sweep_schemas_at.max(SWEEP_ABOVE) {
            self.schemas.retain(|known| Arc::strong_count(known) > 1);
            self.sweep_schemas_at = self.schemas.len() * 2;
        }
        self.schemas.insert(Arc::clone(&schema));
        schema
    }

    /// The copy that equals `paths`.
    pub(super) fn paths(&mut self, paths: Vec<Path>) -> Arc<[Path]> {
        if let Some(known) = self.paths.get(paths.as_slice()) {
            return Arc::clone(known);
        }
        if self.paths.len() >= self.sweep_paths_at.max(SWEEP_ABOVE) {
            self.paths.retain(|known| Arc::strong_count(known) > 1);
            self.sweep_paths_at = self.paths.len() * 2;
        }
        let paths: Arc<[Path]> = paths.into();
        self.paths.insert(Arc::clone(&paths));
        paths
    }

    /// The copy that equals `probes`.
    pub(super) fn probes(&mut self, probes: Vec<Probe>) -> Arc<[Probe]> {
        let key = postcard::to_allocvec(&probes).unwrap_or_default().into_boxed_slice();
        if let Some(known) = self.probes.get(&key) {
            return Arc::clone(known);
        }
        if self.probes.len() >= self.sweep_probes_at.max(SWEEP_ABOVE) {
            self.probes.retain(|_, known| Arc::strong_count(known) > 1);
            self.sweep_probes_at = self.probes.len() * 2;
        }
        let probes: Arc<[Probe]> = probes.into();
        self.probes.insert(key, Arc::clone(&probes));
        probes
    }
}
