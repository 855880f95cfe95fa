import { make } from "./dom.ts";
import { words } from "./words.ts";

/** Shows of a catalog only the threads in which what is typed occurs. */
export function filterCatalog(): void {
  const form = document.querySelector("form[data-filter]");
  if (form === null) return;
  const input = make("input", { type: "search", id: "filter", autocomplete: "off" });
  const label = make("label", { for: "filter" }, words.filter);
  form.append(make("div", { class: "field" }, label, input));
  const none = make("p", { role: "status" });
  form.after(none);
  input.addEventListener("input", () => {
    const wanted = input.value.toLowerCase();
    let shown = 0;
    for (const card of document.querySelectorAll<HTMLElement>(".catalog > li")) {
      card.hidden = !(card.textContent ?? "").toLowerCase().includes(wanted);
      if (!card.hidden) shown++;
    }
    none.textContent = shown === 0 ? words.noMatch : "";
  });
}
