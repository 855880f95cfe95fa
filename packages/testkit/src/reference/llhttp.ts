// @ts-expect-error: the file holds bytes and has no types
import wasm from "undici/lib/llhttp/llhttp-wasm.js";
import type { Field } from "#reference/message.ts";

/** A request or response as llhttp (Node's parser, strict) reads it. */
export interface LlhttpMessage {
  method: string;
  target: string;
  status: number;
  version: string;
  /** Trailers stand here too, behind the fields of the head: llhttp reports them alike. */
  fields: Field[];
  body: string;
  complete: boolean;
  upgrade: boolean;
}

export interface LlhttpReading {
  readonly messages: readonly LlhttpMessage[];
  /** Name and reason of the error that ended reading, e.g. `HPE_INVALID_CHUNK_SIZE: …`. */
  readonly error: string | null;
}

interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  malloc(size: number): number;
  free(pointer: number): void;
  llhttp_alloc(type: number): number;
  llhttp_free(parser: number): void;
  llhttp_execute(parser: number, data: number, length: number): number;
  llhttp_finish(parser: number): number;
  llhttp_errno_name(code: number): number;
  llhttp_get_error_reason(parser: number): number;
  llhttp_get_method(parser: number): number;
  llhttp_method_name(method: number): number;
  llhttp_get_http_major(parser: number): number;
  llhttp_get_http_minor(parser: number): number;
}

const REQUEST = 1;
const RESPONSE = 2;
const PAUSED_UPGRADE = 22;

/** Collects what the callbacks report; one reading runs at a time. */
class Collector {
  messages: LlhttpMessage[] = [];
  #name = "";
  #value = "";
  #inValue = false;

  get current(): LlhttpMessage {
    return this.messages[this.messages.length - 1] as LlhttpMessage;
  }

  begin(): void {
    this.messages.push({
      method: "",
      target: "",
      status: 0,
      version: "",
      fields: [],
      body: "",
      complete: false,
      upgrade: false,
    });
  }

  name(text: string): void {
    if (this.#inValue) this.flush();
    this.#name += text;
  }

  value(text: string): void {
    this.#inValue = true;
    this.#value += text;
  }

  flush(): void {
    if (this.#name !== "")
      this.current.fields.push([this.#name, this.#value.replace(/[ \t]+$/, "")]);
    this.#name = "";
    this.#value = "";
    this.#inValue = false;
  }
}

let collector = new Collector();
const text = (at: number, length: number): string =>
  Buffer.from(exports.memory.buffer, at, length).toString("latin1");
const cString = (at: number): string => {
  const memory = Buffer.from(exports.memory.buffer);
  return at === 0 ? "" : memory.toString("latin1", at, memory.indexOf(0, at));
};

const callbacks = {
  wasm_on_message_begin: () => {
    collector.begin();
    return 0;
  },
  wasm_on_url: (_parser: number, at: number, length: number) => {
    collector.current.target += text(at, length);
    return 0;
  },
  wasm_on_status: () => 0,
  wasm_on_header_field: (_parser: number, at: number, length: number) => {
    collector.name(text(at, length));
    return 0;
  },
  wasm_on_header_value: (_parser: number, at: number, length: number) => {
    collector.value(text(at, length));
    return 0;
  },
  wasm_on_headers_complete: (parser: number, status: number, upgrade: number) => {
    collector.flush();
    const message = collector.current;
    message.status = status;
    message.upgrade = upgrade !== 0;
    message.version = `${exports.llhttp_get_http_major(parser)}.${exports.llhttp_get_http_minor(parser)}`;
    if (status === 0) {
      message.method = cString(exports.llhttp_method_name(exports.llhttp_get_method(parser)));
    }
    return 0;
  },
  wasm_on_body: (_parser: number, at: number, length: number) => {
    collector.current.body += text(at, length);
    return 0;
  },
  wasm_on_message_complete: () => {
    collector.flush();
    collector.current.complete = true;
    return 0;
  },
};

const exports = new WebAssembly.Instance(new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>), {
  env: callbacks,
}).exports as unknown as Exports;
exports._initialize();

function read(type: number, bytes: Uint8Array): LlhttpReading {
  collector = new Collector();
  const parser = exports.llhttp_alloc(type);
  const data = exports.malloc(Math.max(1, bytes.length));
  new Uint8Array(exports.memory.buffer).set(bytes, data);
  const code = exports.llhttp_execute(parser, data, bytes.length);
  const error =
    code === 0 || code === PAUSED_UPGRADE
      ? null
      : `${cString(exports.llhttp_errno_name(code))}: ${cString(exports.llhttp_get_error_reason(parser))}`;
  exports.free(data);
  exports.llhttp_free(parser);
  return { messages: collector.messages, error };
}

/** What llhttp, without any of its lenient switches, makes of bytes that a client sent. */
export function llhttpRequests(bytes: Uint8Array): LlhttpReading {
  return read(REQUEST, bytes);
}

/** The same for what a server sent. */
export function llhttpResponses(bytes: Uint8Array): LlhttpReading {
  return read(RESPONSE, bytes);
}
