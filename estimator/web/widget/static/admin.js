// Shows colors in the preview before they are saved.
(() => {
  "use strict";
  const colors = document.getElementById("colors");
  const frame = document.getElementById("preview");
  let waiting;
  const show = () => {
    const query = new URLSearchParams({
      lang: document.getElementById("preview-lang").value,
      theme: document.getElementById("preview-theme").value,
    });
    for (const name of ["accent", "background", "text", "radius"]) {
      query.set(name, document.getElementById(name).value);
    }
    frame.src = colors.dataset.preview + "?" + query;
  };
  document.addEventListener("input", (event) => {
    if (!colors.contains(event.target) && !event.target.id.startsWith("preview-")) return;
    clearTimeout(waiting);
    waiting = setTimeout(show, 150);
  });
})();
