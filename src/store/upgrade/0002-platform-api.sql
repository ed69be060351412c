alter table house add column master_check TEXT;
alter table product add column kind TEXT NOT NULL DEFAULT 'software' CHECK (kind in ('software', 'service', 'bundle', 'external'));
alter table product add column description TEXT NOT NULL DEFAULT '';
alter table product add column archived_at INTEGER;
alter table product add column price_minor INTEGER CHECK (price_minor >= 0);
alter table product add column currency TEXT;
alter table product add column tax_bp INTEGER NOT NULL DEFAULT 0 CHECK (tax_bp between 0 and 10000);
alter table product add column prerequisite_match TEXT NOT NULL DEFAULT 'all' CHECK (prerequisite_match in ('all', 'any'));
alter table purchase add column sale_line_id INTEGER;
create index purchase_sale_line on purchase (sale_line_id) where sale_line_id is not null;
create index purchase_test on purchase (id) where is_test = 1;
create index purchase_term on purchase (expires_at) where status = 'active' and expires_at is not null;
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
create table prerequisite (
    product_id   INTEGER NOT NULL REFERENCES product (id),
    required_id  INTEGER NOT NULL REFERENCES product (id),
    PRIMARY KEY (product_id, required_id)
) STRICT, WITHOUT ROWID;
create index prerequisite_required on prerequisite (required_id);
create table bundle_item (
    bundle_id   INTEGER NOT NULL REFERENCES product (id),
    product_id  INTEGER NOT NULL REFERENCES product (id),
    PRIMARY KEY (bundle_id, product_id)
) STRICT, WITHOUT ROWID;
create index bundle_item_product on bundle_item (product_id);
create table pool_key (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    product_id  INTEGER NOT NULL REFERENCES product (id),
    key         TEXT NOT NULL UNIQUE,
    taken_at    INTEGER
) STRICT;
create index pool_key_product on pool_key (product_id);
create index pool_key_free on pool_key (product_id, id) where taken_at is null;
create table coupon (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id        INTEGER NOT NULL REFERENCES site (id),
    is_test        INTEGER NOT NULL CHECK (is_test in (0, 1)),
    code           TEXT NOT NULL,
    code_fold      TEXT NOT NULL,
    kind           TEXT NOT NULL CHECK (kind in ('percent', 'fixed')),
    value          INTEGER NOT NULL CHECK (value > 0),
    currency       TEXT,
    product_id     INTEGER REFERENCES product (id),
    least_minor    INTEGER NOT NULL DEFAULT 0 CHECK (least_minor >= 0),
    max_uses       INTEGER CHECK (max_uses > 0),
    used           INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0 and (max_uses is null or used <= max_uses)),
    starts_at      INTEGER,
    ends_at        INTEGER,
    created_at     INTEGER NOT NULL,
    UNIQUE (code_fold, site_id, is_test)
) STRICT;
create table sale (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id            INTEGER NOT NULL REFERENCES site (id),
    is_test            INTEGER NOT NULL CHECK (is_test in (0, 1)),
    customer_id        INTEGER NOT NULL REFERENCES customer (id),
    email              TEXT NOT NULL,
    name               TEXT,
    currency           TEXT NOT NULL,
    subtotal_minor     INTEGER NOT NULL CHECK (subtotal_minor >= 0),
    discount_minor     INTEGER NOT NULL CHECK (discount_minor between 0 and subtotal_minor),
    shipping_minor     INTEGER NOT NULL DEFAULT 0 CHECK (shipping_minor >= 0),
    tax_minor          INTEGER NOT NULL CHECK (tax_minor >= 0),
    total_minor        INTEGER NOT NULL CHECK (total_minor = subtotal_minor - discount_minor + shipping_minor + tax_minor),
    paid_minor         INTEGER NOT NULL DEFAULT 0 CHECK (paid_minor >= 0),
    refunded_minor     INTEGER NOT NULL DEFAULT 0 CHECK (refunded_minor between 0 and paid_minor),
    payment_status     TEXT NOT NULL DEFAULT 'unpaid'
                       CHECK (payment_status in ('unpaid', 'confirming', 'paid', 'failed', 'partially_refunded', 'refunded', 'disputed')),
    fulfilment_status  TEXT NOT NULL DEFAULT 'waiting_payment'
                       CHECK (fulfilment_status in ('pending', 'processing', 'sent', 'canceled', 'waiting_confirmation', 'waiting_payment',
                              'waiting_stock', 'delivered', 'returned', 'pickup_available', 'waiting_shipment')),
    coupon_id          INTEGER REFERENCES coupon (id),
    coupon_code        TEXT,
    created_at         INTEGER NOT NULL,
    paid_at            INTEGER,
    canceled_at        INTEGER
) STRICT;
create index sale_test on sale (id) where is_test = 1;
create index sale_customer on sale (customer_id);
create index sale_coupon on sale (coupon_id) where coupon_id is not null;
create table sale_line (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    sale_id         INTEGER NOT NULL REFERENCES sale (id),
    product_id      INTEGER NOT NULL REFERENCES product (id),
    title           TEXT NOT NULL,
    unit_minor      INTEGER NOT NULL CHECK (unit_minor >= 0),
    quantity        INTEGER NOT NULL CHECK (quantity > 0),
    tax_bp          INTEGER NOT NULL CHECK (tax_bp between 0 and 10000),
    discount_minor  INTEGER NOT NULL CHECK (discount_minor between 0 and unit_minor * quantity),
    term_days       INTEGER,
    renews_id       INTEGER REFERENCES purchase (id)
) STRICT;
create index sale_line_sale on sale_line (sale_id);
create index sale_line_product on sale_line (product_id);
create table payment (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    sale_id       INTEGER NOT NULL REFERENCES sale (id),
    method        TEXT NOT NULL CHECK (method in ('manual', 'test_card')),
    status        TEXT NOT NULL CHECK (status in ('paid', 'declined', 'refunded')),
    amount_minor  INTEGER NOT NULL,
    reference     TEXT,
    created_at    INTEGER NOT NULL
) STRICT;
create index payment_sale on payment (sale_id);
