//! Writes letters from templates: ours, built in, or the vendor's file of the same name. A vendor's file that is broken gives way to
//! ours, so that no letter is lost by it.

use std::fs;
use std::path::{Path, PathBuf};

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};

use super::values;
use crate::base::error::{Error, Result};
use crate::base::text;
use crate::domain::letter::Told;
use crate::domain::mail::Template;

/// Our own templates: of each letter one as text, whose first line is its subject, and one as HTML, and what these share.
const OURS: &[(&str, &str)] = &[
    ("layout.html", include_str!("templates/layout.html")),
    ("items.html", include_str!("templates/items.html")),
    ("items.txt", include_str!("templates/items.txt")),
    ("receipt.html", include_str!("templates/receipt.html")),
    ("receipt.txt", include_str!("templates/receipt.txt")),
    ("sign_in.html", include_str!("templates/sign_in.html")),
    ("sign_in.txt", include_str!("templates/sign_in.txt")),
    ("licence_issued.html", include_str!("templates/licence_issued.html")),
    ("licence_issued.txt", include_str!("templates/licence_issued.txt")),
    ("expiring.html", include_str!("templates/expiring.html")),
    ("expiring.txt", include_str!("templates/expiring.txt")),
    ("expired.html", include_str!("templates/expired.html")),
    ("expired.txt", include_str!("templates/expired.txt")),
    ("refunded.html", include_str!("templates/refunded.html")),
    ("refunded.txt", include_str!("templates/refunded.txt")),
    ("new_release.html", include_str!("templates/new_release.html")),
    ("new_release.txt", include_str!("templates/new_release.txt")),
    ("webhook_disabled.html", include_str!("templates/webhook_disabled.html")),
    ("webhook_disabled.txt", include_str!("templates/webhook_disabled.txt")),
    ("ticket_answered.html", include_str!("templates/ticket_answered.html")),
    ("ticket_answered.txt", include_str!("templates/ticket_answered.txt")),
    ("ticket_waits.html", include_str!("templates/ticket_waits.html")),
    ("ticket_waits.txt", include_str!("templates/ticket_waits.txt")),
    ("test.html", include_str!("templates/test.html")),
    ("test.txt", include_str!("templates/test.txt")),
];
/// The most characters of a subject.
const SUBJECT: usize = 200;

/// Somebody who writes letters.
#[derive(Clone, Debug)]
pub struct Letters {
    templates: Option<PathBuf>,
    public_url: String,
}

/// A letter as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// One line without control characters.
    pub subject: String,
    /// For those who read text.
    pub text: String,
    /// For the others.
    pub html: String,
}

impl Letters {
    /// With the vendor's own templates, if there are any, and the address that links begin with.
    pub fn new(templates: Option<&Path>, public_url: &str) -> Result<Self> {
        if let Some(folder) = templates
            && !folder.is_dir()
        {
            let message = format!("mail_templates is {}, and there is no such folder", folder.display());
            return Err(Error::refused(message));
        }
        Ok(Self { templates: templates.map(Path::to_owned), public_url: public_url.to_owned() })
    }

    /// Writes a letter; `None` if the vendor's own text of it is empty, which switches it off. What is wrong with the vendor's
    /// templates, if anything is, comes beside a letter that was written with ours.
    pub fn write(
        &self,
        template: Template,
        to: &str,
        told: &Told,
    ) -> Result<(Option<Written>, Option<Error>)> {
        match self.write_as_told(template, to, told) {
            Ok(written) => Ok((written, None)),
            Err(wrong) => {
                let ours = Self { templates: None, public_url: self.public_url.clone() };
                Ok((ours.write_as_told(template, to, told)?, Some(wrong)))
            }
        }
    }

    /// As [`Letters::write`], where broken templates of the vendor are an error.
    pub fn write_as_told(&self, template: Template, to: &str, told: &Told) -> Result<Option<Written>> {
        let text_name = format!("{template}.txt");
        if self.vendors(&text_name)?.is_some_and(|text| text.trim().is_empty()) {
            return Ok(None);
        }
        let environment = self.environment()?;
        let values = values::of(told, to, &self.public_url);
        let text = self.render(&environment, &text_name, &values)?;
        let (subject, text) = self.subject(&text_name, &text)?;
        let values = minijinja::context! { subject => &subject, ..values };
        let html = self.render(&environment, &format!("{template}.html"), &values)?;
        Ok(Some(Written { subject, text, html }))
    }

    /// The vendor's file of this name, if there is one. Names lead into no other folder.
    fn vendors(&self, name: &str) -> Result<Option<String>> {
        let Some(folder) = &self.templates else { return Ok(None) };
        if name.contains(['/', '\\']) || name.starts_with('.') {
            return Ok(None);
        }
        let file = folder.join(name);
        match fs::read_to_string(&file) {
            Ok(text) => Ok(Some(text)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::refused(format!("the template {} cannot be read: {e}", file.display()))),
        }
    }

    fn environment(&self) -> Result<Environment<'static>> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
        environment.set_syntax(syntax.map_err(|e| Error::broken(format!("templates have no syntax: {e}")))?);
        // What a page of a template holds, which may be a key, is told by no error.
        environment.set_debug(false);
        environment.set_auto_escape_callback(|name| {
            let is_html = Path::new(name).extension().is_some_and(|kind| kind == "html");
            if is_html { AutoEscape::Html } else { AutoEscape::None }
        });
        environment.set_formatter(|out, state, value| match value.as_str() {
            Some(words) if *state.auto_escape() == AutoEscape::Html && !value.is_safe() => {
                out.write_str(&text::html(words)).map_err(minijinja::Error::from)
            }
            _ => minijinja::escape_formatter(out, state, value),
        });
        let letters = self.clone();
        environment.set_loader(move |name| {
            let vendors = letters
                .vendors(name)
                .map_err(|e| minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, e.message))?;
            let ours = OURS.iter().find(|(ours, _)| *ours == name).map(|(_, text)| (*text).to_owned());
            Ok(vendors.or(ours))
        });
        Ok(environment)
    }

    fn render(&self, environment: &Environment<'_>, name: &str, values: &Value) -> Result<String> {
        let page = environment.get_template(name).and_then(|template| template.render(values));
        page.map_err(|e| self.wrong(name, &e))
    }

    fn wrong(&self, name: &str, e: &minijinja::Error) -> Error {
        // The library's own sentence may quote values.
        let file = e.name().unwrap_or(name);
        let place = e.line().map_or(String::new(), |line| format!(", line {line}"));
        let what = match e.kind() {
            minijinja::ErrorKind::SyntaxError => e.detail().unwrap_or("it is no template").to_owned(),
            minijinja::ErrorKind::UndefinedError => {
                "it names a value that this letter does not have".to_owned()
            }
            minijinja::ErrorKind::TemplateNotFound => "it includes a template that is not there".to_owned(),
            kind => kind.to_string(),
        };
        Error::refused(format!("the template {}{place}: {what}", self.named(file)))
    }

    fn named(&self, file: &str) -> String {
        match &self.templates {
            Some(folder) => folder.join(file).display().to_string(),
            None => file.to_owned(),
        }
    }

    /// The subject in the first line of a text, and the rest of it.
    fn subject(&self, name: &str, text: &str) -> Result<(String, String)> {
        let (first, rest) = text.trim_start().split_once('\n').unwrap_or((text, ""));
        let subject: String = first
            .strip_prefix("Subject:")
            .unwrap_or_default()
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(SUBJECT)
            .collect();
        if subject.trim().is_empty() {
            let message =
                format!("the template {}: its first line must be like 'Subject: …'", self.named(name));
            return Err(Error::refused(message));
        }
        Ok((subject.trim().to_owned(), tidy(rest)))
    }
}

/// Text without spaces at the ends of lines and with at most one empty line in a row, which templates leave.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty = 1;
    for line in text.lines().map(str::trim_end) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            tidy.push_str(line);
            tidy.push('\n');
        }
    }
    tidy.trim_end().to_owned() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::mail::sample;

    fn letters(templates: Option<&Path>) -> Letters {
        Letters::new(templates, "https://licences.example").unwrap()
    }

    #[test]
    fn each_letter_is_written_with_samples() {
        for template in Template::ALL {
            let told = sample::of(*template);
            let written = letters(None).write_as_told(*template, "mia@customer.example", &told);
            let written = written.unwrap().unwrap();
            for text in [&written.subject, &written.text, &written.html] {
                let has = |word: &str| text.contains(word);
                assert!(
                    !has("{{")
                        && !has("{%")
                        && !text.replace(":none", "").contains("none")
                        && !text.is_empty(),
                    "{template}: {text}"
                );
            }
            assert!(!written.text.contains("\n\n\n"), "{template}: {}", written.text);
            assert!(!written.html.contains("src=\"http"), "{template} loads nothing");
        }
    }

    #[test]
    fn what_customers_wrote_is_text() {
        let mut told = sample::of(Template::Receipt);
        told.name = Some("<b>Mia</b>".into());
        told.items[0].title = "<b>&\"".into();
        let written = letters(None).write_as_told(Template::Receipt, "m@c.example", &told).unwrap().unwrap();
        assert!(written.text.contains("Hello <b>Mia</b>,"), "{}", written.text);
        assert!(written.html.contains("&lt;b&gt;&amp;&quot;") && !written.html.contains("<b>"));
    }

    #[test]
    fn a_vendors_own_win_file_by_file_and_a_broken_one_gives_way() {
        let folder = tempfile::tempdir().unwrap();
        let own = letters(Some(folder.path()));
        let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        let write = || own.write(Template::Test, "m@c.example", &sample::of(Template::Test)).unwrap();
        put("test.txt", "Subject: Ahoy\n\nFrom {{ shop }}");
        let written = write().0.unwrap();
        assert_eq!((written.subject.as_str(), written.text.as_str()), ("Ahoy", "From Quill Works\n"));
        assert!(written.html.contains("This is a trial"), "ours where the vendor has none");
        for (broken, says) in [
            ("Subject: x\n{% if %}", "test.txt, line 2"),
            ("Subject: x\n\n{{ shopp }}", "does not have"),
            ("no subject", "first line"),
            ("Subject: x\n{% include '../../secret' %}", "not there"),
        ] {
            put("test.txt", broken);
            let (written, wrong) = write();
            assert_eq!(written.unwrap().subject, "Mail from Quill Works works");
            let wrong = wrong.unwrap().message;
            assert!(wrong.contains(says) && wrong.contains("test.txt"), "{broken}: {wrong}");
        }
        put("test.txt", " \n");
        assert_eq!(write(), (None, None), "an empty one switches the letter off");
    }
}
