// The WebSocket that brings each change, connected again for as long as the page is open.

const FIRST_WAIT = 500; // milliseconds
const LONGEST_WAIT = 10_000;

/**
 * Calls `changed(task)` for each change and `connected(yes)` when the connection comes or goes.
 * What happened while there was none is not sent again: read the list when it comes.
 */
export function listen(changed, connected) {
  let wait = FIRST_WAIT;

  function connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/ws`);
    socket.addEventListener("open", () => {
      wait = FIRST_WAIT;
      connected(true);
    });
    socket.addEventListener("message", (message) => changed(JSON.parse(message.data)));
    socket.addEventListener("close", () => {
      connected(false);
      // Spread out, so that all pages don't come back in the same moment.
      setTimeout(connect, wait * (0.5 + Math.random()));
      wait = Math.min(wait * 2, LONGEST_WAIT);
    });
  }

  connect();
}
