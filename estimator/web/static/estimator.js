// Small comforts. Everything works without this file.
(() => {
  "use strict";

  // What depends on a field: the parts of the form that are fetched anew when it changes.
  const ASKED = ["plan-met", "second_plan-met"];
  const DEPENDS = {
    plan: ["plan-choice", ...ASKED],
    plan_id: ASKED, // the choice keeps its focus
    second_plan: ["second_plan-choice", "second_plan-met"],
    second_plan_id: ["second_plan-met"],
    clinic: ASKED,
    card_network: ["second_plan-met"],
    treatments: ASKED,
    together_first: ASKED,
    together_second: ASKED,
  };

  const form = document.getElementById("estimate-form");
  if (form && window.fetch) followPlans(form, form.querySelectorAll(".use-plan"));

  const copy = document.getElementById("copy");
  if (copy) offerCopy(copy);

  sendOnce();

  // A button pressed twice sends the same once: a second answer would say that it is done already.
  function sendOnce() {
    const PATIENCE = 10000; // after which the same may be meant anew
    let sent = {};
    window.addEventListener("pageshow", () => { sent = {}; });
    document.addEventListener("submit", (event) => {
      const form = event.target; // of which a field may be named "action" or "method"
      if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
      const fields = new URLSearchParams(new FormData(form, event.submitter));
      const what = `${form.getAttribute("action")} ${fields}`;
      const again = sent.what === what && event.timeStamp - sent.at < PATIENCE;
      if (again) event.preventDefault();
      else sent = { what, at: event.timeStamp };
    });
  }

  // Asks what is met of the plans as soon as something changes, in place of the buttons.
  function followPlans(form, buttons) {
    const wanted = new Set();
    let latest = 0;
    const hide = (hidden) => buttons.forEach((button) => { button.hidden = hidden; });
    const refresh = async (parts) => {
      const turn = ++latest;
      parts.forEach((id) => wanted.add(id));
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.dataset.planUrl, { method: "POST", body }).catch(() => null);
      if (!answer || !answer.ok) return hide(false);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (turn !== latest) return; // a later answer brings these parts too
      const typing = document.activeElement;
      for (const id of wanted) {
        document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
      }
      wanted.clear();
      const again = typing.isConnected ? null : document.getElementById(typing.id);
      if (again) {
        again.value = typing.value; // who was quicker than the answer goes on typing
        again.focus();
      }
    };
    hide(true);
    form.addEventListener("change", (event) => {
      const parts = DEPENDS[event.target.name];
      if (parts) refresh(parts);
    });
  }

  // Copies the sentence; where the browser does not let us, selects it.
  function offerCopy(copy) {
    const sentence = document.getElementById(copy.dataset.copies);
    const told = document.getElementById("copied");
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(sentence.textContent.trim());
        told.textContent = "Copied";
      } catch {
        window.getSelection().selectAllChildren(sentence);
        told.textContent = "Selected: press Ctrl+C";
      }
    });
  }
})();
