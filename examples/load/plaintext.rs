//! The baseline: the same web framework with one route that does nothing, in a process of its own.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::{App, HttpServer, web};

use crate::Outcome;

/// Serves `Hello` with the settings of `keywright serve` (src/web/server.rs) until it is killed.
pub fn serve(port: u16) -> Outcome<()> {
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    let workers = std::thread::available_parallelism()?.get();
    actix_web::rt::System::new().block_on(async move {
        HttpServer::new(|| App::new().route("/", web::get().to(async || "Hello")))
            .workers(workers)
            .client_request_timeout(Duration::from_secs(5))
            .keep_alive(Duration::from_secs(75))
            .listen(listener)?
            .run()
            .await
    })?;
    Ok(())
}
