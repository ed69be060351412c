alter table audit add column by_kind TEXT NOT NULL DEFAULT 'server' CHECK (by_kind in ('person', 'customer', 'api_key', 'app', 'command_line', 'server'));
update audit set by_kind = actor_kind;
alter table audit drop column actor_kind;
alter table audit rename column by_kind to actor_kind;
alter table site add column payment_notice TEXT NOT NULL DEFAULT '';
alter table activation add column by_buyer INTEGER NOT NULL DEFAULT 0 CHECK (by_buyer in (0, 1));
alter table house add column backup_at INTEGER;
alter table house add column backup_place TEXT;
alter table house add column backup_failed_at INTEGER;
alter table house add column backup_failure TEXT;
alter table house add column backup_until INTEGER;
alter table person add column totp_sealed TEXT;
alter table person add column totp_step INTEGER NOT NULL DEFAULT 0;
alter table person add column totp_at INTEGER;
create table recovery_code (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id   INTEGER NOT NULL REFERENCES person (id),
    code_mac    TEXT NOT NULL,
    UNIQUE (person_id, code_mac)
) STRICT;
create table second_step (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id   INTEGER NOT NULL REFERENCES person (id),
    token_hash  TEXT NOT NULL UNIQUE,
    tries       INTEGER NOT NULL DEFAULT 0,
    created_at  INTEGER NOT NULL,
    used_at     INTEGER
) STRICT;
create index second_step_person on second_step (person_id);
alter table session add column address TEXT;
