/* Inside an access session: the minutes left go down, and the last five are said aloud. Counted from what the server said,
   so that a wrong clock does no harm. */
(() => {
  "use strict";
  const shown = document.querySelector(".visit .left");
  if (!shown) return;
  const opened = Date.now();
  const minutes = parseInt(shown.textContent, 10);
  setInterval(() => {
    const left = Math.max(0, Math.ceil(minutes - (Date.now() - opened) / 60000));
    const words = left ? `${left} min left` : "Over";
    if (shown.textContent === words) return;
    if (left <= 5) {
      shown.classList.add("ending");
      shown.setAttribute("aria-live", "polite");
    }
    shown.textContent = words;
  }, 5000);
})();
