//! Where the master key is kept: in a file of its own that only this user may read, never in the database.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::Config;
use crate::base::dice::Dice;
use crate::base::error::{Error, Result};
use crate::base::seal::Master;
use crate::store;

impl Config {
    /// The master key: from `master_key_file`, or systemd's credential `master-key`, or `master.key` in the data folder,
    /// where the first call makes one. A file that others may read is refused.
    pub fn master(&self, credentials: Option<&Path>) -> Result<Master> {
        if let Some(file) = &self.master_key_file {
            return read(file)?
                .ok_or_else(|| Error::refused(format!("there is no master key in {}", file.display())));
        }
        if let Some(master) =
            credentials.map(|folder| read_any(&folder.join("master-key"))).transpose()?.flatten()
        {
            return Ok(master);
        }
        let file = self.data_dir.join("master.key");
        match read(&file)? {
            Some(master) => Ok(master),
            None => make(&self.data_dir, &file),
        }
    }

    /// The master key as [`Config::master`] finds it, and none where that would make one.
    pub fn master_if_there(&self, credentials: Option<&Path>) -> Result<Option<Master>> {
        let is_there = self.master_key_file.as_ref().map_or_else(
            || {
                credentials.is_some_and(|folder| folder.join("master-key").exists())
                    || self.data_dir.join("master.key").exists()
            },
            |file| file.exists(),
        );
        if is_there { self.master(credentials).map(Some) } else { Ok(None) }
    }
}

/// systemd's credentials are for this service alone, whatever their mode says.
fn read_any(file: &Path) -> Result<Option<Master>> {
    match fs::read_to_string(file) {
        Ok(text) => Master::from_hex(&text).map(Some).map_err(|e| e.at(file.display())),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::refused(format!("the master key in {} cannot be read: {e}", file.display()))),
    }
}

fn read(file: &Path) -> Result<Option<Master>> {
    if let Ok(found) = fs::metadata(file)
        && found.permissions().mode() & 0o077 != 0
    {
        let file = file.display();
        return Err(Error::refused(format!("others may read the master key in {file}: chmod 400 {file}")));
    }
    read_any(file)
}

/// Makes a key: whole under another name first, so that nobody ever reads half of one. Of several processes that do this at
/// once, all take the key of the first.
fn make(folder: &Path, file: &Path) -> Result<Master> {
    store::make_folder(folder)?;
    let cannot = |e: std::io::Error| {
        Error::refused(format!("the master key cannot be made in {}: {e}", file.display()))
    };
    let mut suffix = [0; 8];
    Dice::System.fill(&mut suffix);
    let draft: PathBuf = file.with_extension(crate::base::text::hex(&suffix));
    let mut out = File::options().write(true).create_new(true).mode(0o400).open(&draft).map_err(cannot)?;
    let written = writeln!(out, "{}", Master::new(&Dice::System).to_hex()).and_then(|()| out.sync_all());
    // A link is made only where nothing stands yet.
    let linked = written.and_then(|()| fs::hard_link(&draft, file));
    fs::remove_file(&draft).map_err(cannot)?;
    match linked {
        Ok(()) => File::open(folder).and_then(|folder| folder.sync_all()).map_err(cannot)?,
        Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
        Err(e) => return Err(cannot(e)),
    }
    read(file)?.ok_or_else(|| Error::broken("a master key just made is not there"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Given;

    fn config(folder: &Path, file: Option<&Path>) -> Config {
        let mut given = Given::from([("data_dir".to_owned(), folder.display().to_string())]);
        if let Some(file) = file {
            given.insert("master_key_file".into(), file.display().to_string());
        }
        Config::settle(&given, &|_| None, None).unwrap()
    }

    #[test]
    fn one_key_whoever_makes_it_first() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path(), None);
        let keys: Vec<String> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|_| scope.spawn(|| config.master(None).unwrap().to_hex())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["master.key"]);
        assert_eq!(
            fs::metadata(folder.path().join("master.key")).unwrap().permissions().mode() & 0o777,
            0o400
        );
    }

    #[test]
    fn systemds_credential_goes_before_a_key_of_our_own() {
        let (folder, credentials) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let config = config(folder.path(), None);
        let theirs = Master::new(&Dice::seeded(2));
        fs::write(credentials.path().join("master-key"), theirs.to_hex()).unwrap();
        assert_eq!(config.master(Some(credentials.path())).unwrap().check(), theirs.check());
        assert!(!folder.path().join("master.key").exists());
        fs::remove_file(credentials.path().join("master-key")).unwrap();
        assert_ne!(config.master(Some(credentials.path())).unwrap().check(), theirs.check());
    }

    #[test]
    fn a_file_for_others_is_refused_and_a_named_one_must_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        assert!(
            config(folder.path(), Some(&file)).master(None).unwrap_err().message.contains("no master key")
        );
        fs::write(&file, Master::new(&Dice::seeded(1)).to_hex()).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(config(folder.path(), Some(&file)).master(None).unwrap_err().message.contains("chmod 400"));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o400)).unwrap();
        assert_eq!(
            config(folder.path(), Some(&file)).master(None).unwrap().check(),
            Master::new(&Dice::seeded(1)).check()
        );
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&file, "short").unwrap();
        assert!(
            config(folder.path(), Some(&file)).master(None).unwrap_err().message.contains("64 hexadecimal")
        );
    }
}
