// Says how far an upload is. Without this file the form is sent as any other.
(() => {
  "use strict";

  const form = document.getElementById("upload");
  if (!form || !window.FormData || !window.XMLHttpRequest) return;
  const told = document.getElementById("told");
  const bar = document.getElementById("bar");
  const button = form.querySelector("button");

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    request.open("POST", form.action.split("#")[0]);
    request.upload.addEventListener("progress", (sent) => show(sent.loaded, sent.total));
    request.upload.addEventListener("load", () => say("Uploaded. The workbook is being checked…"));
    request.addEventListener("load", () => answered(request));
    request.addEventListener("error", () => stop("The connection broke. Nothing was kept; try again."));
    busy(true);
    say("Uploading…");
    request.send(new FormData(form));
  });

  function show(loaded, total) {
    if (total) bar.value = Math.round((100 * loaded) / total);
  }

  function say(words) {
    told.textContent = words;
  }

  function busy(is) {
    button.disabled = is;
    document.getElementById("progress").hidden = !is;
    bar.value = 0;
  }

  function stop(words) {
    busy(false);
    say(words);
  }

  // The answer is the draft's page, or this page with what is wrong.
  function answered(request) {
    if (request.status < 400) {
      window.location.assign(request.responseURL);
      return;
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const main = page.querySelector("main");
    const errors = page.getElementById("outcome");
    if (!main || !errors) {
      stop(main ? main.textContent.trim().split("\n")[0] : "Something went wrong. Nothing was kept.");
      return;
    }
    document.title = page.title;
    const old = document.getElementById("outcome");
    if (old) old.remove();
    document.querySelector("h1").after(errors);
    stop("");
    errors.focus();
  }
})();
