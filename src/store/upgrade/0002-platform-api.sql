alter table house add column master_check TEXT;
alter table product add column kind TEXT NOT NULL DEFAULT 'software' CHECK (kind in ('software', 'service', 'bundle', 'external'));
alter table product add column description TEXT NOT NULL DEFAULT '';
alter table product add column archived_at INTEGER;
create index product_test on product (id) where is_test = 1;
create index customer_test on customer (id) where is_test = 1;
alter table licence add column is_test INTEGER NOT NULL DEFAULT 0 CHECK (is_test in (0, 1));
create index licence_test on licence (id) where is_test = 1;
create table api_key (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id        INTEGER NOT NULL REFERENCES site (id),
    is_test        INTEGER NOT NULL CHECK (is_test in (0, 1)),
    name           TEXT NOT NULL UNIQUE,
    title          TEXT NOT NULL,
    key_hash       TEXT NOT NULL,
    sealed_secret  TEXT NOT NULL,
    must_sign      INTEGER NOT NULL DEFAULT 0 CHECK (must_sign in (0, 1)),
    scopes         TEXT NOT NULL,
    plan           TEXT NOT NULL CHECK (plan in ('free', 'basic', 'pro', 'business', 'enterprise')),
    networks       TEXT NOT NULL DEFAULT '',
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER,
    revoked_at     INTEGER,
    last_used_at   INTEGER
) STRICT;
create table idempotency (
    api_key_id     INTEGER NOT NULL REFERENCES api_key (id),
    key            TEXT NOT NULL,
    request_hash   TEXT NOT NULL,
    status         INTEGER NOT NULL,
    body           TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    PRIMARY KEY (api_key_id, key)
) STRICT, WITHOUT ROWID;
create index idempotency_age on idempotency (created_at);
create table seen_signature (
    api_key_id  INTEGER NOT NULL REFERENCES api_key (id),
    mac         TEXT NOT NULL,
    seen_at     INTEGER NOT NULL,
    PRIMARY KEY (api_key_id, mac)
) STRICT, WITHOUT ROWID;
create index seen_signature_age on seen_signature (seen_at);
