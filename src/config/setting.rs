//! Every setting there is: name, default and what it does.

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name in the file; the flag has `-` for `_`, the variable is `KEYWRIGHT_` and the name in capitals.
    pub name: &'static str,
    /// What holds when nobody says otherwise.
    pub default: &'static str,
    /// What it does.
    pub help: &'static str,
    /// Whether only a server needs it.
    pub serve: bool,
    /// Whether only the configuration file may say it.
    pub file_only: bool,
}

const fn every(name: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { name, default, help, serve: false, file_only: false }
}

const fn serve(name: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { name, default, help, serve: true, file_only: false }
}

const fn file(name: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { name, default, help, serve: false, file_only: true }
}

/// All settings, in the order they are shown.
pub const SETTINGS: &[Setting] = &[
    every("data_dir", "./data", "Folder of the SQLite database and the server's own files"),
    every("database", "sqlite", "sqlite, or a postgres:// address"),
    every(
        "connections",
        "8",
        "Connections to the database, at the most: for reading (SQLite) or for everything (PostgreSQL)",
    ),
    every(
        "master_key_file",
        "",
        "File of the master key that secrets are sealed with; master.key in the data folder when empty",
    ),
    every("files_dir", "", "Folder of uploaded files; files in the data folder when empty"),
    every("backup_dir", "", "Folder of backups; backups in the data folder when empty"),
    every(
        "mail_from",
        "",
        "Who letters are from, such as 'Quill Works <licences@quill.example>'; needed to send mail",
    ),
    every(
        "mail_server",
        "",
        "Mail server: smtp://user@host:587 (STARTTLS is required), smtps://user@host:465, or smtp://localhost:25?tls=none; \
         empty: no mail is sent",
    ),
    every(
        "mail_password_file",
        "",
        "File of the mail server's password; else KEYWRIGHT_MAIL_PASSWORD, or systemd's credential mail-password",
    ),
    every("mail_folder", "", "Instead of a mail server: folder that each letter is written to as a file"),
    every(
        "mail_templates",
        "",
        "Folder of your own templates for letters; keywright's own where it has none",
    ),
    every("api_key_plan", "enterprise", "Plan of new API keys: free, basic, pro, business or enterprise"),
    serve("listen", "127.0.0.1:8080", "Address and port to serve on"),
    serve(
        "public_url",
        "",
        "Address that customers see, such as https://licences.example.com; made from listen when empty",
    ),
    serve("trusted_proxies", "", "Networks (CIDR, separated by commas) whose X-Forwarded-For is believed"),
    serve(
        "tls_certificate",
        "",
        "HTTPS without a proxy: file of the certificate and its chain (PEM); empty is HTTP",
    ),
    serve("tls_key", "", "File of the certificate's private key (PEM)"),
    serve("insecure_http", "off", "Allow plain HTTP on an address that other machines can reach (on, off)"),
    serve("licence_rate", "600", "Licence calls a minute and address; 0 is no limit"),
    serve(
        "licence_failure_rate",
        "10",
        "Calls with a wrong key or identifier a minute and address; 0 is no limit",
    ),
    serve(
        "check_ip",
        "off",
        "Refuse calls from another address than the activation's, unless the product says otherwise (on, off)",
    ),
    serve(
        "allow_ip_override",
        "off",
        "Let calls name their address in the parameter ip, unless the product says otherwise (on, off)",
    ),
    file(
        "webhook_allow",
        "",
        "Networks (CIDR, separated by commas) that webhooks may go to though they are not public; in the file only",
    ),
    serve("shopvo_host", "", "Host name that the Shopvo dialect answers by, besides /shopvo; empty: none"),
    serve(
        "shopvo_checkout_rate",
        "10",
        "Calls a minute of /checkout by one key from one address; 0 is no limit",
    ),
    serve("shopvo_orders_rate", "30", "Calls a minute of /orders by one key from one address; 0 is no limit"),
    serve(
        "shopvo_search_rate",
        "60",
        "Searches for products a minute by one key from one address; 0 is no limit",
    ),
    serve("shopkit_hour_rate", "3600", "Calls of the Shopkit dialect an hour by one key; 0 is no limit"),
    serve(
        "shopkit_key_in_query",
        "on",
        "Let calls of the Shopkit dialect name their key in the parameter X-API-KEY (on, off)",
    ),
    serve(
        "shopkit_max_status",
        "11",
        "Highest order status that the Shopkit dialect tells: 11, or 8 for programs that know no more",
    ),
    serve("shopkit_images", "object", "A product's pictures in the Shopkit dialect: object or array"),
    serve(
        "shopkit_hosts",
        "",
        "Host names (separated by commas) at which the Shopkit dialect answers at /v1, as the old service did; empty: none",
    ),
    serve(
        "shoppy_hosts",
        "",
        "Host names (separated by commas) at which the Shoppy dialect answers at /api, as the old service did; empty: none",
    ),
    serve("shoppy_rate", "120", "Calls of the Shoppy dialect a minute by one key; 0 is no limit"),
    serve("event_days", "90", "Days that events are kept"),
    serve("audit_days", "0", "Days that the audit log is kept; 0 is for ever"),
    serve(
        "request_log_days",
        "0",
        "Days that calls of the platform API are kept to be looked at, 90 at the most; 0 keeps none",
    ),
    serve("backup_every_hours", "24", "Hours between backups that the server makes by itself; 0 makes none"),
    serve(
        "backup_keep",
        "7",
        "Backups that are kept in backup_dir, the newest, when the server has made another; 0 keeps all",
    ),
    serve(
        "remembered",
        "1000000",
        "Licences kept in memory once they were checked, about 400 bytes each (SQLite); 0 is none",
    ),
    serve("workers", "0", "Threads that serve; 0 is one for each processor"),
    serve("metrics_listen", "", "Address and port for /metrics; empty is off"),
    serve("access_log", "on", "A line for each request (on, off)"),
    serve("log", "auto", "json, pretty, or auto: pretty on a terminal"),
    serve(
        "log_level",
        "info",
        "error, warn, info, debug or trace; libraries stop at warn, since they may quote requests",
    ),
];
