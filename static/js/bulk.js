/* Ticking rows of the list: how many are, all of the page at once, and by the key x. The bar itself needs no script. */
(() => {
  "use strict";
  const $ = (selector) => document.querySelector(selector);
  const boxes = () => [...document.querySelectorAll("td.c-pick input")];
  function tell() {
    const all = boxes();
    const count = all.filter((box) => box.checked).length;
    const words = $("[data-picked]");
    if (words) words.textContent = `${count} selected`;
    const head = $("[data-pick-page]");
    if (!head) return;
    head.hidden = false;
    head.checked = count > 0 && count === all.length;
    head.indeterminate = count > 0 && count < all.length;
  }
  document.addEventListener("change", (e) => {
    if (e.target.matches("[data-pick-page]")) boxes().forEach((box) => { box.checked = e.target.checked; });
    if (e.target.closest(".c-pick")) tell();
  });
  document.addEventListener("reset", (e) => { if (e.target.id === "bulk") setTimeout(tell); });
  document.addEventListener("keydown", (e) => {
    if (e.key !== "x" || e.ctrlKey || e.metaKey || e.altKey || document.documentElement.dataset.shortcuts === "off") return;
    if (e.target.closest("input:not([type=checkbox]), select, textarea, dialog[open]") || $("dialog[open]")) return;
    const box = $("tr[data-row-focus] .c-pick input");
    if (box) box.click();
  });
  document.addEventListener("htmx:after:swap", tell);
  addEventListener("pageshow", tell);
  document.addEventListener("DOMContentLoaded", tell);
  if (document.readyState !== "loading") tell();
})();
