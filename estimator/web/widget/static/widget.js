// The steps without leaving the page: in a frame that may not send forms, there is no other way.
// On the hosted page everything works without this file.
(() => {
  "use strict";
  const main = document.getElementById("kce");
  const key = (/^#kce=(\w{1,20})$/.exec(location.hash) || [])[1];
  const secret = (/secret=(\w{10})$/.exec(location.hash) || [])[1]; // WordPress gives one
  const shown = 8;
  let plans;

  const tell = (message) => parent !== window && parent.postMessage(message, "*");
  const measure = () => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (key) tell({ kce: 1, id: key, type: "height", height });
    if (secret) tell({ message: "height", value: height, secret });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const link = event.target.closest("a[data-full]");
    if (button && button.name === "go") {
      event.preventDefault();
      if (event.detail < 2) send(button); // the second press of two would skip a step
    } else if (button && button.id === "print") {
      print();
    } else if (link && secret) {
      event.preventDefault();
      tell({ message: "link", value: link.href, secret });
    }
  });

  async function send(button) {
    const form = button.form;
    const body = new URLSearchParams(new FormData(form));
    body.set("go", button.value);
    const trouble = document.getElementById("trouble");
    if (main.hasAttribute("aria-busy")) return;
    main.setAttribute("aria-busy", "true");
    trouble.textContent = "";
    try {
      const answer = await fetch(form.action, {
        method: "POST", body, credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer",
      });
      if (!answer.ok) throw answer.status;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      main.replaceChildren(...page.getElementById("kce").childNodes);
      document.title = page.title;
      document.documentElement.lang = page.documentElement.lang;
      prepare();
      const start = document.getElementById("start");
      start.focus();
      start.scrollIntoView({ block: "nearest" });
    } catch (status) {
      trouble.textContent = status === 429 ? main.dataset.many : main.dataset.failed;
      trouble.focus();
    }
    main.removeAttribute("aria-busy");
  }

  // The list of plans is fetched whole, once, when the field is first used: what somebody types
  // stays in the browser.
  const list = (url) => plans || (plans = fetch(url, { credentials: "omit" }).then(
    (answer) => answer.json(), () => { plans = undefined; return []; }));
  const split = (text) => text.toLowerCase().replace(/,/g, "").match(/[\p{L}\p{N}_]+/gu) || [];

  document.addEventListener("focusin", (event) => {
    if (event.target.id === "plan") list(event.target.dataset.plans);
  });
  document.addEventListener("input", async (event) => {
    const field = event.target;
    if (field.id !== "plan") return;
    const all = await list(field.dataset.plans);
    if (!field.isConnected) return; // gone on to the next step meanwhile
    const wanted = split(field.value);
    const whole = (plan) => wanted.filter((each) => plan.words.includes(each)).length;
    const fits = wanted.length ? all.filter((plan) => wanted.every(
      (start) => plan.words.some((word) => word.startsWith(start)))) : [];
    fits.sort((one, other) => whole(other) - whole(one));
    const before = document.querySelector("[name=plan_id]:checked");
    const chosen = before && before.value;
    document.getElementById("plans").replaceChildren(...fits.slice(0, shown).map(
      (plan) => choice(plan, plan.id === chosen || fits.length === 1)));
    document.getElementById("fits").textContent = !wanted.length ? ""
      : fits.length > 1 ? field.dataset.many.replace("{count}", fits.length)
      : fits.length ? field.dataset.one : field.dataset.none;
  });

  function choice(plan, checked) {
    const label = document.createElement("label");
    const radio = Object.assign(document.createElement("input"), {
      type: "radio", name: "plan_id", value: plan.id, checked });
    const text = document.createElement("span");
    const payer = Object.assign(document.createElement("small"), {
      textContent: plan.payer, lang: plan.payer_lang });
    text.append(Object.assign(document.createElement("span"), {
      textContent: plan.name, lang: plan.lang }), " ", payer);
    label.append(radio, " ", text);
    return label;
  }

  function prepare() {
    const button = document.getElementById("print");
    if (button) button.hidden = Boolean(secret);
    const full = document.getElementById("full-to-print");
    if (full) full.hidden = !secret;
    measure();
  }

  // Help in a crisis is always in view. The element around us shows it; in any other frame, which
  // may be taller than the screen, it follows the part that is seen.
  if (key) document.documentElement.dataset.barred = "";
  else if (parent !== window) follow(document.querySelector(".help"));

  function follow(bar) {
    const strips = 25;
    const seen = new Set();
    const watcher = new IntersectionObserver((changes) => {
      for (const each of changes) seen[each.intersectionRatio === 1 ? "add" : "delete"](each.target);
      const lowest = Math.max(...[...seen].map((strip) => strip.getBoundingClientRect().bottom));
      bar.style.bottom = (seen.size ? Math.max(innerHeight - lowest, 0) : 0) + "px";
    }, { threshold: [0, 1] });
    for (let number = 0; number < strips; number++) {
      const strip = document.createElement("i");
      strip.className = "strip";
      strip.style.top = (number * 100) / strips + "%";
      document.body.append(strip);
      watcher.observe(strip);
    }
  }

  prepare();
  new ResizeObserver(measure).observe(document.body);
  addEventListener("load", measure); // a frame that is still hidden observes nothing
  if (key) tell({ kce: 1, id: key, type: "ready" });
})();
