//! The listening sockets: the public address and, if asked for, the one for metrics.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actix_web::dev::{Server, Service};
use actix_web::web::{self, Data};
use actix_web::{App as Actix, HttpMessage, HttpResponse, HttpServer};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use super::access_log::AccessLog;
use super::door::Door;
use super::limiter::Limiter;
use super::tls::Identity;
use super::{docs, edge, mounts, openapi, platform, request_id, shopkit, shoppy, shopvo};
use crate::app::App;
use crate::base::error::{Error, Result};

/// The limits on calls to the licence API.
pub struct Limits {
    /// All calls.
    pub calls: Limiter,
    /// Calls with a wrong key or identifier.
    pub failures: Limiter,
}

/// Takes an address, so that a failure is told before anything else starts, with the name of the setting that it stands in.
pub fn bind(address: SocketAddr, setting: &str) -> Result<TcpListener> {
    TcpListener::bind(address).map_err(|e| {
        Error::refused(format!("cannot listen on {address}: {e}. Choose another address with {setting}"))
    })
}

/// Serves `app` on `listener` until told to stop; signals are left to the caller, as is the access log's last flush.
pub fn start(
    app: Arc<App>,
    listener: TcpListener,
    identity: Option<Arc<Identity>>,
    json_log: bool,
) -> Result<(Server, Option<Arc<AccessLog>>)> {
    let limits = Data::new(Limits {
        calls: Limiter::new(app.config.licence_rate),
        failures: Limiter::new(app.config.licence_failure_rate),
    });
    let storefronts = Data::new(shopvo::Shared::default());
    let goods = Data::new(shopkit::Shared::default());
    let sellers = Data::new(shoppy::Shared::default());
    let (shared, door) = (Data::new(platform::Shared::default()), Data::new(Door::default()));
    let page = Data::new(docs::Page::of(&app.config.public_url));
    let description = Data::new(openapi::Description::of(&app.config.public_url));
    let log = app.config.access_log.then(|| Arc::new(AccessLog::new(json_log)));
    if let Some(log) = log.clone() {
        std::thread::Builder::new()
            .name("keywright-log".into())
            .spawn(move || {
                loop {
                    std::thread::sleep(Duration::from_millis(100));
                    log.flush();
                }
            })
            .map_err(cannot)?;
    }
    let workers = match app.config.workers {
        0 => std::thread::available_parallelism().map_err(cannot)?.get(),
        n => n,
    };
    let with_metrics = app.config.metrics_listen.is_some();
    let app = Data::from(app);
    let hosts: Arc<[edge::Hosts]> = edge::Hosts::of(&app.config).into();
    let requests = Arc::new(AtomicU64::new(0));
    let last_log = log.clone();
    let server = HttpServer::new(move || {
        // Once on each worker's thread.
        let store = app.store.clone();
        actix_web::rt::spawn(async move {
            if let Err(e) = store.attend().await {
                tracing::warn!(error = %e, "look-ups share no snapshot any more");
            }
        });
        let (log, requests, hosts) = (log.clone(), requests.clone(), hosts.clone());
        Actix::new().app_data(app.clone()).app_data(limits.clone()).app_data(shared.clone()).app_data(storefronts.clone()).app_data(goods.clone()).app_data(sellers.clone()).app_data(door.clone()).app_data(description.clone()).app_data(page.clone()).configure(mounts).wrap_fn(move |mut req, service| {
            edge::tidy_path(&mut req);
            hosts.iter().for_each(|hosts| edge::by_host(&mut req, hosts));
            let number = requests.fetch_add(1, Ordering::Relaxed);
            if ["/v1/", "/download/", "/shopkit/", "/shoppy/", "/shopvo/"].iter().any(|root| req.path().starts_with(root)) {
                req.extensions_mut().insert(request_id::Number(number));
            }
            let begun = (log.is_some() || with_metrics).then(Instant::now);
            let answer = service.call(req);
            let log = log.clone();
            async move {
                let answer = answer.await?;
                if let Some(begun) = begun {
                    let took = begun.elapsed();
                    if let Some(log) = log {
                        log.note(&answer, number, took);
                    }
                    if with_metrics {
                        let route = answer.request().match_pattern().unwrap_or_default();
                        let status = answer.status().as_u16().to_string();
                        metrics::histogram!("keywright_request_seconds", "route" => route, "status" => status).record(took);
                    }
                }
                Ok(answer)
            }
        })
    })
    .workers(workers)
    .client_request_timeout(Duration::from_secs(5))
    .client_disconnect_timeout(edge::SILENCE)
    .keep_alive(Duration::from_secs(75))
    .shutdown_timeout(30)
    .disable_signals();
    let server = match identity {
        None => server.listen(listener),
        Some(identity) => {
            actix_web::rt::spawn(identity.clone().follow());
            server.listen_rustls_0_23(listener, identity.server()?)
        }
    };
    Ok((server.map_err(cannot)?.run(), last_log))
}

#[expect(clippy::needless_pass_by_value, reason = "as map_err hands it over")]
fn cannot(e: io::Error) -> Error {
    Error::broken(format!("the server cannot start: {e}"))
}

/// Serves `/metrics` on an address of its own.
pub fn start_metrics(listener: TcpListener) -> Result<Server> {
    let handle = PrometheusBuilder::new()
        .install_recorder()
        .map_err(|e| Error::broken(format!("metrics cannot be gathered: {e}")))?;
    let upkeep = handle.clone();
    actix_web::rt::spawn(async move {
        // Samples are kept until somebody gathers them; nobody may ever ask for the page.
        let mut ticks = tokio::time::interval(Duration::from_secs(5));
        loop {
            ticks.tick().await;
            upkeep.run_upkeep();
        }
    });
    let server = HttpServer::new(move || {
        Actix::new().app_data(Data::new(handle.clone())).route("/metrics", web::get().to(metrics_page))
    })
    .workers(1)
    .disable_signals()
    .listen(listener)
    .map_err(|e| Error::broken(format!("metrics cannot be served: {e}")))?
    .run();
    Ok(server)
}

async fn metrics_page(handle: Data<PrometheusHandle>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(handle.render())
}
