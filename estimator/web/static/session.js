// Warns two minutes before somebody is signed out, and leaves the page when it is so.
(() => {
  "use strict";
  const WARN = 120, dialog = document.getElementById("leaving");
  if (!dialog || !dialog.showModal) return;
  const words = document.getElementById("leaving-words"), stay = document.getElementById("stay");
  const { left, away } = dialog.dataset;
  let ends = Date.now() + 1000 * dialog.dataset.seconds, asking = false;
  const rest = () => (ends - Date.now()) / 1000;

  // Another page may have kept the sign-in going, so the server is asked before anything happens.
  async function ask(method) {
    asking = true;
    const answer = await fetch(left, { method, cache: "no-store" }).catch(() => null);
    asking = false;
    if (answer && answer.ok) ends = Date.now() + 1000 * (await answer.json()).seconds;
    if (rest() <= 0 || (answer && answer.status === 401)) leave();
    else if (rest() <= WARN) warn(method === "POST");
    else dialog.close();
  }

  function warn(stayed) {
    if (stayed) {
      words.textContent = words.dataset.last;
      stay.hidden = true;
    }
    if (!dialog.open) dialog.showModal();
  }

  // What is on the page may be about a patient: it goes, and "back" does not bring it again.
  function leave() {
    const here = location.pathname + location.search;
    location.replace(`${away}?next=${encodeURIComponent(here)}`);
  }

  stay.addEventListener("click", () => ask("POST"));
  setInterval(() => {
    if (!asking && (rest() <= 0 || (rest() <= WARN && !dialog.open))) ask("GET");
  }, 1000);
})();
