-- Version 8: orders count per shop, are handled and sent somewhere; what other systems' dialects know beside; what was carried here from them.
alter table site add column last_order INTEGER NOT NULL DEFAULT 1000;
alter table site add column last_test_order INTEGER NOT NULL DEFAULT 1000;
alter table site add column about TEXT NOT NULL DEFAULT '{}';
alter table site add column sealed_told_secret TEXT;
alter table category add column description TEXT NOT NULL DEFAULT '';
alter table customer add column details TEXT NOT NULL DEFAULT '{}';
alter table api_key add column dialect TEXT CHECK (dialect in ('shopkit', 'shoppy'));
create unique index api_key_foreign on api_key (key_hash) where dialect is not null;
alter table coupon add column category_id INTEGER REFERENCES category (id);
alter table sale add column number INTEGER NOT NULL DEFAULT 0;
update sale set number = numbered.n from (select id, 1000 + row_number() over (partition by site_id, is_test order by id) as n from sale) as numbered where numbered.id = sale.id;
update site set last_order = 1000 + (select count(*) from sale where sale.site_id = site.id and sale.is_test = 0), last_test_order = 1000 + (select count(*) from sale where sale.site_id = site.id and sale.is_test = 1);
create unique index sale_number on sale (site_id, is_test, number);
alter table sale add column updated_at INTEGER NOT NULL DEFAULT 0;
alter table sale add column sent_at INTEGER;
alter table sale add column delivered_at INTEGER;
alter table sale add column disputed_at INTEGER;
alter table sale add column hidden_at INTEGER;
alter table sale add column is_new INTEGER NOT NULL DEFAULT 1 CHECK (is_new in (0, 1));
alter table sale add column invoice_url TEXT;
alter table sale add column tracking_url TEXT;
alter table sale add column note TEXT;
alter table sale add column client_note TEXT;
alter table sale add column shipping_title TEXT;
alter table sale add column shipping_bp INTEGER NOT NULL DEFAULT 0 CHECK (shipping_bp between 0 and 10000);
alter table sale add column details TEXT NOT NULL DEFAULT '{}';
update sale set updated_at = coalesce(canceled_at, paid_at, created_at), is_new = 0;
create index sale_time on sale (created_at);
alter table sale_line add column weight_g INTEGER NOT NULL DEFAULT 0 CHECK (weight_g >= 0);
alter table review add column response TEXT;
alter table review add column responded_at INTEGER;
alter table review add column sale_id INTEGER REFERENCES sale (id);
create index review_sale on review (sale_id) where sale_id is not null;

create table product_extra (
    product_id       INTEGER PRIMARY KEY REFERENCES product (id),
    reference        TEXT,
    promo_minor      INTEGER CHECK (promo_minor >= 0),
    is_on_request    INTEGER NOT NULL DEFAULT 0 CHECK (is_on_request in (0, 1)),
    is_new           INTEGER NOT NULL DEFAULT 0 CHECK (is_new in (0, 1)),
    is_soon          INTEGER NOT NULL DEFAULT 0 CHECK (is_soon in (0, 1)),
    position         INTEGER NOT NULL DEFAULT 0,
    weight_g         INTEGER NOT NULL DEFAULT 0 CHECK (weight_g >= 0),
    shipping_minor   INTEGER NOT NULL DEFAULT 0 CHECK (shipping_minor >= 0),
    min_quantity     INTEGER NOT NULL DEFAULT 1 CHECK (min_quantity > 0),
    max_quantity     INTEGER CHECK (max_quantity >= min_quantity),
    is_sold_single   INTEGER NOT NULL DEFAULT 0 CHECK (is_sold_single in (0, 1)),
    is_backorder     INTEGER NOT NULL DEFAULT 0 CHECK (is_backorder in (0, 1)),
    shows_stock      INTEGER NOT NULL DEFAULT 1 CHECK (shows_stock in (0, 1)),
    video_url        TEXT,
    page_title       TEXT,
    meta_description TEXT,
    meta_tags        TEXT,
    letter           TEXT NOT NULL DEFAULT '',
    custom_fields    TEXT NOT NULL DEFAULT '[]',
    shoppy           TEXT NOT NULL DEFAULT '{}'
) STRICT;
create index product_extra_reference on product_extra (reference) where reference is not null;
create index product_extra_new on product_extra (product_id) where is_new = 1;
create index product_extra_soon on product_extra (product_id) where is_soon = 1;

create table shipping_method (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id      INTEGER NOT NULL REFERENCES site (id),
    is_test      INTEGER NOT NULL CHECK (is_test in (0, 1)),
    title        TEXT NOT NULL,
    description  TEXT NOT NULL DEFAULT '',
    currency     TEXT NOT NULL,
    tax_bp       INTEGER NOT NULL DEFAULT 0 CHECK (tax_bp between 0 and 10000),
    is_on        INTEGER NOT NULL DEFAULT 1 CHECK (is_on in (0, 1)),
    created_at   INTEGER NOT NULL,
    UNIQUE (title, site_id, is_test)
) STRICT;

create table shipping_band (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    shipping_method_id  INTEGER NOT NULL REFERENCES shipping_method (id),
    country             TEXT NOT NULL DEFAULT '',
    min_weight_g        INTEGER NOT NULL DEFAULT 0 CHECK (min_weight_g >= 0),
    max_weight_g        INTEGER CHECK (max_weight_g >= min_weight_g),
    min_minor           INTEGER NOT NULL DEFAULT 0 CHECK (min_minor >= 0),
    max_minor           INTEGER CHECK (max_minor >= min_minor),
    price_minor         INTEGER NOT NULL CHECK (price_minor >= 0)
) STRICT;
create index shipping_band_method on shipping_band (shipping_method_id);

create table ticket (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id      INTEGER NOT NULL REFERENCES site (id),
    is_test      INTEGER NOT NULL CHECK (is_test in (0, 1)),
    customer_id  INTEGER REFERENCES customer (id),
    email        TEXT NOT NULL,
    subject      TEXT NOT NULL,
    message      TEXT NOT NULL,
    status       TEXT NOT NULL DEFAULT 'open' CHECK (status in ('open', 'user_reply', 'replied', 'closed', 'solved')),
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
) STRICT;
create index ticket_customer on ticket (customer_id) where customer_id is not null;
create index ticket_test on ticket (id) where is_test = 1;
create index ticket_waiting on ticket (id) where status in ('open', 'user_reply');

create table ticket_reply (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    ticket_id   INTEGER NOT NULL REFERENCES ticket (id),
    by_shop     INTEGER NOT NULL CHECK (by_shop in (0, 1)),
    message     TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;
create index ticket_reply_ticket on ticket_reply (ticket_id);

create table payment_link (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id        INTEGER NOT NULL REFERENCES site (id),
    is_test        INTEGER NOT NULL CHECK (is_test in (0, 1)),
    token          TEXT NOT NULL UNIQUE,
    title          TEXT NOT NULL,
    value_minor    INTEGER NOT NULL CHECK (value_minor > 0),
    currency       TEXT NOT NULL,
    email          TEXT,
    return_url     TEXT,
    is_white_label INTEGER NOT NULL DEFAULT 0 CHECK (is_white_label in (0, 1)),
    sale_id        INTEGER REFERENCES sale (id),
    created_at     INTEGER NOT NULL,
    ended_at       INTEGER
) STRICT;
create unique index payment_link_sale on payment_link (sale_id) where sale_id is not null;

alter table webhook add column product_id INTEGER REFERENCES product (id);
alter table webhook add column payment_link_id INTEGER REFERENCES payment_link (id);
create index webhook_product on webhook (product_id) where product_id is not null;
create index webhook_payment_link on webhook (payment_link_id) where payment_link_id is not null;

create table carried (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id  INTEGER NOT NULL REFERENCES site (id),
    is_test  INTEGER NOT NULL CHECK (is_test in (0, 1)),
    source   TEXT NOT NULL CHECK (source in ('shopkit', 'shoppy', 'csv')),
    kind     TEXT NOT NULL,
    old_id   TEXT NOT NULL,
    row_id   INTEGER NOT NULL,
    UNIQUE (old_id, kind, source, site_id, is_test)
) STRICT;
create index carried_row on carried (row_id, kind, source);

create table move_in (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id     INTEGER NOT NULL REFERENCES site (id),
    is_test     INTEGER NOT NULL CHECK (is_test in (0, 1)),
    source      TEXT NOT NULL CHECK (source in ('shopkit', 'shoppy', 'csv')),
    address     TEXT NOT NULL,
    place       TEXT NOT NULL DEFAULT '{}',
    report      TEXT NOT NULL DEFAULT '{}',
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    ended_at    INTEGER
) STRICT;
