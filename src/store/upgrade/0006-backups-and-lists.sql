-- Version 6: when the last backup was made, or why it could not be; indexes for lists and figures.
alter table house add column backup_at INTEGER;
alter table house add column backup_place TEXT;
alter table house add column backup_failed_at INTEGER;
alter table house add column backup_failure TEXT;
alter table house add column backup_until INTEGER;
create index customer_site on customer (site_id, is_test);
create index activation_freed on activation (licence_id, usage_id) where released_at is not null;
