/* Colours: the picker beside a field follows what is typed, and the other way round; the preview follows both. */
(() => {
  "use strict";
  const written = /^#?([0-9a-f]{6})$/i;
  const own = ["--accent", "--accent-mark", "--own", "--chart-2"];
  function paint(field) {
    const found = written.exec(field.value.trim());
    const preview = document.querySelector(`.brand-preview[data-theme="${field.dataset.preview}"]`);
    own.forEach((name) => (found ? preview.style.setProperty(name, `#${found[1]}`) : preview.style.removeProperty(name)));
    return found && `#${found[1].toLowerCase()}`;
  }
  document.querySelectorAll("input[data-colour-of]").forEach((picker) => {
    const field = document.getElementById(picker.dataset.colourOf);
    const follow = () => { const colour = paint(field); if (colour) picker.value = colour; };
    picker.hidden = false;
    picker.addEventListener("input", () => { field.value = picker.value; paint(field); });
    field.addEventListener("input", follow);
    follow();
  });
})();
