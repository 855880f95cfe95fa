import { solve, type Task, work } from "@egide/challenge/client/solve.ts";
import { base64url } from "@egide/challenge/client/text.ts";

/*
 * Work that a board asks for before a post, done while somebody writes. The same script is the
 * program of its workers.
 */

/** A ticket is good for 300 seconds: a new one is asked for before. */
const FRESH_MS = 240_000;
/** Says to the server that there is a script, which can work once it is told to. */
const NONE = "-";

if (typeof document === "undefined") work(self);
else begin((document.currentScript as HTMLScriptElement).src);

function begin(source: string): void {
  const form = document.querySelector<HTMLFormElement>("form[data-proof]");
  if (form === null) return;
  const ticket = fieldOf(form, "ticket");
  const answer = fieldOf(form, "answer");
  const [, board = ""] = new URL(form.action).pathname.split("/");
  let ready: Promise<void> | null = null;
  let until = 0;

  const ask = async (again: boolean): Promise<void> => {
    const response = await fetch(`/proof/${board}${again ? "?again" : ""}`);
    const asked = (await response.json()) as Partial<Task> & { says?: string };
    ticket.value = asked.ticket ?? "";
    answer.value = NONE;
    until = Date.now() + FRESH_MS;
    if (asked.ticket === undefined) return;
    say(form, asked.says ?? "");
    await new Promise<void>((resolve) => {
      solve(
        asked as Task,
        () => new Worker(source),
        () => undefined,
        (proof) => {
          answer.value = base64url(proof);
          resolve();
        },
      );
    });
    say(form, "");
  };
  const start = (again: boolean): Promise<void> => {
    if (again || ready === null || Date.now() > until) ready = ask(again).catch(() => undefined);
    return ready;
  };
  form.addEventListener("input", () => void start(false));
  Object.assign(globalThis, {
    egideProof: {
      ready: start,
      used: () => {
        ready = null;
      },
    },
  });
  void start(false);
}

function fieldOf(form: HTMLFormElement, name: string): HTMLInputElement {
  const known = form.elements.namedItem(name);
  if (known instanceof HTMLInputElement) return known;
  const made = document.createElement("input");
  made.type = "hidden";
  made.name = name;
  form.append(made);
  return made;
}

function say(form: HTMLFormElement, text: string): void {
  let line = form.querySelector<HTMLElement>("p.proof");
  if (line === null) {
    line = document.createElement("p");
    line.className = "proof";
    line.setAttribute("role", "status");
    form.querySelector(".send")?.before(line);
  }
  line.textContent = text;
}
