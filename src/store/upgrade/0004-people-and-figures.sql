drop index webhook_delivery_due;
drop index webhook_delivery_ended;
alter table customer add column wants_news INTEGER NOT NULL DEFAULT 0 CHECK (wants_news in (0, 1));
create index payment_time on payment (created_at);
create table idempotency_by_caller (
    caller         TEXT NOT NULL,
    key            TEXT NOT NULL,
    request_hash   TEXT NOT NULL,
    status         INTEGER NOT NULL,
    body           TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    head           TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (caller, key)
) STRICT, WITHOUT ROWID;
insert into idempotency_by_caller (caller, key, request_hash, status, body, created_at, head)
    select 'key ' || api_key_id, key, request_hash, status, body, created_at, head from idempotency;
drop table idempotency;
alter table idempotency_by_caller rename to idempotency;
create index idempotency_age on idempotency (created_at);
create table person (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id        INTEGER NOT NULL REFERENCES site (id),
    email          TEXT NOT NULL,
    email_fold     TEXT NOT NULL,
    name           TEXT NOT NULL DEFAULT '',
    role           TEXT NOT NULL CHECK (role in ('owner', 'admin', 'support', 'read_only')),
    password_hash  TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    disabled_at    INTEGER,
    UNIQUE (email_fold, site_id)
) STRICT;
create table session (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash   TEXT NOT NULL UNIQUE,
    person_id    INTEGER REFERENCES person (id),
    customer_id  INTEGER REFERENCES customer (id) CHECK ((person_id is null) <> (customer_id is null)),
    created_at   INTEGER NOT NULL,
    seen_at      INTEGER NOT NULL
) STRICT;
create index session_person on session (person_id) where person_id is not null;
create index session_customer on session (customer_id) where customer_id is not null;
create index session_seen on session (seen_at);
create table sign_in (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id  INTEGER NOT NULL REFERENCES customer (id),
    begun_hash   TEXT NOT NULL UNIQUE,
    link_hash    TEXT NOT NULL UNIQUE,
    code_mac     TEXT NOT NULL,
    tries        INTEGER NOT NULL DEFAULT 0,
    created_at   INTEGER NOT NULL,
    used_at      INTEGER
) STRICT;
create index sign_in_customer on sign_in (customer_id);
create index sign_in_age on sign_in (created_at);
create table oauth_app (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id        INTEGER NOT NULL REFERENCES site (id),
    is_test        INTEGER NOT NULL CHECK (is_test in (0, 1)),
    client_id      TEXT NOT NULL UNIQUE,
    title          TEXT NOT NULL,
    secret_hash    TEXT,
    redirect_uris  TEXT NOT NULL,
    scopes         TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    deleted_at     INTEGER
) STRICT;
create table oauth_grant (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id       INTEGER NOT NULL REFERENCES oauth_app (id),
    person_id    INTEGER REFERENCES person (id),
    customer_id  INTEGER REFERENCES customer (id) CHECK ((person_id is null) <> (customer_id is null)),
    scopes       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    used_at      INTEGER,
    ended_at     INTEGER,
    end_reason   TEXT
) STRICT;
create index oauth_grant_app on oauth_grant (app_id);
create index oauth_grant_person on oauth_grant (person_id) where person_id is not null;
create index oauth_grant_customer on oauth_grant (customer_id) where customer_id is not null;
create table oauth_code (
    code_hash     TEXT NOT NULL PRIMARY KEY,
    grant_id      INTEGER NOT NULL REFERENCES oauth_grant (id),
    redirect_uri  TEXT NOT NULL,
    challenge     TEXT,
    created_at    INTEGER NOT NULL,
    used_at       INTEGER
) STRICT, WITHOUT ROWID;
create index oauth_code_age on oauth_code (created_at);
create table oauth_token (
    token_hash     TEXT NOT NULL PRIMARY KEY,
    grant_id       INTEGER NOT NULL REFERENCES oauth_grant (id),
    kind           TEXT NOT NULL CHECK (kind in ('access', 'refresh')),
    scopes         TEXT NOT NULL,
    expires_at     INTEGER NOT NULL,
    used_at        INTEGER,
    sealed_answer  TEXT
) STRICT, WITHOUT ROWID;
create index oauth_token_grant on oauth_token (grant_id);
create index oauth_token_term on oauth_token (expires_at);
create table mail (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id        INTEGER NOT NULL REFERENCES site (id),
    is_test        INTEGER NOT NULL CHECK (is_test in (0, 1)),
    template       TEXT NOT NULL,
    recipient      TEXT NOT NULL,
    customer_id    INTEGER REFERENCES customer (id),
    about          TEXT NOT NULL,
    sealed         TEXT,
    once           TEXT UNIQUE,
    status         TEXT NOT NULL DEFAULT 'pending' CHECK (status in ('pending', 'sent', 'failed')),
    attempts       INTEGER NOT NULL DEFAULT 0,
    due_at         INTEGER,
    claimed_until  INTEGER,
    said           TEXT,
    created_at     INTEGER NOT NULL,
    ended_at       INTEGER
) STRICT;
create index mail_due on mail (due_at) where due_at is not null;
create index mail_customer on mail (customer_id) where customer_id is not null;
create index mail_ended on mail (ended_at) where ended_at is not null;
create table tally (
    site_id     INTEGER NOT NULL,
    is_test     INTEGER NOT NULL CHECK (is_test in (0, 1)),
    kind        TEXT NOT NULL,
    hour        INTEGER NOT NULL,
    product_id  INTEGER NOT NULL,
    label       TEXT NOT NULL,
    count       INTEGER NOT NULL,
    PRIMARY KEY (site_id, is_test, kind, hour, product_id, label)
) STRICT, WITHOUT ROWID;
create table audit (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id     INTEGER NOT NULL,
    is_test     INTEGER NOT NULL CHECK (is_test in (0, 1)),
    created_at  INTEGER NOT NULL,
    actor_kind  TEXT NOT NULL CHECK (actor_kind in ('person', 'api_key', 'app', 'command_line', 'server')),
    actor       TEXT NOT NULL,
    address     TEXT,
    request_id  TEXT,
    action      TEXT NOT NULL,
    subject     TEXT NOT NULL,
    subject_id  TEXT NOT NULL,
    old         TEXT,
    new         TEXT,
    customer_id INTEGER
) STRICT;
create index audit_subject on audit (subject, subject_id, id);
create index audit_customer on audit (customer_id) where customer_id is not null;
create table request_log (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id     INTEGER NOT NULL,
    is_test     INTEGER NOT NULL CHECK (is_test in (0, 1)),
    created_at  INTEGER NOT NULL,
    request_id  TEXT NOT NULL,
    credential  TEXT NOT NULL,
    method      TEXT NOT NULL,
    route       TEXT NOT NULL,
    status      INTEGER NOT NULL,
    code        TEXT,
    took        INTEGER NOT NULL,
    address     TEXT NOT NULL
) STRICT;
