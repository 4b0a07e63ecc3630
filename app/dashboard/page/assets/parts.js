// The state of the parts: the api, what it needs, and this page's own connection.

import { ready } from "./api.js";

const EVERY = 10_000; // milliseconds
const NEEDED = ["database", "nats"];

const list = document.querySelector("#parts");
const shape = document.querySelector("#part");
const parts = new Map();

function show(name, state, words) {
  if (!parts.has(name)) {
    list.append(shape.content.cloneNode(true));
    parts.set(name, list.lastElementChild);
  }
  const part = parts.get(name);
  part.className = `part ${state}`;
  part.querySelector(".text").textContent = `${name}: ${words}`;
}

/** Shows whether changes arrive by themselves. */
export const showLive = (yes) => show("live", yes ? "ok" : "bad", yes ? "connected" : "reconnecting");

/** Asks for the state of the parts now and from now on. */
export async function watch() {
  const found = await ready();
  const answers = Object.keys(found).length > 0;
  show("api", answers ? "ok" : "bad", answers ? "ok" : "no answer");
  for (const name of NEEDED) {
    if (!answers) show(name, "", "unknown");
    else show(name, found[name] === "ok" ? "ok" : "bad", found[name]);
  }
  setTimeout(watch, EVERY);
}
