-- Version 10: an index of the few orders that programs deleted, so that the others are counted without a look at each.
create index sale_hidden on sale (site_id, is_test) where hidden_at is not null;
