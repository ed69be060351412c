const server = "{api}";

async function call(action, parameters) {
  const answer = await fetch(`${server}?${action}&${new URLSearchParams(parameters)}`);
  return answer.json(); // what is refused has errorCode and errorMessage
}

const { usage_id } = await call("activate", { key{identifier} });
const { status } = await call("check", { key{identifier}, usage_id });
const newest = await (await fetch("{updates}")).json();
