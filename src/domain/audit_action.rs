//! The words of the audit log: all that can be noted, and of what.

use crate::base::error::{Error, Result};
use crate::words;

words! {
    /// What was done. The word before the dot is the kind of thing it was done to.
    Action, "action" {
        /// The shop's own settings were changed.
        AccountChanged = "account.changed",
        /// A shop was carried here from another system.
        AccountMovedIn = "account.moved_in",
        /// A site was made.
        SiteCreated = "site.created",
        /// A key of the platform API was made.
        ApiKeyCreated = "api_key.created",
        /// A key made elsewhere was let in.
        ApiKeyAdopted = "api_key.adopted",
        /// A key got a successor.
        ApiKeyRotated = "api_key.rotated",
        /// A key was ended.
        ApiKeyRevoked = "api_key.revoked",
        /// A product was made.
        ProductCreated = "product.created",
        /// A product, its policy or its delivery was changed.
        ProductChanged = "product.changed",
        /// What is known of a product beside was changed.
        ProductExtraChanged = "product.extra_changed",
        /// What a product requires was changed.
        ProductPrerequisitesChanged = "product.prerequisites_changed",
        /// A product was taken from sale for good.
        ProductArchived = "product.archived",
        /// A category was made.
        CategoryCreated = "category.created",
        /// A category was changed.
        CategoryChanged = "category.changed",
        /// A category was removed.
        CategoryDeleted = "category.deleted",
        /// A brand was made.
        BrandCreated = "brand.created",
        /// A brand was changed.
        BrandChanged = "brand.changed",
        /// A brand was removed.
        BrandDeleted = "brand.deleted",
        /// A variant was made.
        VariantCreated = "variant.created",
        /// A variant was changed.
        VariantChanged = "variant.changed",
        /// A variant was removed.
        VariantDeleted = "variant.deleted",
        /// How many there are of a variant was changed by hand.
        VariantStockChanged = "variant.stock_changed",
        /// A review was submitted.
        ReviewSubmitted = "review.submitted",
        /// A review was shown, or taken off.
        ReviewChanged = "review.changed",
        /// The shop answered a review, or took its answer back.
        ReviewAnswered = "review.answered",
        /// Somebody asked the shop something.
        TicketCreated = "ticket.created",
        /// Something was said to a question.
        TicketReplied = "ticket.replied",
        /// A question was closed, or opened again.
        TicketChanged = "ticket.changed",
        /// An address was made where somebody pays.
        PaymentLinkCreated = "payment_link.created",
        /// An address where somebody pays was taken back.
        PaymentLinkEnded = "payment_link.ended",
        /// A way of shipping was made.
        ShippingCreated = "shipping.created",
        /// A way of shipping, or what it costs, was changed.
        ShippingChanged = "shipping.changed",
        /// A way of shipping was removed.
        ShippingDeleted = "shipping.deleted",
        /// A metafield was made.
        MetafieldCreated = "metafield.created",
        /// A metafield was changed.
        MetafieldChanged = "metafield.changed",
        /// A metafield was removed.
        MetafieldDeleted = "metafield.deleted",
        /// A page to be read was made.
        PageCreated = "page.created",
        /// A page to be read was changed.
        PageChanged = "page.changed",
        /// A page to be read was removed.
        PageDeleted = "page.deleted",
        /// A menu was made.
        MenuCreated = "menu.created",
        /// A menu was changed.
        MenuChanged = "menu.changed",
        /// A menu was removed.
        MenuDeleted = "menu.deleted",
        /// A gift card was issued.
        GiftCardIssued = "gift_card.issued",
        /// Money went off a gift card.
        GiftCardRedeemed = "gift_card.redeemed",
        /// A gift card ends at another time.
        GiftCardChanged = "gift_card.changed",
        /// A gift card was made worthless.
        GiftCardVoided = "gift_card.voided",
        /// A price list was made.
        PriceListCreated = "price_list.created",
        /// A price list got another name.
        PriceListChanged = "price_list.changed",
        /// Prices of a list were set, or taken out.
        PriceListPricesChanged = "price_list.prices_changed",
        /// A price list was removed.
        PriceListDeleted = "price_list.deleted",
        /// An account of a company was made.
        B2bAccountCreated = "b2b_account.created",
        /// An account of a company was changed.
        B2bAccountChanged = "b2b_account.changed",
        /// Other people buy for a company, or another of them is the first to be asked.
        B2bAccountContactsChanged = "b2b_account.contacts_changed",
        /// An account of a company was removed.
        B2bAccountDeleted = "b2b_account.deleted",
        /// The rules of the loyalty program were changed.
        LoyaltyChanged = "loyalty.changed",
        /// A draft of a release was made.
        ReleaseCreated = "release.created",
        /// A release was changed.
        ReleaseChanged = "release.changed",
        /// Update checks may tell of a release now.
        ReleasePublished = "release.published",
        /// A release was taken back.
        ReleaseYanked = "release.yanked",
        /// A draft was removed.
        ReleaseDeleted = "release.deleted",
        /// A file has come whole.
        FileAdded = "file.added",
        /// A file, or an upload under way, was removed.
        FileDeleted = "file.deleted",
        /// Keys were added to a product's pool.
        KeyPoolFilled = "key_pool.filled",
        /// A coupon was made.
        CouponCreated = "coupon.created",
        /// A coupon that no order holds was removed.
        CouponDeleted = "coupon.deleted",
        /// A coupon was changed.
        CouponChanged = "coupon.changed",
        /// A coupon was ended.
        CouponEnded = "coupon.ended",
        /// An order was placed.
        OrderPlaced = "order.placed",
        /// An order was paid.
        OrderPaid = "order.paid",
        /// A part of what is due for an order came off a balance.
        OrderPaidInPart = "order.paid_in_part",
        /// A payment was declined.
        OrderDeclined = "order.declined",
        /// An order was cancelled.
        OrderCancelled = "order.cancelled",
        /// Money went back.
        OrderRefunded = "order.refunded",
        /// An order was handled.
        OrderChanged = "order.changed",
        /// A program deleted an order.
        OrderDeleted = "order.deleted",
        /// A purchase was changed.
        PurchaseChanged = "purchase.changed",
        /// A licence was issued.
        LicenceIssued = "licence.issued",
        /// Licences made elsewhere were taken in.
        LicenceImported = "licence.imported",
        /// A licence was changed.
        LicenceChanged = "licence.changed",
        /// A licence was switched off.
        LicenceSuspended = "licence.suspended",
        /// A licence was switched on again.
        LicenceResumed = "licence.resumed",
        /// All uses of a licence were freed.
        LicenceReset = "licence.reset",
        /// One use of a licence was freed by the vendor.
        LicenceReleased = "licence.activation_released",
        /// A customer was made.
        CustomerCreated = "customer.created",
        /// A customer was changed.
        CustomerChanged = "customer.changed",
        /// A customer was made nobody.
        CustomerErased = "customer.erased",
        /// A customer's store credit was changed by hand.
        CustomerCreditChanged = "customer.credit_changed",
        /// A customer's points were changed by hand.
        CustomerPointsChanged = "customer.points_changed",
        /// All of a customer's became another's.
        CustomerMerged = "customer.merged",
        /// An endpoint was made.
        WebhookCreated = "webhook.created",
        /// An endpoint was changed.
        WebhookChanged = "webhook.changed",
        /// An endpoint was removed.
        WebhookDeleted = "webhook.deleted",
        /// An endpoint got a new secret.
        WebhookRotated = "webhook.rotated",
        /// The server switched an endpoint off.
        WebhookDisabled = "webhook.disabled",
        /// An endpoint was tried out.
        WebhookTested = "webhook.tested",
        /// Events were queued once more.
        WebhookReplayed = "webhook.replayed",
        /// A delivery was begun anew.
        WebhookRedelivered = "webhook.redelivered",
        /// A letter was sent again.
        MailSentAgain = "mail.sent_again",
        /// Somebody who runs the shop was let in.
        PersonCreated = "person.created",
        /// Somebody who runs the shop got another role.
        PersonChanged = "person.changed",
        /// Somebody who runs the shop got another password; all that they were signed in with ended.
        PersonPasswordReset = "person.password_reset",
        /// Somebody who ran the shop was locked out; all that they were signed in with ended.
        PersonDisabled = "person.disabled",
        /// Somebody who was locked out was let in again.
        PersonEnabled = "person.enabled",
        /// Somebody who runs the shop signed in.
        PersonSignedIn = "person.signed_in",
        /// Somebody who runs the shop signed out in other browsers of theirs.
        PersonSignedOut = "person.signed_out",
        /// Somebody who runs the shop switched their second factor on.
        PersonSecondFactorOn = "person.second_factor_on",
        /// Somebody who runs the shop switched their second factor off.
        PersonSecondFactorOff = "person.second_factor_off",
        /// The second factor of somebody who runs the shop was taken away; all browsers of theirs were signed out.
        PersonSecondFactorReset = "person.second_factor_reset",
        /// Somebody who runs the shop got recovery codes; older ones ended.
        PersonRecoveryCodesMade = "person.recovery_codes_made",
        /// Somebody who runs the shop used up a recovery code.
        PersonRecoveryCodeUsed = "person.recovery_code_used",
        /// An app was made.
        AppCreated = "app.created",
        /// An app got a new secret.
        AppSecretRotated = "app.secret_rotated",
        /// An app was taken out; all that it was let do ended.
        AppDeleted = "app.deleted",
        /// Somebody let an app in.
        GrantCreated = "grant.created",
        /// What somebody let an app do was taken back.
        GrantRevoked = "grant.revoked",
        /// The server ended what somebody let an app do, because a code or token of it was in two hands.
        GrantReplayed = "grant.replayed",
        /// A backup was made by hand.
        BackupMade = "backup.made",
        /// A backup was handed out to a browser.
        BackupDownloaded = "backup.downloaded",
        /// A backup was removed by hand.
        BackupDeleted = "backup.deleted",
        /// A backup was put in the place of what was there.
        BackupRestored = "backup.restored",
        /// The server's master key was given up.
        ServerMasterKeyForgotten = "server.master_key_forgotten",
    }
}

impl Action {
    /// The kind of thing it was done to.
    pub fn subject(self) -> &'static str {
        self.as_str().split('.').next().unwrap_or_default()
    }
}

/// The kinds of things that actions are done to.
pub fn subjects() -> Vec<&'static str> {
    let mut all: Vec<&str> = Action::ALL.iter().map(|action| action.subject()).collect();
    all.dedup();
    all
}

/// A kind of thing that actions are done to.
pub fn subject(word: &str) -> Result<&'static str> {
    let all = subjects();
    let known = all.join(", ");
    let missing = || Error::invalid(format!("'{word}' is no subject; there are {known}"));
    all.into_iter().find(|known| *known == word).ok_or_else(missing)
}
