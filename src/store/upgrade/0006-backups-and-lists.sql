-- Version 6: when the last backup was made, or why it could not be; indexes for lists and figures.
alter table house add column backup_at INTEGER;
alter table house add column backup_place TEXT;
alter table house add column backup_failed_at INTEGER;
alter table house add column backup_failure TEXT;
alter table house add column backup_until INTEGER;
create index activation_time on activation (activated_at, ip);
create index customer_site on customer (site_id, is_test);
create index activation_freed on activation (activated_at) where released_at is not null;
