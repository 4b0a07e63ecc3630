// Wires the page: the form, the search, the list and what comes by the WebSocket.

import { create, page, search } from "./api.js";
import { listen } from "./live.js";
import { showLive, watch } from "./parts.js";
import { append, change, replace } from "./tasks.js";

const createForm = document.querySelector("#create");
const searchForm = document.querySelector("#search");
const said = document.querySelector("#said");
const older = document.querySelector("#older");

const TYPING_ENDS = 300; // milliseconds

let next = null; // where the next older page begins
let query = "";
let mine = null; // the task that was created here last

function say(words, wrong = false) {
  said.textContent = words;
  said.classList.toggle("wrong", wrong);
}

async function attempt(action) {
  try {
    await action();
  } catch (fault) {
    say(fault.message, true);
  }
}

async function show() {
  const wanted = query;
  const found = wanted ? await search(wanted) : await page();
  if (wanted !== query) return; // something else was typed meanwhile
  replace(found.tasks, wanted ? "Nothing is like that." : "No tasks yet.");
  next = found.next ?? null;
  older.hidden = next === null;
}

createForm.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = createForm.querySelector("button");
  const filled = [...new FormData(createForm)].filter(([, value]) => value.trim());
  button.disabled = true;
  attempt(async () => {
    const task = await create(Object.fromEntries(filled));
    createForm.reset();
    mine = task.id;
    say(`Created “${task.title}”.`);
    change(task, query === "");
  }).finally(() => {
    button.disabled = false;
    createForm.elements.title.focus();
  });
});

let typing;
searchForm.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    query = searchForm.elements.q.value.trim();
    attempt(show);
  }, TYPING_ENDS);
});
searchForm.addEventListener("submit", (event) => event.preventDefault());

older.addEventListener("click", () =>
  attempt(async () => {
    const found = await page(next);
    append(found.tasks);
    next = found.next;
    older.hidden = next === null;
  }),
);

listen(
  (task) => {
    change(task, query === "");
    if (task.id === mine && task.status !== "new") say(`“${task.title}” is ${task.status}.`);
  },
  (yes) => {
    showLive(yes);
    if (yes) attempt(show);
  },
);
attempt(show);
watch();
