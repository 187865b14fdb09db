// <ketamine-cost-estimator clinic="…" lang="en|es" theme="auto|light|dark">: a cost estimate in a
// sandboxed frame. Touches nothing outside its own element, keeps nothing, sends nothing but its
// three attributes. The link inside the element is for browsers without scripts.
(() => {
  "use strict";
  const name = "ketamine-cost-estimator";
  const base = new URL(".", document.currentScript.src).href;
  const words = {
    en: ["Treatment cost estimate", "In a crisis? Call or text 988 (US)"],
    es: ["Cálculo de costos del tratamiento", "¿En crisis? Llame o envíe un texto al 988 (EE. UU.)"],
  };
  let count = 0;
  if (customElements.get(name)) return;

  customElements.define(name, class extends HTMLElement {
    static observedAttributes = ["clinic", "lang", "theme"];

    #hear = ({ source, data }) => {
      const frame = this.frame;
      if (source !== frame.contentWindow || !data || data.kce !== 1 || data.id !== this.key) return;
      if (data.type === "height" && Number.isFinite(data.height)) {
        frame.style.height = Math.min(Math.max(Math.ceil(data.height), 200), 20000) + "px";
      } else if (data.type === "ready") {
        this.dispatchEvent(new CustomEvent("kce:ready", { bubbles: true }));
      }
    };

    connectedCallback() {
      this.shadowRoot || this.attachShadow({ mode: "open" });
      this.#draw();
      addEventListener("message", this.#hear);
    }

    disconnectedCallback() {
      removeEventListener("message", this.#hear);
    }

    attributeChangedCallback(_name, before, now) {
      if (this.frame && this.isConnected && before !== now) this.#draw();
    }

    #draw() {
      const said = this.getAttribute("lang") || document.documentElement.lang;
      const lang = said.slice(0, 2).toLowerCase() === "es" ? "es" : "en";
      const frame = (this.frame = document.createElement("iframe"));
      const help = document.createElement("a");
      const style = new CSSStyleSheet();
      const query = new URLSearchParams({ lang, theme: this.getAttribute("theme") || "auto" });
      this.key = "i" + ++count;
      style.replaceSync(
        ":host{display:block}" +
        "iframe{display:block;width:100%;height:672px;border:0}" +
        "a{position:sticky;bottom:0;display:block;padding:8px;background:#16242b;color:#fff;" +
        "font:600 15px/1.3 system-ui,sans-serif;text-align:center}"
      );
      this.shadowRoot.adoptedStyleSheets = [style];
      frame.title = words[lang][0];
      help.lang = frame.lang = lang;
      frame.loading = "lazy";
      frame.referrerPolicy = "no-referrer";
      frame.allow = "";
      frame.sandbox = "allow-scripts allow-popups allow-popups-to-escape-sandbox allow-modals";
      frame.src = base + "frame/" + encodeURIComponent(this.getAttribute("clinic") || "") +
        "?" + query + "#kce=" + this.key;
      help.href = "tel:988";
      help.textContent = words[lang][1];
      this.shadowRoot.replaceChildren(frame, help);
    }
  });
})();
