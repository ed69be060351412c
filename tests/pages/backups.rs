//! Backups by page: for owners, after a fresh sign-in where data is handed out or goes.

use keywright::domain::person::Role;
use keywright::store::backup::is_stamped;

use super::people::age;
use super::{assert_sound, enter};
use crate::oauth::Shop;
use crate::support::until;

const AT: &str = "/admin/settings/backups";

#[test]
fn an_owner_makes_checks_downloads_and_deletes_one() {
    for shop in Shop::both() {
        let owner = enter(&shop, "mia@shop.example", Role::Owner);
        assert!(owner.get("/admin").text().contains("none yet"));
        let page = owner.get(AT);
        assert_sound(AT, &page);
        assert!(page.text().contains("There are no backups in the folder"), "{page:?}");
        let made = owner.submit(&page, AT, &[]);
        assert_eq!(made.status, 303, "{made:?}");
        // A slow machine sends people on before it is whole.
        let folder = shop.engine.folder.path().join("backups");
        let names = || {
            let entries = std::fs::read_dir(&folder).into_iter().flatten();
            let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            names.filter(|name| is_stamped(name)).collect::<Vec<_>>()
        };
        until("it is whole", || names().len() == 1);
        let name = names().remove(0);
        let bytes = std::fs::read(folder.join(&name)).unwrap();
        until("it is noted", || !owner.get("/admin").text().contains("none yet"));
        let one = format!("{AT}/{name}");
        assert!(owner.get(AT).text().contains(&format!("href=\"{one}\"")));
        let shown = owner.get(&one);
        assert_sound(&one, &shown);
        let checked = owner.submit(&shown, &format!("{one}/verify"), &[]);
        let said = owner.get(checked.header("location").unwrap());
        assert!(said.text().contains("Every byte is what was written"), "{said:?}");

        let download = format!("{one}/download");
        let sent = owner.get(&download);
        assert_eq!((sent.status, &sent.body), (200, &bytes));
        assert!(sent.header("content-disposition").unwrap().contains(&name), "{:?}", sent.headers);
        age(&shop, 16);
        let asked = owner.get(&download);
        assert!(asked.header("location").is_some_and(|to| to.contains("again=1")), "{asked:?}");
        age(&shop, -16);

        for (email, role) in [("ben@shop.example", Role::Admin), ("zoe@shop.example", Role::ReadOnly)] {
            let other = enter(&shop, email, role);
            for path in [AT, &one, &download] {
                assert_eq!(other.get(path).status, 403, "{role:?} {path}");
            }
            assert!(!other.get("/admin/audit").text().contains(AT), "{role:?}: no link leads there");
        }
        for wrong in
            ["x.tar", "..%2Fmaster.key", "..%2F..%2Fetc%2Fpasswd", "keywright-2001-11-26T16-20-00Z.tar"]
        {
            for path in [format!("{AT}/{wrong}"), format!("{AT}/{wrong}/download")] {
                assert_eq!(owner.get(&path).status, 404, "{path}");
            }
        }

        let delete = format!("{one}/delete");
        let kept = owner.submit(&shown, &delete, &[("typed", "no")]);
        assert!(kept.header("location").unwrap().contains("retyped") && names().len() == 1, "{kept:?}");
        let gone = owner.submit(&shown, &delete, &[("typed", "delete")]);
        assert_eq!((gone.status, names().len()), (303, 0), "{gone:?}");
        assert!(owner.get(gone.header("location").unwrap()).text().contains("It is deleted"));
        let log = owner.get("/admin/audit?subject=backup");
        for word in ["backup.made", "backup.downloaded", "backup.deleted"] {
            assert!(log.text().contains(word), "{word} on {}", shop.engine.name);
        }
    }
}

#[test]
fn an_owner_of_another_site_gets_none() {
    let shop = Shop::open(crate::support::Engine::sqlite());
    let owner = enter(&shop, "mia@shop.example", Role::Owner);
    assert_eq!(owner.get(AT).status, 200);
    // The first site is then another than hers.
    crate::support::server::json(&shop.engine, &["site", "create", "--title", "Other"]);
    shop.write(|tx| tx.exec("update person set site_id = (select max(id) from site)", &[]).map(|_| ()));
    assert_eq!(owner.get(AT).status, 400, "a backup holds what is not hers");
}
