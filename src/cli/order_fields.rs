//! The flags of `order create` and `order list`.

use clap::Args;

use super::buyer::Buyer;
use crate::base::error::{Error, Result};
use crate::base::time;
use crate::domain::agreed::Said;
use crate::domain::order::{Draft, Payment};
use crate::domain::order_handling::Handling;
use crate::domain::order_line::DraftLine;
use crate::domain::order_list::Filter;

#[derive(Args)]
pub struct Create {
    #[command(flatten)]
    buyer: Buyer,
    /// A product to buy, as 1, or 1x3 for three of it; with :variant=VARIANT behind it that one of its variants, with :renews=PURCHASE
    /// that purchase lasts longer, with :parent=PURCHASE it is bought for that one; may be given several times
    #[arg(long, required = true, value_name = "PRODUCT[xQUANTITY]")]
    line: Vec<String>,
    /// A coupon's code
    #[arg(long, value_name = "CODE")]
    coupon: Option<String>,
    /// Refuse the order unless it is in this currency
    #[arg(long)]
    currency: Option<String>,
}

impl Create {
    /// What to place.
    pub fn draft(self) -> Result<Draft> {
        Ok(Draft {
            customer: self.buyer.change(),
            said: Said::ByVendor,
            lines: self.line.iter().map(|text| line(text)).collect::<Result<_>>()?,
            coupon: self.coupon,
            currency: self.currency,
            ..Draft::default()
        })
    }
}

#[derive(Args)]
pub struct Handle {
    /// The order's id
    pub id: i64,
    /// Where the goods are, such as processing, sent, delivered or returned; canceled cancels the order
    #[arg(long)]
    stage: Option<String>,
    /// Where its parcel is; empty takes it away
    #[arg(long, value_name = "URL")]
    tracking_url: Option<String>,
    /// Where its invoice is; empty takes it away
    #[arg(long, value_name = "URL")]
    invoice_url: Option<String>,
    /// Words for the shop alone; empty takes them away
    #[arg(long)]
    note: Option<String>,
    /// Words between shop and buyer; empty takes them away
    #[arg(long)]
    client_note: Option<String>,
}

impl Handle {
    /// What to do with it.
    pub fn handling(self) -> Result<Handling> {
        Ok(Handling {
            fulfilment: self.stage.as_deref().map(str::parse).transpose()?,
            tracking_url: self.tracking_url.map(Some),
            invoice_url: self.invoice_url.map(Some),
            note: self.note.map(Some),
            client_note: self.client_note.map(Some),
            ..Handling::default()
        })
    }
}

fn line(text: &str) -> Result<DraftLine> {
    let wrong = || {
        Error::invalid(format!(
            "'{text}' is no line of an order; write it as 1, 1x3, 1:variant=7, 1:renews=7 or 1:parent=7"
        ))
    };
    let number = |digits: &str| digits.parse::<i64>().map_err(|_| wrong());
    let mut pieces = text.split(':');
    let what = pieces.next().unwrap_or_default();
    let (product, quantity) = what.split_once('x').unwrap_or((what, "1"));
    let mut line =
        DraftLine { product_id: number(product)?, quantity: number(quantity)?, ..DraftLine::default() };
    for piece in pieces {
        match piece.split_once('=') {
            Some(("variant", id)) => line.variant_id = Some(number(id)?),
            Some(("renews", id)) => line.renews = Some(number(id)?),
            Some(("parent", id)) => line.parent = Some(number(id)?),
            _ => return Err(wrong()),
        }
    }
    Ok(line)
}

#[derive(Args)]
pub struct List {
    /// How many
    #[arg(long, default_value_t = 100)]
    pub limit: i64,
    /// Those before this order id
    #[arg(long)]
    pub before: Option<i64>,
    /// Only those with this payment status, such as unpaid or paid
    #[arg(long)]
    payment: Option<String>,
    /// Only those with this fulfilment status, such as delivered or canceled
    #[arg(long)]
    status: Option<String>,
    /// Only those of this customer's id
    #[arg(long, value_name = "ID")]
    customer: Option<i64>,
    /// Only those of this B2B account's id
    #[arg(long, value_name = "ID")]
    b2b_account: Option<i64>,
    /// Only those of customers whose e-mail address begins so
    #[arg(long, value_name = "PREFIX")]
    search: Option<String>,
    /// Only those placed then or later
    #[arg(long, value_name = "RFC3339")]
    from: Option<String>,
    /// Only those placed before
    #[arg(long, value_name = "RFC3339")]
    to: Option<String>,
}

impl List {
    /// What the list is narrowed to.
    pub fn filter(&self) -> Result<Filter> {
        Ok(Filter {
            fulfilment: self.status.as_deref().map(str::parse).transpose()?,
            payments: self.payment.as_deref().map(str::parse::<Payment>).transpose()?.into_iter().collect(),
            customer_id: self.customer,
            b2b_account_id: self.b2b_account,
            from: self.from.as_deref().map(time::parse).transpose()?,
            to: self.to.as_deref().map(time::parse).transpose()?,
            search: self.search.clone(),
            ..Filter::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let read = |text: &str| line(text).unwrap();
        let one = DraftLine { product_id: 12, quantity: 1, ..DraftLine::default() };
        assert_eq!(read("12"), one);
        assert_eq!(read("12x3"), DraftLine { quantity: 3, ..one.clone() });
        assert_eq!(read("12:renews=7"), DraftLine { renews: Some(7), ..one.clone() });
        let variant = DraftLine { quantity: 2, variant_id: Some(7), ..one.clone() };
        assert_eq!(read("12x2:variant=7"), variant);
        assert_eq!(read("12x2:parent=7"), DraftLine { quantity: 2, parent: Some(7), ..one });
        for bad in
            ["", "x", "x2", "12x", "12x2x2", "12:", "12:renews", "12:renews=", "12:for=7", "1,2", "12 x 2"]
        {
            let e = line(bad).unwrap_err();
            assert!(e.message.contains("1x3"), "{bad}: {e}");
        }
    }
}
