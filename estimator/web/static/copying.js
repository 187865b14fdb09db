// Copies a row for the sheet Tests; without this file it can be selected.
(() => {
  "use strict";

  const told = document.getElementById("row-copied");
  for (const button of document.querySelectorAll("[data-copies-row]")) {
    const row = document.getElementById(button.dataset.copiesRow);
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(row.value);
        told.textContent = "Copied";
      } catch {
        row.select();
        told.textContent = "Selected: press Ctrl+C";
      }
    });
  }
})();
