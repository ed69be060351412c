// ureq = { version = "3", features = ["json"] }, serde_json = "1"
const API: &str = "{api}";

fn call(action: &str, parameters: &[(&str, &str)]) -> Result<serde_json::Value, ureq::Error> {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut asked = agent.get(API).query(action, "");
    for (name, value) in parameters {
        asked = asked.query(name, value);
    }
    asked.call()?.body_mut().read_json() // what is refused has errorCode and errorMessage
}

let usage = call("activate", &[("key", key){identifier}])?["usage_id"].to_string();
let status = call("check", &[("key", key){identifier}, ("usage_id", &usage)])?["status"].clone();
let newest: serde_json::Value = ureq::get("{updates}").call()?.body_mut().read_json()?;
