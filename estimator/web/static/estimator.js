// Small comforts. Everything works without this file.
(() => {
  "use strict";

  const form = document.getElementById("estimate-form");
  const button = document.getElementById("use-plan");
  if (form && button && window.fetch) followPlan(form, button);

  const copy = document.getElementById("copy");
  if (copy) offerCopy(copy);

  // Asks for the limits of the plan as soon as it changes, in place of the button.
  function followPlan(form, button) {
    button.hidden = true;
    let latest = 0;
    const refresh = async (parts) => {
      const turn = ++latest;
      const body = new URLSearchParams(new FormData(form));
      const answer = await fetch(form.dataset.planUrl, { method: "POST", body }).catch(() => null);
      if (!answer || !answer.ok || turn !== latest) {
        if (!answer || !answer.ok) button.hidden = false;
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of parts) {
        const fresh = page.getElementById(id);
        if (fresh) document.getElementById(id).replaceChildren(...fresh.childNodes);
      }
    };
    form.addEventListener("change", (event) => {
      if (event.target.name === "plan") refresh(["plan-choice", "plan-met"]);
      if (event.target.name === "plan_id") refresh(["plan-met"]); // the choice keeps its focus
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
