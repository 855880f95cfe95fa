import { solve, type Task, work } from "#client/solve.ts";
import { base64url } from "#client/text.ts";

/*
 * The widget: `<div class="egide-widget" data-sitekey="…">` in a form gets a hidden field with a token
 * for the site's own server. Elements and names of Turnstile work as well. The same script is the
 * program of its workers.
 */

interface Options {
  sitekey: string;
  action?: string;
  cData?: string;
  callback?: (token: string) => void;
  "error-callback"?: (code: string) => void;
  "expired-callback"?: () => void;
  "response-field-name"?: string;
}

interface Widget {
  readonly box: HTMLElement;
  readonly options: Options;
  token: string;
  stop: () => void;
}

const PATH = "/.well-known/egide/challenge/widget";
/** A token is good for 300 seconds: a new one is earned before. */
const FRESH_MS = 270_000;
const MOST_TRIES = 5;

const TEXT = {
  en: { working: "Checking your browser…", done: "Checked", failed: "The check failed. Reload." },
  fr: {
    working: "Vérification de votre navigateur…",
    done: "Vérifié",
    failed: "La vérification a échoué. Rechargez.",
  },
};

if (typeof document === "undefined") work(self);
else begin();

function begin(): void {
  const source = (document.currentScript as HTMLScriptElement | null)?.src ?? "";
  const base = new URL(source === "" ? location.href : source).origin;
  const widgets = new Map<string, Widget>();
  let count = 0;

  const words = (): (typeof TEXT)["en"] =>
    document.documentElement.lang.startsWith("fr") ? TEXT.fr : TEXT.en;

  const ask = async (body: string): Promise<Record<string, unknown>> => {
    const response = await fetch(base + PATH, { method: "POST", body });
    return (await response.json()) as Record<string, unknown>;
  };

  const show = ({ box, options, token }: Widget, text: string): void => {
    (box.querySelector("[role=status]") as HTMLElement).textContent = text;
    for (const field of box.querySelectorAll("input")) field.value = token;
    if (token !== "") options.callback?.(token);
  };

  const fail = (widget: Widget, code: string): void => {
    widget.token = "";
    show(widget, words().failed);
    widget.options["error-callback"]?.(code);
  };

  const run = async (widget: Widget, tries = 0): Promise<void> => {
    const { sitekey, action = "", cData = "" } = widget.options;
    const who = `${sitekey} ${action} ${cData}`;
    show(widget, words().working);
    const task = await ask(who);
    if (typeof task.ticket !== "string") {
      fail(widget, String(task.error));
      return;
    }
    const ticket = task.ticket;
    const open = source !== "" && base === location.origin ? () => new Worker(source) : null;
    widget.stop = solve(
      task as unknown as Task,
      open,
      () => undefined,
      (proof) => {
        void ask(`${who} ${ticket} ${base64url(proof)}`).then(
          (answer) => {
            if (typeof answer.token === "string") {
              widget.token = answer.token;
              show(widget, words().done);
              const timer = setTimeout(() => {
                widget.options["expired-callback"]?.();
                void start(widget);
              }, FRESH_MS);
              widget.stop = () => clearTimeout(timer);
            } else if (tries < MOST_TRIES) void run(widget, tries + 1);
            else fail(widget, String(answer.error));
            return undefined;
          },
          () => fail(widget, "network-error"),
        );
      },
    );
  };

  const start = async (widget: Widget): Promise<void> => {
    widget.stop();
    widget.token = "";
    await run(widget).catch(() => fail(widget, "network-error"));
  };

  const render = (where: string | HTMLElement, options: Options): string | undefined => {
    const box = typeof where === "string" ? document.querySelector<HTMLElement>(where) : where;
    if (box === null) return undefined;
    const status = document.createElement("span");
    status.setAttribute("role", "status");
    const names = options["response-field-name"] ?? "cf-turnstile-response";
    const fields = [names, "egide-response"].map((name) => {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      return field;
    });
    box.replaceChildren(status, ...fields);
    const id = `egide-${count++}`;
    const widget: Widget = { box, options, token: "", stop: () => undefined };
    widgets.set(id, widget);
    void start(widget);
    return id;
  };

  const find = (id?: string): Widget | undefined =>
    id === undefined ? [...widgets.values()][0] : widgets.get(id);

  const api = {
    render,
    getResponse: (id?: string) => find(id)?.token,
    reset(id?: string) {
      const widget = find(id);
      if (widget !== undefined) void start(widget);
    },
    remove(id: string) {
      const widget = widgets.get(id);
      widget?.stop();
      widget?.box.replaceChildren();
      widgets.delete(id);
    },
    ready: (run: () => void) => run(),
  };
  const all = window as unknown as Record<string, unknown>;
  all.egide = api;
  all.turnstile ??= api;

  const callback = (name: string | undefined): ((value: string) => void) | undefined => {
    const found = name === undefined ? undefined : all[name];
    return typeof found === "function" ? (found as (value: string) => void) : undefined;
  };
  const renderAll = (): void => {
    for (const box of document.querySelectorAll<HTMLElement>(".egide-widget, .cf-turnstile")) {
      const { sitekey, action, cdata, callback: name } = box.dataset;
      if (sitekey === undefined || box.childElementCount > 0) continue;
      const done = callback(name);
      render(box, {
        sitekey,
        ...(action === undefined ? {} : { action }),
        ...(cdata === undefined ? {} : { cData: cdata }),
        ...(done === undefined ? {} : { callback: done }),
      });
    }
  };
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", renderAll);
  } else renderAll();
}
