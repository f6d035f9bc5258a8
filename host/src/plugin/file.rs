//! A plugin's file, read once: the bytes that are checked are the bytes that run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::cache;
use super::parse::glance;
use super::signature::{Distrust, KeyId, TrustedKeys};
use super::{Limits, LoadError, Runtime};
use crate::plain_file::read_at_most;

/// The bytes of a file that is no larger than its limit and begins as wasm does.
#[derive(Debug, Clone)]
pub struct PluginFile {
    path: PathBuf,
    bytes: Arc<[u8]>,
    runtime: Runtime,
}

impl PluginFile {
    /// Reads it. Whatever happens to the file afterwards changes nothing.
    ///
    /// # Errors
    /// If it cannot be read, is larger than its limit, or is no wasm binary.
    pub fn read(path: &Path, limits: &Limits) -> Result<PluginFile, LoadError> {
        // One byte beyond the limit tells that it is too large, whatever its size claims to be.
        let bytes = read_at_most((u64::from(limits.file_mib) << 20) + 1, path)
            .map_err(|source| LoadError::Read { path: path.into(), source })?;
        glance(&bytes, limits)
            .map_err(|refusal| LoadError::Refused { path: path.into(), refusal })?;
        let runtime = Runtime::of(&bytes);
        Ok(PluginFile { path: path.into(), bytes: bytes.into(), runtime })
    }

    /// Where it was read.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All of it.
    #[must_use]
    pub fn bytes(&self) -> &Arc<[u8]> {
        &self.bytes
    }

    /// What runs its code.
    #[must_use]
    pub fn runtime(&self) -> Runtime {
        self.runtime
    }

    /// What a plugin like it may use, unless its user says otherwise.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits::of(self.runtime)
    }

    /// SHA-256 of it in lower-case hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        cache::hex(Sha256::digest(&self.bytes).as_ref())
    }

    /// Whether `NAME.wasm.minisig` beside it is a signature of these bytes by one of these keys, and by
    /// which.
    ///
    /// # Errors
    /// Why it is not.
    pub fn signed_by(&self, keys: &TrustedKeys) -> Result<KeyId, Distrust> {
        keys.check(&self.path, &self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Guest;
    use super::super::{Engine, Prepared, Refusal};
    use super::*;

    #[test]
    fn what_was_read_runs_whatever_becomes_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wasm");
        std::fs::write(&path, Guest::default().core_module()).unwrap();
        let limits = Limits::default();
        let file = PluginFile::read(&path, &limits).unwrap();
        std::fs::write(&path, "something else").unwrap();
        let engine = Engine::new().unwrap();
        let plugin = Prepared::from_file(&engine, None, &file, &limits).unwrap();
        assert_eq!(plugin.size(), file.bytes().len() as u64);
        assert!(matches!(
            PluginFile::read(&path, &limits),
            Err(LoadError::Refused { refusal: Refusal::Text, .. })
        ));
    }

    #[test]
    fn a_file_beyond_its_limit_is_not_cut_but_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wasm");
        std::fs::write(&path, vec![0; 3 << 20]).unwrap();
        let limits = Limits { file_mib: 1, ..Limits::default() };
        let error = PluginFile::read(&path, &limits).unwrap_err();
        let too_large = Refusal::TooLarge { size: (1 << 20) + 1, limit_mib: 1 };
        assert!(matches!(error, LoadError::Refused { refusal, .. } if refusal == too_large));
    }
}
