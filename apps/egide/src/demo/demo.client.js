// Shows what only the browser can see: fields of answers, the protocol, time passing.
const $ = (id) => document.getElementById(id);
const words = document.body.dataset;

function row(list, name, value) {
  const term = document.createElement("dt");
  const detail = document.createElement("dd");
  term.textContent = name;
  detail.textContent = value || "–";
  list.append(term, detail);
}

async function showAnswer() {
  const answer = await fetch(location.href, { method: "HEAD", cache: "no-store" });
  const list = $("answer");
  list.replaceChildren();
  const [entry] = performance.getEntriesByType("navigation");
  row(list, words.protocol, entry?.nextHopProtocol);
  for (const name of ["X-Request-Id", "Cache-Status", "Via", "Server", "Alt-Svc"]) {
    const value = answer.headers.get(name);
    if (value) row(list, name, value);
  }
}

async function askCache() {
  const began = performance.now();
  const answer = await fetch("/cached");
  const text = await answer.text();
  const took = (performance.now() - began).toFixed(1);
  $("cached").textContent = text;
  const status = answer.headers.get("Cache-Status") ?? "";
  const age = answer.headers.get("Age") ?? "0";
  $("cached-how").textContent =
    `${took} ms · Age: ${age} s${status && ` · Cache-Status: ${status}`}`;
}

function followClock() {
  const events = new EventSource("/events");
  events.onmessage = ({ data }) => {
    $("clock").textContent = data;
  };
}

void showAnswer();
void askCache();
followClock();
$("ask").addEventListener("click", () => void askCache());
