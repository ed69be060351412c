//! `/product/{product}/option_group`: what the options of a product differ in; an extension.

use serde_json::Value;

use super::call::Call;
use super::fault::Fault;
use super::option_said::{Words, have_place};
use super::options::part;
use super::paging::Paging;
use super::product_view::{Group, OptionValue, groups};
use super::products;
use super::reply::Reply;
use super::wire::{line, number};
use crate::base::error::{Error, Result as Outcome};
use crate::domain::shop::Shop;
use crate::domain::variant_group;
use crate::store::Tx;
use crate::web::fields::{Fields, text};

/// What a body says of a group.
#[derive(Clone, Debug, Default)]
pub struct SaidGroup {
    /// Which one, in a list of several.
    id: Option<String>,
    title: Option<String>,
    values: Option<Vec<SaidValue>>,
}

/// What it says of a value: an object, or the word alone.
#[derive(Clone, Debug)]
struct SaidValue {
    id: Option<String>,
    title: Option<String>,
}

fn value(value: Value) -> Result<SaidValue, String> {
    let Value::Object(mut fields) = value else {
        return Ok(SaidValue { id: None, title: Some(number(value)?) });
    };
    let mut take = |name| match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => line(value),
    };
    let said = SaidValue { id: take("id")?, title: take("title")? };
    if said.id.is_none() && said.title.is_none() {
        return Err("a value has neither id nor title".to_owned());
    }
    Ok(said)
}

impl SaidGroup {
    /// Reads a group.
    pub fn read(fields: &mut Fields) -> Self {
        let values = fields.get("options", |listed| match listed {
            Value::Array(all) => all.into_iter().map(value).collect::<Result<Vec<_>, _>>(),
            _ => Err("must be a list".to_owned()),
        });
        let said = Self {
            id: fields.nullable("id", line).flatten().flatten(),
            title: fields.get("title", text),
            values,
        };
        fields.passed_over();
        said
    }

    fn titles(&self) -> Vec<String> {
        self.values.iter().flatten().filter_map(|value| value.title.clone()).collect()
    }

    /// The group that is meant, of those there are.
    fn meant<'a>(&self, groups: &'a [Group]) -> Option<&'a Group> {
        let by_id = self.id.as_deref().and_then(|id| named(groups, id).ok());
        by_id.or_else(|| {
            self.title.as_deref().and_then(|title| groups.iter().find(|group| group.title == title))
        })
    }
}

/// What the numbers in these groups mean.
pub fn words(said: &[SaidGroup]) -> Words {
    let value = |value: &SaidValue| {
        let title = value.title.clone()?;
        Some((value.id.clone().unwrap_or_else(|| title.clone()), title))
    };
    let values = |group: &SaidGroup| group.values.iter().flatten().filter_map(value).collect();
    Words(said.iter().filter_map(|group| Some((group.title.clone()?, values(group)))).collect())
}

/// Adds the groups and values that a product has not yet; none is taken away.
pub fn store(tx: &mut Tx<'_>, shop: Shop, product_id: i64, said: &[SaidGroup]) -> Outcome<()> {
    for one in said {
        let before = all(tx, product_id)?;
        if let Some(group) = one.meant(&before) {
            settle(tx, shop, product_id, group, one, false)?;
        } else {
            let title = one.title.as_deref().unwrap_or_default();
            variant_group::add(tx, shop, product_id, title, &one.titles())?;
        }
        have_place(tx, product_id, before.len())?;
    }
    Ok(())
}

/// Brings a group to what is said of it. `is_whole`: values that are not said go.
fn settle(
    tx: &mut Tx<'_>,
    shop: Shop,
    product_id: i64,
    group: &Group,
    said: &SaidGroup,
    is_whole: bool,
) -> Outcome<()> {
    let is_meant = |known: &OptionValue, value: &SaidValue| match &value.id {
        Some(id) if *id == known.id.to_string() => true,
        _ => value.title.as_ref() == Some(&known.title),
    };
    if let Some(values) = &said.values {
        if is_whole {
            if values.is_empty() {
                return Err(Error::invalid("a group has values").about("options"));
            }
            for known in
                group.options.iter().filter(|known| !values.iter().any(|value| is_meant(known, value)))
            {
                variant_group::remove_value(tx, shop, product_id, &group.title, &known.title)?;
            }
        }
        for value in values {
            let title = value.title.as_deref();
            match (group.options.iter().find(|known| is_meant(known, value)), title) {
                (Some(known), Some(title)) => {
                    let old = (group.title.as_str(), known.title.as_str());
                    variant_group::rename_value(tx, shop, product_id, old, title)?;
                }
                (Some(_), None) => {}
                (None, Some(title)) => variant_group::add_value(tx, shop, product_id, &group.title, title)?,
                (None, None) => return Err(Error::invalid("there is no such value").about("options")),
            }
        }
    }
    match &said.title {
        Some(title) => variant_group::rename(tx, shop, product_id, &group.title, title),
        None => Ok(()),
    }
}

fn all(tx: &mut Tx<'_>, product_id: i64) -> Outcome<Vec<Group>> {
    Ok(groups(product_id, &variant_group::own(tx, product_id)?))
}

/// The group that somebody calls by its number or its name.
fn named<'a>(groups: &'a [Group], called: &str) -> Outcome<&'a Group> {
    let is_called = |group: &&Group| group.id.to_string() == called || group.title == called;
    groups.iter().find(is_called).ok_or_else(|| Error::not_found("there is no such group"))
}

/// `GET /product/{product}/option_group`
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut query = call.query()?;
    let paging = Paging::read(&call, &mut query, &format!("/product/{}/option_group", call.sent()));
    query.finish_open()?;
    let (called, shop) = (call.part().to_owned(), call.shop);
    call.read(move |tx| {
        let id = products::named(tx, shop, &called)?.id;
        let all = all(tx, id)?;
        let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
        paging.reply(tx, |_| Ok(total), |_, window| Ok(part(all, window)), |_, found| Ok(found))
    })
    .await
}

/// `GET /product/{product}/option_group/{group}`, by its number or its name.
pub async fn get(call: Call) -> Result<Reply, Fault> {
    let (called, which, shop) = (call.part().to_owned(), call.second().to_owned(), call.shop);
    call.read(move |tx| {
        let id = products::named(tx, shop, &called)?.id;
        Reply::ok(named(&all(tx, id)?, &which)?)
    })
    .await
}

fn read(call: &Call) -> Result<SaidGroup, Fault> {
    let mut fields = call.fields()?;
    let said = SaidGroup::read(&mut fields);
    fields.finish_open()?;
    Ok(said)
}

/// `POST /product/{product}/option_group`: each option is made again for each value.
pub async fn create(call: Call) -> Result<Reply, Fault> {
    let (said, called, shop) = (read(&call)?, call.part().to_owned(), call.shop);
    let title = said.title.clone().ok_or(Fault::Wrong)?;
    call.write("make option group", move |tx| {
        let id = products::named(tx, shop, &called)?.id;
        let before = all(tx, id)?.len();
        variant_group::add(tx, shop, id, &title, &said.titles())?;
        have_place(tx, id, before)?;
        Reply::made(named(&all(tx, id)?, &title)?)
    })
    .await
}

/// `PUT /product/{product}/option_group/{group}`: of values that are said, all are.
pub async fn change(call: Call) -> Result<Reply, Fault> {
    let (said, called, which) = (read(&call)?, call.part().to_owned(), call.second().to_owned());
    let shop = call.shop;
    call.write("change option group", move |tx| {
        let id = products::named(tx, shop, &called)?.id;
        let before = all(tx, id)?;
        let group = named(&before, &which)?;
        settle(tx, shop, id, group, &said, true)?;
        Reply::ok(named(&all(tx, id)?, said.title.as_ref().unwrap_or(&group.title))?)
    })
    .await
}

/// `DELETE /product/{product}/option_group/{group}`: of options that are alike without it the oldest stays.
pub async fn delete(call: Call) -> Result<Reply, Fault> {
    let (called, which, shop) = (call.part().to_owned(), call.second().to_owned(), call.shop);
    call.write("delete option group", move |tx| {
        let id = products::named(tx, shop, &called)?.id;
        let before = all(tx, id)?;
        variant_group::remove(tx, shop, id, &named(&before, &which)?.title)?;
        Ok(Reply::gone())
    })
    .await
}
