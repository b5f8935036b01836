/* A row that is edited where it stands: its first field is ready to type in, Esc brings the row back, and whoever saved or gave up stands at
   its Edit again. */
(() => {
  "use strict";
  let editing = "";
  document.addEventListener("keydown", (e) => {
    const row = e.key === "Escape" && !e.isComposing && e.target.closest("tr.editing");
    if (!row) return;
    e.preventDefault();
    row.querySelector("[data-restore]").click();
  });
  document.addEventListener("htmx:after:swap", () => {
    const row = document.querySelector("tr.editing:not([data-ready])");
    if (row) {
      row.dataset.ready = "";
      editing = row.dataset.workspace;
      (row.querySelector("[aria-invalid]") || row.querySelector("input:not([type=hidden])")).focus();
    } else if (editing && !document.querySelector("tr.editing")) {
      document.getElementById(`edit-${editing}`)?.focus();
      editing = "";
    }
  });
})();
