//! HTTPS of our own, where no proxy brings it: certificate and key from two files. Whoever renews the certificate only writes the
//! files: they are looked at once a minute.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, crypto::CryptoProvider};

use crate::base::error::{Error, Result};
use crate::base::tls::{broken, provider};

/// How long a renewed certificate may wait.
const LOOK: Duration = Duration::from_mins(1);

/// A certificate and its key, where they are and as they were read.
#[derive(Debug)]
pub struct Identity {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<Arc<CertifiedKey>>,
    read_at: RwLock<Stamps>,
}

type Stamps = [Option<SystemTime>; 2];

impl Identity {
    /// Reads both files (PEM); refuses what does not belong together.
    pub fn open(certificate: &Path, key: &Path) -> Result<Arc<Self>> {
        Ok(Arc::new(Self {
            current: RwLock::new(Arc::new(read(certificate, key, &provider())?)),
            read_at: RwLock::new(stamps(certificate, key)),
            certificate: certificate.to_owned(),
            key: key.to_owned(),
        }))
    }

    /// The server's side of TLS with it.
    pub fn server(self: &Arc<Self>) -> Result<ServerConfig> {
        let builder = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(|e| broken(&e))?;
        Ok(builder.with_no_client_auth().with_cert_resolver(self.clone()))
    }

    /// Reads the files again whenever they have changed, for ever. What cannot be read leaves the old certificate in force.
    pub async fn follow(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LOOK).await;
            self.look();
        }
    }

    /// The certificate in force.
    pub fn current(&self) -> Arc<CertifiedKey> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the files again if they have changed.
    pub fn look(&self) {
        let now = stamps(&self.certificate, &self.key);
        if now == *self.read_at.read().unwrap_or_else(PoisonError::into_inner) {
            return;
        }
        match read(&self.certificate, &self.key, &provider()) {
            Ok(renewed) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(renewed);
                *self.read_at.write().unwrap_or_else(PoisonError::into_inner) = now;
                tracing::info!("the renewed certificate is in force");
            }
            Err(e) => {
                tracing::warn!(error = %e, "the certificate was changed and cannot be read: the old one stays");
            }
        }
    }
}

impl ResolvesServerCert for Identity {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }
}

fn stamps(certificate: &Path, key: &Path) -> Stamps {
    [certificate, key].map(|file| file.metadata().and_then(|data| data.modified()).ok())
}

fn read(certificate: &Path, key: &Path, provider: &CryptoProvider) -> Result<CertifiedKey> {
    let bad = |setting: &str, file: &Path, e: &dyn std::fmt::Display| {
        Error::invalid(format!("{setting} {} cannot be used: {e}", file.display()))
    };
    let in_certificate = |e: rustls::pki_types::pem::Error| bad("tls_certificate", certificate, &e);
    let chain: Vec<CertificateDer<'_>> = CertificateDer::pem_file_iter(certificate)
        .map_err(in_certificate)?
        .collect::<std::result::Result<_, _>>()
        .map_err(in_certificate)?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|e| bad("tls_key", key, &e))?;
    CertifiedKey::from_der(chain, private, provider).map_err(|e| bad("tls_certificate", certificate, &e))
}
