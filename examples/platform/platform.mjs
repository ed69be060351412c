/* A client of keywright's platform API in one file: Node 18 or newer, no dependency.
 *
 * Copy it beside your own programs:
 *
 *     import { Platform, Refused } from './platform.mjs';
 *     const shop = new Platform('https://shop.example', key);
 *     const order = await shop.post('/orders', { customer: { email }, lines: [{ product_id: 1 }] }, `cart-${cart.id}`);
 *     await shop.post(`/orders/${order.id}/pay`, { reference: bankLine }, `payment-${bankLine}`);
 *     for await (const licence of shop.all('/licences', { customer: order.customer_id })) await send(email, licence.key);
 *     const file = await shop.upload('build/quill-1.2.0.zip');
 *
 * The last argument of a change, `once`, is your own name for the act. Send it again with the same name as often as you like,
 * after a crash too: it is done once.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

// Of an upload, this much is in memory at a time, and this much at most is sent once more after a break.
const PIECE = 8 * 1024 * 1024;

/** The server's refusal: HTTP status, a code for programs, and what is wrong with each field. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {{code: string, message: string, details: Record<string, unknown>}} error
   * @param {number} [retryAfter] in seconds; none where trying again changes nothing
   */
  constructor(status, { code, message, details }, retryAfter) {
    const more = Object.keys(details ?? {}).length ? ` ${JSON.stringify(details)}` : '';
    super(`${status} ${code}: ${message}${more}`);
    this.status = status;
    this.code = code;
    this.details = details;
    this.retryAfter = retryAfter;
  }
}

/** No answer came, or it broke off. A change may have been made: send it again with the same `once`. */
export class NoAnswer extends Error {}

/** A shop. With the key's signing secret, every request is signed. */
export class Platform {
  /**
   * @param {string} baseUrl
   * @param {string} key
   * @param {{secret?: string, timeout?: number, tries?: number}} [options] `timeout` is in milliseconds, for a whole request
   */
  constructor(baseUrl, key, { secret, timeout = 10_000, tries = 4 } = {}) {
    this.baseUrl = `${baseUrl.replace(/\/+$/, '')}/v1`;
    this.key = key;
    this.secret = secret;
    this.timeout = timeout;
    this.tries = tries;
  }

  /**
   * @param {string} path
   * @param {Record<string, unknown>} [query]
   * @returns {Promise<any>}
   */
  get(path, query = {}) {
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
    const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
    return this.call('GET', text ? `${path}?${text}` : path);
  }

  /**
   * Every row of a list, page by page.
   * @param {string} path
   * @param {Record<string, unknown>} [query]
   * @returns {AsyncGenerator<any, void>}
   */
  async* all(path, query = {}) {
    let cursor = null;
    do {
      const page = await this.get(path, { ...query, limit: 100, cursor });
      yield* page.data;
      cursor = page.next_cursor;
    } while (cursor !== null);
  }

  /**
   * @param {string} path
   * @param {object} [body]
   * @param {string} [once]
   * @returns {Promise<any>}
   */
  post(path, body, once) {
    return this.call('POST', path, body, once);
  }

  /**
   * @param {string} path
   * @param {object} body
   * @param {string} [once]
   * @returns {Promise<any>}
   */
  patch(path, body, once) {
    return this.call('PATCH', path, body, once);
  }

  /**
   * One call. Busy answers and lost ones are tried again: a change carries an Idempotency-Key, so it is made once.
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @param {string} [once]
   * @param {Record<string, string>} [more] headers
   * @returns {Promise<any>}
   */
  async call(method, path, body, once, more = {}) {
    const data = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
    /** @type {Record<string, string>} */
    const headers = { 'Content-Type': 'application/json', ...more };
    if (method !== 'GET') headers['Idempotency-Key'] = once ?? randomBytes(16).toString('hex');
    for (let left = this.tries - 1; ; left--) {
      try {
        return (await this.#send(method, path, data, headers, this.timeout)).said;
      } catch (error) {
        const wait = error instanceof NoAnswer ? 0.5 : error instanceof Refused ? error.retryAfter : undefined;
        if (wait === undefined || left <= 0) throw error;
        await sleep(Math.min(wait, 30) * 1000);
      }
    }
  }

  /**
   * Sends a file in pieces, and goes on after a break. Begun anew within a day, it goes on too.
   * @param {string | Blob | Uint8Array} file a path, or the content itself
   * @param {string} [name] what downloads will be called
   * @returns {Promise<any>} the file, with its `file_id`
   */
  async upload(file, name) {
    const content = await opened(file);
    try {
      name ??= content.name;
      if (!name) throw new TypeError('a content without a path needs a name');
      const digest = createHash('sha256');
      for (let at = 0; at < content.size; at += PIECE) digest.update(await content.read(at, PIECE));
      const sha256 = digest.digest('hex');
      const length = { 'Upload-Length': String(content.size) };
      // The same content under the same name is the same upload, unless that was deleted since, or begun otherwise.
      for (const once of [createHash('sha256').update(`${sha256} ${name}`).digest('hex'), undefined]) {
        try {
          const begun = await this.call('POST', '/uploads', { name, sha256 }, once, length);
          return await this.#sendPieces(`/uploads/${begun.file_id}`, content);
        } catch (error) {
          const isAnother = error instanceof Refused && (error.status === 404 || error.code === 'idempotency_key_reused');
          if (!isAnother || !once) throw error;
        }
      }
    } finally {
      await content.close();
    }
  }

  /**
   * @param {string} path
   * @param {Content} content
   * @returns {Promise<any>}
   */
  async #sendPieces(path, content) {
    let offset, reached = -1, left = this.tries;
    for (;;) {
      try {
        // What came before a break is kept, and only the server knows how much that is.
        offset ??= Number((await this.#send('HEAD', path, Buffer.alloc(0), {}, this.timeout)).head.get('upload-offset'));
        if (offset > reached) [reached, left] = [offset, this.tries];
        const piece = await content.read(offset, PIECE);
        if (!piece.length && offset < content.size) throw new Error('the file became shorter while it was sent');
        const headers = { 'Upload-Offset': String(offset), 'Content-Type': 'application/octet-stream' };
        // The last piece is answered when the whole file has been hashed, which may take a while.
        const { said } = await this.#send('PATCH', path, piece, headers, 12 * this.timeout);
        if (said.status === 'complete') return said;
        offset = said.offset;
      } catch (error) {
        // A connection that broke off unseen holds the upload until the server gives it up, after ten seconds.
        const isBreak = error instanceof NoAnswer
          || error instanceof Refused && ['upload_busy', 'offset_mismatch', 'malformed'].includes(error.code);
        const wait = isBreak ? 0.5 * 4 ** (this.tries - left) : error instanceof Refused ? error.retryAfter : undefined;
        left -= 1;
        if (wait === undefined || left <= 0) throw error;
        await sleep(Math.min(wait, 30) * 1000);
        offset = undefined;
      }
    }
  }

  /**
   * Sends once: the answer's head, and what its body says.
   * @param {string} method
   * @param {string} path
   * @param {Uint8Array} data
   * @param {Record<string, string>} more headers
   * @param {number} timeout
   * @returns {Promise<{head: Headers, said: any}>}
   */
  async #send(method, path, data, more, timeout) {
    const url = new URL(this.baseUrl + path);
    /** @type {Record<string, string>} */
    const headers = { Authorization: `Bearer ${this.key}`, ...more };
    if (this.secret) headers['X-Signature'] = this.#signature(method, url, data);
    let answer, text;
    try {
      // A download's 302 is the answer: to follow it would hand the key to wherever it leads.
      const body = data.length ? /** @type {any} */ (data) : undefined;
      answer = await fetch(url, { method, headers, body, redirect: 'manual', signal: AbortSignal.timeout(timeout) });
      text = await answer.text();
    } catch (/** @type {any} */ error) {
      throw new NoAnswer(error.cause?.message || error.message, { cause: error });
    }
    const { status, headers: head } = answer;
    /** @type {any} */
    let said = text;
    try {
      said = JSON.parse(text);
    } catch { /* an export, or a proxy's page */ }
    if (status < 400) return { head, said };
    // A proxy in between answers for a server that does not, and HEAD has no body.
    const error = said?.error ?? { code: 'http_error', message: answer.statusText, details: {} };
    const wait = head.get('retry-after') ?? '1';
    const isPassing = [429, 502, 503, 504].includes(status) || error.code === 'idempotency_in_flight';
    throw new Refused(status, error, isPassing ? (/^\d+$/.test(wait) ? Number(wait) : 1) : undefined);
  }

  /**
   * The stronger form: it covers method and path too, and a nonce lets the same words be signed twice in a second.
   * @param {string} method
   * @param {URL} url
   * @param {Uint8Array} data
   */
  #signature(method, url, data) {
    const at = Math.floor(Date.now() / 1000), nonce = randomBytes(8).toString('hex');
    const message = `${at}.${nonce}.${method}.${url.pathname}${url.search}.`;
    return `t=${at},n=${nonce},v2=${createHmac('sha256', this.secret ?? '').update(message).update(data).digest('hex')}`;
  }
}

/**
 * What is to be uploaded, wherever it is. `read` gives up to so many bytes from a place on.
 * @typedef {object} Content
 * @property {number} size
 * @property {string} [name]
 * @property {(from: number, length: number) => Promise<Uint8Array>} read
 * @property {() => unknown} close
 */

/**
 * @param {string | Blob | Uint8Array} file
 * @returns {Promise<Content>}
 */
async function opened(file) {
  if (typeof file === 'string') {
    const handle = await open(file);
    return {
      size: (await handle.stat()).size,
      name: basename(file),
      read: async (from, length) => {
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, from);
        return buffer.subarray(0, bytesRead);
      },
      close: () => handle.close(),
    };
  }
  const blob = file instanceof Blob ? file : new Blob([/** @type {any} */ (file)]);
  return {
    size: blob.size,
    name: 'name' in blob ? String(blob.name) : undefined,
    read: async (from, length) => new Uint8Array(await blob.slice(from, from + length).arrayBuffer()),
    close: () => {},
  };
}

/** platform.mjs URL METHOD PATH [JSON]: one call, its answer as JSON; key and secret from the environment.
 *  ALL as the method walks a list, and UPLOAD sends the file at PATH.
 *  @param {string[]} args */
async function main(args) {
  const [url, method, path, json] = args;
  if (args.length !== 3 && args.length !== 4) {
    throw new Error('usage: KEYWRIGHT_API_KEY=… platform.mjs URL METHOD PATH [JSON] | URL ALL PATH | URL UPLOAD FILE');
  }
  const { KEYWRIGHT_API_KEY: key = '', KEYWRIGHT_API_SECRET: secret } = process.env;
  const shop = new Platform(url, key, { secret });
  let answer;
  if (method === 'ALL') {
    answer = [];
    for await (const row of shop.all(path)) answer.push(row);
  } else if (method === 'UPLOAD') {
    answer = await shop.upload(path);
  } else {
    answer = await shop.call(method, path, json === undefined ? undefined : JSON.parse(json));
  }
  console.log(JSON.stringify(answer));
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await main(process.argv.slice(2));
  } catch (/** @type {any} */ error) {
    console.error(error instanceof NoAnswer ? `no answer: ${error.message}` : error.message);
    process.exitCode = 1;
  }
}
