-- Version 9: an index of orders that begins with their number, so that no list of a shop's orders is gathered by it and sorted.
drop index sale_number;
create unique index sale_number on sale (number, site_id, is_test);
