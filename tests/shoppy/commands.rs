//! The commands for what only this dialect's shops have, and what becomes of it when a customer is merged or erased.

use serde_json::{Value, json};

use super::Store;
use crate::support::server::cli;

#[test]
fn tickets_are_listed_shown_answered_and_closed() {
    for store in Store::both() {
        let new = [
            "ticket",
            "new",
            "--email",
            "jane@customer.example",
            "--subject",
            "Where?",
            "--message",
            "Where is it?",
        ];
        let made = store.told(&new);
        let id = made["id"].to_string();
        assert_eq!((&made["status"], &made["subject"]), (&json!("open"), &json!("Where?")));
        assert_eq!(store.told(&["ticket", "list", "--waiting"]).as_array().unwrap().len(), 1);
        assert_eq!(store.told(&["ticket", "reply", &id, "--message", "Here."])["by_shop"], true);
        assert_eq!(store.told(&["ticket", "list", "--waiting"]), json!([]));
        let shown = store.told(&["ticket", "show", &id]);
        assert_eq!((&shown["status"], &shown["replies"][0]["message"]), (&json!("replied"), &json!("Here.")));
        assert_eq!(store.told(&["ticket", "close", &id])["status"], "closed");
        assert_eq!(store.told(&["ticket", "reopen", &id])["status"], "open");
        assert_eq!(store.told(&["ticket", "close", &id, "--solved"])["status"], "solved");
        assert_eq!(store.told(&["ticket", "list", "--status", "solved"]).as_array().unwrap().len(), 1);
        assert_eq!(cli(&store.engine, &["ticket", "show", "999"]).status.code(), Some(3));
        assert_eq!(cli(&store.engine, &["ticket", "reply", &id, "--message", " "]).status.code(), Some(2));
        assert!(cli(&store.engine, &["ticket", "show", &id]).status.success());
    }
}

#[test]
fn payment_links_are_made_listed_and_taken_back() {
    for store in Store::both() {
        let made = store.told(&["payment-link", "new", "--title", "Hour of work", "--value", "80"]);
        assert_eq!(
            (&made["status"], &made["value_minor"], &made["currency"]),
            (&json!("open"), &json!(8_000), &json!("EUR"))
        );
        assert!(made["url"].as_str().unwrap().contains("/pay/"));
        let id = made["id"].to_string();
        assert_eq!(store.told(&["payment-link", "show", &id]), made);
        assert_eq!(store.told(&["payment-link", "list"])[0], made);
        assert_eq!(store.told(&["payment-link", "delete", &id])["status"], "ended");
        assert_eq!(cli(&store.engine, &["payment-link", "delete", &id]).status.code(), Some(3));
        assert_eq!(
            cli(&store.engine, &["payment-link", "new", "--title", "x", "--value", "0"]).status.code(),
            Some(2)
        );
    }
}

#[test]
fn a_customers_tickets_move_with_them_and_lose_their_words_when_they_are_erased() {
    for store in Store::both() {
        let customer = |email: &str| store.told(&["customer", "create", "--email", email])["id"].to_string();
        let (jane, jan) = (customer("jane@customer.example"), customer("jan@customer.example"));
        let ask = |email: &str| {
            store.told(&[
                "ticket",
                "new",
                "--email",
                email,
                "--subject",
                "A secret",
                "--message",
                "My secret",
            ])["id"]
                .to_string()
        };
        let (first, second) = (ask("JANE@customer.example"), ask("jan@customer.example"));
        store.told(&["ticket", "reply", &first, "--message", "A secret too", "--by-customer"]);
        store.told(&["customer", "merge", &jane, &jan]);
        assert_eq!(store.told(&["ticket", "list", "--customer", &jan]).as_array().unwrap().len(), 2);
        let held = store.told(&["customer", "export", &jan]).to_string();
        assert!(held.contains("My secret") && held.contains("A secret too"), "{held}");
        store.told(&["customer", "erase", &jan]);
        for id in [first, second] {
            let shown = store.told(&["ticket", "show", &id]);
            assert!(!shown.to_string().contains("secret") && !shown.to_string().contains("jan"), "{shown}");
        }
        assert_eq!(store.document().get("/queries")[0]["message"], "erased");
        let told: Value = store.told(&["event", "list"]);
        assert!(!told.to_string().contains("jan@customer.example"), "{told}");
    }
}
