alter table audit add column by_kind TEXT NOT NULL DEFAULT 'server' CHECK (by_kind in ('person', 'customer', 'api_key', 'app', 'command_line', 'server'));
update audit set by_kind = actor_kind;
alter table audit drop column actor_kind;
alter table audit rename column by_kind to actor_kind;
alter table site add column payment_notice TEXT NOT NULL DEFAULT '';
alter table activation add column by_buyer INTEGER NOT NULL DEFAULT 0 CHECK (by_buyer in (0, 1));
