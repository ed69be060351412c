-- The book of keywright's data: schema version 9.
--
-- One text, two engines. SQLite runs it as it stands; PostgreSQL gets it through the rules in src/store/schema.rs.
-- Conventions:
--   *_at       unix milliseconds, UTC; NULL is "never"
--   is_*, *_enabled, approved, visible, deactivate   0 or 1
--   *_fold     the text folded for comparison by base::text::fold, since lower() differs between the engines
--   *_hash     SHA-256 in hexadecimal digits
--   NULL in a policy column means "as the platform setting says"
-- Every row belongs to one site, in live or in test mode, directly or through the row it hangs on.
-- A change here needs a numbered file in src/store/upgrade/ that brings older databases to the same place;
-- tests/schema.rs compares the two.

-- house: facts about this database itself; always exactly one row.
create table house (
    id                  INTEGER PRIMARY KEY CHECK (id = 1),
    schema_version      INTEGER NOT NULL,
    -- commits so far. SQLite only: compared at start with the side file `commits`, to notice a database that lost its tail or was put back from an old copy
    commit_seq          INTEGER NOT NULL DEFAULT 0,
    -- the latest instant any transaction has decided by; "now" never runs behind it, so a clock set back revives no expired licence
    last_at             INTEGER NOT NULL DEFAULT 0,
    -- grows with every change that an update check or a list of products could show; other processes watch it to renew their prebuilt answers
    catalogue_revision  INTEGER NOT NULL DEFAULT 0,
    -- tells whether a process has the master key that secrets here are sealed with; NULL until the first is
    master_check        TEXT,
    -- when the last backup was begun, and where it was put; of a database that was put back, those of before it was backed up
    backup_at           INTEGER,
    backup_place        TEXT,
    -- when and why the server could not make one since
    backup_failed_at    INTEGER,
    backup_failure      TEXT,
    -- until when a process has the turn to make one
    backup_until        INTEGER,
    -- what the ids in words are made of (src/base/public_id.rs); NULL until a server first ran
    id_salt             TEXT
) STRICT;

-- site: a vendor's shop. There is one to begin with.
create table site (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    title       TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    -- of prices that name none; NULL: each names its own
    currency    TEXT,
    -- a name of the tz database: what people of this shop are shown times in. Programs are told UTC
    time_zone   TEXT NOT NULL DEFAULT 'UTC',
    -- the licence policy that a new product has, as a JSON object of product's columns; NULL is the columns' defaults
    policy      TEXT,
    -- Markdown: how buyers pay an order that no card pays
    payment_notice TEXT NOT NULL DEFAULT '',
    -- the language that shop programs are told, BCP 47
    locale      TEXT NOT NULL DEFAULT 'en',
    -- design tokens for shop programs, as a JSON object of texts
    theme       TEXT NOT NULL DEFAULT '{}',
    -- is a review shown as soon as it is written?
    approves_reviews INTEGER NOT NULL DEFAULT 0 CHECK (approves_reviews in (0, 1)),
    -- the rules that points are earned and redeemed by, as a JSON object (src/domain/loyalty.rs); NULL: none are earned
    loyalty     TEXT,
    -- the numbers of its latest orders, live and of test mode
    last_order      INTEGER NOT NULL DEFAULT 1000,
    last_test_order INTEGER NOT NULL DEFAULT 1000,
    -- how the shop shows itself to programs, such as its telephone number: a JSON object of texts (src/domain/about.rs)
    about       TEXT NOT NULL DEFAULT '{}',
    -- what webhooks of dialects are signed with that have one secret a shop; NULL until there is such a webhook
    sealed_told_secret TEXT
) STRICT;

-- category: a shelf that products stand on.
create table category (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id     INTEGER NOT NULL REFERENCES site (id),
    is_test     INTEGER NOT NULL CHECK (is_test in (0, 1)),
    -- the shelf it is a part of
    parent_id   INTEGER REFERENCES category (id),
    title       TEXT NOT NULL,
    slug        TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    UNIQUE (slug, site_id, is_test)
) STRICT;
create index category_parent on category (parent_id) where parent_id is not null;

-- brand: who makes products.
create table brand (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id     INTEGER NOT NULL REFERENCES site (id),
    is_test     INTEGER NOT NULL CHECK (is_test in (0, 1)),
    title       TEXT NOT NULL,
    slug        TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    UNIQUE (slug, site_id, is_test)
) STRICT;

-- product: what is sold, and the licence policy that its licences are issued under.
create table product (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id            INTEGER NOT NULL REFERENCES site (id),
    is_test            INTEGER NOT NULL DEFAULT 0 CHECK (is_test in (0, 1)),
    title              TEXT NOT NULL,
    -- the words in the product page's address: /item/{id}-{slug}/
    slug               TEXT NOT NULL,
    -- the update check answers only for products that are both approved and visible
    approved           INTEGER NOT NULL DEFAULT 1 CHECK (approved in (0, 1)),
    visible            INTEGER NOT NULL DEFAULT 1 CHECK (visible in (0, 1)),
    -- what the vendor operates; a change takes effect at once for every licence of the product
    api_enabled        INTEGER NOT NULL DEFAULT 0 CHECK (api_enabled in (0, 1)),
    check_ip           INTEGER CHECK (check_ip in (0, 1)),
    allow_ip_override  INTEGER CHECK (allow_ip_override in (0, 1)),
    -- may the shipped app free a use by itself?
    deactivate         INTEGER NOT NULL DEFAULT 0 CHECK (deactivate in (0, 1)),
    -- what the buyer was sold; copied onto each licence when it is issued, so a change concerns new licences only
    key_type           TEXT NOT NULL DEFAULT 'standard' CHECK (key_type in ('standard', 'md5')),
    segments           INTEGER NOT NULL DEFAULT 5 CHECK (segments between 2 and 10),
    segment_length     INTEGER NOT NULL DEFAULT 4 CHECK (segment_length between 4 and 8),
    identifier_mode    TEXT NOT NULL DEFAULT 'none'
                       CHECK (identifier_mode in ('none', 'manual', 'email', 'name', 'username', 'purchase_id', 'install_url')),
    -- -1 is unlimited
    max_uses           INTEGER NOT NULL DEFAULT -1 CHECK (max_uses = -1 or max_uses > 0),
    -- days from issue to expiry; NULL is for ever
    term_days          INTEGER CHECK (term_days > 0),
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL,
    kind               TEXT NOT NULL DEFAULT 'software' CHECK (kind in ('software', 'service', 'bundle', 'external')),
    -- Markdown, as the vendor wrote it
    description        TEXT NOT NULL DEFAULT '',
    -- taken from sale: in no list unless asked for, while its licences go on
    archived_at        INTEGER,
    -- what one costs, before tax, in minor units; NULL: it is not sold by itself
    price_minor        INTEGER CHECK (price_minor >= 0),
    -- ISO 4217, of the price
    currency           TEXT,
    -- tax on top, in basis points
    tax_bp             INTEGER NOT NULL DEFAULT 0 CHECK (tax_bp between 0 and 10000),
    -- how many of its prerequisites a customer must own
    prerequisite_match TEXT NOT NULL DEFAULT 'all' CHECK (prerequisite_match in ('all', 'any')),
    -- must a buyer register the address of their site before the first download?
    requires_install_url INTEGER NOT NULL DEFAULT 0 CHECK (requires_install_url in (0, 1)),
    -- what the question is called, and how the answer will be used, in the vendor's words; empty is our own word, and nothing
    install_url_label  TEXT NOT NULL DEFAULT '',
    install_url_notice TEXT NOT NULL DEFAULT '',
    -- may a buyer not change the answer?
    install_url_locked INTEGER NOT NULL DEFAULT 0 CHECK (install_url_locked in (0, 1)),
    -- external purchase: where Buy and Download lead instead of to files of ours
    external_url       TEXT,
    category_id        INTEGER REFERENCES category (id),
    -- the channels that buyers may download from, with a space between them
    download_channels  TEXT NOT NULL DEFAULT 'stable',
    brand_id           INTEGER REFERENCES brand (id),
    -- the price that it is compared with, such as a former one
    compare_at_minor   INTEGER CHECK (compare_at_minor >= 0),
    is_featured        INTEGER NOT NULL DEFAULT 0 CHECK (is_featured in (0, 1)),
    -- addresses, a line each
    images             TEXT NOT NULL DEFAULT ''
) STRICT;
create index product_category on product (category_id) where category_id is not null;
create index product_brand on product (brand_id) where brand_id is not null;
create index product_featured on product (id) where is_featured = 1;
create index product_slug on product (slug);
-- test rows are few among many, and lists of them must not look through the others
create index product_test on product (id) where is_test = 1;

-- variant: a form that a product is sold in. Each product has one or more, of which one is the default.
create table variant (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    product_id   INTEGER NOT NULL REFERENCES product (id),
    title        TEXT NOT NULL,
    -- the vendor's own word for it
    sku          TEXT,
    -- before tax, in the product's currency; NULL: as the product
    price_minor  INTEGER CHECK (price_minor >= 0),
    -- how many there are; NULL: nobody counts. The sum of its movements
    stock        INTEGER CHECK (stock >= 0),
    -- once fewer are left, the shop is told
    low_at       INTEGER NOT NULL DEFAULT 5 CHECK (low_at >= 0),
    -- said to be sold out, however many there are
    is_out       INTEGER NOT NULL DEFAULT 0 CHECK (is_out in (0, 1)),
    -- such as {"Size": "Small"}, a JSON object of texts
    options      TEXT NOT NULL DEFAULT '{}',
    is_default   INTEGER NOT NULL CHECK (is_default in (0, 1)),
    -- stands for a product that has no variants of its own; the first of its own takes its place
    is_implicit  INTEGER NOT NULL DEFAULT 0 CHECK (is_implicit in (0, 1)),
    created_at   INTEGER NOT NULL
) STRICT;
create index variant_product on variant (product_id);
create unique index variant_default on variant (product_id) where is_default = 1;
create index variant_sku on variant (sku) where sku is not null;

-- stock_movement: why there are more or fewer of a variant than before. Rows are added, never changed.
create table stock_movement (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    variant_id  INTEGER NOT NULL REFERENCES variant (id),
    operation   TEXT NOT NULL CHECK (operation in ('set', 'increment', 'decrement', 'sale', 'return')),
    delta       INTEGER NOT NULL,
    -- in the words of who did it
    reason      TEXT,
    -- the order, for which there is no reference: few movements have one
    sale_id     INTEGER,
    created_at  INTEGER NOT NULL
) STRICT;
create index stock_movement_variant on stock_movement (variant_id);

-- product_extra: what shops of goods know of a product beside; without a row it is as the defaults say.
create table product_extra (
    product_id       INTEGER PRIMARY KEY REFERENCES product (id),
    -- the vendor's own word for it
    reference        TEXT,
    -- what it costs instead while there is such a price, in its own currency
    promo_minor      INTEGER CHECK (promo_minor >= 0),
    -- the price is told on request: it cannot be bought
    is_on_request    INTEGER NOT NULL DEFAULT 0 CHECK (is_on_request in (0, 1)),
    is_new           INTEGER NOT NULL DEFAULT 0 CHECK (is_new in (0, 1)),
    -- to come: hidden, and said to be so
    is_soon          INTEGER NOT NULL DEFAULT 0 CHECK (is_soon in (0, 1)),
    -- its place in lists of shop programs
    position         INTEGER NOT NULL DEFAULT 0,
    -- grams
    weight_g         INTEGER NOT NULL DEFAULT 0 CHECK (weight_g >= 0),
    -- what sending one costs beside the way of shipping
    shipping_minor   INTEGER NOT NULL DEFAULT 0 CHECK (shipping_minor >= 0),
    -- how many an order may hold; NULL: as many as any
    min_quantity     INTEGER NOT NULL DEFAULT 1 CHECK (min_quantity > 0),
    max_quantity     INTEGER CHECK (max_quantity >= min_quantity),
    -- one an order, no more
    is_sold_single   INTEGER NOT NULL DEFAULT 0 CHECK (is_sold_single in (0, 1)),
    -- is it sold when none is left, too?
    is_backorder     INTEGER NOT NULL DEFAULT 0 CHECK (is_backorder in (0, 1)),
    shows_stock      INTEGER NOT NULL DEFAULT 1 CHECK (shows_stock in (0, 1)),
    video_url        TEXT,
    -- for search engines
    page_title       TEXT,
    meta_description TEXT,
    meta_tags        TEXT,
    -- what the receipt says beside, in Markdown
    letter           TEXT NOT NULL DEFAULT '',
    -- what buyers are asked, as a JSON list of objects
    custom_fields    TEXT NOT NULL DEFAULT '[]',
    -- what only one dialect says of it, kept as it was said: a JSON object (src/domain/product_extra.rs)
    shoppy           TEXT NOT NULL DEFAULT '{}'
) STRICT;
create index product_extra_reference on product_extra (reference) where reference is not null;
create index product_extra_new on product_extra (product_id) where is_new = 1;
create index product_extra_soon on product_extra (product_id) where is_soon = 1;

-- product_word: the words of a product's title, folded, for search.
create table product_word (
    product_id  INTEGER NOT NULL REFERENCES product (id),
    word        TEXT NOT NULL,
    PRIMARY KEY (product_id, word)
) STRICT, WITHOUT ROWID;
create index product_word_word on product_word (word);

-- product_text_word: the words of its description and of the SKUs of its variants, which some searches look through too.
create table product_text_word (
    product_id  INTEGER NOT NULL REFERENCES product (id),
    word        TEXT NOT NULL,
    PRIMARY KEY (product_id, word)
) STRICT, WITHOUT ROWID;
create index product_text_word_word on product_text_word (word);

-- release: one version of a product in one channel.
create table release (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    product_id   INTEGER NOT NULL REFERENCES product (id),
    -- the update check shows the channel 'stable'
    channel      TEXT NOT NULL,
    version      TEXT NOT NULL,
    -- the number that shipped apps compare with their own; grows within a channel, yanked releases included
    longversion  INTEGER NOT NULL,
    -- the day it came out; of a draft, the day it was begun
    released_at  INTEGER NOT NULL,
    -- where the update check sends people; NULL is the product's page
    notes_url    TEXT,
    update_url   TEXT,
    created_at   INTEGER NOT NULL,
    -- what is new, in Markdown, as the vendor wrote it
    notes        TEXT NOT NULL DEFAULT '',
    -- a draft is known to nobody but the vendor; a yanked one was taken back
    status       TEXT NOT NULL DEFAULT 'published' CHECK (status in ('draft', 'published', 'yanked')),
    UNIQUE (product_id, channel, longversion)
) STRICT;

-- file: something a vendor uploaded. Its bytes stand outside the database, under their hash (src/store/files.rs).
create table file (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id       INTEGER NOT NULL REFERENCES site (id),
    is_test       INTEGER NOT NULL CHECK (is_test in (0, 1)),
    -- what the API calls it: file_ and 24 random characters
    handle        TEXT NOT NULL UNIQUE,
    -- what a download is called
    name          TEXT NOT NULL,
    -- bytes; of an upload under way, how many are to come in all
    size          INTEGER NOT NULL CHECK (size >= 0),
    -- SHA-256 in hexadecimal digits; of an upload under way, what the client says it will be
    sha256        TEXT,
    created_at    INTEGER NOT NULL,
    -- when something of it came last; an upload that stays silent for a week is given up
    touched_at    INTEGER NOT NULL,
    -- NULL as long as the upload is under way
    completed_at  INTEGER
) STRICT;
create index file_sha256 on file (sha256);
create index file_test on file (id) where is_test = 1;
create index file_under_way on file (touched_at) where completed_at is null;

-- release_file: what can be downloaded of a release: a file, or an address where one is.
create table release_file (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    release_id  INTEGER NOT NULL REFERENCES release (id),
    file_id     INTEGER REFERENCES file (id),
    url         TEXT CHECK ((url is null) <> (file_id is null)),
    -- such as windows-x64; empty is any
    platform    TEXT NOT NULL DEFAULT '',
    UNIQUE (release_id, platform)
) STRICT;
create index release_file_file on release_file (file_id) where file_id is not null;

-- job: work that waits to be done outside a transaction. Whoever takes it holds it for a while; if they die, another does.
create table job (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    kind           TEXT NOT NULL,
    -- what it is about, in words of its kind
    about          TEXT NOT NULL,
    due_at         INTEGER NOT NULL,
    -- somebody has taken it, until then
    claimed_until  INTEGER,
    tries          INTEGER NOT NULL DEFAULT 0,
    created_at     INTEGER NOT NULL
) STRICT;
create index job_due on job (due_at);

-- customer: somebody who owns purchases. No password here, no payment data.
create table customer (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id     INTEGER NOT NULL REFERENCES site (id),
    is_test     INTEGER NOT NULL DEFAULT 0 CHECK (is_test in (0, 1)),
    -- as the customer writes it
    email       TEXT NOT NULL,
    -- one customer per address, site and mode
    email_fold  TEXT NOT NULL,
    name        TEXT,
    username    TEXT,
    created_at  INTEGER NOT NULL,
    -- asked to be mailed of new releases
    wants_news  INTEGER NOT NULL DEFAULT 0 CHECK (wants_news in (0, 1)),
    phone       TEXT,
    -- the vendor's word for those it belongs with, such as for a price list or a coupon
    group_name  TEXT,
    -- addresses, company and tax number, as a JSON object (src/domain/address.rs)
    details     TEXT NOT NULL DEFAULT '{}',
    UNIQUE (email_fold, site_id, is_test)
) STRICT;
create index customer_group on customer (group_name) where group_name is not null;
create index customer_test on customer (id) where is_test = 1;
-- for counting them
create index customer_site on customer (site_id, is_test);

-- purchase: what a customer owns of a product.
create table purchase (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id      INTEGER NOT NULL REFERENCES site (id),
    is_test      INTEGER NOT NULL DEFAULT 0 CHECK (is_test in (0, 1)),
    product_id   INTEGER NOT NULL REFERENCES product (id),
    customer_id  INTEGER NOT NULL REFERENCES customer (id),
    -- the purchase this one was bought for, such as the base product of an add-on; `info` lists children
    parent_id    INTEGER REFERENCES purchase (id),
    status       TEXT NOT NULL CHECK (status in ('active', 'cancelled', 'expired')),
    started_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    -- the web address the buyer registered, as typed; compared through base::site_url::normal
    install_url  TEXT,
    -- the order line it was made for
    sale_line_id INTEGER
) STRICT;
create index purchase_sale_line on purchase (sale_line_id) where sale_line_id is not null;
create index purchase_test on purchase (id) where is_test = 1;
-- for the job that ends them
create index purchase_term on purchase (expires_at) where status = 'active' and expires_at is not null;
create index purchase_customer on purchase (customer_id);
create index purchase_product on purchase (product_id);
create index purchase_parent on purchase (parent_id) where parent_id is not null;

-- licence: the key of one purchase, and the terms it was issued under.
create table licence (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    purchase_id      INTEGER NOT NULL UNIQUE REFERENCES purchase (id),
    -- the purchase's product, and a copy of its status: a check then reads one row less. Whoever changes the status of a purchase
    -- changes this copy in the same transaction
    product_id       INTEGER NOT NULL REFERENCES product (id),
    purchase_status  TEXT NOT NULL DEFAULT 'active' CHECK (purchase_status in ('active', 'cancelled', 'expired')),
    -- unique over all sites, in the exact form it was issued or imported in
    key              TEXT NOT NULL UNIQUE,
    -- a standard key also matches as people type it; md5 and foreign (imported) keys match exactly
    key_type         TEXT NOT NULL CHECK (key_type in ('standard', 'md5', 'foreign')),
    -- off: suspended by the vendor
    is_on            INTEGER NOT NULL DEFAULT 1 CHECK (is_on in (0, 1)),
    identifier_mode  TEXT NOT NULL
                     CHECK (identifier_mode in ('none', 'manual', 'email', 'name', 'username', 'purchase_id', 'install_url')),
    -- what the first activation bound in mode 'manual'; the other modes never store their value here
    identifier       TEXT,
    max_uses         INTEGER NOT NULL CHECK (max_uses = -1 or max_uses > 0),
    -- live activations; kept here so that the limit is one conditional statement
    uses             INTEGER NOT NULL DEFAULT 0 CHECK (uses >= 0 and (max_uses = -1 or uses <= max_uses)),
    -- the last usage id given out; never given again
    last_usage_id    INTEGER NOT NULL DEFAULT 0,
    issued_at        INTEGER NOT NULL,
    -- never later than the purchase's; the two are set together
    expires_at       INTEGER,
    -- a copy of the purchase's, for lists
    is_test          INTEGER NOT NULL DEFAULT 0 CHECK (is_test in (0, 1))
) STRICT;
create index licence_test on licence (id) where is_test = 1;
create index licence_product on licence (product_id, id);
-- lists of the few in a state that few are in
create index licence_off on licence (id) where is_on = 0;
create index licence_ended on licence (purchase_status, id) where purchase_status <> 'active';
create index licence_term on licence (id) where expires_at is not null or purchase_status = 'expired';

-- activation: one use of a licence on one machine. A released one stays as history and counts no more.
create table activation (
    licence_id       INTEGER NOT NULL REFERENCES licence (id),
    -- 1, 2, 3… within its licence
    usage_id         INTEGER NOT NULL,
    activated_at     INTEGER NOT NULL,
    -- the caller's address in canonical form
    ip               TEXT NOT NULL,
    -- compact JSON from the shipped app, opaque to us
    extra            TEXT,
    -- gathered in memory and written every few seconds, or half a minute when they are many (jobs/touch.rs)
    last_checked_at  INTEGER,
    released_at      INTEGER,
    -- whether the buyer freed it, who may do so a few times a month
    by_buyer         INTEGER NOT NULL DEFAULT 0 CHECK (by_buyer in (0, 1)),
    PRIMARY KEY (licence_id, usage_id)
) STRICT, WITHOUT ROWID;
-- few are; an index by time or by address costs 30 to 50 bytes a licence, and the latter a third of the activations in a second
create index activation_freed on activation (licence_id, usage_id) where released_at is not null;

-- activation_nonce: the idempotency of `activate`: the same nonce gets the same usage id for 24 hours.
create table activation_nonce (
    licence_id  INTEGER NOT NULL REFERENCES licence (id),
    nonce       TEXT NOT NULL,
    usage_id    INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (licence_id, nonce)
) STRICT, WITHOUT ROWID;
create index activation_nonce_age on activation_nonce (created_at);

-- api_key: what a vendor's own programs sign in to the platform API with. The key itself is shown once and stands nowhere.
create table api_key (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id        INTEGER NOT NULL REFERENCES site (id),
    is_test        INTEGER NOT NULL CHECK (is_test in (0, 1)),
    -- the eight characters in the key that name it
    name           TEXT NOT NULL UNIQUE,
    title          TEXT NOT NULL,
    -- of the whole key
    key_hash       TEXT NOT NULL,
    -- the signing secret under the master key
    sealed_secret  TEXT NOT NULL,
    -- refuse requests without a signature
    must_sign      INTEGER NOT NULL DEFAULT 0 CHECK (must_sign in (0, 1)),
    -- words with a space between them
    scopes         TEXT NOT NULL,
    -- how many requests it may send
    plan           TEXT NOT NULL CHECK (plan in ('free', 'basic', 'pro', 'business', 'enterprise')),
    -- networks it may be used from, with a space between them; empty is any
    networks       TEXT NOT NULL DEFAULT '',
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER,
    revoked_at     INTEGER,
    -- to the minute
    last_used_at   INTEGER,
    -- of a key made elsewhere: the dialect that it opens, and it alone; such a key is found by its hash
    dialect        TEXT CHECK (dialect in ('shopkit', 'shoppy'))
) STRICT;
create unique index api_key_foreign on api_key (key_hash) where dialect is not null;

-- idempotency: what was answered to a request with an Idempotency-Key, for 24 hours; written with its effect.
create table idempotency (
    -- who asked: 'key' and the id of an API key, or 'grant' and what an app acts by
    caller         TEXT NOT NULL,
    key            TEXT NOT NULL,
    -- of method, path and body: the same key with other words is a mistake
    request_hash   TEXT NOT NULL,
    status         INTEGER NOT NULL,
    body           TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    -- the answer's own headers, a line each
    head           TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (caller, key)
) STRICT, WITHOUT ROWID;
create index idempotency_age on idempotency (created_at);

-- seen_signature: signatures of requests that changed something, until they are too old to be sent again.
create table seen_signature (
    api_key_id  INTEGER NOT NULL REFERENCES api_key (id),
    mac         TEXT NOT NULL,
    seen_at     INTEGER NOT NULL,
    PRIMARY KEY (api_key_id, mac)
) STRICT, WITHOUT ROWID;
create index seen_signature_age on seen_signature (seen_at);

-- prerequisite: what a customer must own before a product may be bought or downloaded.
create table prerequisite (
    product_id   INTEGER NOT NULL REFERENCES product (id),
    required_id  INTEGER NOT NULL REFERENCES product (id),
    -- whoever bought the product before then keeps access to it
    added_at     INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (product_id, required_id)
) STRICT, WITHOUT ROWID;
create index prerequisite_required on prerequisite (required_id);

-- bundle_item: what a product of kind bundle is made of; one purchase for each.
create table bundle_item (
    bundle_id   INTEGER NOT NULL REFERENCES product (id),
    product_id  INTEGER NOT NULL REFERENCES product (id),
    PRIMARY KEY (bundle_id, product_id)
) STRICT, WITHOUT ROWID;
create index bundle_item_product on bundle_item (product_id);

-- pool_key: keys made elsewhere, to be handed out with purchases. A product that ever had one sells no more than there are.
create table pool_key (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    product_id  INTEGER NOT NULL REFERENCES product (id),
    key         TEXT NOT NULL UNIQUE,
    taken_at    INTEGER
) STRICT;
create index pool_key_product on pool_key (product_id);
create index pool_key_free on pool_key (product_id, id) where taken_at is null;

-- coupon: a code that makes an order cheaper.
create table coupon (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id        INTEGER NOT NULL REFERENCES site (id),
    is_test        INTEGER NOT NULL CHECK (is_test in (0, 1)),
    -- as it is given out, and folded as it is looked for
    code           TEXT NOT NULL,
    code_fold      TEXT NOT NULL,
    kind           TEXT NOT NULL CHECK (kind in ('percent', 'fixed')),
    -- basis points of the lines, or minor units off the order
    value          INTEGER NOT NULL CHECK (value > 0),
    -- of a fixed value
    currency       TEXT,
    -- only off this product's lines
    product_id     INTEGER REFERENCES product (id),
    -- only for lines worth so much together
    least_minor    INTEGER NOT NULL DEFAULT 0 CHECK (least_minor >= 0),
    -- NULL is no limit
    max_uses       INTEGER CHECK (max_uses > 0),
    -- orders that hold it; one that is cancelled before it is paid gives it back
    used           INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0 and (max_uses is null or used <= max_uses)),
    starts_at      INTEGER,
    ends_at        INTEGER,
    created_at     INTEGER NOT NULL,
    -- what it takes off: from the lines, or from what it costs to send them
    applies_to     TEXT NOT NULL DEFAULT 'lines' CHECK (applies_to in ('lines', 'shipping')),
    -- how often one customer may use it; NULL is no limit
    max_uses_each  INTEGER CHECK (max_uses_each > 0),
    -- only off lines of products on this shelf
    category_id    INTEGER REFERENCES category (id),
    UNIQUE (code_fold, site_id, is_test)
) STRICT;

-- price_list: what things cost some buyers, beside the catalogue.
create table price_list (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id     INTEGER NOT NULL REFERENCES site (id),
    is_test     INTEGER NOT NULL CHECK (is_test in (0, 1)),
    title       TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    UNIQUE (title, site_id, is_test)
) STRICT;

-- price_list_price: a price of a list for one form of a product, from so many pieces on.
create table price_list_price (
    price_list_id  INTEGER NOT NULL REFERENCES price_list (id),
    variant_id     INTEGER NOT NULL REFERENCES variant (id),
    min_quantity   INTEGER NOT NULL DEFAULT 1 CHECK (min_quantity > 0),
    price_minor    INTEGER NOT NULL CHECK (price_minor >= 0),
    PRIMARY KEY (price_list_id, variant_id, min_quantity)
) STRICT, WITHOUT ROWID;
create index price_list_price_variant on price_list_price (variant_id);

-- b2b_account: a company that buys, by prices and terms that were agreed with it.
create table b2b_account (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id        INTEGER NOT NULL REFERENCES site (id),
    is_test        INTEGER NOT NULL CHECK (is_test in (0, 1)),
    company        TEXT NOT NULL,
    tax_id         TEXT,
    -- prices and terms are those of an active one alone
    status         TEXT NOT NULL DEFAULT 'active' CHECK (status in ('active', 'suspended', 'pending')),
    price_list_id  INTEGER REFERENCES price_list (id),
    -- NULL: as soon as it is ordered
    net_days       INTEGER CHECK (net_days > 0),
    created_at     INTEGER NOT NULL
) STRICT;
create index b2b_account_price_list on b2b_account (price_list_id) where price_list_id is not null;

-- b2b_contact: a customer who buys for a company, and for one alone.
create table b2b_contact (
    customer_id     INTEGER PRIMARY KEY REFERENCES customer (id),
    b2b_account_id  INTEGER NOT NULL REFERENCES b2b_account (id),
    is_primary      INTEGER NOT NULL CHECK (is_primary in (0, 1))
) STRICT;
create index b2b_contact_account on b2b_contact (b2b_account_id);

-- shipping_method: a way in which orders are sent.
create table shipping_method (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id      INTEGER NOT NULL REFERENCES site (id),
    is_test      INTEGER NOT NULL CHECK (is_test in (0, 1)),
    title        TEXT NOT NULL,
    description  TEXT NOT NULL DEFAULT '',
    currency     TEXT NOT NULL,
    -- on top, in basis points
    tax_bp       INTEGER NOT NULL DEFAULT 0 CHECK (tax_bp between 0 and 10000),
    is_on        INTEGER NOT NULL DEFAULT 1 CHECK (is_on in (0, 1)),
    created_at   INTEGER NOT NULL,
    UNIQUE (title, site_id, is_test)
) STRICT;

-- shipping_band: what a way of shipping costs, where, from which weight and worth of an order on, and up to which.
create table shipping_band (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    shipping_method_id  INTEGER NOT NULL REFERENCES shipping_method (id),
    -- ISO 3166-1 alpha-3; empty is any that has no band of its own
    country             TEXT NOT NULL DEFAULT '',
    min_weight_g        INTEGER NOT NULL DEFAULT 0 CHECK (min_weight_g >= 0),
    max_weight_g        INTEGER CHECK (max_weight_g >= min_weight_g),
    -- of the lines after their discount
    min_minor           INTEGER NOT NULL DEFAULT 0 CHECK (min_minor >= 0),
    max_minor           INTEGER CHECK (max_minor >= min_minor),
    price_minor         INTEGER NOT NULL CHECK (price_minor >= 0)
) STRICT;
create index shipping_band_method on shipping_band (shipping_method_id);

-- sale: an order (SQL has that word); money in minor units; what was agreed is copied, so that later changes elsewhere leave it.
create table sale (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id            INTEGER NOT NULL REFERENCES site (id),
    is_test            INTEGER NOT NULL CHECK (is_test in (0, 1)),
    customer_id        INTEGER NOT NULL REFERENCES customer (id),
    email              TEXT NOT NULL,
    name               TEXT,
    currency           TEXT NOT NULL,
    -- lines before any discount
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
    canceled_at        INTEGER,
    -- the company that it was bought for, and until when its money is to come by the terms agreed with it
    b2b_account_id     INTEGER REFERENCES b2b_account (id),
    due_at             INTEGER,
    -- which of its shop's orders it is: from 1001 on, live and in test mode apart
    number             INTEGER NOT NULL DEFAULT 0,
    updated_at         INTEGER NOT NULL DEFAULT 0,
    -- when it first came so far
    sent_at            INTEGER,
    delivered_at       INTEGER,
    disputed_at        INTEGER,
    -- deleted by a program: in no list of programs any more, while what it brought stays
    hidden_at          INTEGER,
    -- has nobody handled it yet?
    is_new             INTEGER NOT NULL DEFAULT 1 CHECK (is_new in (0, 1)),
    invoice_url        TEXT,
    tracking_url       TEXT,
    -- the shop's own words, and words beside the order between shop and buyer
    note               TEXT,
    client_note        TEXT,
    -- how it is sent, and the tax on that, as it was agreed
    shipping_title     TEXT,
    shipping_bp        INTEGER NOT NULL DEFAULT 0 CHECK (shipping_bp between 0 and 10000),
    -- where it goes, who ordered from where, and what else was said: a JSON object (src/domain/sale_facts.rs)
    details            TEXT NOT NULL DEFAULT '{}'
) STRICT;
create index sale_time on sale (created_at);
create unique index sale_number on sale (number, site_id, is_test);
create index sale_b2b on sale (b2b_account_id) where b2b_account_id is not null;
create index sale_test on sale (id) where is_test = 1;
create index sale_customer on sale (customer_id);
create index sale_payment on sale (payment_status, id);
create index sale_fulfilment on sale (fulfilment_status, id);
create index sale_coupon on sale (coupon_id) where coupon_id is not null;

-- sale_line: one product of an order, as it was then.
create table sale_line (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    sale_id         INTEGER NOT NULL REFERENCES sale (id),
    product_id      INTEGER NOT NULL REFERENCES product (id),
    title           TEXT NOT NULL,
    unit_minor      INTEGER NOT NULL CHECK (unit_minor >= 0),
    quantity        INTEGER NOT NULL CHECK (quantity > 0),
    tax_bp          INTEGER NOT NULL CHECK (tax_bp between 0 and 10000),
    -- this line's share of the order's discount
    discount_minor  INTEGER NOT NULL CHECK (discount_minor between 0 and unit_minor * quantity),
    -- the product's term then; NULL is for ever
    term_days       INTEGER,
    -- a renewal: no new purchase, this one lasts longer
    renews_id       INTEGER REFERENCES purchase (id),
    -- the purchase that the new ones are for, such as the base product of an add-on
    parent_id       INTEGER REFERENCES purchase (id),
    -- which form of the product, as it was then; no reference, since variants may be deleted
    variant_id      INTEGER,
    variant_title   TEXT,
    sku             TEXT,
    -- grams, of one
    weight_g        INTEGER NOT NULL DEFAULT 0 CHECK (weight_g >= 0)
) STRICT;
create index sale_line_sale on sale_line (sale_id);
create index sale_line_product on sale_line (product_id);
create index sale_line_variant on sale_line (variant_id) where variant_id is not null;

-- sale_line_item: what a line of a bundle hands out, and for how many days, as it was agreed.
create table sale_line_item (
    sale_line_id  INTEGER NOT NULL REFERENCES sale_line (id),
    product_id    INTEGER NOT NULL REFERENCES product (id),
    term_days     INTEGER,
    PRIMARY KEY (sale_line_id, product_id)
) STRICT, WITHOUT ROWID;
create index sale_line_item_product on sale_line_item (product_id);

-- gift_card: a code with money on it.
create table gift_card (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id        INTEGER NOT NULL REFERENCES site (id),
    is_test        INTEGER NOT NULL CHECK (is_test in (0, 1)),
    -- as it is given out, and folded as it is looked for
    code           TEXT NOT NULL,
    code_fold      TEXT NOT NULL,
    currency       TEXT NOT NULL,
    initial_minor  INTEGER NOT NULL CHECK (initial_minor > 0),
    -- the sum of its entries
    balance_minor  INTEGER NOT NULL CHECK (balance_minor between 0 and initial_minor),
    -- whom it was issued to
    customer_id    INTEGER REFERENCES customer (id),
    note           TEXT,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER,
    -- for good
    voided_at      INTEGER,
    UNIQUE (code_fold, site_id, is_test)
) STRICT;
create index gift_card_customer on gift_card (customer_id) where customer_id is not null;

-- gift_card_entry: money that came onto a card, or went off it. Rows are added, never changed.
create table gift_card_entry (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    gift_card_id  INTEGER NOT NULL REFERENCES gift_card (id),
    delta_minor   INTEGER NOT NULL,
    -- the order it went to
    sale_id       INTEGER REFERENCES sale (id),
    created_at    INTEGER NOT NULL
) STRICT;
create index gift_card_entry_card on gift_card_entry (gift_card_id);
create index gift_card_entry_sale on gift_card_entry (sale_id) where sale_id is not null;

-- payment: money that came, or did not, or went back (negative). Never card data.
create table payment (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    sale_id       INTEGER NOT NULL REFERENCES sale (id),
    -- recorded by the vendor, or a card of test mode
    method        TEXT NOT NULL CHECK (method in ('manual', 'test_card')),
    status        TEXT NOT NULL CHECK (status in ('paid', 'declined', 'refunded')),
    amount_minor  INTEGER NOT NULL,
    -- the vendor's own words, such as a bank's reference
    reference     TEXT,
    created_at    INTEGER NOT NULL,
    -- what it came off, where it is no money that came now; its method is manual then
    balance       TEXT CHECK (balance in ('gift_card', 'store_credit', 'points')),
    gift_card_id  INTEGER REFERENCES gift_card (id)
) STRICT;
create index payment_sale on payment (sale_id);
-- for figures of the business
create index payment_time on payment (created_at);

-- cart: what somebody means to buy.
create table cart (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id      INTEGER NOT NULL REFERENCES site (id),
    is_test      INTEGER NOT NULL CHECK (is_test in (0, 1)),
    -- the shop program's own word for who it is, while they are nobody's
    session_key  TEXT,
    customer_id  INTEGER REFERENCES customer (id),
    currency     TEXT NOT NULL,
    -- abandoned: left for an hour with something in it; converted: an order was made of it
    status       TEXT NOT NULL DEFAULT 'active' CHECK (status in ('active', 'abandoned', 'converted')),
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
) STRICT;
create index cart_active on cart (updated_at) where status = 'active';
create index cart_customer on cart (customer_id) where customer_id is not null;

-- cart_line: so many of one variant in a cart. Prices are the catalogue's.
create table cart_line (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    cart_id     INTEGER NOT NULL REFERENCES cart (id),
    product_id  INTEGER NOT NULL REFERENCES product (id),
    variant_id  INTEGER NOT NULL REFERENCES variant (id),
    quantity    INTEGER NOT NULL CHECK (quantity > 0),
    UNIQUE (cart_id, variant_id)
) STRICT;
create index cart_line_variant on cart_line (variant_id);

-- checkout: how far somebody has come from a cart to an order.
create table checkout (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    cart_id     INTEGER NOT NULL REFERENCES cart (id),
    state       TEXT NOT NULL DEFAULT 'init' CHECK (state in ('init', 'contact', 'shipping', 'payment', 'review', 'complete')),
    -- what was said on the way, as JSON (src/domain/checkout.rs); never card data
    details     TEXT NOT NULL DEFAULT '{}',
    -- the order that was made of it
    sale_id     INTEGER REFERENCES sale (id),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;
create index checkout_cart on checkout (cart_id);
-- for forgetting those that nobody ends
create index checkout_open on checkout (updated_at) where sale_id is null;

-- review: what somebody thinks of a product.
create table review (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    product_id      INTEGER NOT NULL REFERENCES product (id),
    -- the customer of the reviewer's address, if there is one
    customer_id     INTEGER REFERENCES customer (id),
    rating          INTEGER NOT NULL CHECK (rating between 1 and 5),
    title           TEXT,
    content         TEXT NOT NULL,
    reviewer_name   TEXT NOT NULL,
    reviewer_email  TEXT,
    status          TEXT NOT NULL CHECK (status in ('pending', 'published', 'archived', 'spam')),
    -- had the customer bought it by then?
    is_verified     INTEGER NOT NULL CHECK (is_verified in (0, 1)),
    created_at      INTEGER NOT NULL,
    -- what the shop says to it
    response        TEXT,
    responded_at    INTEGER,
    -- the order that it is about
    sale_id         INTEGER REFERENCES sale (id)
) STRICT;
create index review_sale on review (sale_id) where sale_id is not null;
create index review_product on review (product_id, status, id);
create index review_customer on review (customer_id) where customer_id is not null;
-- for those that wait to be looked at
create index review_waiting on review (id) where status = 'pending';

-- store_credit: what the shop owes a customer, for later orders.
create table store_credit (
    customer_id    INTEGER PRIMARY KEY REFERENCES customer (id),
    currency       TEXT NOT NULL,
    -- the sum of its entries
    balance_minor  INTEGER NOT NULL CHECK (balance_minor >= 0)
) STRICT;

-- store_credit_entry: credit that was given or used. Rows are added, never changed.
create table store_credit_entry (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id  INTEGER NOT NULL REFERENCES store_credit (customer_id),
    delta_minor  INTEGER NOT NULL,
    note         TEXT,
    -- the order it is about
    sale_id      INTEGER REFERENCES sale (id),
    created_at   INTEGER NOT NULL
) STRICT;
create index store_credit_entry_customer on store_credit_entry (customer_id);
create index store_credit_entry_sale on store_credit_entry (sale_id) where sale_id is not null;

-- loyalty: the points a customer has.
create table loyalty (
    customer_id  INTEGER PRIMARY KEY REFERENCES customer (id),
    -- the sum of its entries
    points       INTEGER NOT NULL CHECK (points >= 0),
    -- all that were ever earned: what the tier goes by
    earned       INTEGER NOT NULL CHECK (earned >= 0)
) STRICT;

-- loyalty_entry: points that were earned, awarded or redeemed. Rows are added, never changed.
create table loyalty_entry (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id  INTEGER NOT NULL REFERENCES loyalty (customer_id),
    delta        INTEGER NOT NULL,
    note         TEXT,
    -- the order it is about
    sale_id      INTEGER REFERENCES sale (id),
    created_at   INTEGER NOT NULL
) STRICT;
create index loyalty_entry_customer on loyalty_entry (customer_id);
create index loyalty_entry_sale on loyalty_entry (sale_id) where sale_id is not null;

-- metafield: something more about a product, a customer, an order or the site, in a vendor's or an integration's own words.
create table metafield (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id      INTEGER NOT NULL REFERENCES site (id),
    is_test      INTEGER NOT NULL CHECK (is_test in (0, 1)),
    resource     TEXT NOT NULL CHECK (resource in ('product', 'customer', 'order', 'site')),
    resource_id  INTEGER NOT NULL,
    namespace    TEXT NOT NULL,
    key          TEXT NOT NULL,
    -- text that is of its type
    value        TEXT NOT NULL,
    value_type   TEXT NOT NULL CHECK (value_type in ('string', 'integer', 'json', 'boolean')),
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    UNIQUE (resource, resource_id, namespace, key, site_id, is_test)
) STRICT;

-- content_page: something to read in the shop, such as what it is about.
create table content_page (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id       INTEGER NOT NULL REFERENCES site (id),
    is_test       INTEGER NOT NULL CHECK (is_test in (0, 1)),
    title         TEXT NOT NULL,
    slug          TEXT NOT NULL,
    -- Markdown
    body          TEXT NOT NULL DEFAULT '',
    is_published  INTEGER NOT NULL DEFAULT 1 CHECK (is_published in (0, 1)),
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    UNIQUE (slug, site_id, is_test)
) STRICT;

-- menu: a list of links that a shop program shows.
create table menu (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id     INTEGER NOT NULL REFERENCES site (id),
    is_test     INTEGER NOT NULL CHECK (is_test in (0, 1)),
    title       TEXT NOT NULL,
    -- the word that programs know it by
    handle      TEXT NOT NULL,
    -- a JSON list of objects with title and url
    items       TEXT NOT NULL DEFAULT '[]',
    created_at  INTEGER NOT NULL,
    UNIQUE (handle, site_id, is_test)
) STRICT;

-- event: what happened, written with its cause, for programs that want to be told. Forgotten after some months.
create table event (
    -- in the order of time: there is no index of times, since each activation may write a row
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    -- no reference, for the same reason: sites are never removed
    site_id      INTEGER NOT NULL,
    is_test      INTEGER NOT NULL CHECK (is_test in (0, 1)),
    -- such as order.paid (src/domain/event.rs)
    kind         TEXT NOT NULL,
    -- JSON: how its subject stood then
    data         TEXT NOT NULL,
    -- whose address and names are in data, to be taken out when they are erased
    customer_id  INTEGER,
    created_at   INTEGER NOT NULL
) STRICT;
-- not of the types that most are of
create index event_kind on event (kind, id) where kind not in ('licence.activated', 'licence.deactivated');
create index event_customer on event (customer_id) where customer_id is not null;
create index event_test on event (id) where is_test = 1;

-- payment_link: an address where somebody pays an amount; each makes one order at most.
create table payment_link (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id        INTEGER NOT NULL REFERENCES site (id),
    is_test        INTEGER NOT NULL CHECK (is_test in (0, 1)),
    -- what the address ends in
    token          TEXT NOT NULL UNIQUE,
    title          TEXT NOT NULL,
    value_minor    INTEGER NOT NULL CHECK (value_minor > 0),
    currency       TEXT NOT NULL,
    -- who is to pay, if it is known
    email          TEXT,
    -- where they go afterwards
    return_url     TEXT,
    -- is the page without the shop's name?
    is_white_label INTEGER NOT NULL DEFAULT 0 CHECK (is_white_label in (0, 1)),
    -- the order that came of it
    sale_id        INTEGER REFERENCES sale (id),
    created_at     INTEGER NOT NULL,
    -- taken back; nobody can pay it any more
    ended_at       INTEGER
) STRICT;
create unique index payment_link_sale on payment_link (sale_id) where sale_id is not null;

-- ticket: a question to the shop.
create table ticket (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id      INTEGER NOT NULL REFERENCES site (id),
    is_test      INTEGER NOT NULL CHECK (is_test in (0, 1)),
    -- the customer of the address, if there is one
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

-- ticket_reply: what was said to a question, by the shop or by who asked.
create table ticket_reply (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    ticket_id   INTEGER NOT NULL REFERENCES ticket (id),
    by_shop     INTEGER NOT NULL CHECK (by_shop in (0, 1)),
    message     TEXT NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;
create index ticket_reply_ticket on ticket_reply (ticket_id);

-- webhook: an address that is told of events.
create table webhook (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id            INTEGER NOT NULL REFERENCES site (id),
    is_test            INTEGER NOT NULL CHECK (is_test in (0, 1)),
    url                TEXT NOT NULL,
    -- types of events with a space between them; empty is every type
    events             TEXT NOT NULL DEFAULT '',
    format             TEXT NOT NULL DEFAULT 'standard' CHECK (format in ('shookout', 'standard')),
    -- whose events and bodies it is sent: the platform's, signed by its format, or those of a dialect, signed as that does
    dialect            TEXT NOT NULL DEFAULT 'platform' CHECK (dialect in ('platform', 'shopvo', 'shopkit', 'shoppy')),
    -- what deliveries are signed with; after a rotation the old one signs too, until then
    sealed_secret      TEXT NOT NULL,
    old_sealed_secret  TEXT,
    old_until          INTEGER,
    is_on              INTEGER NOT NULL DEFAULT 1 CHECK (is_on in (0, 1)),
    -- why it was switched off, if nobody did so by hand
    off_reason         TEXT,
    -- since when it has done nothing but fail
    failing_since      INTEGER,
    created_at         INTEGER NOT NULL,
    -- only of what concerns this product, or this payment link
    product_id         INTEGER REFERENCES product (id),
    payment_link_id    INTEGER REFERENCES payment_link (id)
) STRICT;
create index webhook_site on webhook (site_id, is_test);
create index webhook_product on webhook (product_id) where product_id is not null;
create index webhook_payment_link on webhook (payment_link_id) where payment_link_id is not null;

-- webhook_delivery: an event on its way to an endpoint, and the log of how that went.
create table webhook_delivery (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook_id     INTEGER NOT NULL REFERENCES webhook (id),
    -- no reference: events may be forgotten first
    event_id       INTEGER NOT NULL,
    status         TEXT NOT NULL DEFAULT 'pending' CHECK (status in ('pending', 'delivered', 'failed')),
    attempts       INTEGER NOT NULL DEFAULT 0,
    -- when it is tried next; NULL once it has ended
    due_at         INTEGER,
    -- somebody has taken it, until then
    claimed_until  INTEGER,
    -- of the last attempt: the answer's status and how it begins, or why there was none
    http_status    INTEGER,
    said           TEXT,
    created_at     INTEGER NOT NULL,
    tried_at       INTEGER,
    ended_at       INTEGER,
    -- of a dialect's endpoint: the word by which it is told of the event, and what it was sent first and is sent each time after
    told_as        TEXT,
    body           TEXT
) STRICT;
create index webhook_delivery_waiting on webhook_delivery (webhook_id, due_at) where due_at is not null;
create index webhook_delivery_log on webhook_delivery (webhook_id, id);
create index webhook_delivery_body on webhook_delivery (event_id) where body is not null;

-- person: somebody who runs the shop. Customers are in a table of their own.
create table person (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id        INTEGER NOT NULL REFERENCES site (id),
    email          TEXT NOT NULL,
    email_fold     TEXT NOT NULL,
    name           TEXT NOT NULL DEFAULT '',
    -- what they may do: all, all but people and secrets, help buyers, look
    role           TEXT NOT NULL CHECK (role in ('owner', 'admin', 'support', 'read_only')),
    -- Argon2id, in its own notation
    password_hash  TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    -- may not sign in any more; all sessions and tokens of theirs ended then
    disabled_at    INTEGER,
    -- the second factor: its secret, sealed by the master key; the step of thirty seconds whose code was used last; since when it is on
    totp_sealed    TEXT,
    totp_step      INTEGER NOT NULL DEFAULT 0,
    totp_at        INTEGER,
    UNIQUE (email_fold, site_id)
) STRICT;

-- recovery_code: what somebody signs in with, once, whose phone is gone.
create table recovery_code (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id   INTEGER NOT NULL REFERENCES person (id),
    -- under the master key
    code_mac    TEXT NOT NULL,
    UNIQUE (person_id, code_mac)
) STRICT;

-- second_step: somebody whose password was right, and whose code is awaited, for five minutes.
create table second_step (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id   INTEGER NOT NULL REFERENCES person (id),
    -- what their browser holds stands nowhere
    token_hash  TEXT NOT NULL UNIQUE,
    -- codes so far
    tries       INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    used_at     INTEGER
) STRICT;
create index second_step_person on second_step (person_id);

-- session: a browser that somebody is signed in with. What its cookie holds stands nowhere.
create table session (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash   TEXT NOT NULL UNIQUE,
    person_id    INTEGER REFERENCES person (id),
    customer_id  INTEGER REFERENCES customer (id) CHECK ((person_id is null) <> (customer_id is null)),
    created_at   INTEGER NOT NULL,
    -- to the minute
    seen_at      INTEGER NOT NULL,
    -- where a person signed in from; of customers it is not kept
    address      TEXT
) STRICT;
create index session_person on session (person_id) where person_id is not null;
create index session_customer on session (customer_id) where customer_id is not null;
create index session_seen on session (seen_at);

-- sign_in: a link and a code that were mailed to a customer, for ten minutes; either works, once.
create table sign_in (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id  INTEGER NOT NULL REFERENCES customer (id),
    -- names the attempt in the browser that began it, which alone may send the code
    begun_hash   TEXT NOT NULL UNIQUE,
    link_hash    TEXT NOT NULL UNIQUE,
    -- under the master key, since six digits are soon guessed
    code_mac     TEXT NOT NULL,
    -- wrong codes so far
    tries        INTEGER NOT NULL DEFAULT 0,
    created_at   INTEGER NOT NULL,
    used_at      INTEGER
) STRICT;
create index sign_in_customer on sign_in (customer_id);
create index sign_in_age on sign_in (created_at);

-- oauth_app: somebody else's program that people may let into the shop (RFC 6749 calls it a client).
create table oauth_app (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id        INTEGER NOT NULL REFERENCES site (id),
    is_test        INTEGER NOT NULL CHECK (is_test in (0, 1)),
    -- what it calls itself by: app_ and 24 random characters
    client_id      TEXT NOT NULL UNIQUE,
    title          TEXT NOT NULL,
    -- NULL: a public app, such as one on a phone, which cannot keep a secret
    secret_hash    TEXT,
    -- where people may be sent back to, a line each
    redirect_uris  TEXT NOT NULL,
    -- the most that it may ask for, with a space between them
    scopes         TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    -- taken out; all tokens of its grants ended then
    deleted_at     INTEGER
) STRICT;

-- oauth_grant: what somebody let an app do; all tokens that came of one consent end with it.
create table oauth_grant (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    app_id       INTEGER NOT NULL REFERENCES oauth_app (id),
    person_id    INTEGER REFERENCES person (id),
    customer_id  INTEGER REFERENCES customer (id) CHECK ((person_id is null) <> (customer_id is null)),
    scopes       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    -- to the minute
    used_at      INTEGER,
    ended_at     INTEGER,
    -- such as revoked, code_replayed, refresh_replayed, password_changed
    end_reason   TEXT
) STRICT;
create index oauth_grant_app on oauth_grant (app_id);
create index oauth_grant_person on oauth_grant (person_id) where person_id is not null;
create index oauth_grant_customer on oauth_grant (customer_id) where customer_id is not null;

-- oauth_code: what an app gets tokens for, once, within a minute.
create table oauth_code (
    code_hash     TEXT NOT NULL PRIMARY KEY,
    grant_id      INTEGER NOT NULL REFERENCES oauth_grant (id),
    -- as the authorization request gave it
    redirect_uri  TEXT NOT NULL,
    -- PKCE's, by S256
    challenge     TEXT,
    created_at    INTEGER NOT NULL,
    used_at       INTEGER
) STRICT, WITHOUT ROWID;
create index oauth_code_age on oauth_code (created_at);

-- oauth_token: an access token, which opens the API, or a refresh token, which gets new ones.
create table oauth_token (
    token_hash     TEXT NOT NULL PRIMARY KEY,
    grant_id       INTEGER NOT NULL REFERENCES oauth_grant (id),
    kind           TEXT NOT NULL CHECK (kind in ('access', 'refresh')),
    -- no more than the grant's
    scopes         TEXT NOT NULL,
    expires_at     INTEGER NOT NULL,
    -- a refresh token: when it was exchanged, and the answer under the master key, given again to those who did not get it
    used_at        INTEGER,
    sealed_answer  TEXT
) STRICT, WITHOUT ROWID;
create index oauth_token_grant on oauth_token (grant_id);
create index oauth_token_term on oauth_token (expires_at);

-- mail: a letter on its way, and the log of how that went.
create table mail (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id        INTEGER NOT NULL REFERENCES site (id),
    is_test        INTEGER NOT NULL CHECK (is_test in (0, 1)),
    -- its template, such as receipt
    template       TEXT NOT NULL,
    recipient      TEXT NOT NULL,
    -- the customer it is to, if it is to one
    customer_id    INTEGER REFERENCES customer (id),
    -- JSON: ids of what it tells; the rest is looked up when it is sent
    about          TEXT NOT NULL,
    -- what may stand in no table, such as the link to sign in with, under the master key
    sealed         TEXT,
    -- no two letters share it: such as expiring, how many days before, and which purchase
    once           TEXT UNIQUE,
    status         TEXT NOT NULL DEFAULT 'pending' CHECK (status in ('pending', 'sent', 'failed')),
    attempts       INTEGER NOT NULL DEFAULT 0,
    -- when it is tried next; NULL once it has ended
    due_at         INTEGER,
    -- somebody has taken it, until then
    claimed_until  INTEGER,
    -- what the mail server said last, or why there was none
    said           TEXT,
    created_at     INTEGER NOT NULL,
    ended_at       INTEGER
) STRICT;
create index mail_due on mail (due_at) where due_at is not null;
create index mail_customer on mail (customer_id) where customer_id is not null;
create index mail_ended on mail (ended_at) where ended_at is not null;

-- carried: what something was called in the system that it was carried here from; that dialect goes on calling it so.
create table carried (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id  INTEGER NOT NULL REFERENCES site (id),
    is_test  INTEGER NOT NULL CHECK (is_test in (0, 1)),
    source   TEXT NOT NULL CHECK (source in ('shopkit', 'shoppy', 'csv')),
    -- such as product (src/domain/carried.rs)
    kind     TEXT NOT NULL,
    old_id   TEXT NOT NULL,
    row_id   INTEGER NOT NULL,
    UNIQUE (old_id, kind, source, site_id, is_test)
) STRICT;
create index carried_row on carried (row_id, kind, source);

-- move_in: how far a shop has come that moves here from another system.
create table move_in (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id     INTEGER NOT NULL REFERENCES site (id),
    is_test     INTEGER NOT NULL CHECK (is_test in (0, 1)),
    source      TEXT NOT NULL CHECK (source in ('shopkit', 'shoppy', 'csv')),
    -- where the other system is
    address     TEXT NOT NULL,
    -- what comes next, and what was taken in and left out so far, as JSON objects (src/domain/move_in.rs)
    place       TEXT NOT NULL DEFAULT '{}',
    report      TEXT NOT NULL DEFAULT '{}',
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    ended_at    INTEGER
) STRICT;

-- tally: how often something happened within an hour; gathered in memory and added up here every few seconds.
create table tally (
    site_id     INTEGER NOT NULL,
    is_test     INTEGER NOT NULL CHECK (is_test in (0, 1)),
    -- see src/domain/tally.rs
    kind        TEXT NOT NULL,
    -- hours since 1970 UTC
    hour        INTEGER NOT NULL,
    -- 0: of no product that is known
    product_id  INTEGER NOT NULL,
    -- a version, or an error's code; empty where there is nothing to tell apart
    label       TEXT NOT NULL,
    count       INTEGER NOT NULL,
    PRIMARY KEY (site_id, is_test, kind, hour, product_id, label)
) STRICT, WITHOUT ROWID;

-- audit: who changed what: every change by a person, a customer, an API key, an app or the command line.
create table audit (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id     INTEGER NOT NULL,
    is_test     INTEGER NOT NULL CHECK (is_test in (0, 1)),
    created_at  INTEGER NOT NULL,
    actor_kind  TEXT NOT NULL DEFAULT 'server' CHECK (actor_kind in ('person', 'customer', 'api_key', 'app', 'command_line', 'server')),
    -- an API key's name, an app's client id, a person's or customer's id, a user of this machine
    actor       TEXT NOT NULL,
    -- where the request came from
    address     TEXT,
    -- what the access log calls the request
    request_id  TEXT,
    -- what was done, such as product.changed
    action      TEXT NOT NULL,
    -- the kind of thing it was done to, and which
    subject     TEXT NOT NULL,
    subject_id  TEXT NOT NULL,
    -- JSON objects with what was changed: how it was, and how it is. Never a secret
    old         TEXT,
    new         TEXT,
    -- whose address and names are in them, to be taken out when they are erased
    customer_id INTEGER
) STRICT;
create index audit_subject on audit (subject, subject_id, id);
create index audit_customer on audit (customer_id) where customer_id is not null;

-- request_log: calls of the platform API, kept only as long as the setting request_log_days says; no bodies, no query strings.
create table request_log (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    site_id     INTEGER NOT NULL,
    is_test     INTEGER NOT NULL CHECK (is_test in (0, 1)),
    created_at  INTEGER NOT NULL,
    request_id  TEXT NOT NULL,
    -- who called: an API key's name, or an app's client id
    credential  TEXT NOT NULL,
    method      TEXT NOT NULL,
    -- the route's template, never what stood in it
    route       TEXT NOT NULL,
    status      INTEGER NOT NULL,
    -- of an error
    code        TEXT,
    -- microseconds
    took        INTEGER NOT NULL,
    address     TEXT NOT NULL
) STRICT;

insert into house (id, schema_version) values (1, 9);
insert into site (title, created_at) values ('My shop', 0);
