/** A stream of numbers that is the same for a seed (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const THINGS =
  "garden kettle bridge lantern harbour orchard bicycle library meadow window ladder compass teapot blanket notebook station river market village kitchen staircase clock piano basket hammer candle carpet mirror forest island tunnel valley workshop bakery museum ferry railway postcard umbrella pebble chimney cupboard fountain greenhouse hedge jigsaw keyboard letterbox marble nursery oven pillow quilt rooftop saucer telescope vineyard wardrobe attic barn cellar doorstep envelope fence gatepost hallway inkwell kite".split(
    " ",
  );
const KINDS =
  "old quiet narrow wooden bright heavy crooked painted empty gentle familiar distant muddy polished striped wide dusty cheerful plain spare borrowed broken warm cold round tall short green yellow curious patient sturdy hollow faded modest noisy".split(
    " ",
  );
const DOINGS =
  "repaired carried measured painted described remembered cleaned borrowed counted opened moved watched followed sketched mended sorted polished visited counted weighed planted collected hid found lent wrapped emptied filled stacked washed turned lifted photographed traded labelled arranged".split(
    " ",
  );
const PEOPLE =
  "gardener baker teacher neighbour sailor carpenter librarian painter postman farmer miller tailor grocer plumber cyclist fisher weaver student cousin uncle grandmother conductor mechanic potter beekeeper gatekeeper clockmaker cook singer visitor".split(
    " ",
  );
const TIMES =
  "every morning|before lunch|in the afternoon|after the rain|late in autumn|at the weekend|on a tuesday|when the bells rang|during the holidays|as soon as it was light|without any hurry|for the third time|most evenings|in early spring|just after breakfast".split(
    "|",
  );
const LINKS =
  "and then|because|although|so that|while|until|which is why|after that|as long as|even though".split(
    "|",
  );
const OPENERS =
  "I think|To be honest|As far as I know|At the end of the day|In my opinion|Does anyone know whether|For what it is worth|It turns out that|People say|The funny thing is that|I remember when|On the other hand|If you ask me|By the way".split(
    "|",
  );

function pick<T>(from: readonly T[], next: () => number): T {
  return from[Math.floor(next() * from.length)] as T;
}

function clause(next: () => number): string {
  const what = next() < 0.7 ? `${pick(KINDS, next)} ${pick(THINGS, next)}` : pick(THINGS, next);
  const where = next() < 0.6 ? ` near the ${pick(KINDS, next)} ${pick(THINGS, next)}` : "";
  const when = next() < 0.5 ? ` ${pick(TIMES, next)}` : "";
  return `the ${pick(PEOPLE, next)} ${pick(DOINGS, next)} the ${what}${where}${when}`;
}

function sentence(next: () => number): string {
  const opener = next() < 0.35 ? `${pick(OPENERS, next)} ` : "";
  const more = next() < 0.5 ? ` ${pick(LINKS, next)} ${clause(next)}` : "";
  const text = `${opener}${clause(next)}${more}`;
  return `${text[0]?.toUpperCase()}${text.slice(1)}${pick([".", ".", ".", "!", "?"], next)}`;
}

/** A text that says nothing in particular. */
export function writeText(next: () => number, sentences: number): string {
  return Array.from({ length: sentences }, () => sentence(next)).join(" ");
}

/** A post as it is commonly written: short more often than long, with a quote or a set phrase. */
export function writePost(next: () => number): string {
  const length = next() < 0.6 ? 1 + Math.floor(next() * 3) : 3 + Math.floor(next() * 12);
  const quote = next() < 0.3 ? `>>${Math.floor(next() * 100_000)}\n` : "";
  const green = next() < 0.2 ? `>${clause(next)}\n` : "";
  return quote + green + writeText(next, length);
}
