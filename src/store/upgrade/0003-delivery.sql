create table category (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id     INTEGER NOT NULL REFERENCES site (id),
    is_test     INTEGER NOT NULL CHECK (is_test in (0, 1)),
    parent_id   INTEGER REFERENCES category (id),
    title       TEXT NOT NULL,
    slug        TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    UNIQUE (slug, site_id, is_test)
) STRICT;
create index category_parent on category (parent_id) where parent_id is not null;
alter table product add column requires_install_url INTEGER NOT NULL DEFAULT 0 CHECK (requires_install_url in (0, 1));
alter table product add column install_url_label TEXT NOT NULL DEFAULT '';
alter table product add column install_url_notice TEXT NOT NULL DEFAULT '';
alter table product add column install_url_locked INTEGER NOT NULL DEFAULT 0 CHECK (install_url_locked in (0, 1));
alter table product add column external_url TEXT;
alter table product add column category_id INTEGER REFERENCES category (id);
alter table product add column download_channels TEXT NOT NULL DEFAULT 'stable';
create index product_category on product (category_id) where category_id is not null;
create table product_word (
    product_id  INTEGER NOT NULL REFERENCES product (id),
    word        TEXT NOT NULL,
    PRIMARY KEY (product_id, word)
) STRICT, WITHOUT ROWID;
alter table release add column notes TEXT NOT NULL DEFAULT '';
alter table release add column state TEXT NOT NULL DEFAULT 'published' CHECK (state in ('draft', 'published', 'yanked'));
update release set state = status;
alter table release drop column status;
alter table release rename column state to status;
create table file (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id       INTEGER NOT NULL REFERENCES site (id),
    is_test       INTEGER NOT NULL CHECK (is_test in (0, 1)),
    handle        TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    size          INTEGER NOT NULL CHECK (size >= 0),
    sha256        TEXT,
    created_at    INTEGER NOT NULL,
    touched_at    INTEGER NOT NULL,
    completed_at  INTEGER
) STRICT;
create index file_sha256 on file (sha256);
create index file_test on file (id) where is_test = 1;
create index file_under_way on file (touched_at) where completed_at is null;
create table release_file (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    release_id  INTEGER NOT NULL REFERENCES release (id),
    file_id     INTEGER REFERENCES file (id),
    url         TEXT CHECK ((url is null) <> (file_id is null)),
    platform    TEXT NOT NULL DEFAULT '',
    UNIQUE (release_id, platform)
) STRICT;
create index release_file_file on release_file (file_id) where file_id is not null;
create table job (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    kind           TEXT NOT NULL,
    about          TEXT NOT NULL,
    due_at         INTEGER NOT NULL,
    claimed_until  INTEGER,
    tries          INTEGER NOT NULL DEFAULT 0,
    created_at     INTEGER NOT NULL
) STRICT;
create index job_due on job (due_at);
alter table prerequisite add column added_at INTEGER NOT NULL DEFAULT 0;
update prerequisite set added_at = (select last_at from house);
alter table idempotency add column head TEXT NOT NULL DEFAULT '';
alter table site add column currency TEXT;
alter table site add column time_zone TEXT NOT NULL DEFAULT 'UTC';
alter table site add column policy TEXT;
create index licence_product on licence (product_id, id);
create index licence_off on licence (id) where is_on = 0;
create index licence_ended on licence (purchase_status, id) where purchase_status <> 'active';
create index licence_term on licence (id) where expires_at is not null or purchase_status = 'expired';
create index sale_payment on sale (payment_status, id);
create index sale_fulfilment on sale (fulfilment_status, id);
alter table sale_line add column parent_id INTEGER REFERENCES purchase (id);
create table sale_line_item (
    sale_line_id  INTEGER NOT NULL REFERENCES sale_line (id),
    product_id    INTEGER NOT NULL REFERENCES product (id),
    term_days     INTEGER,
    PRIMARY KEY (sale_line_id, product_id)
) STRICT, WITHOUT ROWID;
create index sale_line_item_product on sale_line_item (product_id);
insert into sale_line_item (sale_line_id, product_id, term_days)
select l.id, b.product_id, p.term_days from sale s join sale_line l on l.sale_id = s.id join bundle_item b on b.bundle_id = l.product_id
join product p on p.id = b.product_id where s.paid_at is null;
create table event (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id      INTEGER NOT NULL,
    is_test      INTEGER NOT NULL CHECK (is_test in (0, 1)),
    kind         TEXT NOT NULL,
    data         TEXT NOT NULL,
    customer_id  INTEGER,
    created_at   INTEGER NOT NULL
) STRICT;
create index event_kind on event (kind, id) where kind not in ('licence.activated', 'licence.deactivated');
create index event_customer on event (customer_id) where customer_id is not null;
create index event_test on event (id) where is_test = 1;
create table webhook (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id            INTEGER NOT NULL REFERENCES site (id),
    is_test            INTEGER NOT NULL CHECK (is_test in (0, 1)),
    url                TEXT NOT NULL,
    events             TEXT NOT NULL DEFAULT '',
    format             TEXT NOT NULL DEFAULT 'standard' CHECK (format in ('shookout', 'standard')),
    sealed_secret      TEXT NOT NULL,
    old_sealed_secret  TEXT,
    old_until          INTEGER,
    is_on              INTEGER NOT NULL DEFAULT 1 CHECK (is_on in (0, 1)),
    off_reason         TEXT,
    failing_since      INTEGER,
    created_at         INTEGER NOT NULL
) STRICT;
create index webhook_site on webhook (site_id, is_test);
create table webhook_delivery (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id     INTEGER NOT NULL REFERENCES webhook (id),
    event_id       INTEGER NOT NULL,
    status         TEXT NOT NULL DEFAULT 'pending' CHECK (status in ('pending', 'delivered', 'failed')),
    attempts       INTEGER NOT NULL DEFAULT 0,
    due_at         INTEGER,
    claimed_until  INTEGER,
    http_status    INTEGER,
    said           TEXT,
    created_at     INTEGER NOT NULL,
    tried_at       INTEGER,
    ended_at       INTEGER
) STRICT;
create index webhook_delivery_due on webhook_delivery (due_at) where due_at is not null;
create index webhook_delivery_waiting on webhook_delivery (webhook_id, due_at) where due_at is not null;
create index webhook_delivery_log on webhook_delivery (webhook_id, id);
create index webhook_delivery_ended on webhook_delivery (ended_at) where ended_at is not null;
