-- Version 7: a whole shop: variants with stock, brands, reviews, gift cards, credit, points, wholesale, carts, pages, further fields.
alter table house add column id_salt TEXT;
alter table site add column locale TEXT NOT NULL DEFAULT 'en';
alter table site add column theme TEXT NOT NULL DEFAULT '{}';
alter table site add column approves_reviews INTEGER NOT NULL DEFAULT 0 CHECK (approves_reviews in (0, 1));
alter table site add column loyalty TEXT;
create table brand (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id     INTEGER NOT NULL REFERENCES site (id),
    is_test     INTEGER NOT NULL CHECK (is_test in (0, 1)),
    title       TEXT NOT NULL,
    slug        TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    UNIQUE (slug, site_id, is_test)
) STRICT;
alter table product add column brand_id INTEGER REFERENCES brand (id);
alter table product add column compare_at_minor INTEGER CHECK (compare_at_minor >= 0);
alter table product add column is_featured INTEGER NOT NULL DEFAULT 0 CHECK (is_featured in (0, 1));
alter table product add column images TEXT NOT NULL DEFAULT '';
create index product_brand on product (brand_id) where brand_id is not null;
create index product_featured on product (id) where is_featured = 1;
create index product_slug on product (slug);
create index product_word_word on product_word (word);
create table product_text_word (
    product_id  INTEGER NOT NULL REFERENCES product (id),
    word        TEXT NOT NULL,
    PRIMARY KEY (product_id, word)
) STRICT, WITHOUT ROWID;
create index product_text_word_word on product_text_word (word);
create table variant (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    product_id   INTEGER NOT NULL REFERENCES product (id),
    title        TEXT NOT NULL,
    sku          TEXT,
    price_minor  INTEGER CHECK (price_minor >= 0),
    stock        INTEGER CHECK (stock >= 0),
    low_at       INTEGER NOT NULL DEFAULT 5 CHECK (low_at >= 0),
    is_out       INTEGER NOT NULL DEFAULT 0 CHECK (is_out in (0, 1)),
    options      TEXT NOT NULL DEFAULT '{}',
    is_default   INTEGER NOT NULL CHECK (is_default in (0, 1)),
    is_implicit  INTEGER NOT NULL DEFAULT 0 CHECK (is_implicit in (0, 1)),
    created_at   INTEGER NOT NULL
) STRICT;
create index variant_product on variant (product_id);
create unique index variant_default on variant (product_id) where is_default = 1;
create index variant_sku on variant (sku) where sku is not null;
insert into variant (product_id, title, is_default, is_implicit, created_at)
    select id, 'Default', 1, 1, created_at from product order by id;
create table stock_movement (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    variant_id  INTEGER NOT NULL REFERENCES variant (id),
    operation   TEXT NOT NULL CHECK (operation in ('set', 'increment', 'decrement', 'sale', 'return')),
    delta       INTEGER NOT NULL,
    reason      TEXT,
    sale_id     INTEGER,
    created_at  INTEGER NOT NULL
) STRICT;
create index stock_movement_variant on stock_movement (variant_id);
alter table sale_line add column variant_id INTEGER;
alter table sale_line add column variant_title TEXT;
alter table sale_line add column sku TEXT;
create index sale_line_variant on sale_line (variant_id) where variant_id is not null;
create table review (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    product_id      INTEGER NOT NULL REFERENCES product (id),
    customer_id     INTEGER REFERENCES customer (id),
    rating          INTEGER NOT NULL CHECK (rating between 1 and 5),
    title           TEXT,
    content         TEXT NOT NULL,
    reviewer_name   TEXT NOT NULL,
    reviewer_email  TEXT,
    status          TEXT NOT NULL CHECK (status in ('pending', 'published', 'archived', 'spam')),
    is_verified     INTEGER NOT NULL CHECK (is_verified in (0, 1)),
    created_at      INTEGER NOT NULL
) STRICT;
create index review_product on review (product_id, status, id);
create index review_customer on review (customer_id) where customer_id is not null;
-- for those that wait to be looked at
create index review_waiting on review (id) where status = 'pending';
alter table coupon add column applies_to TEXT NOT NULL DEFAULT 'lines' CHECK (applies_to in ('lines', 'shipping'));
alter table coupon add column max_uses_each INTEGER CHECK (max_uses_each > 0);
alter table customer add column phone TEXT;
create table metafield (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id      INTEGER NOT NULL REFERENCES site (id),
    is_test      INTEGER NOT NULL CHECK (is_test in (0, 1)),
    resource     TEXT NOT NULL CHECK (resource in ('product', 'customer', 'order', 'site')),
    resource_id  INTEGER NOT NULL,
    namespace    TEXT NOT NULL,
    key          TEXT NOT NULL,
    value        TEXT NOT NULL,
    value_type   TEXT NOT NULL CHECK (value_type in ('string', 'integer', 'json', 'boolean')),
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    UNIQUE (resource, resource_id, namespace, key, site_id, is_test)
) STRICT;
create table content_page (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id       INTEGER NOT NULL REFERENCES site (id),
    is_test       INTEGER NOT NULL CHECK (is_test in (0, 1)),
    title         TEXT NOT NULL,
    slug          TEXT NOT NULL,
    body          TEXT NOT NULL DEFAULT '',
    is_published  INTEGER NOT NULL DEFAULT 1 CHECK (is_published in (0, 1)),
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    UNIQUE (slug, site_id, is_test)
) STRICT;
create table menu (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id     INTEGER NOT NULL REFERENCES site (id),
    is_test     INTEGER NOT NULL CHECK (is_test in (0, 1)),
    title       TEXT NOT NULL,
    handle      TEXT NOT NULL,
    items       TEXT NOT NULL DEFAULT '[]',
    created_at  INTEGER NOT NULL,
    UNIQUE (handle, site_id, is_test)
) STRICT;
create table gift_card (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id        INTEGER NOT NULL REFERENCES site (id),
    is_test        INTEGER NOT NULL CHECK (is_test in (0, 1)),
    code           TEXT NOT NULL,
    code_fold      TEXT NOT NULL,
    currency       TEXT NOT NULL,
    initial_minor  INTEGER NOT NULL CHECK (initial_minor > 0),
    balance_minor  INTEGER NOT NULL CHECK (balance_minor between 0 and initial_minor),
    customer_id    INTEGER REFERENCES customer (id),
    note           TEXT,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER,
    voided_at      INTEGER,
    UNIQUE (code_fold, site_id, is_test)
) STRICT;
create index gift_card_customer on gift_card (customer_id) where customer_id is not null;
create table gift_card_entry (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    gift_card_id  INTEGER NOT NULL REFERENCES gift_card (id),
    delta_minor   INTEGER NOT NULL,
    sale_id       INTEGER REFERENCES sale (id),
    created_at    INTEGER NOT NULL
) STRICT;
create index gift_card_entry_card on gift_card_entry (gift_card_id);
create index gift_card_entry_sale on gift_card_entry (sale_id) where sale_id is not null;
create table store_credit (
    customer_id    INTEGER PRIMARY KEY REFERENCES customer (id),
    currency       TEXT NOT NULL,
    balance_minor  INTEGER NOT NULL CHECK (balance_minor >= 0)
) STRICT;
create table store_credit_entry (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id  INTEGER NOT NULL REFERENCES store_credit (customer_id),
    delta_minor  INTEGER NOT NULL,
    note         TEXT,
    sale_id      INTEGER REFERENCES sale (id),
    created_at   INTEGER NOT NULL
) STRICT;
create index store_credit_entry_customer on store_credit_entry (customer_id);
create index store_credit_entry_sale on store_credit_entry (sale_id) where sale_id is not null;
create table loyalty (
    customer_id  INTEGER PRIMARY KEY REFERENCES customer (id),
    points       INTEGER NOT NULL CHECK (points >= 0),
    earned       INTEGER NOT NULL CHECK (earned >= 0)
) STRICT;
create table loyalty_entry (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id  INTEGER NOT NULL REFERENCES loyalty (customer_id),
    delta        INTEGER NOT NULL,
    note         TEXT,
    sale_id      INTEGER REFERENCES sale (id),
    created_at   INTEGER NOT NULL
) STRICT;
create index loyalty_entry_customer on loyalty_entry (customer_id);
create index loyalty_entry_sale on loyalty_entry (sale_id) where sale_id is not null;
create table cart (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id      INTEGER NOT NULL REFERENCES site (id),
    is_test      INTEGER NOT NULL CHECK (is_test in (0, 1)),
    session_key  TEXT,
    customer_id  INTEGER REFERENCES customer (id),
    currency     TEXT NOT NULL,
    status       TEXT NOT NULL DEFAULT 'active' CHECK (status in ('active', 'abandoned', 'converted')),
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
) STRICT;
create index cart_active on cart (updated_at) where status = 'active';
create index cart_customer on cart (customer_id) where customer_id is not null;
create table cart_line (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    cart_id     INTEGER NOT NULL REFERENCES cart (id),
    product_id  INTEGER NOT NULL REFERENCES product (id),
    variant_id  INTEGER NOT NULL REFERENCES variant (id),
    quantity    INTEGER NOT NULL CHECK (quantity > 0),
    UNIQUE (cart_id, variant_id)
) STRICT;
create index cart_line_variant on cart_line (variant_id);
create table checkout (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    cart_id     INTEGER NOT NULL REFERENCES cart (id),
    state       TEXT NOT NULL DEFAULT 'init' CHECK (state in ('init', 'contact', 'shipping', 'payment', 'review', 'complete')),
    details     TEXT NOT NULL DEFAULT '{}',
    sale_id     INTEGER REFERENCES sale (id),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;
create index checkout_cart on checkout (cart_id);
create table price_list (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id     INTEGER NOT NULL REFERENCES site (id),
    is_test     INTEGER NOT NULL CHECK (is_test in (0, 1)),
    title       TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    UNIQUE (title, site_id, is_test)
) STRICT;
create table price_list_price (
    price_list_id  INTEGER NOT NULL REFERENCES price_list (id),
    variant_id     INTEGER NOT NULL REFERENCES variant (id),
    min_quantity   INTEGER NOT NULL DEFAULT 1 CHECK (min_quantity > 0),
    price_minor    INTEGER NOT NULL CHECK (price_minor >= 0),
    PRIMARY KEY (price_list_id, variant_id, min_quantity)
) STRICT, WITHOUT ROWID;
create index price_list_price_variant on price_list_price (variant_id);
create table b2b_account (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id        INTEGER NOT NULL REFERENCES site (id),
    is_test        INTEGER NOT NULL CHECK (is_test in (0, 1)),
    company        TEXT NOT NULL,
    tax_id         TEXT,
    status         TEXT NOT NULL DEFAULT 'active' CHECK (status in ('active', 'suspended', 'pending')),
    price_list_id  INTEGER REFERENCES price_list (id),
    net_days       INTEGER CHECK (net_days > 0),
    created_at     INTEGER NOT NULL
) STRICT;
create index b2b_account_price_list on b2b_account (price_list_id) where price_list_id is not null;
create table b2b_contact (
    customer_id     INTEGER PRIMARY KEY REFERENCES customer (id),
    b2b_account_id  INTEGER NOT NULL REFERENCES b2b_account (id),
    is_primary      INTEGER NOT NULL CHECK (is_primary in (0, 1))
) STRICT;
create index b2b_contact_account on b2b_contact (b2b_account_id);
alter table webhook add column dialect TEXT NOT NULL DEFAULT 'platform' CHECK (dialect in ('platform', 'shopvo', 'shopkit', 'shoppy'));
alter table webhook_delivery add column told_as TEXT;
alter table webhook_delivery add column body TEXT;
create index webhook_delivery_body on webhook_delivery (event_id) where body is not null;
alter table payment add column balance TEXT CHECK (balance in ('gift_card', 'store_credit', 'points'));
alter table payment add column gift_card_id INTEGER REFERENCES gift_card (id);
alter table customer add column group_name TEXT;
create index customer_group on customer (group_name) where group_name is not null;
alter table sale add column b2b_account_id INTEGER REFERENCES b2b_account (id);
alter table sale add column due_at INTEGER;
create index sale_b2b on sale (b2b_account_id) where b2b_account_id is not null;
create index checkout_open on checkout (updated_at) where sale_id is null;
