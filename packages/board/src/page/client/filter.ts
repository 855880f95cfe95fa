import { make } from "./dom.ts";
import { words } from "./words.ts";

/** Shows of a catalog only the threads in which what is typed occurs. */
export function filterCatalog(): void {
  const form = document.querySelector("form[data-filter]");
  if (form === null) return;
  const input = make("input", { type: "search", id: "filter", autocomplete: "off" });
  const label = make("label", { for: "filter" }, words.filter);
  form.append(make("div", { class: "field" }, label, input));
  input.addEventListener("input", () => {
    const wanted = input.value.toLowerCase();
    for (const card of document.querySelectorAll<HTMLElement>(".catalog > li")) {
      card.hidden = !(card.textContent ?? "").toLowerCase().includes(wanted);
    }
  });
  // A choice is enough: the button is for browsers without scripts.
  const select = form.querySelector("select");
  select?.addEventListener("change", () => (form as HTMLFormElement).requestSubmit());
}
