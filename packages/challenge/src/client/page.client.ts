import { solve, type Task, work } from "#client/solve.ts";
import { base64url } from "#client/text.ts";

/*
 * The interstitial's script: inline in the page, and, taken from there once more, the program of its
 * own workers. Everything that it says stands in the page's own language in data attributes.
 */

const BASE = "/.well-known/egide/challenge";
/** Clearances bought within a minute that did not help: then cookies are lost on the way. */
const MOST_ROUNDS = 3;

if (typeof document === "undefined") {
  work(self);
} else {
  const root = document.getElementById("egide-challenge");
  if (root !== null) begin(root);
}

function begin(root: HTMLElement): void {
  const words = root.dataset;
  const status = root.querySelector("[role=status]") as HTMLElement;
  const bar = root.querySelector("progress") as HTMLProgressElement;
  const form = root.querySelector("form") as HTMLFormElement;
  const repost = document.getElementById("egide-repost") as HTMLFormElement | null;
  const sink = "BroadcastChannel" in window ? new BroadcastChannel("egide-challenge") : null;
  let task = JSON.parse(words.task as string) as Task;
  let stop = (): void => undefined;
  let left = false;
  let failures = 0;
  let release = (): void => undefined;

  const say = (text: string | undefined, failed = false): void => {
    status.textContent = text ?? "";
    root.classList.toggle("failed", failed);
    bar.hidden = failed;
  };

  const openWorker = (): (() => Worker) | null => {
    const source = document.getElementById("egide-script")?.textContent;
    if (!("Worker" in window) || source === null || source === undefined) return null;
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    return () => new Worker(url);
  };

  const proceed = (): void => {
    if (left) return;
    left = true;
    stop();
    bar.hidden = false;
    bar.value = bar.max;
    say(words.done);
    if (repost !== null) {
      // Coming back to this page by the back button must not send the form a second time.
      history.replaceState({ egide: "sent" }, "");
      repost.submit();
    } else if (words.method === "GET") location.reload();
    else say(words.again, true);
  };

  const fail = (text: string | undefined): void => {
    stop();
    release();
    say(text, true);
    // Without cookies the button would lead to the same words.
    form.hidden = text === words.cookies;
  };

  const post = async (path: string, body: string): Promise<Record<string, unknown>> => {
    const response = await fetch(BASE + path, { method: "POST", body, credentials: "same-origin" });
    return (await response.json()) as Record<string, unknown>;
  };

  /** Another tab may have been cleared meanwhile; if not, a new ticket is to be had. */
  const renew = async (): Promise<void> => {
    const answer = await post("/ticket", words.mode as string);
    if (answer.cleared === true) proceed();
    else if (typeof answer.ticket === "string") {
      task = answer as unknown as Task;
      run();
    } else fail(words.failed);
  };

  const retry = (): void => {
    if (++failures > 5) {
      fail(words.failed);
      return;
    }
    setTimeout(() => void renew().catch(retry), 400 * 2 ** failures);
  };

  const send = async (proof: Uint8Array): Promise<void> => {
    const answer = await post("/proof", `${task.ticket} ${base64url(proof)}`);
    if (answer.cleared === true) {
      if (!countRound()) {
        fail(words.cookies);
        return;
      }
      sink?.postMessage("cleared");
      proceed();
    } else retry();
  };

  const run = (): void => {
    stop();
    bar.hidden = false;
    bar.max = task.full;
    bar.value = 0;
    say(words.working);
    stop = solve(
      task,
      openWorker(),
      (shares) => {
        bar.value = shares;
      },
      (proof) => void send(proof).catch(retry),
    );
  };

  /** Until the page gives up or is left. */
  const held = (): Promise<void> =>
    new Promise((resolve) => {
      release = resolve;
    });

  /** One tab works, the others wait for it: ten restored tabs must not all work at once. */
  const start = (): void => {
    form.hidden = true;
    if (!("locks" in navigator)) {
      run();
      return;
    }
    void navigator.locks.request("egide-challenge", { ifAvailable: true }, async (lock) => {
      if (lock === null) {
        say(words.working);
        await navigator.locks.request("egide-challenge", () => {
          if (!left) void renew().catch(retry);
          return held();
        });
        return;
      }
      run();
      await held();
    });
  };

  sink?.addEventListener("message", proceed);
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    left = false;
    void renew().catch(retry);
  });

  if ((history.state as { egide?: string } | null)?.egide === "sent") {
    form.hidden = true;
    say(words.sent, true);
    return;
  }
  if (!hasCookies()) {
    fail(words.cookies);
    return;
  }
  if (words.mode !== "interactive") {
    start();
    return;
  }
  bar.hidden = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    start();
    status.focus();
  });
}

function hasCookies(): boolean {
  document.cookie = "egide-test=1; Path=/; SameSite=Lax";
  const has = document.cookie.includes("egide-test=1");
  document.cookie = "egide-test=; Path=/; Max-Age=0; SameSite=Lax";
  return has;
}

/** False: this tab was cleared again and again, and to no avail. */
function countRound(): boolean {
  const now = Date.now();
  try {
    const [count, since] = JSON.parse(sessionStorage.getItem("egide") ?? "[0,0]") as number[];
    const rounds = now - (since ?? 0) < 60_000 ? (count ?? 0) + 1 : 1;
    sessionStorage.setItem("egide", JSON.stringify([rounds, rounds === 1 ? now : since]));
    return rounds <= MOST_ROUNDS;
  } catch {
    return true;
  }
}
