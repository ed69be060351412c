/* A client of keywright in one file: Node 18 or newer, Deno, Bun or Electron; no dependency.
 *
 * Copy it beside your application:
 *
 *     import { Keywright, LicenceError } from './keywright.mjs';
 *     const shop = new Keywright('https://shop.example');
 *     const { usage_id } = await shop.activate(key, email);   // once; keep it
 *     try {                                                   // at each start
 *       await shop.check(key, usage_id, email);
 *       settings.lastGood = Date.now();
 *     } catch (error) {
 *       if (error instanceof LicenceError) lock(`This licence is not valid (${error.code} ${error.name}).`);
 *       // Unavailable is no verdict: the buyer may just be offline.
 *       else if (Date.now() - settings.lastGood > 30 * 86_400_000) lock('Please connect to the internet once.');
 *     }
 */
import { realpathSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const API = '/applications/softwaremarketplace/interface/licenses/index.php';

/** The server's refusal: a code such as 1201 and its name, MAX_USES. */
export class LicenceError extends Error {
  constructor(code, name) {
    super(`${code} ${name}`);
    Object.assign(this, { code, name });
  }
}

/** No verdict: the network, a time-out, a stranger's answer, or a server that is busy (1903, 1905). */
export class Unavailable extends Error {}

export class Keywright {
  /** `timeout` is in milliseconds, for a whole request. */
  constructor(baseUrl, timeout = 10_000) {
    this.baseUrl = baseUrl.replace(/\/+$/, '');
    this.timeout = timeout;
  }

  /** Takes a use. Every try carries the same nonce, so an answer that got lost takes no second use; to go on trying
   *  after a restart, keep a nonce of your own until there is an answer. */
  async activate(key, identifier, nonce = globalThis.crypto?.randomUUID() ?? `${Date.now()}-${Math.random()}`) {
    for (let left = 2; ; left--) {
      try {
        return await this.#call('activate', 'usage_id', { key, identifier, setIdentifier: identifier && '1', nonce });
      } catch (error) {
        if (!(error instanceof Unavailable) || left === 0) throw error;
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
  }

  check(key, usageId, identifier) {
    return this.#call('check', 'status', { key, usage_id: usageId, identifier });
  }

  info(key, identifier) {
    return this.#call('info', 'key', { key, identifier });
  }

  /** Keeps a value of yours, at most 4 KiB of JSON, with this use; `info` shows it. */
  updateExtra(key, usageId, extra, identifier) {
    return this.#call('updateExtra', 'status', { key, usage_id: usageId, extra: JSON.stringify(extra), identifier });
  }

  /** The newest release, if its longversion is above the installed one; else null. */
  async update(productId, installed) {
    if (!Number.isInteger(Number(installed))) throw new TypeError('the installed longversion must be a whole number');
    const answer = await this.#send(`/software/updatecheck/${encodeURIComponent(productId)}`, {}, 'longversion');
    return answer && answer.longversion > Number(installed) ? answer : null;
  }

  /** By POST, so that keys stay out of the logs of proxies. */
  #call(action, field, params) {
    const given = Object.entries(params).filter(([, value]) => value !== undefined);
    return this.#send(`${API}?${action}`, { method: 'POST', body: new URLSearchParams(given) }, field);
  }

  async #send(path, options, field) {
    let status, answer, text;
    try {
      // A redirected POST would lose its parameters on the way and be refused for that.
      const signal = AbortSignal.timeout(this.timeout);
      const reply = await fetch(this.baseUrl + path, { ...options, redirect: 'error', signal });
      [status, text] = [reply.status, await reply.text()];
    } catch (error) {
      throw new Unavailable(error.cause?.message || error.message, { cause: error });
    }
    try {
      answer = JSON.parse(text);
    } catch { /* told below */ }
    const { errorCode: code, errorMessage: name } = answer ?? {};
    if (status === 200 && answer?.[field] !== undefined) return answer;
    if (status === 404 && answer?.error && field === 'longversion') return null; // nothing is published yet
    if (Number.isInteger(code) && code !== 1903 && code !== 1905) throw new LicenceError(code, name);
    throw new Unavailable(code ? `${code} ${name}` : `HTTP ${status} without a licence answer`);
  }
}

/** Exit code 0: the answer is printed; 1: refused; 2: no verdict; 64: wrong arguments. */
async function main([baseUrl, verb, ...rest]) {
  const shop = new Keywright(baseUrl ?? '', Number(process.env.KEYWRIGHT_TIMEOUT ?? 10) * 1000);
  const verbs = {
    activate: [1, 2, (key, identifier) => shop.activate(key, identifier)],
    check: [2, 3, (...args) => shop.check(...args)],
    info: [1, 2, (...args) => shop.info(...args)],
    'update-extra': [3, 4, (key, id, extra, identifier) => shop.updateExtra(key, id, JSON.parse(extra), identifier)],
    update: [2, 2, (...args) => shop.update(...args)],
  };
  const [least, most, run] = verbs[verb] ?? [1, 0];
  if (rest.length < least || rest.length > most) {
    console.error('usage: keywright.mjs BASE_URL activate KEY [IDENTIFIER] | check KEY USAGE_ID [IDENTIFIER]'
      + ' | info KEY [IDENTIFIER] | update-extra KEY USAGE_ID JSON [IDENTIFIER]'
      + ' | update PRODUCT_ID INSTALLED_LONGVERSION');
    return 64;
  }
  try {
    const answer = await run(...rest);
    if (answer) console.log(JSON.stringify(answer));
    else console.error('up to date');
    return 0;
  } catch (error) {
    console.error(error instanceof Unavailable ? `no verdict: ${error.message}` : error.message);
    if (error instanceof LicenceError) return 1;
    return error instanceof Unavailable ? 2 : 64;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2));
}
