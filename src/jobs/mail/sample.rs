//! What a letter tells of a shop that does not exist: for previews, and to try a vendor's templates.

use serde_json::json;

use crate::domain::letter::{Endpoint, Item, News, Said, Sale, Secret, Seen, Told};
use crate::domain::mail::Template;

/// 31 December 2026, at noon UTC.
const THEN: i64 = 1_798_718_400_000;

/// All that a letter of this template may tell.
pub fn of(template: Template) -> Told {
    let told = Told {
        shop: "Quill Works".into(),
        time_zone: "UTC".into(),
        name: Some("Mia Example".into()),
        ..Told::default()
    };
    match template {
        Template::Receipt => Told { order: Some(order()), items: vec![item()], ..told },
        Template::SignIn => {
            let secret = json!({"link": "https://licences.example/sign-in/SAMPLE", "code": "123456"});
            Told { secret: Secret(secret), ..told }
        }
        Template::LicenceIssued | Template::Expired => Told { items: vec![item()], ..told },
        Template::Expiring => Told { items: vec![item()], days: Some(7), ..told },
        Template::Refunded => Told { order: Some(order()), refunded: Some(2_999), ..told },
        Template::NewRelease => Told { news: Some(news()), ..told },
        Template::WebhookDisabled => Told {
            name: None,
            endpoint: Some(Endpoint {
                id: 7,
                url: "https://crm.example/hook".into(),
                reason: "nothing but failures for five days".into(),
            }),
            ..told
        },
        Template::TicketAnswered => Told { ticket: Some(said(Seen::InAccount)), ..told },
        Template::TicketWaits => Told { name: None, ticket: Some(said(Seen::AtDesk)), ..told },
        Template::Test => Told { name: None, ..told },
    }
}

fn order() -> Sale {
    Sale {
        id: 1_024,
        currency: "EUR".into(),
        subtotal_minor: 2_999,
        discount_minor: 300,
        shipping_minor: 0,
        tax_minor: 513,
        total_minor: 3_212,
        paid_at: Some(THEN),
        lines: vec![("Quill".into(), 1, 2_999)],
    }
}

fn item() -> Item {
    Item {
        purchase_id: 1,
        product_id: 1,
        title: "Quill".into(),
        slug: "quill".into(),
        key: Some("SAMP-LEKE-YSAM-PLEK-EY23".into()),
        max_uses: Some(3),
        ends_at: Some(THEN),
    }
}

fn news() -> News {
    News {
        product_id: 1,
        title: "Quill".into(),
        slug: "quill".into(),
        version: "2.1.0".into(),
        notes: "- **faster** start\n- opens files of version 1 again".into(),
        notes_url: None,
    }
}

fn said(seen: Seen) -> Said {
    let text = match seen {
        Seen::AtDesk => "I lost my key.\n\nWhere do I find it?",
        _ => "Your key stands under My licences.\n\nWe are glad to help.",
    };
    Said {
        id: 12,
        subject: "Where is my key?".into(),
        from: "mia@customer.example".into(),
        text: text.into(),
        seen,
    }
}
