//! Settings as flags: every setting of `config::SETTINGS` is one, with no second list.

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

use crate::config::{Given, SETTINGS, Setting};

/// The settings given as flags. `SERVE` takes those that only a server needs, otherwise those of every command.
#[derive(Clone, Default)]
pub struct Flags<const SERVE: bool> {
    /// Values by setting name.
    pub given: Given,
}

fn settings(serve: bool) -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().filter(move |setting| setting.serve == serve && !setting.file_only)
}

impl<const SERVE: bool> Args for Flags<SERVE> {
    fn augment_args(command: Command) -> Command {
        command.args(settings(SERVE).map(|setting| {
            let default = if setting.default.is_empty() { "none" } else { setting.default };
            Arg::new(setting.name)
                .long(setting.name.replace('_', "-"))
                .value_name(setting.name.rsplit('_').next().unwrap_or_default().to_uppercase())
                .global(!SERVE)
                .help(format!(
                    "{} [default: {default}] [env: KEYWRIGHT_{}]",
                    setting.help,
                    setting.name.to_uppercase()
                ))
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<const SERVE: bool> FromArgMatches for Flags<SERVE> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = settings(SERVE)
            .filter_map(|s| Some((s.name.to_owned(), matches.get_one::<String>(s.name)?.clone())))
            .collect();
        Ok(Self { given })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
