//! TLS by rustls with ring, for whoever speaks it: what all of them share.

use std::fmt::Display;
use std::io::{Read, Write};
use std::net::{IpAddr, TcpStream};
use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, ConfigBuilder, DigitallySignedStruct, RootCertStore, SignatureScheme,
    StreamOwned, WantsVerifier,
};

use super::error::{Error, Result};

/// The cryptography.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// A client that has yet to be told whom it trusts.
pub fn client() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|e| broken(&e))
}

/// A client that trusts whoever answers: against those who only listen.
pub fn trusting() -> Result<ClientConfig> {
    let anyone = Arc::new(AnyCertificate(provider()));
    let builder: ConfigBuilder<ClientConfig, WantsClientCert> =
        client()?.dangerous().with_custom_certificate_verifier(anyone);
    Ok(builder.with_no_client_auth())
}

/// A client that trusts whom this machine trusts.
pub fn verifying() -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    Ok(client()?.with_root_certificates(roots).with_no_client_auth())
}

/// Speaks TLS over a stream, with whoever answers there.
pub fn over(stream: TcpStream, to: IpAddr) -> Result<impl Read + Write> {
    let client = ClientConnection::new(Arc::new(trusting()?), to.into()).map_err(|e| broken(&e))?;
    Ok(StreamOwned::new(client, stream))
}

/// An error of the library's that its callers cannot mend.
pub fn broken(e: &dyn Display) -> Error {
    Error::broken(format!("TLS: {e}"))
}

/// Takes any certificate.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
