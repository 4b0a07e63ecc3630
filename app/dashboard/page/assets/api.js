// The calls of the api that this page makes.

/** What went wrong, in words for the person in front of the page. */
export class Refused extends Error {}

async function call(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Refused("The server can't be reached; try again in a moment.");
  }
  if (answer.ok) return answer.json();
  if (answer.status === 422) {
    const { detail } = await answer.json();
    throw new Refused(detail.map((fault) => `${fault.loc.at(-1)}: ${fault.msg}`).join("; "));
  }
  if (answer.status === 429) throw new Refused("Too many requests; wait a moment.");
  throw new Refused(`The server could not do that now (${answer.status}); try again in a moment.`);
}

export const create = (task) =>
  call("/api/tasks", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(task),
  });

export const page = (before) =>
  call(`/api/tasks?limit=50${before ? `&before=${encodeURIComponent(before)}` : ""}`);

export const search = (query) => call(`/api/tasks/search?q=${encodeURIComponent(query)}`);

/** Each part by name with "ok" or its fault; {} if the api itself doesn't answer. */
export async function ready() {
  try {
    const answer = await fetch("/api/ready");
    return answer.status === 200 || answer.status === 503 ? await answer.json() : {};
  } catch {
    return {};
  }
}
