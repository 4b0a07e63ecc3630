// The list of tasks on the page, newest first or by likeness to what was searched.

const list = document.querySelector("#tasks");
const none = document.querySelector("#none");
const shape = document.querySelector("#task");

const rows = new Map(); // by the id of the task

function fill(row, task) {
  row.dataset.changed = task.changed_at;
  row.querySelector(".name").textContent = task.title;
  const status = row.querySelector(".status");
  status.textContent = task.status;
  status.className = `status ${task.status}`;
  for (const [name, text] of [
    ["kind", task.kind],
    ["description", task.description],
    ["score", task.score === undefined ? "" : `${Math.round(task.score * 100)} % alike`],
  ]) {
    const part = row.querySelector(`.${name}`);
    part.textContent = text ?? "";
    part.hidden = !text;
  }
  const time = row.querySelector("time");
  time.dateTime = task.created_at;
  time.textContent = new Date(task.created_at).toLocaleString();
}

function row(task) {
  const made = shape.content.cloneNode(true).firstElementChild;
  made.dataset.id = task.id;
  fill(made, task);
  rows.set(task.id, made);
  return made;
}

/** Shows these tasks and no others. */
export function replace(tasks, empty) {
  rows.clear();
  list.replaceChildren(...tasks.map(row));
  none.textContent = empty;
  none.hidden = tasks.length > 0;
}

/** Adds older tasks below. */
export function append(tasks) {
  list.append(...tasks.filter((task) => !rows.has(task.id)).map(row));
}

/**
 * Shows a change: of a task that is listed, in its place; of another, on top, if `add`.
 * Changes may overtake each other; the one of a later time counts.
 */
export function change(task, add) {
  const known = rows.get(task.id);
  if (known === undefined && !add) return;
  if (known !== undefined && known.dataset.changed > task.changed_at) return;
  const shown = known ?? row(task);
  if (known === undefined) list.prepend(shown);
  fill(shown, task);
  none.hidden = true;
  shown.classList.remove("fresh");
  void shown.offsetWidth; // lets the animation start anew
  shown.classList.add("fresh");
}
