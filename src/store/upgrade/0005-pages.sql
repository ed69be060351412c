alter table audit add column by_kind TEXT NOT NULL DEFAULT 'server' CHECK (by_kind in ('person', 'customer', 'api_key', 'app', 'command_line', 'server'));
update audit set by_kind = actor_kind;
alter table audit drop column actor_kind;
alter table audit rename column by_kind to actor_kind;
