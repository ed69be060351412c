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
