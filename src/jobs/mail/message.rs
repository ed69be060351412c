//! A letter as mail servers want it: headers and both forms of it (RFC 5322, RFC 2046).

use std::time::{Duration, SystemTime};

use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};

use super::letters::Written;
use crate::base::error::{Error, Result};
use crate::base::time::{Clock, Millis};
use crate::config::mail::Sender;
use crate::domain::mail::Template;

/// A letter in its envelope.
#[derive(Debug)]
pub struct Posted {
    /// From whom to whom.
    pub envelope: Envelope,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// Which letter it is, for what tells it from others.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    /// Its id; a trial has none.
    pub id: Option<i64>,
    /// When it was queued.
    pub created_at: Millis,
    /// Of which template.
    pub template: Template,
}

/// Puts a letter into its envelope. Its `Message-ID` is always the same, so that whoever gets it twice can tell.
pub fn post(from: &Mailbox, to: &str, mark: Mark, written: Written) -> Result<Posted> {
    let domain = from.email.domain();
    let name = mark.id.map_or("test".to_owned(), |id| id.to_string());
    let since = Duration::from_millis(u64::try_from(Clock::System.now()).unwrap_or_default());
    let mut message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, address(to)?))
        .subject(written.subject)
        .date(SystemTime::UNIX_EPOCH + since)
        .message_id(Some(format!("<letter-{name}-{}@{domain}>", mark.created_at)))
        // Nobody's absence is to be answered to us (RFC 3834).
        .raw_header(header("Auto-Submitted", "auto-generated"));
    if mark.template == Template::NewRelease {
        let unsubscribe = format!("<mailto:{}?subject=unsubscribe>", from.email);
        message = message.raw_header(header("List-Unsubscribe", &unsubscribe));
    }
    let message = message
        .multipart(MultiPart::alternative_plain_html(written.text, written.html))
        .map_err(|e| Error::broken(format!("a letter cannot be put into its envelope: {e}")))?;
    Ok(Posted { envelope: message.envelope().clone(), bytes: message.formatted() })
}

/// Who letters are from, as they say it.
pub fn sender(from: &Sender) -> Result<Mailbox> {
    let wrong = |_| Error::invalid(format!("mail_from: no letter can be from '{}'", from.address));
    Ok(Mailbox::new(from.name.clone(), from.address.parse().map_err(wrong)?))
}

fn address(text: &str) -> Result<Address> {
    // The address is told by no error: it may be a customer's.
    text.parse().map_err(|_| Error::invalid("no letter can be sent to an address like this"))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_a_header() {
        let named =
            |address: &str| Sender { name: Some("Quill, \"Wörks\"".into()), address: address.into() };
        assert!(sender(&named("a@quill..example")).unwrap_err().message.contains("mail_from"));
        let from = sender(&named("a@quill.example")).unwrap();
        let written =
            Written { subject: "Ünder\r\nBcc: x@evil.example".into(), text: "t".into(), html: "h".into() };
        let mark = Mark { id: Some(7), created_at: 5, template: Template::NewRelease };
        let posted = post(&from, "mia@customer.example", mark, written.clone()).unwrap();
        let text = String::from_utf8(posted.bytes).unwrap();
        let head = text.split("\r\n\r\n").next().unwrap();
        assert!(!head.contains("\nBcc") && head.is_ascii(), "{head}");
        assert!(head.contains("Message-ID: <letter-7-5@quill.example>"), "{head}");
        assert!(head.contains("List-Unsubscribe: <mailto:a@quill.example?subject=unsubscribe>"), "{head}");
        for bad in ["mia@customer.example\r\nBcc: x@evil.example", "mia", "m ia@c.example", "<a@b.example>"] {
            let e = post(&from, bad, mark, written.clone()).unwrap_err();
            assert!(!e.message.contains("mia"), "{e}");
        }
    }
}
