/* The palette's list: walked by arrows, taken by Enter or a click. Its field keeps the focus; what is marked is told to readers by
   aria-activedescendant. Loaded by portal.js when the palette is first opened; see templates/layouts/_palette.html. */
(() => {
  "use strict";
  const dialog = document.getElementById("palette");
  const $ = (selector) => dialog.querySelector(selector);
  const field = $("[role=combobox]");
  const found = $("#palette-found");
  const options = () => [...found.querySelectorAll("[role=option]:not([aria-disabled=true])")];
  const marked = () => $("[role=option][aria-selected=true]");

  /* What was asked for last, what the list answers, and whether Enter was pressed before it did. */
  let asked = null;
  let shown = null;
  let eager = false;

  function mark(option) {
    options().forEach((each) => each.setAttribute("aria-selected", String(each === option)));
    if (!option) { field.removeAttribute("aria-activedescendant"); return; }
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }
  function look() { field.dispatchEvent(new Event("look")); }

  function arrived() {
    const list = $("[role=listbox]");
    if (!list) return;
    shown = asked;
    found.classList.remove("stale");
    field.setAttribute("aria-expanded", "true");
    mark(options()[0]);  // the server marked it too: htmx gives swapped elements their own attributes once more
    const count = Number(list.dataset.count);
    $("[role=status]").textContent = field.value.trim() ? `${count || "No"} ${count === 1 ? "result" : "results"}` : "";
    if (eager && field.value === shown && marked()) marked().click();
    eager = false;
  }

  field.addEventListener("keydown", (e) => {
    if (e.isComposing) return;
    if (e.key === "Enter") {
      e.preventDefault();
      if (field.value !== shown) { eager = true; look(); } else if (marked()) marked().click();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!step) return;
    e.preventDefault();
    const all = options();
    if (all.length) mark(all[(all.indexOf(marked()) + step + all.length) % all.length]);
  });
  field.addEventListener("input", () => { eager = false; found.classList.toggle("stale", field.value !== shown); });
  found.addEventListener("pointermove", (e) => {
    if (!e.movementX && !e.movementY) return;  // the list moved, below a resting pointer
    const option = e.target.closest("[role=option]:not([aria-disabled=true])");
    if (option && option !== marked()) mark(option);
  });
  /* The focus stays in the field; whoever opens a question or goes to a page leaves the palette. */
  found.addEventListener("pointerdown", (e) => e.preventDefault());
  found.addEventListener("click", (e) => {
    const option = e.target.closest("[role=option]");
    if (option && !e.ctrlKey && !e.metaKey && !e.shiftKey && option.getAttribute("aria-haspopup")) dialog.close();
  });
  dialog.addEventListener("close", () => {
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
    shown = asked = null;
    eager = false;
  });

  document.addEventListener("htmx:before:request", (e) => { if (e.target === field) asked = field.value; });
  /* Not as soon as the list is there: what Enter takes at once has to be htmx's by then, or it would be a plain link. */
  document.addEventListener("htmx:after:swap", (e) => { if (e.target === field) arrived(); });
  if (dialog.open) look();  // the first answer may have come before anybody listened
})();
