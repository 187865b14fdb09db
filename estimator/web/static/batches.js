// Sends a file with a bar that fills, and follows a batch. Everything works without this file.
(() => {
  "use strict";

  const form = document.getElementById("upload-form");
  if (form) form.addEventListener("submit", send);

  const progress = document.getElementById("progress");
  if (progress) follow(progress);

  function send(event) {
    event.preventDefault();
    const form = event.target;
    const bar = document.getElementById("sent");
    const request = new XMLHttpRequest();
    document.getElementById("sending").hidden = false;
    form.querySelector("button").disabled = true;
    request.upload.addEventListener("progress", (told) => {
      if (told.lengthComputable) bar.value = told.loaded / told.total;
    });
    request.addEventListener("load", () => {
      if (request.status < 400) {
        window.location.assign(request.responseURL);
        return;
      }
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const main = page.querySelector("main");
      if (!main) {
        form.submit(); // what stands before us answered: its page is shown as it is
        return;
      }
      document.title = page.title;
      document.querySelector("main").replaceChildren(...main.childNodes);
      const again = document.getElementById("upload-form");
      if (again) again.addEventListener("submit", send);
      const outcome = document.getElementById("outcome");
      if (outcome) outcome.focus();
    });
    request.addEventListener("error", () => form.submit());
    request.open("POST", form.action);
    request.send(new FormData(form));
  }

  // Asks how far it is, and puts only what changed in its place: a reader is told of new states.
  function follow(place) {
    const ended = () => place.querySelector("section").dataset.ended === "yes";
    const ask = async () => {
      const answer = await fetch(place.dataset.url).catch(() => null);
      if (answer && answer.status >= 400 && answer.status < 500) {
        window.location.reload(); // it was removed, or nobody is signed in any more
        return;
      }
      if (answer && answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector("section");
        const state = place.querySelector("#state");
        const told = fresh.querySelector("#state");
        const changed = state.textContent !== told.textContent;
        if (changed) state.textContent = told.textContent;
        told.replaceWith(state);
        place.replaceChildren(fresh);
        if (ended()) {
          window.location.reload(); // what can be done now is on the whole page
          return;
        }
      }
      setTimeout(ask, 1000);
    };
    if (!ended()) setTimeout(ask, 700);
  }
})();
