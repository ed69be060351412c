//! What an export holds: the selects of every noun, and the tables that are left out, with the reason. A table that is in neither list fails
//! `tests/export.rs`.

use super::move_out::{Child, Noun};

const fn noun(
    name: &'static str,
    about: &'static str,
    select: &'static str,
    columns: &'static str,
    children: &'static [Child],
) -> Noun {
    Noun { name, about, select, columns, children }
}

const fn child(name: &'static str, select: &'static str, columns: &'static str) -> Child {
    Child { name, select, columns }
}

/// All nouns, in the order that they refer to each other.
pub const NOUNS: &[Noun] = &[
    noun(
        "site",
        "the shop itself",
        "select id, title, created_at, currency, time_zone, policy, payment_notice, locale, theme, approves_reviews, loyalty, about \
         from site where id = $1 and cast($2 as bigint) >= 0 and id > $3 order by id limit $4",
        "id title created_at@ currency time_zone policy{} payment_notice locale theme{} approves_reviews? loyalty{} about{}",
        &[],
    ),
    noun(
        "people",
        "who runs the shop; no passwords",
        "select id, email, name, role, created_at, disabled_at from person where site_id = $1 and cast($2 as bigint) >= 0 and id > $3 \
         order by id limit $4",
        "id email name role created_at@ disabled_at@",
        &[],
    ),
    noun(
        "categories",
        "shelves",
        "select id, parent_id, title, slug, description, created_at from category where site_id = $1 and is_test = $2 and id > $3 \
         order by id limit $4",
        "id parent_id title slug description created_at@",
        &[],
    ),
    noun(
        "brands",
        "who makes products",
        "select id, title, slug, created_at from brand where site_id = $1 and is_test = $2 and id > $3 order by id limit $4",
        "id title slug created_at@",
        &[],
    ),
    noun(
        "products",
        "what is sold, with the licence policy, prerequisites, and what a bundle is made of",
        "select p.id, p.kind, p.title, p.slug, p.description, p.approved, p.visible, p.archived_at, p.price_minor, p.currency, p.tax_bp, \
         p.compare_at_minor, p.category_id, p.brand_id, p.is_featured, p.images, p.created_at, p.updated_at, p.api_enabled, p.check_ip, \
         p.allow_ip_override, p.deactivate, p.key_type, p.segments, p.segment_length, p.identifier_mode, p.max_uses, p.term_days, \
         p.prerequisite_match, p.requires_install_url, p.install_url_label, p.install_url_notice, p.install_url_locked, p.external_url, \
         p.download_channels, e.reference, e.promo_minor, e.is_on_request, e.is_new, e.is_soon, e.position, e.weight_g, e.shipping_minor, \
         e.min_quantity, e.max_quantity, e.is_sold_single, e.is_backorder, e.shows_stock, e.video_url, e.page_title, e.meta_description, \
         e.meta_tags, e.letter, e.custom_fields, e.shoppy from product p left join product_extra e on e.product_id = p.id \
         where p.site_id = $1 and p.is_test = $2 and p.id > $3 order by p.id limit $4",
        "id kind title slug description approved? visible? archived_at@ price_minor currency tax_bp compare_at_minor category_id brand_id \
         is_featured? images| created_at@ updated_at@ licence_policy.api_enabled? licence_policy.check_ip? \
         licence_policy.allow_ip_override? licence_policy.deactivate? licence_policy.key_type licence_policy.segments \
         licence_policy.segment_length licence_policy.identifier_mode licence_policy.max_uses licence_policy.term_days prerequisite_match \
         delivery.requires_install_url? delivery.install_url_label delivery.install_url_notice delivery.install_url_locked? \
         delivery.external_url delivery.download_channels[] extra.reference extra.promo_minor extra.is_on_request? extra.is_new? \
         extra.is_soon? extra.position extra.weight_g extra.shipping_minor extra.min_quantity extra.max_quantity extra.is_sold_single? \
         extra.is_backorder? extra.shows_stock? extra.video_url extra.page_title extra.meta_description extra.meta_tags extra.letter \
         extra.custom_fields{} extra.shoppy{}",
        &[
            child(
                "prerequisites",
                "select product_id, required_id, added_at from prerequisite where product_id > $1 and product_id <= $2 \
                 order by product_id, required_id",
                "product_id added_at@",
            ),
            child(
                "items",
                "select bundle_id, product_id from bundle_item where bundle_id > $1 and bundle_id <= $2 order by bundle_id, product_id",
                "product_id",
            ),
        ],
    ),
    noun(
        "variants",
        "the forms that products are sold in, with why there are as many as there are",
        "select v.id, v.product_id, v.title, v.sku, v.price_minor, v.stock, v.low_at, v.is_out, v.options, v.is_default, v.is_implicit, \
         v.created_at from variant v join product p on p.id = v.product_id where p.site_id = $1 and p.is_test = $2 and v.id > $3 \
         order by v.id limit $4",
        "id product_id title sku price_minor stock low_at is_out? options{} is_default? is_implicit? created_at@",
        &[child(
            "stock_movements",
            "select variant_id, operation, delta, reason, sale_id, created_at from stock_movement \
             where variant_id > $1 and variant_id <= $2 order by variant_id, id",
            "operation delta reason order_id created_at@",
        )],
    ),
    noun(
        "releases",
        "versions of products, with what can be downloaded of each",
        "select r.id, r.product_id, r.channel, r.version, r.longversion, r.released_at, r.notes_url, r.update_url, r.created_at, r.notes, \
         r.status from release r join product p on p.id = r.product_id where p.site_id = $1 and p.is_test = $2 and r.id > $3 \
         order by r.id limit $4",
        "id product_id channel version longversion released_at@ notes_url update_url created_at@ notes status",
        &[child(
            "files",
            "select release_id, file_id, url, platform from release_file where release_id > $1 and release_id <= $2 \
             order by release_id, id",
            "file_id url platform",
        )],
    ),
    noun(
        "files",
        "uploads; their bytes are in the folder files, under sha256",
        "select id, name, size, sha256, created_at, completed_at from file where site_id = $1 and is_test = $2 and id > $3 \
         and completed_at is not null order by id limit $4",
        "id name size sha256 created_at@ completed_at@",
        &[],
    ),
    noun(
        "pool_keys",
        "keys made elsewhere that products are sold from",
        "select k.id, k.product_id, k.key, k.taken_at from pool_key k join product p on p.id = k.product_id \
         where p.site_id = $1 and p.is_test = $2 and k.id > $3 order by k.id limit $4",
        "id product_id key taken_at@",
        &[],
    ),
    noun(
        "customers",
        "who owns purchases",
        "select id, email, name, username, created_at, wants_news, phone, group_name, details from customer \
         where site_id = $1 and is_test = $2 and id > $3 order by id limit $4",
        "id email name username created_at@ wants_news? phone group details{}",
        &[],
    ),
    noun(
        "price_lists",
        "what companies pay instead of the catalogue's prices",
        "select id, title, created_at from price_list where site_id = $1 and is_test = $2 and id > $3 order by id limit $4",
        "id title created_at@",
        &[child(
            "prices",
            "select price_list_id, variant_id, min_quantity, price_minor from price_list_price \
             where price_list_id > $1 and price_list_id <= $2 order by price_list_id, variant_id, min_quantity",
            "variant_id min_quantity price_minor",
        )],
    ),
    noun(
        "b2b_accounts",
        "companies that buy, and who buys for them",
        "select id, company, tax_id, status, price_list_id, net_days, created_at from b2b_account \
         where site_id = $1 and is_test = $2 and id > $3 order by id limit $4",
        "id company tax_id status price_list_id net_days created_at@",
        &[child(
            "contacts",
            "select b2b_account_id, customer_id, is_primary from b2b_contact where b2b_account_id > $1 and b2b_account_id <= $2 \
             order by b2b_account_id, customer_id",
            "customer_id is_primary?",
        )],
    ),
    noun(
        "coupons",
        "codes that make an order cheaper",
        "select id, code, kind, value, currency, product_id, category_id, least_minor, max_uses, max_uses_each, used, applies_to, \
         starts_at, ends_at, created_at from coupon where site_id = $1 and is_test = $2 and id > $3 order by id limit $4",
        "id code kind value currency product_id category_id least_minor max_uses max_uses_each used applies_to starts_at@ ends_at@ \
         created_at@",
        &[],
    ),
    noun(
        "shipping_methods",
        "ways in which orders are sent, and what they cost where",
        "select id, title, description, currency, tax_bp, is_on, created_at from shipping_method \
         where site_id = $1 and is_test = $2 and id > $3 order by id limit $4",
        "id title description currency tax_bp is_on? created_at@",
        &[child(
            "bands",
            "select shipping_method_id, country, min_weight_g, max_weight_g, min_minor, max_minor, price_minor from shipping_band \
             where shipping_method_id > $1 and shipping_method_id <= $2 order by shipping_method_id, id",
            "country min_weight_g max_weight_g min_minor max_minor price_minor",
        )],
    ),
    noun(
        "orders",
        "orders, with their lines and payments",
        "select id, number, customer_id, email, name, currency, subtotal_minor, discount_minor, shipping_minor, tax_minor, total_minor, \
         paid_minor, refunded_minor, payment_status, fulfilment_status, coupon_id, coupon_code, created_at, updated_at, paid_at, sent_at, \
         delivered_at, canceled_at, disputed_at, hidden_at, b2b_account_id, due_at, is_new, invoice_url, tracking_url, note, client_note, \
         shipping_title, shipping_bp, details from sale where site_id = $1 and is_test = $2 and id > $3 order by id limit $4",
        "id number customer_id email name currency subtotal_minor discount_minor shipping_minor tax_minor total_minor paid_minor \
         refunded_minor payment_status fulfilment_status coupon_id coupon_code created_at@ updated_at@ paid_at@ sent_at@ delivered_at@ \
         canceled_at@ disputed_at@ hidden_at@ b2b_account_id due_at@ is_new? invoice_url tracking_url note client_note shipping_title \
         shipping_bp details{}",
        &[
            child(
                "lines",
                "select sale_id, id, product_id, title, unit_minor, quantity, tax_bp, discount_minor, term_days, renews_id, parent_id, \
                 variant_id, variant_title, sku, weight_g from sale_line where sale_id > $1 and sale_id <= $2 order by sale_id, id",
                "id product_id title unit_minor quantity tax_bp discount_minor term_days renews_id parent_id variant_id variant_title \
                 sku weight_g",
            ),
            child(
                "bundle_items",
                "select l.sale_id, i.sale_line_id, i.product_id, i.term_days from sale_line l \
                 join sale_line_item i on i.sale_line_id = l.id where l.sale_id > $1 and l.sale_id <= $2 \
                 order by l.sale_id, i.sale_line_id, i.product_id",
                "line_id product_id term_days",
            ),
            child(
                "payments",
                "select sale_id, id, method, status, amount_minor, reference, balance, gift_card_id, created_at from payment \
                 where sale_id > $1 and sale_id <= $2 order by sale_id, id",
                "id method status amount_minor reference balance gift_card_id created_at@",
            ),
        ],
    ),
    noun(
        "purchases",
        "what customers own",
        "select id, product_id, customer_id, parent_id, status, started_at, expires_at, install_url, sale_line_id from purchase \
         where site_id = $1 and is_test = $2 and id > $3 order by id limit $4",
        "id product_id customer_id parent_id status started_at@ expires_at@ install_url order_line_id",
        &[],
    ),
    noun(
        "licences",
        "keys of purchases, with their activations; one with released_at is over",
        "select l.id, l.purchase_id, l.product_id, l.key, l.key_type, l.is_on, l.identifier_mode, l.identifier, l.max_uses, l.uses, \
         l.issued_at, l.expires_at from licence l join purchase p on p.id = l.purchase_id \
         where p.site_id = $1 and l.is_test = $2 and l.id > $3 order by l.id limit $4",
        "id purchase_id product_id key key_type is_on? identifier_mode identifier max_uses uses issued_at@ expires_at@",
        &[child(
            "activations",
            "select licence_id, usage_id, activated_at, ip, extra, last_checked_at, released_at, by_buyer from activation \
             where licence_id > $1 and licence_id <= $2 order by licence_id, usage_id",
            "usage_id activated_at@ ip extra{} last_checked_at@ released_at@ by_buyer?",
        )],
    ),
    noun(
        "gift_cards",
        "codes with money on them, and what came onto and off each",
        "select id, code, currency, initial_minor, balance_minor, customer_id, note, created_at, expires_at, voided_at from gift_card \
         where site_id = $1 and is_test = $2 and id > $3 order by id limit $4",
        "id code currency initial_minor balance_minor customer_id note created_at@ expires_at@ voided_at@",
        &[child(
            "entries",
            "select gift_card_id, delta_minor, sale_id, created_at from gift_card_entry where gift_card_id > $1 and gift_card_id <= $2 \
             order by gift_card_id, id",
            "delta_minor order_id created_at@",
        )],
    ),
    noun(
        "store_credit",
        "what the shop owes customers; id is the customer's",
        "select s.customer_id, s.currency, s.balance_minor from store_credit s join customer c on c.id = s.customer_id \
         where c.site_id = $1 and c.is_test = $2 and s.customer_id > $3 order by s.customer_id limit $4",
        "customer_id currency balance_minor",
        &[child(
            "entries",
            "select customer_id, delta_minor, note, sale_id, created_at from store_credit_entry \
             where customer_id > $1 and customer_id <= $2 order by customer_id, id",
            "delta_minor note order_id created_at@",
        )],
    ),
    noun(
        "points",
        "the points that customers have; id is the customer's",
        "select l.customer_id, l.points, l.earned from loyalty l join customer c on c.id = l.customer_id \
         where c.site_id = $1 and c.is_test = $2 and l.customer_id > $3 order by l.customer_id limit $4",
        "customer_id points earned",
        &[child(
            "entries",
            "select customer_id, delta, note, sale_id, created_at from loyalty_entry where customer_id > $1 and customer_id <= $2 \
             order by customer_id, id",
            "delta note order_id created_at@",
        )],
    ),
    noun(
        "reviews",
        "what people think of products",
        "select r.id, r.product_id, r.customer_id, r.sale_id, r.rating, r.title, r.content, r.reviewer_name, r.reviewer_email, r.status, \
         r.is_verified, r.created_at, r.response, r.responded_at from review r join product p on p.id = r.product_id \
         where p.site_id = $1 and p.is_test = $2 and r.id > $3 order by r.id limit $4",
        "id product_id customer_id order_id rating title content reviewer_name reviewer_email status is_verified? created_at@ response \
         responded_at@",
        &[],
    ),
    noun(
        "tickets",
        "questions to the shop, and what was said to them",
        "select id, customer_id, email, subject, message, status, created_at, updated_at from ticket \
         where site_id = $1 and is_test = $2 and id > $3 order by id limit $4",
        "id customer_id email subject message status created_at@ updated_at@",
        &[child(
            "replies",
            "select ticket_id, by_shop, message, created_at from ticket_reply where ticket_id > $1 and ticket_id <= $2 \
             order by ticket_id, id",
            "by_shop? message created_at@",
        )],
    ),
    noun(
        "payment_links",
        "addresses where somebody pays an amount",
        "select id, title, value_minor, currency, email, return_url, is_white_label, sale_id, created_at, ended_at from payment_link \
         where site_id = $1 and is_test = $2 and id > $3 order by id limit $4",
        "id title value_minor currency email return_url is_white_label? order_id created_at@ ended_at@",
        &[],
    ),
    noun(
        "carts",
        "what people mean to buy",
        "select id, customer_id, currency, status, created_at, updated_at from cart where site_id = $1 and is_test = $2 and id > $3 \
         order by id limit $4",
        "id customer_id currency status created_at@ updated_at@",
        &[child(
            "lines",
            "select cart_id, product_id, variant_id, quantity from cart_line where cart_id > $1 and cart_id <= $2 order by cart_id, id",
            "product_id variant_id quantity",
        )],
    ),
    noun(
        "pages",
        "what there is to read in the shop",
        "select id, title, slug, body, is_published, created_at, updated_at from content_page \
         where site_id = $1 and is_test = $2 and id > $3 order by id limit $4",
        "id title slug body is_published? created_at@ updated_at@",
        &[],
    ),
    noun(
        "menus",
        "lists of links",
        "select id, title, handle, items, created_at from menu where site_id = $1 and is_test = $2 and id > $3 order by id limit $4",
        "id title handle items{} created_at@",
        &[],
    ),
    noun(
        "metafields",
        "what the vendor and integrations have to say about things",
        "select id, resource, resource_id, namespace, key, value, value_type, created_at, updated_at from metafield \
         where site_id = $1 and is_test = $2 and id > $3 order by id limit $4",
        "id resource resource_id namespace key value value_type created_at@ updated_at@",
        &[],
    ),
    noun(
        "webhooks",
        "addresses that are told of events; no secrets",
        "select id, url, events, format, dialect, is_on, off_reason, product_id, created_at from webhook \
         where site_id = $1 and is_test = $2 and id > $3 order by id limit $4",
        "id url events[] format dialect is_on? off_reason product_id created_at@",
        &[],
    ),
    noun(
        "old_ids",
        "what rows were called in the system that they were carried here from",
        "select id, source, kind, old_id, row_id from carried where site_id = $1 and is_test = $2 and id > $3 order by id limit $4",
        "id- source kind old_id row_id",
        &[],
    ),
];

/// Tables of which nothing is written, and why.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("house", "facts about the database itself"),
    ("product_word", "made from products"),
    ("product_text_word", "made from products"),
    ("activation_nonce", "kept for a day"),
    ("api_key", "only hashes of keys are kept: make new ones"),
    ("idempotency", "kept for a day"),
    ("seen_signature", "kept for minutes"),
    ("job", "work of the server itself"),
    ("checkout", "unfinished business of browsers"),
    ("event", "kept for some months, and told to webhooks already"),
    ("webhook_delivery", "a log"),
    ("recovery_code", "a secret"),
    ("second_step", "sign-ins under way"),
    ("session", "sign-ins"),
    ("sign_in", "sign-ins under way"),
    ("oauth_app", "holds secrets: apps are let in anew"),
    ("oauth_grant", "goes with its app"),
    ("oauth_code", "a secret"),
    ("oauth_token", "a secret"),
    ("mail", "a log"),
    ("move_in", "how far a move into this shop came"),
    ("tally", "counts, by hour"),
    ("audit", "a log: `keywright audit list --json` has it"),
    ("request_log", "a log"),
];
