//! Floor 4: the command line, which is how a vendor works until there are pages. One file a subcommand; where its
//! flags are many, they stand in a `_fields` beside it.

mod about;
mod account;
mod activation;
mod admin;
mod analytics;
mod api_key;
mod audit;
mod b2b_account;
mod backup;
mod brand;
mod buyer;
mod cart;
mod category;
mod chart;
mod config;
mod context;
mod coupon;
mod credit;
mod customer;
mod db;
mod demo;
mod doctor;
mod event;
mod export;
mod figures;
mod file;
mod first_run;
mod gift_card;
mod glance;
mod health;
mod import;
mod import_csv;
mod key_pool;
mod licence;
mod licence_fields;
mod logs;
mod loyalty;
mod mail;
mod menu;
mod metafield;
mod minor;
mod move_in;
mod nothing;
mod oauth_app;
mod openapi;
mod order;
mod order_fields;
mod output;
mod page;
mod payment_link;
mod policy;
mod prerequisite;
mod price_list;
mod product;
mod product_extra;
mod product_fields;
mod purchase;
mod release;
mod request;
mod review;
mod secret;
mod serve;
mod settings;
mod shipping;
mod site;
mod stock;
mod storefront;
mod switch;
mod terminal;
mod text_file;
mod ticket;
mod variant;
mod webhook;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use self::context::{Context, Whose};
use self::settings::Flags;
use crate::base::error::{Error, Kind, Result};
use crate::domain::shop::Mode;

/// A self-hosted licence server and software update daemon.
///
/// Exit codes: 0 done, 2 wrong use, 3 not found, 4 refused by a rule, 1 anything else.
#[derive(Parser)]
#[command(name = "keywright", version, max_term_width = 110, args_override_self = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    flags: Flags<false>,
    /// Configuration file; without it, keywright.toml in the data folder if there is one
    #[arg(long, global = true, env = "KEYWRIGHT_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print one JSON object, or one array for a list
    #[arg(long, global = true)]
    json: bool,
    /// Work on the rows of test mode, which live mode never sees
    #[arg(long, global = true)]
    test: bool,
    /// Work in this site, where one server has several; the first there is if not given
    #[arg(long, global = true, value_name = "ID")]
    site: Option<i64>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the licence server
    Serve(serve::Serve),
    /// Run a throw-away server with data in it, on this machine only
    Demo(demo::Demo),
    /// Products and their licence policy
    #[command(subcommand)]
    Product(Box<product::Command>),
    /// Categories, the shelves that products stand on
    #[command(subcommand)]
    Category(category::Command),
    /// Brands: who makes products
    #[command(subcommand)]
    Brand(brand::Command),
    /// Variants: the forms that a product is sold in
    #[command(subcommand)]
    Variant(variant::Command),
    /// How many there are of each variant
    #[command(subcommand)]
    Stock(stock::Command),
    /// Releases, which update checks tell of
    #[command(subcommand)]
    Release(release::Command),
    /// Files that buyers download
    #[command(subcommand)]
    File(file::Command),
    /// What customers own
    #[command(subcommand)]
    Purchase(purchase::Command),
    /// Licences
    #[command(subcommand)]
    Licence(licence::Command),
    /// Activations of a licence
    #[command(subcommand)]
    Activation(activation::Command),
    /// Customers
    #[command(subcommand)]
    Customer(customer::Command),
    /// Companies that buy by prices and terms of their own, and who buys for them
    #[command(subcommand)]
    B2bAccount(b2b_account::Command),
    /// What companies pay instead of the catalogue's prices
    #[command(subcommand)]
    PriceList(price_list::Command),
    /// Orders, and what happens to them
    #[command(subcommand)]
    Order(order::Command),
    /// Codes that make an order cheaper
    #[command(subcommand)]
    Coupon(coupon::Command),
    /// Codes with money on them
    #[command(subcommand)]
    GiftCard(gift_card::Command),
    /// What the shop owes customers, for later orders
    #[command(subcommand)]
    Credit(credit::Command),
    /// Points that customers earn and redeem, and the rules of that
    #[command(subcommand)]
    Loyalty(loyalty::Command),
    /// What people mean to buy
    #[command(subcommand)]
    Cart(cart::Command),
    /// What people think of products
    #[command(subcommand)]
    Review(review::Command),
    /// Questions to the shop
    #[command(subcommand)]
    Ticket(ticket::Command),
    /// Addresses where somebody pays an amount
    #[command(subcommand)]
    PaymentLink(payment_link::Command),
    /// Addresses that are told of events
    #[command(subcommand)]
    Webhook(webhook::Command),
    /// What happened, as programs are told
    #[command(subcommand)]
    Event(event::Command),
    /// Figures of the business, drawn in the terminal
    ///
    /// What a running server counts shows here after ten seconds at the most.
    #[command(subcommand)]
    Analytics(analytics::Command),
    /// Who changed what
    #[command(subcommand)]
    Audit(audit::Command),
    /// Calls of the platform API, as the server noted them
    #[command(subcommand)]
    Request(request::Command),
    /// Licence keys made elsewhere, to sell from
    #[command(subcommand)]
    KeyPool(key_pool::Command),
    /// The shop itself, and what its new products have
    #[command(subcommand)]
    Account(account::Command),
    /// Pages to read in the shop, such as what it is about
    #[command(subcommand)]
    Page(page::Command),
    /// Menus: lists of links
    #[command(subcommand)]
    Menu(menu::Command),
    /// Ways of shipping, and what each costs
    #[command(subcommand)]
    Shipping(shipping::Command),
    /// What programs are told of the shop, such as its telephone number
    #[command(subcommand)]
    About(about::Command),
    /// What you have to say about things, in words of your own
    #[command(subcommand)]
    Metafield(metafield::Command),
    /// Sites: shops of their own on one server
    #[command(subcommand)]
    Site(site::Command),
    /// Keys for the platform API
    #[command(subcommand)]
    ApiKey(api_key::Command),
    /// Letters to buyers and staff, and whether they arrive
    #[command(subcommand)]
    Mail(mail::Command),
    /// People who run the shop
    #[command(subcommand)]
    Admin(admin::Command),
    /// Apps that people let into the shop by OAuth, and what they were let do
    #[command(subcommand)]
    OauthApp(oauth_app::Command),
    /// The database itself
    #[command(subcommand)]
    Db(db::Command),
    /// Backups of the database and of files
    #[command(subcommand)]
    Backup(backup::Command),
    /// Move a shop in from another system, with its products, customers, orders and what they brought
    #[command(subcommand)]
    Import(move_in::Command),
    /// The whole shop as files, to be taken elsewhere
    ///
    /// JSON lines, one file for each kind of thing, with the uploaded files; a README.md in the folder says what is what.
    Export(export::Export),
    /// The settings in force
    #[command(subcommand)]
    Config(config::Command),
    /// Look for what is wrong, and say what to do
    Doctor,
    /// Ask a running server whether it is alive; for container health checks
    Health(health::Health),
    /// Print the description of the public address in OpenAPI 3.1, as `/openapi.json` has it
    Openapi(openapi::Openapi),
    /// Print a completion script
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(e) => {
            output::error(&e);
            ExitCode::from(code(e.kind))
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode> {
    let context = Context {
        given: cli.flags.given,
        file: cli.config,
        json: cli.json,
        whose: Whose { site: cli.site, mode: if cli.test { Mode::Test } else { Mode::Live } },
    };
    match cli.command {
        Command::Serve(serve) => return serve.run(context),
        Command::Demo(demo) => return demo.run(context),
        Command::Product(command) => command.run(&context),
        Command::Category(command) => command.run(&context),
        Command::Brand(command) => command.run(&context),
        Command::Variant(command) => command.run(&context),
        Command::Stock(command) => command.run(&context),
        Command::Release(command) => command.run(&context),
        Command::File(command) => command.run(&context),
        Command::Purchase(command) => command.run(&context),
        Command::Licence(command) => command.run(&context),
        Command::Activation(command) => command.run(&context),
        Command::Customer(command) => command.run(&context),
        Command::B2bAccount(command) => command.run(&context),
        Command::PriceList(command) => command.run(&context),
        Command::Order(command) => command.run(&context),
        Command::Coupon(command) => command.run(&context),
        Command::GiftCard(command) => command.run(&context),
        Command::Credit(command) => command.run(&context),
        Command::Loyalty(command) => command.run(&context),
        Command::Cart(command) => command.run(&context),
        Command::Review(command) => command.run(&context),
        Command::Ticket(command) => command.run(&context),
        Command::PaymentLink(command) => command.run(&context),
        Command::Event(command) => command.run(&context),
        Command::Webhook(command) => command.run(&context),
        Command::Analytics(command) => command.run(&context),
        Command::Audit(command) => command.run(&context),
        Command::Request(command) => command.run(&context),
        Command::KeyPool(command) => command.run(&context),
        Command::Account(command) => command.run(&context),
        Command::Page(command) => command.run(&context),
        Command::Menu(command) => command.run(&context),
        Command::Shipping(command) => command.run(&context),
        Command::About(command) => command.run(&context),
        Command::Metafield(command) => command.run(&context),
        Command::Site(command) => command.run(&context),
        Command::ApiKey(command) => command.run(&context),
        Command::Mail(command) => command.run(&context),
        Command::Admin(command) => command.run(&context),
        Command::OauthApp(command) => command.run(&context),
        Command::Db(command) => command.run(&context),
        Command::Backup(command) => command.run(&context),
        Command::Import(command) => command.run(&context),
        Command::Export(export) => export.run(&context),
        Command::Config(command) => command.run(&context),
        Command::Doctor => return Ok(doctor::run(&context)),
        Command::Health(health) => health.run(&context),
        Command::Openapi(openapi) => openapi.run(&context),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "keywright", &mut script);
            output::raw(&script);
            Ok(())
        }
        Command::Man => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command())
                .render(&mut page)
                .map_err(|e| Error::broken(format!("the manual page cannot be made: {e}")))?;
            output::raw(&page);
            Ok(())
        }
    }?;
    Ok(ExitCode::SUCCESS)
}

fn code(kind: Kind) -> u8 {
    match kind {
        Kind::Invalid => 2,
        Kind::NotFound => 3,
        Kind::Refused | Kind::Stale => 4,
        Kind::Busy | Kind::Full | Kind::Unavailable | Kind::Unknown | Kind::Clash | Kind::Broken => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_well_formed() {
        Cli::command().debug_assert();
    }
}
