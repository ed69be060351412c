//! Coupons.

use utoipa::ToSchema;

use super::calls::Calls;
use super::scalars::{Currency, Id, Line, Moment, Time, Whole};
use super::words::{CouponKind, CouponPart};

/// A code that makes an order cheaper.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"id": 2, "code": "SPRING", "kind": "percent", "value": 1500, "currency": null, "product_id": null, "category_id": null,
    "least_minor": 0, "max_uses": 100, "used": 3, "applies_to": "lines", "max_uses_each": null, "starts_at": null, "ends_at": "2026-12-31T00:00:00Z"})))]
pub struct Coupon {
    /// Its number.
    pub id: i64,
    /// What buyers type, in either case.
    pub code: String,
    /// How it counts.
    pub kind: CouponKind,
    /// Basis points (1500 is 15 %), or minor units.
    pub value: i64,
    /// Of a fixed value.
    pub currency: Option<String>,
    /// It counts for this product only.
    pub product_id: Option<i64>,
    /// It counts for products of this category only.
    pub category_id: Option<i64>,
    /// What the lines it counts for must be worth, in minor units.
    pub least_minor: i64,
    /// How often it may be used; null: no limit.
    pub max_uses: Option<i64>,
    /// How often it was.
    pub used: i64,
    /// What it takes off.
    pub applies_to: CouponPart,
    /// How often one customer may use it; null: no limit.
    pub max_uses_each: Option<i64>,
    /// From when on it counts.
    pub starts_at: Option<Time>,
    /// Until when.
    pub ends_at: Option<Time>,
}

/// A coupon to be made.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({"code": "SPRING", "kind": "percent", "value": 1500, "max_uses": 100})))]
pub struct NewCoupon {
    /// What buyers type, in either case.
    pub code: Line<60>,
    /// How it counts.
    pub kind: CouponKind,
    /// Basis points (1500 is 15 %; 10,000 at the most), or minor units.
    pub value: Whole<1, 1_000_000_000_000>,
    /// Of a fixed value, which needs one; a part has none.
    pub currency: Option<Currency>,
    /// It counts for this product only.
    pub product_id: Option<Id>,
    /// It counts for products of this category only.
    pub category_id: Option<Id>,
    /// What the lines it counts for must be worth, in minor units.
    pub least_minor: Option<Whole<0, 1_000_000_000_000>>,
    /// How often it may be used.
    pub max_uses: Option<Id>,
    /// What it takes off; `lines` without a word.
    pub applies_to: Option<CouponPart>,
    /// How often one customer may use it.
    pub max_uses_each: Option<Id>,
    /// From when on it counts.
    pub starts_at: Option<Moment>,
    /// Until when.
    pub ends_at: Option<Moment>,
}

/// Tells of the calls.
pub fn tell(on: &mut Calls) {
    on.noun("Coupons", "Codes that make an order cheaper.");
    on.get("/v1/coupons", "List coupons").list::<Coupon>();
    on.post("/v1/coupons", "Make a coupon").takes::<NewCoupon>().made::<Coupon>();
    on.get("/v1/coupons/{id}", "Show a coupon").one::<Coupon>();
    on.delete("/v1/coupons/{id}", "End a coupon")
        .about("It ends now; orders that hold it keep what it took off.")
        .one::<Coupon>();
}
