import { here, make, thread, within } from "./dom.ts";
import { addOwn, keep, kept } from "./kept.ts";
import { put } from "./live.ts";
import { words } from "./words.ts";

/** What the server answers to a post that a script sent (api/posting.ts). */
interface Answer {
  readonly board: string;
  readonly no: number;
  readonly location: string;
  readonly held: boolean;
  readonly html?: string;
  readonly detail?: string;
  /** Where a refusal is explained, and can be contested. */
  readonly decision?: string;
  readonly code?: string;
}

/** What proof.client.ts does, once it is there. */
interface Proof {
  readonly ready: (again: boolean) => Promise<void>;
  readonly used: () => void;
}

const box = document.querySelector<HTMLDetailsElement>("#reply");
const form = box?.querySelector("form") ?? null;
const text = form?.querySelector("textarea") ?? null;
const draftName = `draft:${location.pathname}`;

/** Keeps drafts, quotes on a click, floats the form, and sends it without leaving the page. */
export function easeReply(): void {
  if (box === null || form === null || text === null) return;
  if (text.value === "") text.value = kept(draftName, "");
  if (text.value !== "") box.open = true;
  text.addEventListener("input", () => keep(draftName, text.value === "" ? null : text.value));
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  text.addEventListener("paste", (event) => takeFiles(event.clipboardData));
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    if (takeFiles(event.dataTransfer)) event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(form, event.submitter);
  });
  form.addEventListener("focusin", () => void worker(), { once: true });
  document.addEventListener("click", (event) => {
    const link = within(event, "a.cite", HTMLAnchorElement);
    if (link === null || thread === null || event.defaultPrevented) return;
    event.preventDefault();
    quote(new URL(link.href).searchParams.get("quote") ?? "");
  });
}

function quote(no: string): void {
  if (box === null || text === null) return;
  box.open = true;
  float();
  const selected = getSelection()?.toString().trim() ?? "";
  const lines = selected === "" ? "" : `${selected.replace(/^/gm, ">")}\n`;
  const before = text.value === "" || text.value.endsWith("\n") ? text.value : `${text.value}\n`;
  text.value = `${before}>>${no}\n${lines}`;
  text.dispatchEvent(new Event("input"));
  text.focus();
}

/** The form at the edge of the window, in sight of what is answered. */
function float(): void {
  if (box === null || box.classList.contains("quick")) return;
  box.classList.add("quick");
  const close = make("button", { type: "button", class: "plain" }, words.close);
  close.addEventListener("click", () => {
    box.classList.remove("quick");
    close.remove();
  });
  form?.querySelector(".send")?.append(close);
}

function takeFiles(data: DataTransfer | null): boolean {
  const input = form?.querySelector<HTMLInputElement>("input[type=file]");
  if (!input || data === null || data.files.length === 0) return false;
  const all = new DataTransfer();
  for (const file of [...(input.files ?? []), ...data.files]) all.items.add(file);
  input.files = all.files;
  return true;
}

function isUnproven({ code }: Answer): boolean {
  return code?.startsWith("filter.proof") === true;
}

let loading: Promise<void> | undefined;

/** Fetches the script that works for posts; nothing where it does not come. */
async function worker(): Promise<Proof | undefined> {
  loading ??= new Promise((resolve) => {
    const script = make("script", { src: form?.dataset["proof"] ?? "" });
    for (const type of ["load", "error"]) script.addEventListener(type, () => resolve());
    document.head.append(script);
  });
  await loading;
  return (globalThis as { egideProof?: Proof }).egideProof;
}

async function post(from: HTMLFormElement): Promise<Answer & { readonly ok: boolean }> {
  const response = await fetch(from.action, {
    method: "POST",
    body: new FormData(from),
    headers: { accept: "application/json" },
  });
  return { ...((await response.json()) as Answer), ok: response.ok };
}

async function send(from: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  const button = submitter as HTMLButtonElement | null;
  const label = button?.textContent ?? "";
  if (button !== null) {
    button.disabled = true;
    button.textContent = words.sending;
  }
  try {
    const proof = await worker();
    await proof?.ready(false);
    let answer = await post(from);
    if (isUnproven(answer)) {
      await proof?.ready(true);
      answer = await post(from);
    }
    // Where no work can be done the page without scripts goes on: there one waits instead.
    if (isUnproven(answer)) return from.submit();
    if (!answer.ok) return tell(answer.detail ?? words.failed, "alert", answer.decision);
    proof?.used();
    addOwn(answer.board, answer.no);
    keep(draftName, null);
    arrived(from, answer);
  } catch {
    tell(words.failed, "alert");
  } finally {
    if (button !== null) {
      button.disabled = false;
      button.textContent = label;
      // A button that is switched off loses the focus: whoever uses the keyboard stays where they were.
      if (document.activeElement === document.body) button.focus({ preventScroll: true });
    }
  }
}

function arrived(from: HTMLFormElement, answer: Answer): void {
  if (thread === null || answer.board !== here.board) {
    location.assign(answer.location);
    return;
  }
  from.reset();
  if (text !== null) text.value = "";
  box?.querySelector(".notice")?.remove();
  if (answer.held) tell(words.held, "status");
  else if (answer.html !== undefined) put(answer.no, answer.html);
}

function tell(message: string, role: "alert" | "status", decision?: string): void {
  box?.querySelector(".notice")?.remove();
  const kind = role === "alert" ? "error" : "info";
  const more = decision === undefined ? "" : make("a", { href: decision }, words.why);
  form?.before(make("div", { class: `notice ${kind}`, role }, message, " ", more));
}
